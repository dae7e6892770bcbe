"""Editions that may be published soon, and a word to every process when one is put there or published."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.database.dialect import ByDialect

CHANNEL = "mokuteki_editions"
TELL = f"""
CREATE FUNCTION tell_of_editions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('{CHANNEL}', TG_TABLE_NAME);
  RETURN NULL;
END
$$
"""
TOLD = [
    f"CREATE TRIGGER {table}_are_told AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION tell_of_editions()"
    for table in ("editions", "editions_prepared")
]


class Migration(migrations.Migration):
    dependencies = [("models", "0012_drafts")]

    initial = False

    operations = [
        ops.CreateModel(
            name="PreparedEdition",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("prepared_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("canonical", fields.TextField(unique=False)),
            ],
            options={
                "table": "editions_prepared",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One edition that may be published soon, in its canonical form, so that every process has it ready by then.",
            },
            bases=["Model"],
        ),
        ByDialect(sqlite=[], postgres=[TELL, *TOLD]),
    ]
