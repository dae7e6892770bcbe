"""The ledger of PostgreSQL in partitions by month, one order of ids in every table, and the indices of the lists."""

from tortoise import migrations

from models.database.dialect import ByDialect

_KEYS = {"accesses": "bigint", "provisions": 'varchar(26) COLLATE "C"'}
_INDICES = {
    "accesses": ("request_id", "client, id"),
    "provisions": ("access_id", "ref, id", "recipient, id"),
}
"""What a list is chosen by, and then the order it is told in."""

_LISTS = tuple(
    f"CREATE INDEX idx_users_{column}_id ON users ({column}, id)"
    for column in ("registered_at", "prefecture", "card_nationality_mark")
)
_SQLITE = (
    *_LISTS,
    "CREATE INDEX idx_accesses_client_id ON accesses (client, id)",
    "CREATE INDEX idx_provisions_ref_id ON provisions (ref, id)",
    "CREATE INDEX idx_provisions_recipient_id ON provisions (recipient, id)",
)

_ONLY_GROWS = """
CREATE OR REPLACE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% only grows', COALESCE(TG_ARGV[0], TG_TABLE_NAME);
END $$
"""
"""A partition is named after its month, and the message after the table that it is a part of."""


def _parted(table: str) -> str:
    """One script, and so one transaction: the rows that are there move into the default partition."""
    indices = "".join(
        f"CREATE INDEX idx_{table}_{columns.replace(', ', '_')} ON {table} ({columns});"
        for columns in _INDICES[table]
    )
    return f"""
ALTER TABLE {table} ALTER COLUMN id DROP DEFAULT, ALTER COLUMN id TYPE {_KEYS[table]};
ALTER TABLE {table} RENAME TO {table}_before;
CREATE TABLE {table} (LIKE {table}_before INCLUDING DEFAULTS INCLUDING COMMENTS) PARTITION BY RANGE (id);
CREATE TABLE {table}_default PARTITION OF {table} DEFAULT;
INSERT INTO {table} SELECT * FROM {table}_before;
DROP TABLE {table}_before;
ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY (id);
{indices}
CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION only_grows('{table}');
CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION only_grows('{table}');
CREATE TRIGGER {table}_default_is_not_emptied BEFORE TRUNCATE ON {table}_default
FOR EACH STATEMENT EXECUTE FUNCTION only_grows('{table}');
"""


_ONE_ORDER = """
DO $$
DECLARE one record;
BEGIN
  FOR one IN
    SELECT table_name, character_maximum_length AS size FROM information_schema.columns
    WHERE table_schema = current_schema() AND column_name = 'user_id'
  LOOP
    EXECUTE format(
      'ALTER TABLE %I ALTER COLUMN user_id TYPE varchar(%s) COLLATE "C"', one.table_name, one.size
    );
  END LOOP;
END $$
"""
"""An index in another order than that of `users.id` cannot find a person by it."""


class Migration(migrations.Migration):
    """Runs outside one transaction, as the one before it."""

    dependencies = [("models", "0002_rules_of_the_tables")]
    atomic = False
    operations = [
        ByDialect(
            sqlite=_SQLITE,
            postgres=[_ONLY_GROWS, *(_parted(table) for table in _KEYS), _ONE_ORDER, *_LISTS],
        )
    ]
