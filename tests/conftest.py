"""What every test may ask for: an edition, both databases, and a world on each."""

import secrets
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from benchmarks.postgres import Server, postgres
from models.catalogue import CATEGORIES
from policies.edition import Edition, shipped
from tests.made import make_postgres, make_sqlite, run
from tests.world import World, world

STORES = ("sqlite", "postgres")


@pytest.fixture(autouse=True)
def _plain_lines() -> None:
    """Lines without the drawing of every frame, which may take longer than the test."""
    if not structlog.is_configured():
        structlog.configure(
            processors=[structlog.processors.add_log_level, structlog.processors.KeyValueRenderer()],
            cache_logger_on_first_use=False,
        )


@pytest.fixture(scope="session")
def edition() -> Edition:
    return shipped(CATEGORIES)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    with postgres() as server:
        yield server


@pytest.fixture(scope="module", params=STORES)
async def database_url(
    request: pytest.FixtureRequest, postgres_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """A database of each kind with all tables and nobody in it."""
    if request.param == "sqlite":
        yield await make_sqlite(tmp_path_factory.mktemp("database") / "mokuteki.db")
        return
    name = f"test_{secrets.token_hex(6)}"
    url = await make_postgres(postgres_server, name)
    try:
        yield url
    finally:
        await run(postgres_server.dsn, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module", params=STORES)
async def empty_database_url(
    request: pytest.FixtureRequest, postgres_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """A database of each kind without a table."""
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path_factory.mktemp('database') / 'mokuteki.db'}"
        return
    name = f"test_{secrets.token_hex(6)}"
    await run(postgres_server.dsn, f'CREATE DATABASE "{name}"')
    try:
        yield postgres_server.database(name)
    finally:
        await run(postgres_server.dsn, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
async def a_world(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A gateway with people, on each database in turn."""
    async with world(database_url, tmp_path_factory.mktemp("var"), edition) as made:
        yield made
