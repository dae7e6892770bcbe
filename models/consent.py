"""What a person agreed to, for one purpose and one recipient, and every change of it."""

from enum import StrEnum

from tortoise import Model, fields


class ConsentState(StrEnum):
    """The states of a consent (domain section 8); only `GIVEN` and `RENEWED` permit."""

    REQUESTED = "REQUESTED"
    GIVEN = "GIVEN"
    RENEWED = "RENEWED"
    REFUSED = "REFUSED"
    DEFERRED = "DEFERRED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"
    INVALIDATED = "INVALIDATED"
    REVOKED = "REVOKED"


PERMITTING = (ConsentState.GIVEN, ConsentState.RENEWED)


class ConsentMethod(StrEnum):
    """The act by which a person agreed; deemed agreement is none of them."""

    TICK = "TICK"
    CLICK = "CLICK"
    PAPER = "PAPER"


class Consent(Model):
    """How a user stands towards one purpose and recipient now. `ConsentEvent` holds how it came to be."""

    id = fields.CharField(max_length=26, primary_key=True)
    user_id = fields.CharField(max_length=26)
    purpose = fields.CharField(max_length=60)
    recipient = fields.CharField(max_length=60)
    state = fields.CharEnumField(ConsentState)
    given_at = fields.DatetimeField(null=True)
    withdrawn_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)
    notice_version = fields.CharField(max_length=20)
    language = fields.CharField(max_length=5)
    method = fields.CharEnumField(ConsentMethod)
    foreign_informed = fields.BooleanField(default=False)

    class Meta:
        """Where it is kept."""

        table = "consents"
        unique_together = (("user_id", "purpose", "recipient"),)
        indexes = (("recipient", "purpose", "user_id"),)


class ConsentEvent(Model):
    """One step in the life of a consent (append-only)."""

    id = fields.CharField(max_length=26, primary_key=True)
    consent_id = fields.CharField(max_length=26, db_index=True)
    user_id = fields.CharField(max_length=26)
    state = fields.CharEnumField(ConsentState)
    at = fields.DatetimeField()
    by = fields.CharField(max_length=80)
    notice_version = fields.CharField(max_length=20)
    language = fields.CharField(max_length=5)
    method = fields.CharEnumField(ConsentMethod)

    class Meta:
        """Where it is kept."""

        table = "consent_events"
