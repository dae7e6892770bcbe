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


class Screening(Model):
    """One text answer that must be read for words that do not belong before it may go outside."""

    id = fields.CharField(max_length=26, primary_key=True)
    user_id = fields.CharField(max_length=26, db_index=True)
    answer = fields.CharField(max_length=60)
    asked_at = fields.DatetimeField()
    screened_at = fields.DatetimeField(null=True)

    class Meta:
        """Where it is kept."""

        table = "screenings"
