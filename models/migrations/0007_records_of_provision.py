"""Records of provision with their method, what was confirmed under Art 31, and their end when their term is over."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.database.dialect import ByDialect
from models.provisions.retention import ProvisionMethod

_METHODS = "INDIVIDUAL: INDIVIDUAL\nBULK: BULK\nCONTRACT: CONTRACT"

_TOGETHER = "q.ref = OLD.ref AND q.recipient = OLD.recipient AND q.method = OLD.method"
_DUE = f"""
OLD.retain_until < {{today}}
AND (OLD.method = 'INDIVIDUAL'
  OR NOT EXISTS (SELECT 1 FROM provisions q WHERE {_TOGETHER} AND q.retain_until >= {{today}}))
AND EXISTS (SELECT 1 FROM provision_purges g WHERE g.on_day = {{today}}
  AND OLD.id BETWEEN g.first_id AND g.last_id AND OLD.retain_until <= g.due_on)
"""
"""When a record of provision may be removed: its term is over by the database's own clock, and that it goes is recorded.

Where records are made together, all are kept until the term of the last is over (Rule 21(i), (ii)).
"""

_TODAY_SQLITE = "date('now', '+9 hours')"
"""Japan has no summer time."""

_TODAY_POSTGRES = "(now() AT TIME ZONE 'Asia/Tokyo')::date"

_DUE_SQLITE = (
    "DROP TRIGGER provisions_no_delete",
    f"""
CREATE TRIGGER provisions_no_delete BEFORE DELETE ON provisions
WHEN NOT COALESCE({_DUE.format(today=_TODAY_SQLITE)}, 0) BEGIN
  SELECT RAISE(ABORT, 'provisions only grows');
END
""",
)
_REMOVAL = 7_269_402
"""The key of the advisory lock under which records are removed; one that moves the term of others shares it first."""

_DUE_POSTGRES = (
    f"""
CREATE FUNCTION provisions_go_when_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM pg_advisory_xact_lock({_REMOVAL});
    IF {_DUE.format(today=_TODAY_POSTGRES)} THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'provisions only grows';
END $$
""",
    "DROP TRIGGER provisions_only_grows ON provisions",
    """
CREATE TRIGGER provisions_only_grows BEFORE UPDATE OR DELETE ON provisions
FOR EACH ROW EXECUTE FUNCTION provisions_go_when_due()
""",
    f"""
CREATE FUNCTION provisions_wait_for_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared({_REMOVAL});
  RETURN NEW;
END $$
""",
    """
CREATE TRIGGER provisions_move_a_term BEFORE INSERT ON provisions
FOR EACH ROW WHEN (NEW.method <> 'INDIVIDUAL') EXECUTE FUNCTION provisions_wait_for_removal()
""",
)
_PURGES_SQLITE = [
    f"""
CREATE TRIGGER provision_purges_no_{act} BEFORE {event} BEGIN
  SELECT RAISE(ABORT, 'provision_purges only grows');
END
"""
    for act, event in (
        ("update", "UPDATE ON provision_purges"),
        ("delete", "DELETE ON provision_purges"),
        (
            "replace",
            "INSERT ON provision_purges WHEN EXISTS (SELECT 1 FROM provision_purges WHERE rowid = NEW.rowid OR id = NEW.id)",
        ),
    )
]
_PURGES_POSTGRES = (
    'ALTER TABLE provision_purges ALTER COLUMN first_id TYPE varchar(26) COLLATE "C"',
    'ALTER TABLE provision_purges ALTER COLUMN last_id TYPE varchar(26) COLLATE "C"',
    """
CREATE TRIGGER provision_purges_only_grows BEFORE UPDATE OR DELETE ON provision_purges
FOR EACH ROW EXECUTE FUNCTION only_grows()
""",
    """
CREATE TRIGGER provision_purges_is_not_emptied BEFORE TRUNCATE ON provision_purges
FOR EACH STATEMENT EXECUTE FUNCTION only_grows()
""",
)


class Migration(migrations.Migration):
    """Runs outside one transaction, since SQLite's triggers are scripts."""

    dependencies = [("models", "0006_case_files_with_four_eyes")]
    atomic = False
    operations = [
        ops.CreateModel(
            name="ProvisionPurge",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("run", fields.CharField(db_index=True, max_length=26)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("on_day", fields.DateField(db_index=True)),
                ("by", fields.CharField(max_length=120)),
                ("due_on", fields.DateField()),
                ("first_id", fields.CharField(max_length=26)),
                ("last_id", fields.CharField(max_length=26)),
                ("records", fields.IntField()),
            ],
            options={
                "table": "provision_purges",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One batch of records of provision that were removed after their term: append-only, kept for good.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Provision",
            name="confirmation",
            field=fields.CharField(null=True, max_length=26),
        ),
        ops.AddField(
            model_name="Provision",
            name="confirmed_on",
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name="Provision",
            name="contract",
            field=fields.CharField(default="", db_default="", max_length=200),
        ),
        ops.AddField(
            model_name="Provision",
            name="foreign_informed",
            field=fields.BooleanField(null=True),
        ),
        ops.AddField(
            model_name="Provision",
            name="method",
            field=fields.CharEnumField(
                default=ProvisionMethod.INDIVIDUAL,
                description=_METHODS,
                db_default=ProvisionMethod.INDIVIDUAL,
                enum_type=ProvisionMethod,
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Recipient",
            name="provision_method",
            field=fields.CharEnumField(
                default=ProvisionMethod.INDIVIDUAL,
                description=_METHODS,
                db_default=ProvisionMethod.INDIVIDUAL,
                enum_type=ProvisionMethod,
                max_length=20,
            ),
        ),
        ByDialect(
            sqlite=[*_DUE_SQLITE, *_PURGES_SQLITE],
            postgres=[*_DUE_POSTGRES, *_PURGES_POSTGRES],
        ),
    ]
