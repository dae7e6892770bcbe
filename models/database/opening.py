"""The database: where it is, how it is opened, and how its tables come to be."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from tortoise import Tortoise
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.context import TortoiseContext
from tortoise.migrations.api.migrate import migrate as run_migrations

from models.catalogue import SEALED
from models.database.postgres import SETTLED, PostgresStore
from models.database.sqlite import SqliteStore
from models.database.store import Store
from models.sealing.datakey import MasterKey
from models.sealing.vault import Vault, put_in_use

RECORDS = (
    "models.user",
    "models.acquisition",
    "models.consents.consent",
    "models.notices.withdrawal",
    "models.restraint",
    "models.application",
    "models.cases.casefile",
    "models.recipients.recipient",
    "models.grounds.ground",
    "models.clients.client",
    "models.register",
    "models.clients.token_state",
    "models.edition",
    "models.drafts.draft",
    "models.sealing.datakey",
    "models.ledger.access",
    "models.amendment",
    "models.answered",
    "models.receiving.received",
    "models.events.event",
    "models.jobs.job",
)


SQLITE = "sqlite://"
TURN_LOCK = 7_269_400
"""The key of the advisory lock on PostgreSQL under which one process at a time makes tables or fills them."""


def tortoise_config(url: str) -> dict[str, Any]:
    """What Tortoise needs to know to open `url` (`sqlite://path` or `postgres://…`).

    The connection is named after its dialect, since Tortoise remembers the SQL it made by that name.
    """
    name = "sqlite" if url.startswith(SQLITE) else "postgres"
    return {
        "connections": {name: url},
        "apps": {
            "models": {
                "models": list(RECORDS),
                "default_connection": name,
                "migrations": "models.migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def _serving(url: str) -> dict[str, Any]:
    """As `tortoise_config`, with the sessions of the store; a migration may wait, and take, as long as it needs."""
    config = tortoise_config(url)
    if not url.startswith(SQLITE):
        connection = expand_db_url(url)
        connection["credentials"].update(SETTLED)
        config["connections"] = dict.fromkeys(config["connections"], connection)
    return config


async def migrate(url: str, progress: Callable[[str], None] = lambda _name: None) -> None:
    """Bring the tables up to date; several processes may do so at once."""
    async with alone(url):
        await _migrate(url, progress)


@asynccontextmanager
async def alone(url: str) -> AsyncIterator[None]:
    """One process at a time on this database; the others wait. Not to be asked for again within."""
    if url.startswith(SQLITE):
        path = Path(url.removeprefix(SQLITE))
        _make_file(path)
        async with _locked(path.with_name(f"{path.name}-turn")):
            yield
        return
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", TURN_LOCK)
        yield
    finally:
        await connection.close()


def _make_file(path: Path) -> None:
    """A file for its owner alone, before anything is written to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)


@asynccontextmanager
async def _locked(path: Path) -> AsyncIterator[None]:
    """A lock on a file of its own; a process that dies gives it up.

    SQLite's own locks are of no use here, as a migration opens the database itself.
    """
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        await asyncio.to_thread(fcntl.flock, handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


async def _migrate(url: str, progress: Callable[[str], None]) -> None:
    def told(event: str, _app: str, name: str) -> None:
        if event == "apply_done":
            progress(name)

    async with TortoiseContext():
        await run_migrations(config=tortoise_config(url), progress=told)
        await Tortoise.close_connections()


@asynccontextmanager
async def opened(
    url: str, *, pool_size: int = 10, patience: float = 2.0, master: bytes | None = None
) -> AsyncIterator[Store]:
    """The store of a migrated database, with Tortoise open on it as well.

    Args:
        url: as `tortoise_config` takes it.
        pool_size: how many connections to PostgreSQL there are at most.
        patience: seconds after which a write that waits fails.
        master: the key that wraps the data keys (32 bytes); without it nothing sealed can be read or written.

    Raises:
        WrongMasterKey: the data keys are not wrapped under `master`.
    """
    async with TortoiseContext() as context:
        await context.init(config=_serving(url))
        store: Store
        if url.startswith(SQLITE):
            store = await SqliteStore.open(url.removeprefix(SQLITE), patience=patience)
        else:
            store = await PostgresStore.open(url, size=pool_size, patience=patience)
        store.url = url
        try:
            if master is not None:
                vault = Vault(store, MasterKey(master))
                await vault.start(SEALED)
                put_in_use(context, vault)
            yield store
        finally:
            await store.close()
