"""What Tortoise cannot express: byte order of ids, the purposes shown, the marks, and a ledger that only grows."""

from tortoise import migrations

from models.database.dialect import ByDialect

_C_COLUMNS = (("users", "id", 26),)

_SHOWN_SQLITE = """
CREATE TRIGGER acquisition_shown AFTER INSERT ON acquisitions BEGIN
  UPDATE users SET shown = shown | NEW.shown WHERE id = NEW.user_id;
END
"""
_SHOWN_POSTGRES = (
    """
CREATE FUNCTION acquisition_shown() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE users SET shown = shown | NEW.shown WHERE id = NEW.user_id;
  RETURN NULL;
END $$
""",
    """
CREATE TRIGGER acquisition_shown AFTER INSERT ON acquisitions
FOR EACH ROW EXECUTE FUNCTION acquisition_shown()
""",
)

_MARKS = (("holds", 1), ("opt_outs", 2), ("erasures", 4))
_MARKS_SQLITE = [
    f"""
CREATE TRIGGER {table}_mark AFTER INSERT ON {table} BEGIN
  UPDATE users SET marks = marks | {bit} WHERE id = NEW.user_id;
END
"""
    for table, bit in _MARKS
]
_MARKS_POSTGRES = [
    """
CREATE FUNCTION mark_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE users SET marks = marks | TG_ARGV[0]::smallint WHERE id = NEW.user_id;
  RETURN NULL;
END $$
""",
    *(
        f"CREATE TRIGGER {table}_mark AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION mark_user({bit})"
        for table, bit in _MARKS
    ),
]

_ONE_ADDRESS = "CREATE UNIQUE INDEX users_address ON users (lower(email))"
"""An address is registered once, however its letters are written."""

_APPEND_ONLY = (
    *("accesses", "acquisitions", "application_steps", "catalogue", "consent_events", "editions"),
    "provisions",
)

_KEYS = {
    "accesses": ("id",),
    "acquisitions": ("id",),
    "application_steps": ("id",),
    "catalogue": ("path", "bit"),
    "consent_events": ("id",),
    "provisions": ("id",),
}
"""Not `editions`: who publishes second gives way by `ON CONFLICT DO NOTHING`."""


def _append_only_sqlite() -> list[str]:
    """SQLite runs no DELETE trigger for a row that `INSERT OR REPLACE` removes, so a known key is refused before it."""
    acts = [(table, act, f"{act} ON {table}") for table in _APPEND_ONLY for act in ("UPDATE", "DELETE")]
    for table, keys in _KEYS.items():
        known = " OR ".join(f"{key} = NEW.{key}" for key in ("rowid", *keys))
        acts.append(
            (table, "REPLACE", f"INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {known})")
        )
    return [
        f"""
CREATE TRIGGER {table}_no_{act.lower()} BEFORE {event} BEGIN
  SELECT RAISE(ABORT, '{table} only grows');
END
"""
        for table, act, event in acts
    ]


def _append_only_postgres() -> list[str]:
    return [
        """
CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% only grows', TG_TABLE_NAME;
END $$
""",
        *(
            f"""
CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION only_grows()
"""
            for table in _APPEND_ONLY
        ),
        *(
            f"""
CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION only_grows()
"""
            for table in _APPEND_ONLY
        ),
    ]


class Migration(migrations.Migration):
    """Runs outside one transaction, since SQLite's triggers are scripts."""

    dependencies = [("models", "0001_initial")]
    atomic = False
    operations = [
        ByDialect(
            sqlite=[_SHOWN_SQLITE, *_MARKS_SQLITE, _ONE_ADDRESS, *_append_only_sqlite()],
            postgres=[
                *(
                    f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar({size}) COLLATE "C"'
                    for table, column, size in _C_COLUMNS
                ),
                *_SHOWN_POSTGRES,
                *_MARKS_POSTGRES,
                _ONE_ADDRESS,
                *_append_only_postgres(),
            ],
        )
    ]
