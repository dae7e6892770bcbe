"""Recipients with status, contract and contacts; the grounds of sharing: entrustment, joint use, checks abroad."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.database.dialect import ByDialect
from models.recipients.recipient import RecipientStatus

_STOPPED = "UPDATE recipients SET status = 'STOPPED' WHERE active = {}"
_MOVED = """
INSERT INTO register_changes (id, register, record, at, by, request_id, what, was, became)
SELECT id, 'client', client_id, at, by, request_id, what, was, became FROM client_changes
"""
ONLY_GROW_SQLITE = [
    f"""
CREATE TRIGGER foreign_checks_no_{act.lower()} BEFORE {event} BEGIN
  SELECT RAISE(ABORT, 'foreign_checks only grows');
END
"""
    for act, event in (
        ("UPDATE", "UPDATE ON foreign_checks"),
        ("DELETE", "DELETE ON foreign_checks"),
        (
            "REPLACE",
            "INSERT ON foreign_checks WHEN NEW.id IN (SELECT id FROM foreign_checks)",
        ),
    )
]
ONLY_GROW_POSTGRES = [
    """
CREATE TRIGGER foreign_checks_only_grows BEFORE UPDATE OR DELETE ON foreign_checks
FOR EACH ROW EXECUTE FUNCTION only_grows()
""",
    """
CREATE TRIGGER foreign_checks_is_not_emptied BEFORE TRUNCATE ON foreign_checks
FOR EACH STATEMENT EXECUTE FUNCTION only_grows()
""",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0004_clients_and_tokens")]

    initial = False

    operations = [
        ops.CreateModel(
            name="RegisterChange",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("register", fields.CharField(max_length=20)),
                ("record", fields.CharField(max_length=60)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("by", fields.CharField(max_length=120)),
                ("request_id", fields.CharField(null=True, max_length=32)),
                ("what", fields.CharField(max_length=20)),
                ("was", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("became", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "register_changes",
                "app": "models",
                "indexes": [Index(fields=["register", "record", "at"])],
                "pk_attr": "id",
                "table_description": "One change of a record: by whom, when, and its parts before and after, never a secret.",
            },
            bases=["Model"],
        ),
        ByDialect(sqlite=[_MOVED], postgres=[_MOVED]),
        ops.DeleteModel(name="ClientChange"),
        ops.CreateModel(
            name="Confirmation",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("recipient", fields.CharField(db_index=True, max_length=60)),
                ("how", fields.CharField(max_length=500)),
                ("foreign_informed", fields.BooleanField(default=False)),
                ("confirmed_on", fields.DateField()),
                ("until_on", fields.DateField(null=True)),
                ("ended_on", fields.DateField(null=True)),
            ],
            options={
                "table": "confirmations",
                "app": "models",
                "pk_attr": "id",
                "table_description": "That people agree to being known to a recipient by related information (Art 31, Rule 26).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Entrustment",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("recipient", fields.CharField(db_index=True, max_length=60)),
                ("contract", fields.CharField(max_length=200)),
                ("scope", fields.CharField(default="", max_length=500)),
                ("purposes", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("from_on", fields.DateField()),
                ("until_on", fields.DateField(null=True)),
                ("supervised_on", fields.DateField(null=True)),
                ("supervise_days", fields.IntField(default=365)),
                ("ended_on", fields.DateField(null=True)),
            ],
            options={
                "table": "entrustments",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Work on behalf of the company under a contract and supervision (APPI Arts 25 and 27(5)(i)).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ForeignCheck",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("recipient", fields.CharField(db_index=True, max_length=60)),
                ("regime", fields.TextField(unique=False)),
                ("measures", fields.TextField(unique=False)),
                ("checked_on", fields.DateField()),
                ("next_due_on", fields.DateField()),
                ("maintained", fields.BooleanField()),
                ("problems", fields.TextField(default="", unique=False)),
                ("action", fields.TextField(default="", unique=False)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "foreign_checks",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One look at a recipient abroad whose system is equivalent (Art 28(3), Rules 16 and 18): append-only.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="JointUse",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("recipients", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("purposes", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("items", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("range_of_users", fields.CharField(max_length=500)),
                ("users_purpose", fields.CharField(max_length=500)),
                ("manager_name", fields.CharField(max_length=200)),
                ("manager_address", fields.CharField(max_length=300)),
                ("manager_representative", fields.CharField(max_length=200)),
                ("announced_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_on", fields.DateField(null=True)),
            ],
            options={
                "table": "joint_uses",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Use together with others (Art 27(5)(iii)): the five matters announced beforehand.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Succession",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("recipient", fields.CharField(db_index=True, max_length=60)),
                ("reference", fields.CharField(max_length=200)),
                ("purposes", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("on_day", fields.DateField()),
                ("ended_on", fields.DateField(null=True)),
            ],
            options={
                "table": "successions",
                "app": "models",
                "pk_attr": "id",
                "table_description": "The business went over to the recipient (Art 27(5)(ii)), and the purposes stay those of before (Art 18(2)).",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Recipient",
            name="contact",
            field=fields.CharField(default="", db_default="", max_length=200),
        ),
        ops.AddField(
            model_name="Recipient",
            name="contract",
            field=fields.CharField(default="", db_default="", max_length=200),
        ),
        ops.AddField(
            model_name="Recipient",
            name="contract_from",
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name="Recipient",
            name="contract_until",
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name="Recipient",
            name="former_names",
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name="Recipient",
            name="identifying",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Recipient",
            name="notice_url",
            field=fields.CharField(default="", db_default="", max_length=500),
        ),
        ops.AddField(
            model_name="Recipient",
            name="status",
            field=fields.CharEnumField(
                default=RecipientStatus.ACTIVE,
                description="PENDING: PENDING\nACTIVE: ACTIVE\nSTOPPED: STOPPED",
                db_default=RecipientStatus.ACTIVE,
                enum_type=RecipientStatus,
                max_length=20,
            ),
        ),
        ByDialect(sqlite=[_STOPPED.format("0")], postgres=[_STOPPED.format("false")]),
        ops.RemoveField(model_name="Recipient", name="active"),
        ByDialect(sqlite=ONLY_GROW_SQLITE, postgres=ONLY_GROW_POSTGRES),
    ]
