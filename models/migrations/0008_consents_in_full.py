"""Consents in full: categories, the text that was shown, guardian, and what was told of a country abroad."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

from models.database.dialect import ByDialect

_NARROWED = 8
_MARK_SQLITE = [
    f"""
CREATE TRIGGER consents_mark_{act.lower()} AFTER {act} ON consents WHEN NEW.categories <> '' BEGIN
  UPDATE users SET marks = marks | {_NARROWED} WHERE id = NEW.user_id;
END
"""
    for act in ("INSERT", "UPDATE")
]
_MARK_POSTGRES = [
    f"""
CREATE TRIGGER consents_mark AFTER INSERT OR UPDATE ON consents
FOR EACH ROW WHEN (NEW.categories <> '') EXECUTE FUNCTION mark_user({_NARROWED})
"""
]
_KNOWN = "SELECT 1 FROM notice_texts WHERE rowid = NEW.rowid OR hash = NEW.hash"
_ONLY_GROW_SQLITE = [
    f"""
CREATE TRIGGER notice_texts_no_{act.lower()} BEFORE {event} BEGIN
  SELECT RAISE(ABORT, 'notice_texts only grows');
END
"""
    for act, event in (
        ("UPDATE", "UPDATE ON notice_texts"),
        ("DELETE", "DELETE ON notice_texts"),
        ("REPLACE", f"INSERT ON notice_texts WHEN EXISTS ({_KNOWN})"),
    )
]
_ONLY_GROW_POSTGRES = [
    """
CREATE TRIGGER notice_texts_only_grows BEFORE UPDATE OR DELETE ON notice_texts
FOR EACH ROW EXECUTE FUNCTION only_grows()
""",
    """
CREATE TRIGGER notice_texts_is_not_emptied BEFORE TRUNCATE ON notice_texts
FOR EACH STATEMENT EXECUTE FUNCTION only_grows()
""",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0007_records_of_provision")]

    initial = False

    operations = [
        ops.CreateModel(
            name="NoticeText",
            fields=[
                ("hash", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("text", fields.TextField(unique=False)),
                ("language", fields.CharField(max_length=5)),
                ("first_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "notice_texts",
                "app": "models",
                "pk_attr": "hash",
                "table_description": "A text that people were shown before they agreed, kept once by its SHA-256 (append-only).",
            },
            bases=["Model"],
        ),
        *(
            ops.AddField(model_name=model, name=name, field=field)
            for model in ("Consent", "ConsentEvent")
            for name, field in (
                ("categories", fields.TextField(default="", db_default="", unique=False)),
                ("notice", fields.CharField(default="", db_default="", max_length=64)),
                ("guardian", fields.CharField(default="", db_default="", max_length=200)),
                ("told_abroad", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("reason", fields.CharField(default="", db_default="", max_length=500)),
            )
        ),
        ops.AddField(
            model_name="Consent",
            name="told_country",
            field=fields.CharField(default="", db_default="", max_length=2),
        ),
        ops.AddField(
            model_name="ConsentEvent",
            name="expires_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ByDialect(
            sqlite=[*_MARK_SQLITE, *_ONLY_GROW_SQLITE], postgres=[*_MARK_POSTGRES, *_ONLY_GROW_POSTGRES]
        ),
    ]
