"""The index of the ledger: whatever call of its moving fails, no access is lost to a history, and none counted twice."""

from collections import Counter
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from models.database.dialect import Dialect
from models.database.store import Store, StoreUnavailable
from models.ledger.bits import unpack
from models.ledger.index import LedgerIndex
from models.ledger.rows import DIRECT
from policies.edition import Edition
from tests.faults.trip import ON_POSTGRES, ON_SQLITE, Trip, laid
from tests.world import World, world

PAGE = 'query @purpose(id: "service.account") { users(first: 100) { edges { node { id } } } }'


@pytest.fixture
async def tripping(database_url: str, edition: Edition, tmp_path: Path) -> AsyncIterator[tuple[World, Trip]]:
    trip = Trip()
    async with laid(trip, database_url), world(database_url, tmp_path, edition, people=25) as made:
        made.house.inforce._watcher.cancel()  # type: ignore[union-attr]
        made.house.inforce._lease = 600.0
        yield made, trip


async def found(store: Store) -> Counter[tuple[int, int]]:
    """How often each access of many people is found for each person: in the index, or else in the tail."""
    moved = await store.fetch("SELECT ref, accesses FROM access_people", {})
    tail = await store.fetch(
        "SELECT id, refs FROM accesses WHERE id IN (SELECT access_id FROM access_tail)", {}
    )
    indexed = [(int(ref), number) for ref, packed in moved for number in unpack(bytes(packed))]
    waiting = [(ref, int(number)) for number, refs in tail for ref in unpack(bytes(refs))]
    return Counter([*indexed, *waiting])


async def test_whatever_call_of_the_index_fails_every_history_stays_whole(
    tripping: tuple[World, Trip],
) -> None:
    made, trip = tripping
    store = made.house.store
    index = LedgerIndex(store, resting=lambda _seconds: True)
    faults = ON_POSTGRES if store.dialect is Dialect.POSTGRES else ON_SQLITE
    failed = 0
    for fault in faults:
        for at in count(1):
            with capture_logs():
                page = await made.ask("frontend", PAGE)
            people = len(page["data"]["users"]["edges"])
            assert people > DIRECT
            whole = await found(store)
            assert set(whole.values()) == {1}
            with trip.armed(at, fault):
                try:
                    await index.move()
                except StoreUnavailable:
                    failed += 1
            assert await found(store) == whole, (fault, at, trip.fired)
            while await index.move():
                """Until the tail is empty."""
            assert await found(store) == whole, (fault, at, trip.fired)
            if trip.fired is None:
                break
    waiting = (await store.fetch("SELECT count(*) FROM access_tail", {}))[0][0]
    print(f"{store.dialect}: {failed} moves failed, {len(whole)} entries of {people} people stayed whole")
    assert waiting == 0
    assert failed >= 5 * len(faults)
    assert len(whole) == people * (failed + len(faults))
