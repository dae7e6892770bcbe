"""Notices of withdrawal: what recipients that hold data must still be told."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.database.dialect import ByDialect
from models.notices.withdrawal import NoticeState

_ENDED = "CREATE INDEX consents_ended ON consents (withdrawn_at) WHERE withdrawn_at IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [("models", "0008_consents_in_full")]

    initial = False

    operations = [
        ByDialect(sqlite=[_ENDED], postgres=[_ENDED]),
        ops.CreateModel(
            name="WithdrawalNotice",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("user_id", fields.CharField(max_length=26)),
                ("recipient", fields.CharField(max_length=60)),
                ("purpose", fields.CharField(max_length=60)),
                ("withdrawn_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "state",
                    fields.CharEnumField(
                        description="WAITING: WAITING\nTAKEN: TAKEN\nDEAD: DEAD",
                        enum_type=NoticeState,
                        max_length=20,
                    ),
                ),
                ("tries", fields.IntField(default=0)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("lease", fields.CharField(null=True, max_length=26)),
                ("leased_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("trouble", fields.CharField(null=True, max_length=40)),
            ],
            options={
                "table": "withdrawal_notices",
                "app": "models",
                "indexes": [
                    Index(fields=["state", "due_at"]),
                    Index(fields=["state", "recipient", "user_id"]),
                ],
                "pk_attr": "id",
                "table_description": "One notice to one recipient about one withdrawal, whose jti is the id at every try.",
            },
            bases=["Model"],
        ),
    ]
