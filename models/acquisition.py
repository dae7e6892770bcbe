"""How a person's data came in, and which purposes were shown to them before (APPI Art 21)."""

from enum import StrEnum

from tortoise import Model, fields


class Source(StrEnum):
    """Where data came from (Clause 5)."""

    SERVICE_FORM = "SERVICE_FORM"
    PARTNER = "PARTNER"
    EMPLOYER = "EMPLOYER"
    PUBLIC = "PUBLIC"
    PHONE_MAIL = "PHONE_MAIL"


class Acquisition(Model):
    """One event of acquiring, with the notice that was shown (append-only).

    `shown` is a set of purposes as bits over their numbers. A trigger adds them to `users.shown`, so that no
    writer can forget to.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    user_id = fields.CharField(max_length=26, db_index=True)
    source = fields.CharEnumField(Source)
    shown = fields.BigIntField()
    policy_version = fields.CharField(max_length=20)
    language = fields.CharField(max_length=5)
    notice_at = fields.DatetimeField()
    acquired_at = fields.DatetimeField()

    class Meta:
        """Where it is kept."""

        table = "acquisitions"


class Announcement(Model):
    """A purpose announced to everybody. It counts for whoever registered at or after that time."""

    purpose = fields.CharField(max_length=60, primary_key=True)
    announced_at = fields.DatetimeField()

    class Meta:
        """Where it is kept."""

        table = "announcements"
