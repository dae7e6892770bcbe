"""The ledger: nothing is answered before its record is durable, and what is recorded stays."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import asyncpg
import pytest

from models.catalogue import FIELDS
from models.database.opening import SQLITE, migrate, opened
from models.database.store import Row, Store, StoreUnavailable, Table, Transaction
from models.ledger.access import Outcome
from models.ledger.bits import Bits, load_bits, unpack
from models.ledger.entry import Entry, Group, ProvisionEntry
from models.ledger.ledger import TRIES, Ledger, LedgerUnavailable
from models.provisions.retention import retain_until

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_NUMBERS = count(1)


@pytest.fixture(scope="module")
async def store(database_url: str) -> AsyncIterator[Store]:
    await migrate(database_url)
    async with opened(database_url, pool_size=3) as made:
        yield made


@pytest.fixture(scope="module")
async def bits(store: Store) -> Bits:
    return await load_bits(store, FIELDS)


def entry(**more: Any) -> Entry:
    made = Entry(
        at=NOW,
        request_id=f"request-{next(_NUMBERS)}",
        client="frontend",
        role="frontend",
        purpose="service.account",
        recipient="internal",
        operation=None,
        edition="e",
        outcome=Outcome.RELEASED,
    )
    return replace(made, **more)


def group(*refs: int) -> Group:
    return Group(frozenset({"User.id"}), frozenset({"User.phone"}), ("CONSENT",), refs)


def provision(ref: int) -> ProvisionEntry:
    return ProvisionEntry(
        ref=ref,
        recipient="employer-a",
        name="A",
        address="B",
        representative="C",
        items=frozenset({"User.id"}),
        basis="CONSENT",
        consented_at=NOW,
        retain_until=date(2029, 11, 22),
    )


@asynccontextmanager
async def running(store: Store, bits: Bits, **more: Any) -> AsyncIterator[Ledger]:
    ledger = Ledger(store, lambda: bits, **more)
    ledger.start()
    try:
        yield ledger
    finally:
        await ledger.stop()


async def elsewhere(url: str, sql: str) -> list[tuple[Any, ...]]:
    """What another connection sees, or does."""
    if url.startswith(SQLITE):
        with sqlite3.connect(url.removeprefix(SQLITE)) as file:
            rows = file.execute(sql).fetchall()
        file.close()
        return rows
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


class Broken(Store):
    """A store that fails as often as it is told, and then hands on to a real one."""

    def __init__(self, store: Store, *faults: Exception) -> None:
        self.dialect = store.dialect
        self.faults = list(faults)
        self.store = store
        self.tried = 0

    async def rows(self, text: str, args: Sequence[Any]) -> Sequence[Row]:
        return await self.store.rows(text, args)

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        return self.store.transaction()

    async def append(self, rows: Mapping[Table, Sequence[Row]]) -> None:
        self.tried += 1
        if self.faults:
            raise self.faults.pop(0)
        await self.store.append(rows)

    async def close(self) -> None:
        """The real one is closed by whoever opened it."""


class Stuck(Broken):
    """A store that tells when it was asked to append, and never does."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.asked = asyncio.Event()

    async def append(self, rows: Mapping[Table, Sequence[Row]]) -> None:
        assert rows
        self.asked.set()
        await asyncio.Event().wait()


async def test_what_waits_together_is_committed_together_and_durable_when_released(
    store: Store, bits: Bits, database_url: str
) -> None:
    commits: list[int] = []
    several = [entry(client="many") for _ in range(300)]
    async with running(store, bits, observe=lambda size, _s, _d: commits.append(size)) as ledger:
        await asyncio.gather(*(ledger.record(each) for each in several))
        seen = await elsewhere(database_url, "SELECT request_id FROM accesses WHERE client = 'many'")
    assert sorted(row[0] for row in seen) == sorted(each.request_id for each in several)
    assert sum(commits) == len(several)
    assert len(commits) < len(several) / 10


async def test_each_record_is_there_for_others_at_the_moment_it_returns(
    store: Store, bits: Bits, database_url: str
) -> None:
    async with running(store, bits) as ledger:
        for _ in range(5):
            one = entry(groups=(group(11),), provisions=(provision(11),))
            await ledger.record(one)
            sql = f"SELECT id FROM accesses WHERE request_id = '{one.request_id}'"
            ((number,),) = await elsewhere(database_url, sql)
            given = await elsewhere(database_url, f"SELECT ref FROM provisions WHERE access_id = {number}")
            assert given == [(11,)]


async def test_when_one_commit_fails_all_in_it_are_refused_and_the_next_succeeds(
    store: Store, bits: Bits, database_url: str
) -> None:
    broken = Broken(store, StoreUnavailable("no"))
    observed: list[tuple[int, bool]] = []
    async with running(broken, bits, observe=lambda size, _s, done: observed.append((size, done))) as ledger:
        refused = await asyncio.gather(
            *(ledger.record(entry(client="lost")) for _ in range(5)), return_exceptions=True
        )
        assert [type(each) for each in refused] == [LedgerUnavailable] * 5
        await ledger.record(entry(client="kept"))
    assert observed == [(5, False), (1, True)]
    assert await elsewhere(database_url, "SELECT count(*) FROM accesses WHERE client = 'lost'") == [(0,)]
    assert await elsewhere(database_url, "SELECT count(*) FROM accesses WHERE client = 'kept'") == [(1,)]


async def test_an_entry_that_cannot_be_written_spoils_nobody_elses(
    store: Store, bits: Bits, database_url: str
) -> None:
    spoilt = entry(client="spoilt", arguments=frozenset({"User.nothing"}))
    async with running(store, bits) as ledger:
        told = await asyncio.gather(
            ledger.record(entry(client="beside")),
            ledger.record(spoilt),
            ledger.record(entry(client="beside")),
            return_exceptions=True,
        )
    assert [type(each) for each in told] == [type(None), LedgerUnavailable, type(None)]
    sql = "SELECT client FROM accesses WHERE client IN ('spoilt', 'beside')"
    assert await elsewhere(database_url, sql) == [("beside",), ("beside",)]


@pytest.mark.parametrize(
    "fault", [RuntimeError("secret"), MemoryError(), OSError("secret"), KeyError("secret")]
)
async def test_whatever_goes_wrong_nothing_is_answered_and_no_word_of_it_is_repeated(
    store: Store, bits: Bits, fault: Exception
) -> None:
    async with running(Broken(store, fault), bits) as ledger:
        with pytest.raises(LedgerUnavailable) as told:
            await ledger.record(entry())
        assert "secret" not in str(told.value)
        await ledger.record(entry())


async def test_a_ledger_that_was_not_started_refuses(store: Store, bits: Bits) -> None:
    with pytest.raises(LedgerUnavailable):
        await Ledger(store, lambda: bits).record(entry())


async def test_a_ledger_whose_writer_died_refuses(store: Store, bits: Bits) -> None:
    died = asyncio.Event()

    def explode(_size: int, _seconds: float, _done: bool) -> None:
        died.set()
        raise RuntimeError

    async with running(store, bits, observe=explode) as ledger:
        await ledger.record(entry())
        await died.wait()
        with pytest.raises(LedgerUnavailable):
            await ledger.record(entry())
        assert not ledger.open


async def test_a_ledger_that_stops_refuses_all_who_wait(store: Store, bits: Bits) -> None:
    stuck = Stuck(store)
    ledger = Ledger(stuck, lambda: bits)
    ledger.start()
    first = asyncio.create_task(ledger.record(entry()))
    await stuck.asked.wait()
    second = asyncio.create_task(ledger.record(entry()))
    await asyncio.sleep(0)
    await ledger.stop()
    told = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(each) for each in told] == [LedgerUnavailable, LedgerUnavailable]
    with pytest.raises(LedgerUnavailable):
        await ledger.record(entry())


async def test_nobody_waits_longer_than_twice_the_patience(store: Store, bits: Bits) -> None:
    ledger = Ledger(Stuck(store), lambda: bits, patience=0.01)
    ledger.start()
    told = await asyncio.gather(*(ledger.record(entry()) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in told] == [LedgerUnavailable] * 3
    await ledger.stop()


async def test_two_processes_that_number_accesses_alike_both_get_theirs_recorded(
    store: Store, bits: Bits, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter((5, 5, 6, 7))
    monkeypatch.setattr("models.ledger.rows.randbits", lambda _bits: next(numbers))
    at = NOW.replace(year=2030)
    async with running(store, bits) as one, running(store, bits) as other:
        await one.record(entry(client="alike", at=at))
        await other.record(entry(client="alike", at=at))
    assert await elsewhere(database_url, "SELECT count(*) FROM accesses WHERE client = 'alike'") == [(2,)]


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 4, 5, 7, 10, 15, 25, 50, 100])
async def test_whoever_goes_away_in_the_middle_of_a_change_leaves_the_ledger_free(
    store: Store, bits: Bits, turns: int
) -> None:
    beside = Ledger(store, lambda: bits)

    async def change() -> None:
        async with store.transaction() as transaction:
            await beside.record_within(transaction, entry(client="gone", at=datetime.now(UTC)))

    for _ in range(5):
        changing = asyncio.create_task(change())
        for _ in range(turns):
            await asyncio.sleep(0)
        changing.cancel()
        (told,) = await asyncio.gather(changing, return_exceptions=True)
        assert told is None or isinstance(told, asyncio.CancelledError | StoreUnavailable)
    async with running(store, bits) as ledger:
        await ledger.record(entry())


async def test_a_record_beside_a_change_is_undone_with_it(
    store: Store, bits: Bits, database_url: str
) -> None:
    ledger = Ledger(store, lambda: bits)
    undone = entry(client="undone")
    with suppress(RuntimeError):
        async with store.transaction() as transaction:
            await ledger.record_within(transaction, undone)
            raise RuntimeError
    assert await elsewhere(database_url, "SELECT count(*) FROM accesses WHERE client = 'undone'") == [(0,)]
    async with store.transaction() as transaction:
        await ledger.record_within(transaction, undone)
    assert await elsewhere(database_url, "SELECT count(*) FROM accesses WHERE client = 'undone'") == [(1,)]


@pytest.fixture
async def changes(database_url: str) -> str:
    """A table to be changed beside the ledger; how many changes were made is asked so."""
    await elsewhere(database_url, "CREATE TABLE IF NOT EXISTS changes (n int)")
    await elsewhere(database_url, "DELETE FROM changes")
    return "SELECT count(*) FROM changes"


async def change(store: Store, ledger: Ledger, one: Entry) -> None:
    async with store.transaction() as transaction:
        await transaction.execute("INSERT INTO changes (n) VALUES (1)", {})
        await ledger.record_within(transaction, one)


async def test_a_change_whose_number_another_process_took_is_made_under_another_number(
    store: Store, bits: Bits, database_url: str, changes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter((5, 5, 6))
    monkeypatch.setattr("models.ledger.rows.randbits", lambda _bits: next(drawn))
    several = [entry(client="numbered", at=NOW.replace(year=2031), groups=(group(21),)) for _ in range(2)]
    async with opened(database_url, pool_size=2) as theirs:
        await change(store, Ledger(store, lambda: bits), several[0])
        await change(theirs, Ledger(theirs, lambda: bits), several[1])
    assert next(drawn, None) is None
    assert await elsewhere(database_url, changes) == [(2,)]
    seen = await elsewhere(database_url, "SELECT id, request_id FROM accesses WHERE client = 'numbered'")
    assert {request for _, request in seen} == {one.request_id for one in several}
    people = await elsewhere(database_url, "SELECT accesses FROM access_people WHERE ref = 21")
    assert {number for (packed,) in people for number in unpack(packed)} == {number for number, _ in seen}


async def test_a_change_for_which_no_number_is_free_is_undone_and_told_as_unavailable(
    store: Store, bits: Bits, database_url: str, changes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.ledger.rows.randbits", lambda _bits: 5)
    crowded = entry(client="crowded", at=NOW.replace(year=2032))
    first = Ledger(store, lambda: bits)
    for _ in range(TRIES):
        await change(store, first, crowded)
    with pytest.raises(LedgerUnavailable):
        await change(store, Ledger(store, lambda: bits), crowded)
    assert await elsewhere(database_url, changes) == [(TRIES,)]
    seen = await elsewhere(database_url, "SELECT count(*) FROM accesses WHERE client = 'crowded'")
    assert seen == [(TRIES,)]


async def test_the_number_of_a_field_is_given_once_and_never_to_another(store: Store, bits: Bits) -> None:
    before = {path: bits.word(path) for path in FIELDS}
    more = await load_bits(store, ["User.answers.new", "User.id"])
    assert {path: more.word(path) for path in FIELDS} == before
    assert more.word("User.answers.new") not in before.values()
    again = await load_bits(store, ["User.answers.newer"])
    assert again.word("User.answers.new") == more.word("User.answers.new")
    assert again.word("User.answers.newer") not in {*before.values(), more.word("User.answers.new")}
    assert again.paths(again.hex(frozenset({"User.answers.new", "User.id"}))) == (
        "User.id",
        "User.answers.new",
    )


@pytest.mark.parametrize("new", [[f"User.answers.raced{each}" for each in range(5)]])
async def test_two_processes_that_meet_new_fields_at_once_number_them_alike(
    store: Store, new: list[str]
) -> None:
    first, second = await asyncio.gather(load_bits(store, new), load_bits(store, reversed(new)))
    numbers = [first.word(path) for path in new]
    assert numbers == [second.word(path) for path in new]
    assert len(set(numbers)) == len(new)


@pytest.mark.parametrize(
    ("created", "last"),
    [
        (date(2018, 2, 1), date(2021, 2, 1)),
        (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2025, 2, 28), date(2028, 2, 28)),
        (date(2026, 12, 31), date(2029, 12, 31)),
    ],
)
def test_a_record_of_provision_is_kept_three_years_that_day_included(created: date, last: date) -> None:
    assert retain_until(created) == last
