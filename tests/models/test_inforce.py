"""What is in force: never older than its lease, whoever else is reading it, and never an edition that is refused."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from models.database.opening import migrate, opened
from models.database.store import Row, Store
from models.inforce import Force, InForce, PolicyUnavailable
from models.publish import publish_shipped
from policies.edition import Edition

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LEASE = 0.05
PATIENCE = 20
"""Seconds after which a test gives up; nothing here takes as long."""


@pytest.fixture(scope="module")
async def store(database_url: str, edition: Edition) -> AsyncIterator[Store]:
    await migrate(database_url)
    async with opened(database_url, pool_size=2) as made:
        await publish_shipped(made, edition, NOW)
        yield made


@asynccontextmanager
async def started(store: Store, **more: Any) -> AsyncIterator[InForce]:
    made = InForce(store, **more)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def until_over(inforce: InForce) -> None:
    """Ask until the lease is over and nobody renews it."""
    while True:
        await inforce.current()
        await asyncio.sleep(0)


async def in_force(inforce: InForce, edition: Edition) -> Force:
    """Ask until this edition is in force; meanwhile the gateway would answer 503."""
    while True:
        with suppress(PolicyUnavailable):
            if (force := await inforce.current()).edition.id == edition.id:
                return force
        await asyncio.sleep(0)


async def test_a_reading_that_hangs_keeps_nobody_waiting_past_the_lease(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung = asyncio.Event()

    async def hang(_sql: str, _values: Mapping[str, Any]) -> Sequence[Row]:
        hung.set()
        await asyncio.Event().wait()
        return ()

    async with started(store, lease=LEASE) as inforce:
        assert (await inforce.current()).number == 1
        monkeypatch.setattr(store, "fetch", hang)
        async with asyncio.timeout(PATIENCE):
            await hung.wait()
            with pytest.raises(PolicyUnavailable, match="could not be read: TimeoutError"):
                await until_over(inforce)
        monkeypatch.undo()
        assert (await inforce.current()).number == 1


async def test_whoever_waits_for_another_reading_waits_no_longer_than_for_its_own(store: Store) -> None:
    inforce = InForce(store, lease=LEASE)
    async with asyncio.timeout(PATIENCE), inforce._reading:  # noqa: SLF001 - somebody else who reads
        with pytest.raises(PolicyUnavailable, match="could not be read: TimeoutError"):
            await inforce.current()
    assert (await inforce.current()).number == 1


async def test_what_was_read_holds_until_another_is_read_or_the_lease_is_over(
    store: Store, edition: Edition
) -> None:
    inforce = InForce(store, lease=PATIENCE)
    old = await inforce.current()
    assert inforce.holds(old)
    assert not inforce.holds(replace(old))
    changed = replace(edition, rules=tuple(rule for rule in edition.rules if rule.id != "held-insight"))
    await publish_shipped(store, changed, NOW)
    assert await inforce.current() is old
    await inforce._read()  # noqa: SLF001 - what the watcher does
    assert not inforce.holds(old)
    assert inforce.holds(await inforce.current())
    assert not InForce(store).holds(old)
    over = InForce(store, lease=0)
    await over._read()  # noqa: SLF001 - the same
    assert over._force is not None  # noqa: SLF001 - it was read
    assert not over.holds(over._force)  # noqa: SLF001 - and is over at once
    await publish_shipped(store, edition, NOW)


async def test_another_edition_under_the_same_number_is_swapped_in(store: Store, edition: Edition) -> None:
    changed = replace(edition, rules=edition.rules[1:])
    await publish_shipped(store, changed, NOW)
    inforce = InForce(store, lease=PATIENCE)
    old = await inforce.current()
    assert old.edition.id == changed.id
    assert await inforce._put(edition.id, old.number, old.registry, 0.0)  # noqa: SLF001 - a database set back
    now = await inforce.current()
    assert (now.edition.id, now.number) == (edition.id, old.number)
    assert not inforce.holds(old)
    await publish_shipped(store, edition, NOW)


async def test_an_edition_that_is_refused_does_not_come_into_force_and_the_old_one_ends_with_its_lease(
    store: Store, edition: Edition
) -> None:
    asked = asyncio.Event()
    refused: list[int] = []

    def refuse(checked: Edition) -> None:
        if "Query.user" not in checked.guards:
            asked.set()
            raise LookupError("`Query.user` is unguarded")

    unguarded = replace(
        edition, guards={name: node for name, node in edition.guards.items() if name != "Query.user"}
    )
    async with started(store, lease=LEASE, check=refuse, on_refused=refused.append) as inforce:
        before = await inforce.current()
        await publish_shipped(store, unguarded, NOW)
        async with asyncio.timeout(PATIENCE):
            await asked.wait()
            assert inforce.edition_in_force is before.edition
            with pytest.raises(PolicyUnavailable, match=r"edition \d+ is not in force: LookupError"):
                await until_over(inforce)
        assert inforce.edition_in_force is before.edition
        assert refused == [before.number + 1], "it is read and refused once, not at each turn"
        await publish_shipped(store, edition, NOW)
        async with asyncio.timeout(PATIENCE):
            assert (await in_force(inforce, edition)).number == before.number + 2
