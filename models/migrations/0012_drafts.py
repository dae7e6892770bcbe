"""Drafts of editions with their edits and approvals, and who drafted an edition; what was published only grows."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

from models.database.dialect import ByDialect, Dialect
from models.drafts.draft import DraftState

NOT_REPLACED = """
CREATE TRIGGER editions_no_replace BEFORE INSERT ON editions
WHEN EXISTS (SELECT 1 FROM editions WHERE rowid = NEW.rowid OR number = NEW.number) BEGIN
  SELECT RAISE(ABORT, 'editions only grows');
END
"""
"""SQLite runs no DELETE trigger for a row that `INSERT OR REPLACE` removes."""


class Longer(ops.AlterField):
    """A longer column; SQLite holds none to its length, and would make the table anew without its triggers."""

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        """Change the column on PostgreSQL."""
        if state_editor is None or state_editor.client.capabilities.dialect != Dialect.SQLITE:
            await super().database_forward(app_label, old_state, new_state, state_editor)


class Migration(migrations.Migration):
    dependencies = [("models", "0011_events")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Draft",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("base", fields.CharField(max_length=64)),
                ("model", fields.TextField(null=True, unique=False)),
                (
                    "state",
                    fields.CharEnumField(
                        default=DraftState.OPEN,
                        description="OPEN: OPEN\nSCHEDULED: SCHEDULED\nPUBLISHED: PUBLISHED\nWITHDRAWN: WITHDRAWN",
                        enum_type=DraftState,
                        max_length=20,
                    ),
                ),
                ("version", fields.IntField()),
                ("hash", fields.CharField(max_length=64)),
                ("note", fields.TextField(unique=False)),
                ("created_by", fields.CharField(max_length=120)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("changed_by", fields.CharField(max_length=120)),
                ("changed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("authors", fields.TextField(unique=False)),
                ("publish_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("publish_by", fields.CharField(null=True, max_length=120)),
                ("publish_note", fields.TextField(null=True, unique=False)),
                ("trouble", fields.CharField(null=True, max_length=60)),
                ("number", fields.IntField(null=True)),
                ("lease", fields.CharField(null=True, max_length=26)),
                ("leased_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "drafts",
                "app": "models",
                "indexes": [Index(fields=["state", "publish_at"]), Index(fields=["created_at", "id"])],
                "pk_attr": "id",
                "table_description": "An edition to be, kept as the edition it starts from and what differs.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DraftApproval",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("draft_id", fields.CharField(db_index=True, max_length=26)),
                ("base", fields.CharField(max_length=64)),
                ("hash", fields.CharField(max_length=64)),
                ("by", fields.CharField(max_length=120)),
                ("client", fields.CharField(max_length=60)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("note", fields.TextField(unique=False)),
                ("overrides", fields.TextField(unique=False)),
                ("withdrawn_by", fields.CharField(null=True, max_length=120)),
                ("withdrawn_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "draft_approvals",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One approval, of this base and this hash and nothing else, with the findings that it overrides.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DraftEdit",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("draft_id", fields.CharField(max_length=26)),
                ("place", fields.IntField()),
                ("sheet", fields.CharField(max_length=20)),
                ("key", fields.TextField(unique=False)),
                ("was", fields.TextField(null=True, unique=False)),
                ("cells", fields.TextField(null=True, unique=False)),
                ("after", fields.TextField(null=True, unique=False)),
                ("by", fields.CharField(max_length=120)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "draft_edits",
                "app": "models",
                "unique_together": (("draft_id", "place"),),
                "pk_attr": "id",
                "table_description": "One row of a table that a draft adds, changes, moves or removes, as the base has it and as the draft has it.",
            },
            bases=["Model"],
        ),
        Longer(
            model_name="PublishedEdition",
            name="published_by",
            field=fields.CharField(null=True, max_length=120),
        ),
        Longer(
            model_name="PublishedEdition",
            name="approved_by",
            field=fields.CharField(null=True, max_length=120),
        ),
        ops.AddField(
            model_name="PublishedEdition",
            name="base",
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name="PublishedEdition",
            name="draft",
            field=fields.CharField(null=True, max_length=26),
        ),
        ops.AddField(
            model_name="PublishedEdition",
            name="drafted_by",
            field=fields.TextField(null=True, unique=False),
        ),
        ByDialect(sqlite=[NOT_REPLACED], postgres=[]),
    ]
