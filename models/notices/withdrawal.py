"""The notice of withdrawal: a recipient that holds a person's data must learn that the consent to it is gone."""

from enum import StrEnum

from tortoise import Model, fields


class NoticeState(StrEnum):
    """What became of a notice: it waits for its next try, its recipient took it, or nobody tries any more."""

    WAITING = "WAITING"
    TAKEN = "TAKEN"
    DEAD = "DEAD"


class Trouble(StrEnum):
    """Why the last try of a notice failed; of what a receiver says, only the codes of RFC 8935 (2.4) are kept."""

    NO_ADDRESS = "NO_ADDRESS"
    UNSIGNED = "UNSIGNED"
    ADDRESS_REFUSED = "ADDRESS_REFUSED"
    UNREACHABLE = "UNREACHABLE"
    TOO_SLOW = "TOO_SLOW"
    REDIRECTED = "REDIRECTED"
    UNEXPECTED = "UNEXPECTED"
    REFUSED = "REFUSED"
    INVALID_REQUEST = "INVALID_REQUEST"
    INVALID_KEY = "INVALID_KEY"
    INVALID_ISSUER = "INVALID_ISSUER"
    INVALID_AUDIENCE = "INVALID_AUDIENCE"
    AUTHENTICATION_FAILED = "AUTHENTICATION_FAILED"
    ACCESS_DENIED = "ACCESS_DENIED"


class WithdrawalNotice(Model):
    """One notice to one recipient about one withdrawal, whose jti is the id at every try.

    `tries` counts those begun, also one that nobody finished. `leased_until` keeps it from all but the process that
    tries it now, whose mark is `lease`. `ended_at` is when it was taken or given up.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    user_id = fields.CharField(max_length=26)
    recipient = fields.CharField(max_length=60)
    purpose = fields.CharField(max_length=60)
    withdrawn_at = fields.DatetimeField()
    state = fields.CharEnumField(NoticeState, max_length=20)
    tries = fields.IntField(default=0)
    due_at = fields.DatetimeField()
    lease = fields.CharField(max_length=26, null=True)
    leased_until = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    trouble = fields.CharField(max_length=40, null=True)

    class Meta:
        """Where it is kept."""

        table = "withdrawal_notices"
        indexes = (("state", "due_at"), ("state", "recipient", "user_id"))
