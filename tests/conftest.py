"""What every test may ask for: an edition, both databases, and a world on each."""

import secrets
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
import structlog

from benchmarks.postgres import Server, postgres
from models.catalogue import CATEGORIES
from policies.edition import Edition, shipped
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


async def _run(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="module", params=STORES)
async def database_url(
    request: pytest.FixtureRequest, postgres_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path_factory.mktemp('database') / 'mokuteki.db'}"
        return
    name = f"test_{secrets.token_hex(6)}"
    await _run(postgres_server.dsn, f'CREATE DATABASE "{name}"')
    try:
        yield postgres_server.database(name)
    finally:
        await _run(postgres_server.dsn, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
async def a_world(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A gateway with people, on each database in turn."""
    async with world(database_url, tmp_path_factory.mktemp("var"), edition) as made:
        yield made
