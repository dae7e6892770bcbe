"""Approvals of drafts, which only grow: one is withdrawn once, and is otherwise what was agreed to."""

from tortoise import migrations

from models.database.dialect import ByDialect

_AGREED = ("id", "draft_id", "base", "hash", "by", "client", "at", "note", "overrides")
"""What of an approval never changes."""

_WITHDRAWS = (
    "OLD.withdrawn_at IS NULL AND OLD.withdrawn_by IS NULL"
    " AND NEW.withdrawn_at IS NOT NULL AND NEW.withdrawn_by IS NOT NULL"
)
_SAME_SQLITE = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in ("rowid", *_AGREED))
_SAME_POSTGRES = " AND ".join(f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}" for column in _AGREED)
_KNOWN = "SELECT 1 FROM draft_approvals WHERE rowid = NEW.rowid OR id = NEW.id"
_SQLITE = [
    f"""
CREATE TRIGGER draft_approvals_no_{act} BEFORE {event} BEGIN
  SELECT RAISE(ABORT, 'draft_approvals only grows');
END
"""
    for act, event in (
        ("update", f"UPDATE ON draft_approvals WHEN NOT ({_WITHDRAWS} AND {_SAME_SQLITE})"),
        ("delete", "DELETE ON draft_approvals"),
        ("replace", f"INSERT ON draft_approvals WHEN EXISTS ({_KNOWN})"),
    )
]
"""SQLite runs no DELETE trigger for a row that `INSERT OR REPLACE` removes, so a known key is refused before it."""

_POSTGRES = [
    f"""
CREATE TRIGGER draft_approvals_only_withdrawn BEFORE UPDATE ON draft_approvals
FOR EACH ROW WHEN (NOT ({_WITHDRAWS} AND {_SAME_POSTGRES})) EXECUTE FUNCTION only_grows()
""",
    """
CREATE TRIGGER draft_approvals_only_grows BEFORE DELETE ON draft_approvals
FOR EACH ROW EXECUTE FUNCTION only_grows()
""",
    """
CREATE TRIGGER draft_approvals_is_not_emptied BEFORE TRUNCATE ON draft_approvals
FOR EACH STATEMENT EXECUTE FUNCTION only_grows()
""",
]


class Migration(migrations.Migration):
    """Runs outside one transaction, since SQLite's triggers are scripts."""

    dependencies = [("models", "0014_jobs")]
    atomic = False
    operations = [ByDialect(sqlite=_SQLITE, postgres=_POSTGRES)]
