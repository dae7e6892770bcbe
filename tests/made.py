"""Databases with all tables and nobody in them: made once in a process, and copied for every test that needs one."""

from pathlib import Path
from shutil import copyfile
from tempfile import mkdtemp

import asyncpg

from benchmarks.postgres import Server
from models.database import migrate

SQLITE = "sqlite://"
TEMPLATE = "made_for_tests"
_MADE: dict[str, str] = {}


async def run(dsn: str, statement: str) -> None:
    """Run one statement on PostgreSQL."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def make_sqlite(file: Path) -> str:
    """The URL of a new file."""
    if SQLITE not in _MADE:
        first = Path(mkdtemp()) / "made.db"
        await migrate(f"{SQLITE}{first}")
        _MADE[SQLITE] = str(first)
    copyfile(_MADE[SQLITE], file)
    return f"{SQLITE}{file}"


async def make_postgres(server: Server, name: str) -> str:
    """The URL of a new database of this server."""
    if server.dsn not in _MADE:
        await run(server.dsn, f'CREATE DATABASE "{TEMPLATE}"')
        await migrate(server.database(TEMPLATE))
        _MADE[server.dsn] = TEMPLATE
    await run(server.dsn, f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
    return server.database(name)


async def ready(url: str) -> None:
    """See that there are tables where this URL leads."""
    if url.startswith(SQLITE) and not _is_there(url):
        await make_sqlite(Path(url.removeprefix(SQLITE)))
    else:
        await migrate(url)


def _is_there(url: str) -> bool:
    return Path(url.removeprefix(SQLITE)).exists()
