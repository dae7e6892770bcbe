"""Jobs: long work on editions, how far it is, and what it found."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.jobs.job import JobKind, JobState, JobTrouble


def _named(kind: type[JobKind] | type[JobState] | type[JobTrouble]) -> str:
    return "\n".join(f"{one.name}: {one.value}" for one in kind)


class Migration(migrations.Migration):
    dependencies = [("models", "0013_editions_ahead")]

    initial = False

    operations = [
        ops.CreateModel(
            name="PolicyJob",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("kind", fields.CharEnumField(description=_named(JobKind), enum_type=JobKind, max_length=20)),
                ("draft", fields.CharField(null=True, db_index=True, max_length=26)),
                ("base", fields.CharField(null=True, max_length=64)),
                ("hash", fields.CharField(null=True, max_length=64)),
                ("days", fields.IntField(null=True)),
                (
                    "state",
                    fields.CharEnumField(description=_named(JobState), enum_type=JobState, max_length=20),
                ),
                ("done", fields.BigIntField(default=0)),
                ("total", fields.BigIntField(default=0)),
                ("asked_by", fields.CharField(max_length=120)),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("started_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("tries", fields.IntField(default=0)),
                ("lease", fields.CharField(null=True, max_length=26)),
                ("leased_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "trouble",
                    fields.CharEnumField(
                        null=True, description=_named(JobTrouble), enum_type=JobTrouble, max_length=20
                    ),
                ),
                ("result", fields.TextField(unique=False, null=True)),
            ],
            options={
                "table": "policy_jobs",
                "app": "models",
                "indexes": [Index(fields=["state", "asked_at"])],
                "pk_attr": "id",
                "table_description": "One job, whose `result` holds counts and names of rules, fields and clients, never who a person is.",
            },
            bases=["Model"],
        ),
    ]
