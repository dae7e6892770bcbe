"""People whom partners sent: what became of each, what waits sealed for the desk, and the receipts, which only grow."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.database.dialect import ByDialect
from models.receiving.received import EvidenceKind, ReceivedOutcome, Settled
from models.sealing.sealed import CellField

_KNOWN = "rowid = NEW.rowid OR id = NEW.id"
ONLY_GROW_SQLITE = [
    f"""
CREATE TRIGGER receipts_no_{act.lower()} BEFORE {event} BEGIN
  SELECT RAISE(ABORT, 'receipts only grows');
END
"""
    for act, event in (
        ("UPDATE", "UPDATE ON receipts"),
        ("DELETE", "DELETE ON receipts"),
        ("REPLACE", f"INSERT ON receipts WHEN EXISTS (SELECT 1 FROM receipts WHERE {_KNOWN})"),
    )
]
ONLY_GROW_POSTGRES = [
    """
CREATE TRIGGER receipts_only_grows BEFORE UPDATE OR DELETE ON receipts
FOR EACH ROW EXECUTE FUNCTION only_grows()
""",
    """
CREATE TRIGGER receipts_is_not_emptied BEFORE TRUNCATE ON receipts
FOR EACH STATEMENT EXECUTE FUNCTION only_grows()
""",
]
_BORN = "CREATE INDEX users_born ON users (birth_date)"
"""By which people who were sent are looked for among the users."""


class Migration(migrations.Migration):
    dependencies = [("models", "0009_notices_of_withdrawal")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Receipt",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("received_id", fields.CharField(max_length=26)),
                ("ref", fields.BigIntField(db_index=True)),
                ("provider", fields.CharField(db_index=True, max_length=60)),
                ("provider_name", fields.CharField(max_length=200)),
                ("provider_address", fields.CharField(max_length=300)),
                ("provider_representative", fields.CharField(max_length=200)),
                ("history", fields.CharField(max_length=500)),
                (
                    "evidence_kind",
                    fields.CharEnumField(
                        description="DECLARATION: DECLARATION\nCONTRACT: CONTRACT\nDOCUMENT: DOCUMENT",
                        enum_type=EvidenceKind,
                        max_length=20,
                    ),
                ),
                ("evidence", fields.CharField(max_length=200)),
                ("purpose", fields.CharField(max_length=60)),
                ("consented_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("consent_method", fields.CharField(max_length=20)),
                ("notice_version", fields.CharField(max_length=20)),
                ("notice_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("items", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("acquired_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("received_on", fields.DateField()),
                ("retain_until", fields.DateField()),
                ("request_id", fields.CharField(max_length=32)),
            ],
            options={
                "table": "receipts",
                "app": "models",
                "pk_attr": "id",
                "table_description": "The record of receiving one person from a provider (Art 30(3), Rules 22 to 25): append-only.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Received",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("provider", fields.CharField(max_length=60)),
                ("client", fields.CharField(max_length=60)),
                ("digest", fields.CharField(null=True, unique=True, max_length=24)),
                (
                    "outcome",
                    fields.CharEnumField(
                        description="ACCEPTED: ACCEPTED\nDUPLICATE: DUPLICATE\nQUARANTINED: QUARANTINED\nREFUSED: REFUSED",
                        enum_type=ReceivedOutcome,
                        max_length=20,
                    ),
                ),
                ("reasons", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("purpose", fields.CharField(max_length=60)),
                ("terms", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("ref", fields.BigIntField()),
                ("known", fields.BigIntField(null=True)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("request_id", fields.CharField(max_length=32)),
                (
                    "settled",
                    fields.CharEnumField(
                        null=True,
                        description="ACCEPTED: ACCEPTED\nREJECTED: REJECTED",
                        enum_type=Settled,
                        max_length=20,
                    ),
                ),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("settled_by", fields.CharField(null=True, max_length=120)),
                ("settled_for", fields.CharField(null=True, max_length=200)),
            ],
            options={
                "table": "received",
                "app": "models",
                "indexes": [Index(fields=["settled", "outcome", "id"])],
                "pk_attr": "id",
                "table_description": "One person that a partner sent, with what became of them and no value of theirs.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReceivedItem",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("received_id", fields.CharField(db_index=True, max_length=26)),
                ("ref", fields.BigIntField()),
                ("field", fields.CharField(max_length=120)),
                ("value", CellField(part="@received")),
            ],
            options={
                "table": "received_items",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One value of a person who waits for the desk, sealed, and gone once the desk has decided.",
            },
            bases=["Model"],
        ),
        ByDialect(sqlite=[_BORN, *ONLY_GROW_SQLITE], postgres=[_BORN, *ONLY_GROW_POSTGRES]),
    ]
