"""Case files with who opened them, when they were approved by another, and when they were closed."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.database.dialect import ByDialect

_OPENED = "UPDATE case_files SET opened_at = valid_from"
_PEOPLE = "CREATE INDEX case_people_of_case ON case_people (case_id)"


class Migration(migrations.Migration):
    dependencies = [("models", "0005_recipients_and_grounds")]

    initial = False

    operations = [
        ops.AlterModelOptions(
            name="CaseFile",
            options={
                "table": "case_files",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A request of an authority: complete only when every part of it is filled and another approved it.",
            },
        ),
        ops.AlterField(
            model_name="CaseFile",
            name="approver",
            field=fields.CharField(null=True, max_length=120),
        ),
        ops.AddField(
            model_name="CaseFile",
            name="approved_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CaseFile",
            name="closed_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CaseFile",
            name="closed_by",
            field=fields.CharField(null=True, max_length=120),
        ),
        ops.AddField(
            model_name="CaseFile",
            name="opened_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CaseFile",
            name="opened_by",
            field=fields.CharField(default="", db_default="", max_length=120),
        ),
        ops.AddField(
            model_name="CaseFile",
            name="opened_with",
            field=fields.CharField(default="", db_default="", max_length=60),
        ),
        ByDialect(sqlite=[_OPENED, _PEOPLE], postgres=[_OPENED, _PEOPLE]),
    ]
