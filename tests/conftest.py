"""What every test may ask for: an edition, both databases, and a world on each."""

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog

from benchmarks.postgres import Server, execute, postgres
from models.catalogue import CATEGORIES
from models.database.opening import migrate
from policies.edition import Edition, shipped
from tests.made import make_sqlite
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


@asynccontextmanager
async def fresh(server: Server, *, like: str = "template1") -> AsyncIterator[str]:
    """The name of a database of our own on the server, like another one, dropped afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    await execute(server.dsn, f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    try:
        yield name
    finally:
        await execute(server.dsn, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
async def with_tables(postgres_server: Server) -> AsyncIterator[str]:
    """The name of a database with all tables and nobody in it, to be copied."""
    async with fresh(postgres_server) as name:
        await migrate(postgres_server.database(name))
        yield name


@asynccontextmanager
async def with_nobody(store: str, server: Server, like: str, directory: Path) -> AsyncIterator[str]:
    """The URL of a database of this kind with all tables and nobody in it."""
    if store == "sqlite":
        yield await make_sqlite(directory / "mokuteki.db")
        return
    async with fresh(server, like=like) as name:
        yield server.database(name)


@pytest.fixture(scope="module", params=STORES)
async def database_url(
    request: pytest.FixtureRequest,
    postgres_server: Server,
    with_tables: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[str]:
    """A database of each kind with all tables and nobody in it."""
    directory = tmp_path_factory.mktemp("database")
    async with with_nobody(request.param, postgres_server, with_tables, directory) as url:
        yield url


@pytest.fixture(params=STORES)
async def own_database_url(
    request: pytest.FixtureRequest, postgres_server: Server, with_tables: str, tmp_path: Path
) -> AsyncIterator[str]:
    """The same for one test alone."""
    async with with_nobody(request.param, postgres_server, with_tables, tmp_path) as url:
        yield url


@pytest.fixture(scope="module", params=STORES)
async def empty_database_url(
    request: pytest.FixtureRequest, postgres_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """A database of each kind without a table."""
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path_factory.mktemp('database') / 'mokuteki.db'}"
        return
    async with fresh(postgres_server) as name:
        yield postgres_server.database(name)


@pytest.fixture(scope="module")
async def a_world(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A gateway with people, on each database in turn."""
    async with world(database_url, tmp_path_factory.mktemp("var"), edition) as made:
        yield made
