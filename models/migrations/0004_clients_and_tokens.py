"""Clients with owner, authentication, networks and quotas; their secrets; tokens taken back; proofs seen once."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

from models.clients.client import Authentication, Binding
from models.database.dialect import ByDialect

_SECRETS = """
INSERT INTO client_secrets (id, client_id, hash, created_at)
SELECT {}, id, secret_hash, created_at FROM clients
"""

_ONE_NAME = tuple(
    f"CREATE UNIQUE INDEX clients_{column}_once ON clients (lower({column}))" for column in ("id", "name")
)
"""A name is registered once, however its letters are written."""


class Migration(migrations.Migration):
    dependencies = [("models", "0003_ledger_by_month")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ClientChange",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("client_id", fields.CharField(db_index=True, max_length=60)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("by", fields.CharField(max_length=120)),
                ("request_id", fields.CharField(null=True, max_length=32)),
                ("what", fields.CharField(max_length=20)),
                ("was", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("became", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "client_changes",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One change of a client: by whom, when, and the parts of its record before and after, never a secret.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ClientSecret",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("client_id", fields.CharField(db_index=True, max_length=60)),
                ("hash", fields.CharField(max_length=100)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "client_secrets",
                "app": "models",
                "pk_attr": "id",
                "table_description": "The hash of a secret of a client. Two may serve at once, so that one is changed without a gap.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RevokedToken",
            fields=[
                ("token_id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("client_id", fields.CharField(max_length=60)),
                ("expires_at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "revoked_tokens",
                "app": "models",
                "pk_attr": "token_id",
                "table_description": "A token taken back before its time (RFC 7009), of no use any more once it has expired.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SeenProof",
            fields=[
                ("digest", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=43)),
                ("expires_at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "seen_proofs",
                "app": "models",
                "pk_attr": "digest",
                "table_description": "The digest of a proof that serves once: of DPoP (RFC 9449, 11.1) or of a client's assertion (RFC 7523).",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Access",
            name="staff",
            field=fields.CharField(null=True, max_length=120),
        ),
        ops.AlterModelOptions(
            name="Client",
            options={
                "table": "clients",
                "app": "models",
                "pk_attr": "id",
                "table_description": "An application that may ask.",
            },
        ),
        ops.AddField(
            model_name="Client",
            name="authentication",
            field=fields.CharEnumField(
                default=Authentication.SECRET,
                description="SECRET: SECRET\nPRIVATE_KEY: PRIVATE_KEY",
                db_default=Authentication.SECRET,
                enum_type=Authentication,
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Client",
            name="binding",
            field=fields.CharEnumField(
                default=Binding.DEFAULT,
                description="DEFAULT: DEFAULT\nDPOP: DPOP\nCERTIFICATE: CERTIFICATE\nEXEMPT: EXEMPT",
                db_default=Binding.DEFAULT,
                enum_type=Binding,
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Client",
            name="contact",
            field=fields.CharField(default="", db_default="", max_length=200),
        ),
        ops.AddField(
            model_name="Client",
            name="expires_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Client",
            name="jwks",
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name="Client",
            name="last_used_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Client",
            name="networks",
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name="Client",
            name="owner",
            field=fields.CharField(default="", db_default="", max_length=200),
        ),
        ops.AddField(
            model_name="Client",
            name="people_per_day",
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name="Client",
            name="people_per_hour",
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name="Client",
            name="requests_per_minute",
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name="Client",
            name="term",
            field=fields.IntField(default=0, db_default=0),
        ),
        ByDialect(
            sqlite=[_SECRETS.format("lower(hex(randomblob(13)))")],
            postgres=[_SECRETS.format("substr(md5(random()::text || id), 1, 26)")],
        ),
        ops.RemoveField(model_name="Client", name="secret_hash"),
        ByDialect(sqlite=_ONE_NAME, postgres=_ONE_NAME),
    ]
