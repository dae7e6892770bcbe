"""A person's applications to employers, and the screening of what they wrote."""

from enum import StrEnum

from tortoise import Model, fields


class Stage(StrEnum):
    """How far an application is; the last two imply none of those before."""

    APPLIED = "APPLIED"
    INTERVIEW = "INTERVIEW"
    OFFER_ACCEPTED = "OFFER_ACCEPTED"
    HIRED = "HIRED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


FORWARD = (Stage.APPLIED, Stage.INTERVIEW, Stage.OFFER_ACCEPTED, Stage.HIRED)
"""The stages that imply those before them."""

OPEN = FORWARD[:-1]
"""The stages in which an application is not over."""


class Application(Model):
    """One application of one user to one employer. Of several, the furthest counts."""

    id = fields.CharField(max_length=26, primary_key=True)
    user_id = fields.CharField(max_length=26)
    employer = fields.CharField(max_length=60)
    stage = fields.CharEnumField(Stage)
    applied_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()

    class Meta:
        """Where it is kept."""

        table = "applications"
        indexes = (("user_id", "employer"), ("employer", "stage"))


class ApplicationStep(Model):
    """One step of an application, dated (append-only)."""

    id = fields.CharField(max_length=26, primary_key=True)
    application_id = fields.CharField(max_length=26, db_index=True)
    user_id = fields.CharField(max_length=26)
    stage = fields.CharEnumField(Stage)
    at = fields.DatetimeField()
    by = fields.CharField(max_length=80)

    class Meta:
        """Where it is kept."""

        table = "application_steps"


class Screening(Model):
    """One text answer that must be read for words that do not belong before it may go outside.

    `findings` are codes of what the words hint at, such as `HEALTH`, joined by commas; `outcome` is what its reader,
    `screened_by`, decided.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    user_id = fields.CharField(max_length=26, db_index=True)
    answer = fields.CharField(max_length=60)
    findings = fields.CharField(max_length=200, default="")
    asked_at = fields.DatetimeField()
    screened_at = fields.DatetimeField(null=True)
    outcome = fields.CharField(max_length=20, null=True)
    screened_by = fields.CharField(max_length=80, null=True)

    class Meta:
        """Where it is kept."""

        table = "screenings"
