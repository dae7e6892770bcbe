"""The gateway behind a real PgBouncer in session mode, as it comes: no start-up parameter of ours is refused."""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from benchmarks.postgres import Server, execute
from models.database.opening import opened
from models.database.store import StoreUnavailable
from policies.edition import Edition
from tests.pgbouncer import Pooler
from tests.world import world

EMAIL = 'query ($id: ID!) @purpose(id: "service.account") { user(id: $id) { email } }'


@pytest.fixture(scope="module")
def pooler(postgres_server: Server) -> Iterator[Pooler]:
    with tempfile.TemporaryDirectory(prefix="mokuteki-pooler-") as folder:
        yield Pooler(postgres_server, Path(folder))


@pytest.fixture(scope="module")
async def name(postgres_server: Server) -> AsyncIterator[str]:
    made = f"test_{secrets.token_hex(6)}"
    await asyncio.to_thread(execute_now, postgres_server.dsn, f'CREATE DATABASE "{made}"')
    yield made
    await asyncio.to_thread(execute_now, postgres_server.dsn, f'DROP DATABASE "{made}" WITH (FORCE)')


def execute_now(dsn: str, statement: str) -> None:
    asyncio.run(execute(dsn, statement))


async def test_tables_people_answers_and_records_are_made_through_it(
    pooler: Pooler, name: str, edition: Edition, tmp_path: Path, postgres_server: Server
) -> None:
    url = pooler.database(name)
    seen = await asyncpg.connect(postgres_server.database(name))
    try:
        with pooler.running():
            async with world(url, tmp_path, edition, people=9) as made:
                asked = await made.send("frontend", EMAIL, {"id": made.demo.users["plain"]})
                assert "@" in asked.json()["data"]["user"]["email"]
                assert await seen.fetchval("SELECT count(*) FROM accesses") >= 1
                names = await seen.fetch(
                    "SELECT application_name FROM pg_stat_activity WHERE datname = current_database()"
                )
                assert {row[0] for row in names} >= {"mokuteki"}
    finally:
        await seen.close()


async def test_what_one_session_set_is_not_left_to_the_next(pooler: Pooler, name: str) -> None:
    with pooler.running():
        async with opened(pooler.database(name), pool_size=1) as store:
            assert (await store.fetch("SHOW lock_timeout", {}))[0][0] == "2s"
        plain = await asyncpg.connect(pooler.database(name))
        try:
            assert await plain.fetchval("SHOW lock_timeout") == "0"
        finally:
            await plain.close()


async def test_it_answers_again_after_the_pooler_was_away(pooler: Pooler, name: str) -> None:
    with pooler.running():
        opening = opened(pooler.database(name), pool_size=2)
        store = await opening.__aenter__()
        assert await store.fetch("SELECT 1", {})
    try:
        with pytest.raises(StoreUnavailable):
            await store.fetch("SELECT 1", {})
        with pooler.running():
            assert (await store.fetch("SELECT 1", {}))[0][0] == 1
    finally:
        await opening.__aexit__(None, None, None)
