"""What is kept of changes: read whole, so that nothing half done is missed, and set back between turns."""

from collections.abc import Mapping

from models.database.store import Store
from tests.api.sending import person, results
from tests.faults.operations import TEXT, WAITS, Operation, Users
from tests.world import World

KEPT: Mapping[str, tuple[str, ...]] = {
    "users": ("version",),
    "acquisitions": (),
    "screenings": ("screened_at", "outcome"),
    "consents": ("state", "given_at", "withdrawn_at"),
    "consent_events": (),
    "applications": ("stage", "changed_at"),
    "application_steps": (),
    "holds": ("lifted_at",),
    "amendments": (),
    "clients": ("active", "owner"),
    "client_secrets": ("expires_at",),
    "recipients": ("status", "address"),
    "register_changes": (),
    "entrustments": ("supervised_on", "ended_on"),
    "successions": ("ended_on",),
    "joint_uses": ("ended_on",),
    "foreign_checks": (),
    "confirmations": ("ended_on",),
    "transmission_notices": ("published_at", "ended_on"),
    "case_files": ("approver", "closed_at"),
    "case_people": (),
    "withdrawal_notices": ("state",),
    "received": ("outcome", "known", "settled"),
    "received_items": (),
    "receipts": (),
    "drafts": ("state", "version"),
    "draft_edits": (),
    "draft_approvals": ("withdrawn_at",),
    "editions": ("number",),
    "policy_jobs": ("state",),
}
"""The tables that changes are kept in, each with the columns by which a changed row is known."""

_KEPT = " UNION ALL ".join(
    f"SELECT '{table} ' || id"
    + "".join(f" || ' ' || coalesce(CAST({column} AS text), '-')" for column in columns)
    + f" FROM {table}"
    for table, columns in KEPT.items()
)
_ANSWERS = "SELECT answers FROM users WHERE id = :plain"


async def kept(store: Store) -> frozenset[str]:
    """Each row that is there, by its number and what of it changes."""
    return frozenset(row[0] for row in await store.fetch(_KEPT, {}))


async def answers_of(store: Store, users: Users) -> str:
    """The answers that a screening may take away, as they are kept."""
    return str((await store.fetch(_ANSWERS, {"plain": users["plain"]}))[0][0])


async def put_aside(made: World) -> None:
    """Somebody who waits for the desk, and a copy of what waits of them."""
    (told,) = await results(made, person("waits@faults.example", name="WHO WAITS", evidence=None))
    async with made.house.store.transaction() as transaction:
        for sql in ASIDE:
            await transaction.execute(sql, {"number": told["received"], "waits": WAITS})


ASIDE = (
    "UPDATE received SET id = :waits WHERE id = :number",
    "UPDATE received_items SET received_id = 'aside' WHERE received_id = :number",
)


async def set_back(store: Store, users: Users, operation: Operation, answers: str) -> None:
    """What a turn before changed is as it was."""
    named = {
        "consented": users["consented-employer-a"],
        "offered": users["offered-employer-a"],
        "held": users["held"],
        "plain": users["plain"],
        "answers": answers,
        "text": TEXT,
        "waits": WAITS,
    }
    async with store.transaction() as transaction:
        for sql in operation.before:
            await transaction.execute(sql, named)
