"""The places of the store on PostgreSQL: changes that wait for one another leave room to read."""

from contextlib import AsyncExitStack

import pytest

from benchmarks.postgres import Server
from models.database.postgres import PostgresStore
from models.database.store import StoreUnavailable


async def test_changes_take_half_of_the_places_at_most(postgres_server: Server) -> None:
    store = await PostgresStore.open(postgres_server.dsn, size=4, patience=0.3)
    try:
        async with AsyncExitStack() as held:
            for _ in range(2):
                await held.enter_async_context(store.transaction())
            with pytest.raises(StoreUnavailable):
                await held.enter_async_context(store.transaction())
            async with store.snapshot() as reader:
                assert await reader.fetch("SELECT 1", {})
                assert await store.fetch("SELECT 1", {})
        async with store.transaction() as transaction:
            assert await transaction.fetch("SELECT 1", {})
    finally:
        await store.close()


async def test_one_place_is_enough_for_a_change(postgres_server: Server) -> None:
    store = await PostgresStore.open(postgres_server.dsn, size=1, patience=0.3)
    try:
        async with store.transaction() as transaction:
            assert await transaction.fetch("SELECT 1", {})
    finally:
        await store.close()
