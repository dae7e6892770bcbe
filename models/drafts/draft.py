"""The records of drafts: each with its edits, row by row, and the approvals of exactly what it held then."""

from datetime import datetime
from enum import StrEnum

from tortoise import Model, fields


class DraftState(StrEnum):
    """How far a draft is: only what is `OPEN` can be changed, and nothing comes back from the last two."""

    OPEN = "OPEN"
    SCHEDULED = "SCHEDULED"
    PUBLISHED = "PUBLISHED"
    WITHDRAWN = "WITHDRAWN"


class Draft(Model):
    """An edition to be, kept as the edition it starts from and what differs.

    `authors` is a list of pairs in JSON: who, and with which client. `model` is null where it is that of the base.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    base = fields.CharField(max_length=64)
    model: str | None = fields.TextField(null=True)
    state = fields.CharEnumField(DraftState, max_length=20, default=DraftState.OPEN)
    version = fields.IntField()
    hash = fields.CharField(max_length=64)
    note = fields.TextField()
    created_by = fields.CharField(max_length=120)
    created_at = fields.DatetimeField()
    changed_by = fields.CharField(max_length=120)
    changed_at = fields.DatetimeField()
    authors = fields.TextField()
    publish_at: datetime | None = fields.DatetimeField(null=True)
    publish_by = fields.CharField(max_length=120, null=True)
    publish_client = fields.CharField(max_length=120, null=True)
    publish_note: str | None = fields.TextField(null=True)
    trouble = fields.CharField(max_length=60, null=True)
    number: int | None = fields.IntField(null=True)
    lease = fields.CharField(max_length=26, null=True)
    leased_until: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        """Where it is kept."""

        table = "drafts"
        indexes = (("state", "publish_at"), ("created_at", "id"))


class DraftEdit(Model):
    """One row of a table that a draft adds, changes, moves or removes, as the base has it and as the draft has it."""

    id = fields.CharField(max_length=26, primary_key=True)
    draft_id = fields.CharField(max_length=26)
    place = fields.IntField()
    sheet = fields.CharField(max_length=20)
    key = fields.TextField()
    was: str | None = fields.TextField(null=True)
    cells: str | None = fields.TextField(null=True)
    after: str | None = fields.TextField(null=True)
    by = fields.CharField(max_length=120)
    at = fields.DatetimeField()

    class Meta:
        """Where it is kept."""

        table = "draft_edits"
        unique_together = (("draft_id", "place"),)


class DraftApproval(Model):
    """One approval, of this base and this hash and nothing else, with the findings that it overrides."""

    id = fields.CharField(max_length=26, primary_key=True)
    draft_id = fields.CharField(max_length=26, db_index=True)
    base = fields.CharField(max_length=64)
    hash = fields.CharField(max_length=64)
    by = fields.CharField(max_length=120)
    client = fields.CharField(max_length=60)
    at = fields.DatetimeField()
    note = fields.TextField()
    overrides = fields.TextField()
    withdrawn_by = fields.CharField(max_length=120, null=True)
    withdrawn_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        """Where it is kept."""

        table = "draft_approvals"
