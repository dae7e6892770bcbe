"""What browsers did: who is told of it and on what notice, what waits, and the records of it, which only grow."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.database.dialect import ByDialect

_KNOWN = "rowid = NEW.rowid OR id = NEW.id"
ONLY_GROW_SQLITE = [
    f"""
CREATE TRIGGER transmissions_no_{act.lower()} BEFORE {event} BEGIN
  SELECT RAISE(ABORT, 'transmissions only grows');
END
"""
    for act, event in (
        ("UPDATE", "UPDATE ON transmissions"),
        ("DELETE", "DELETE ON transmissions"),
        ("REPLACE", f"INSERT ON transmissions WHEN EXISTS (SELECT 1 FROM transmissions WHERE {_KNOWN})"),
    )
]
ONLY_GROW_POSTGRES = [
    """
CREATE TRIGGER transmissions_only_grows BEFORE UPDATE OR DELETE ON transmissions
FOR EACH ROW EXECUTE FUNCTION only_grows()
""",
    """
CREATE TRIGGER transmissions_is_not_emptied BEFORE TRUNCATE ON transmissions
FOR EACH STATEMENT EXECUTE FUNCTION only_grows()
""",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0010_receipts")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Recipient",
            name="events_url",
            field=fields.CharField(default="", db_default="", max_length=500),
        ),
        ops.CreateModel(
            name="TransmissionNotice",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("recipient", fields.CharField(db_index=True, max_length=60)),
                ("items", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("recipient_ja", fields.CharField(max_length=200)),
                ("items_ja", fields.CharField(max_length=500)),
                ("purpose_ja", fields.CharField(max_length=500)),
                ("recipient_en", fields.CharField(max_length=200)),
                ("items_en", fields.CharField(max_length=500)),
                ("purpose_en", fields.CharField(max_length=500)),
                ("policy_url", fields.CharField(max_length=500)),
                ("opt_out_url", fields.CharField(max_length=500)),
                ("opt_out_ja", fields.CharField(max_length=500)),
                ("limits_ja", fields.CharField(max_length=500)),
                ("from_on", fields.DateField()),
                ("until_on", fields.DateField(null=True)),
                ("published_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_on", fields.DateField(null=True)),
            ],
            options={
                "table": "transmission_notices",
                "app": "models",
                "pk_attr": "id",
                "table_description": "What a company is sent of what browsers do, and what for (Telecommunications Business Act Art 27-12).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WaitingEvent",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("recipient", fields.CharField(max_length=60)),
                ("told", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("located", fields.BooleanField(default=False)),
                ("cookie_id", fields.CharField(null=True, db_index=True, max_length=36)),
                ("received_at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("batch", fields.CharField(null=True, max_length=26)),
                ("tries", fields.IntField(default=0)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("lease", fields.CharField(null=True, max_length=26)),
                ("leased_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "waiting_events",
                "app": "models",
                "indexes": [Index(fields=["recipient", "due_at"])],
                "pk_attr": "id",
                "table_description": "One event for one company, deleted once that took it, or may not have it any more, or a day is over.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Transmission",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("recipient", fields.CharField(db_index=True, max_length=60)),
                ("recipient_name", fields.CharField(max_length=200)),
                ("recipient_address", fields.CharField(max_length=300)),
                ("recipient_representative", fields.CharField(max_length=200)),
                ("country", fields.CharField(max_length=2)),
                ("purpose", fields.CharField(max_length=60)),
                ("items", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("events", fields.IntField()),
                ("notices", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("confirmation", fields.CharField(null=True, max_length=26)),
                ("confirmed_on", fields.DateField(null=True)),
                ("foreign_informed", fields.BooleanField(null=True)),
                ("first_on", fields.DateField()),
                ("last_on", fields.DateField()),
                ("retain_until", fields.DateField()),
                ("edition", fields.CharField(max_length=64)),
                ("digest", fields.CharField(max_length=32)),
            ],
            options={
                "table": "transmissions",
                "app": "models",
                "indexes": [Index(fields=["at", "id"])],
                "pk_attr": "id",
                "table_description": "The record of a batch passed on, in the shape of APPI Rule 28: append-only, and made before the batch leaves.",
            },
            bases=["Model"],
        ),
        ByDialect(sqlite=ONLY_GROW_SQLITE, postgres=ONLY_GROW_POSTGRES),
    ]
