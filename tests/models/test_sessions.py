"""The sessions on PostgreSQL: each of them, of the store and of Tortoise, gives up waiting when the documentation says."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator

import asyncpg
import pytest
from tortoise.context import get_current_context

from benchmarks.postgres import Server, execute
from models.clients.token_state import RevokedToken
from models.database.opening import migrate, opened
from models.database.store import Store
from models.database.unreachable import UNREACHABLE

SET = {
    "application_name": "mokuteki",
    "idle_in_transaction_session_timeout": "1min",
    "jit": "off",
    "lock_timeout": "2s",
    "plan_cache_mode": "force_generic_plan",
    "random_page_cost": "1.1",
    "statement_timeout": "12s",
}


@pytest.fixture(scope="module")
async def url(postgres_server: Server) -> AsyncIterator[str]:
    name = f"test_{secrets.token_hex(6)}"
    await execute(postgres_server.dsn, f'CREATE DATABASE "{name}"')
    await migrate(postgres_server.database(name))
    yield postgres_server.database(name)
    await execute(postgres_server.dsn, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with opened(url, pool_size=2) as made:
        yield made


async def test_a_session_is_set_alike_in_the_store_and_in_tortoise_and_stays_so(store: Store) -> None:
    ask = f"SELECT name, current_setting(name) FROM pg_settings WHERE name IN ({', '.join(map(repr, SET))})"
    assert dict(map(tuple, await store.fetch(ask, {}))) == SET
    context = get_current_context()
    assert context is not None
    for _ in range(3):
        rows = await context.connections.get("postgres").execute_query_dict(ask)
        assert {row["name"]: row["current_setting"] for row in rows} == SET


async def test_who_waits_for_a_locked_table_by_tortoise_is_told_after_two_seconds(
    store: Store, url: str
) -> None:
    assert await store.fetch("SELECT 1", {})
    holder = await asyncpg.connect(url)
    try:
        async with holder.transaction():
            await holder.execute("LOCK TABLE revoked_tokens IN ACCESS EXCLUSIVE MODE")
            began = time.monotonic()
            with pytest.raises(UNREACHABLE):
                await asyncio.wait_for(RevokedToken.filter(token_id="x").delete(), 20)
            assert 1.5 < time.monotonic() - began < 4.5
    finally:
        await holder.close()
    assert await RevokedToken.filter(token_id="x").delete() == 0
