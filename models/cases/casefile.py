"""The file behind a provision that the law permits without consent (APPI Art 27(1))."""

from datetime import datetime

from tortoise import Model, fields


class CaseFile(Model):
    """A request of an authority: complete only when every part of it is filled and another approved it.

    `opened_by` and `approver` are members of staff or, where none used it, the client itself, and never the same.
    `items` names fields or categories; nothing else may go out under it. Items ii to iv of Art 27(1) also need why
    consent is hard to get; v and vi can never be used by a company. It ends at `closed_at`, whatever `valid_until`.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    recipient = fields.CharField(max_length=60)
    basis = fields.CharField(max_length=10)
    reference = fields.CharField(max_length=100)
    office = fields.CharField(max_length=200)
    requester = fields.CharField(max_length=100)
    approver = fields.CharField(max_length=120, null=True)
    consent_obstacle = fields.TextField(null=True)
    items: list[str] = fields.JSONField()
    valid_from = fields.DatetimeField()
    valid_until = fields.DatetimeField()
    opened_by = fields.CharField(max_length=120, default="", db_default="")
    opened_with = fields.CharField(max_length=60, default="", db_default="")
    opened_at: datetime | None = fields.DatetimeField(null=True)
    approved_at: datetime | None = fields.DatetimeField(null=True)
    closed_by = fields.CharField(max_length=120, null=True)
    closed_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        """Where it is kept."""

        table = "case_files"


class CasePerson(Model):
    """A person named in a case file."""

    id = fields.CharField(max_length=26, primary_key=True)
    case_id = fields.CharField(max_length=26)
    user_id = fields.CharField(max_length=26)

    class Meta:
        """Where it is kept."""

        table = "case_people"
        indexes = (("user_id", "case_id"),)
