"""What a person agreed to, for one purpose and one recipient, and every change of it."""

from datetime import datetime
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
    """The act by which a person answered; deemed agreement is none of them. `NONE` while there is no answer."""

    TICK = "TICK"
    CLICK = "CLICK"
    PAPER = "PAPER"
    NONE = "NONE"


class Consent(Model):
    """How a user stands towards one purpose and recipient now. `ConsentEvent` holds how it came to be.

    `categories` are the names, with a space between, of what alone it opens; blank for everything. `notice` is the
    SHA-256 of the text that was shown. `told_abroad` is what was told of a country abroad (Rule 17), and
    `foreign_informed` says that it was all that the law wants told before a consent; `told_country` is the country,
    if it was named.
    """

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
    categories = fields.TextField(default="", db_default="")
    notice = fields.CharField(max_length=64, default="", db_default="")
    guardian = fields.CharField(max_length=200, default="", db_default="")
    told_abroad: dict[str, str] | None = fields.JSONField(null=True)
    told_country = fields.CharField(max_length=2, default="", db_default="")
    reason = fields.CharField(max_length=500, default="", db_default="")

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
    expires_at = fields.DatetimeField(null=True)
    categories = fields.TextField(default="", db_default="")
    notice = fields.CharField(max_length=64, default="", db_default="")
    guardian = fields.CharField(max_length=200, default="", db_default="")
    told_abroad: dict[str, str] | None = fields.JSONField(null=True)
    reason = fields.CharField(max_length=500, default="", db_default="")

    class Meta:
        """Where it is kept."""

        table = "consent_events"


class NoticeText(Model):
    """A text that people were shown before they agreed, kept once by its SHA-256 (append-only)."""

    hash = fields.CharField(max_length=64, primary_key=True)
    text = fields.TextField()
    language = fields.CharField(max_length=5)
    first_at: datetime = fields.DatetimeField()

    class Meta:
        """Where it is kept."""

        table = "notice_texts"
