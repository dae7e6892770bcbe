"""Records of provision are kept to the last day of their term, and what goes after it goes on record."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random

import asyncpg
import pytest

from models.catalogue import FIELDS
from models.database.opening import migrate, opened
from models.database.store import Store, StoreUnavailable
from models.day import JAPAN, today_in_japan
from models.ledger.bits import Bits, load_bits
from models.ledger.history import History, ProvisionQuery
from models.provisions.purge import due, purge, runs
from models.provisions.retention import ProvisionMethod, method_of, purgeable, retain_until
from tests.models.test_ledger import elsewhere, entry, provision, running

INDIVIDUAL, BULK, CONTRACT = ProvisionMethod.INDIVIDUAL, ProvisionMethod.BULK, ProvisionMethod.CONTRACT
REFS = count(1)


@pytest.fixture(scope="module")
async def store(database_url: str) -> AsyncIterator[Store]:
    await migrate(database_url)
    async with opened(database_url, pool_size=3, patience=20) as made:
        yield made


@pytest.fixture(scope="module")
async def bits(store: Store) -> Bits:
    return await load_bits(store, FIELDS)


@pytest.fixture(autouse=True)
async def _nothing_else_is_due(store: Store) -> None:
    """What the test before left over."""
    await purge(store, by="cli:before", clock=lambda: datetime.now(UTC))


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), JAPAN)


def today() -> date:
    return today_in_japan(datetime.now(UTC))


async def provided(
    store: Store, bits: Bits, *days: date, method: ProvisionMethod = INDIVIDUAL, ref: int | None = None
) -> int:
    """A person of whom employer-a was given something on each of these days; their reference."""
    ref = next(REFS) if ref is None else ref
    for day in days:
        one = replace(provision(ref), method=method, retain_until=retain_until(day, method))
        async with running(store, bits) as ledger:
            await ledger.record(entry(at=noon(day), provisions=(one,)))
    return ref


async def kept(store: Store, bits: Bits, ref: int) -> int:
    return len(await History(store, bits).provisions(ProvisionQuery(ref=ref)))


async def due_on(store: Store, day: date) -> int:
    return sum(each.records for each in await due(store, day))


@pytest.mark.parametrize(
    ("counted_from", "method", "last"),
    [
        (date(2018, 2, 1), INDIVIDUAL, date(2021, 2, 1)),
        (date(2024, 2, 29), BULK, date(2027, 2, 28)),
        (date(2025, 6, 30), CONTRACT, date(2026, 6, 30)),
        (date(2024, 2, 29), CONTRACT, date(2025, 2, 28)),
        (date(2028, 2, 29), INDIVIDUAL, date(2031, 2, 28)),
        (date(2025, 2, 28), BULK, date(2028, 2, 28)),
        (date(2027, 2, 28), CONTRACT, date(2028, 2, 28)),
        (date(2026, 12, 31), INDIVIDUAL, date(2029, 12, 31)),
    ],
)
def test_a_record_is_kept_to_its_last_day_that_day_included(
    counted_from: date, method: ProvisionMethod, last: date
) -> None:
    assert retain_until(counted_from, method) == last
    assert not purgeable(last, last)
    assert purgeable(last, last + timedelta(days=1))


@pytest.mark.parametrize(
    ("named", "contract", "consented", "made"),
    [
        (INDIVIDUAL, "A-1", True, INDIVIDUAL),
        (BULK, "", False, BULK),
        (CONTRACT, "A-1", True, CONTRACT),
        (CONTRACT, "A-1", False, INDIVIDUAL),
        (CONTRACT, " ", True, INDIVIDUAL),
    ],
)
def test_a_contract_stands_in_for_a_record_only_where_there_is_one_and_with_consent(
    named: ProvisionMethod, contract: str, consented: bool, made: ProvisionMethod
) -> None:
    assert method_of(named, contract, consented=consented) is made


async def test_a_record_made_on_2018_02_01_is_purgeable_from_2021_02_02_and_not_before(
    store: Store, bits: Bits
) -> None:
    ref = await provided(store, bits, date(2018, 2, 1))
    history = History(store, bits)
    for day, goes in ((date(2021, 2, 1), False), (date(2021, 2, 2), True)):
        assert await due_on(store, day) == goes
        found = await history.provisions(ProvisionQuery(ref=ref, purgeable=True, today=day))
        assert [each.retain_until for each in found] == [date(2021, 2, 1)] * goes
        assert len(await history.provisions(ProvisionQuery(ref=ref, purgeable=False, today=day))) == 1 - goes
    assert await purge(store, by="cli:yamada", clock=lambda: noon(date(2021, 2, 1))) == 0
    assert await kept(store, bits, ref) == 1
    assert await purge(store, by="cli:yamada", clock=lambda: datetime.now(UTC)) == 1
    assert await kept(store, bits, ref) == 0


async def test_records_made_together_are_kept_until_the_term_of_the_last_is_over(
    store: Store, bits: Bits
) -> None:
    days = (date(2020, 1, 10), date(2021, 3, 1), date(2024, 2, 29))
    ref = await provided(store, bits, *days, method=BULK)
    assert await due_on(store, date(2027, 2, 28)) == 0
    assert await due_on(store, date(2027, 3, 1)) == 3
    found = await History(store, bits).provisions(ProvisionQuery(ref=ref))
    assert {each.retain_until for each in found} == {date(2027, 2, 28)}
    assert {(each.first_at, each.last_at) for each in found} == {(noon(days[0]), noon(days[-1]))}
    single = await provided(store, bits, days[0])
    another = await provided(store, bits, days[0], method=BULK)
    assert await due_on(store, date(2027, 2, 28)) == 2
    assert await purge(store, by="cli:yamada", clock=lambda: datetime.now(UTC)) == 2
    assert [await kept(store, bits, each) for each in (ref, single, another)] == [3, 0, 0]


async def test_a_contract_keeps_its_records_for_a_year_from_the_last_provision(
    store: Store, bits: Bits
) -> None:
    ref = await provided(store, bits, date(2024, 5, 1), date(2025, 6, 30), method=CONTRACT)
    assert await due_on(store, date(2026, 6, 30)) == 0
    assert await due_on(store, date(2026, 7, 1)) == 2
    (one,) = await History(store, bits).provisions(ProvisionQuery(ref=ref, limit=1))
    assert one.retain_until == date(2026, 6, 30)


NOTE = """INSERT INTO provision_purges (id, run, at, on_day, by, due_on, first_id, last_id, records)
SELECT 'n' || substr(MIN(p.id), 2), 'by hand', '2026-11-22 03:00:00+00:00', {on_day}, 'cli:x', {due_on}, MIN(p.id), MAX(p.id), 1
FROM provisions p WHERE p.ref = {ref}"""


def quoted(day: date) -> str:
    return f"'{day.isoformat()}'"


async def note(url: str, ref: int, *, on_day: date, due_on: date) -> None:
    """Put the removal of a person's records on record by hand."""
    await elsewhere(url, NOTE.format(ref=ref, on_day=quoted(on_day), due_on=quoted(due_on)))


async def removal_is_refused(url: str, ref: int) -> bool:
    try:
        await elsewhere(url, f"DELETE FROM provisions WHERE ref = {ref}")
    except (sqlite3.Error, asyncpg.PostgresError) as error:
        return "provisions only grows" in str(error)
    return False


async def test_the_database_itself_keeps_a_record_through_its_last_day(
    store: Store, bits: Bits, database_url: str
) -> None:
    day = today()
    ends = {"today": day, "yesterday": day - timedelta(days=1)}
    refs = {}
    for name, end in ends.items():
        refs[name] = next(REFS)
        one = replace(provision(refs[name]), retain_until=end)
        async with running(store, bits) as ledger:
            await ledger.record(entry(at=noon(date(2022, 1, 1)), provisions=(one,)))
        await note(database_url, refs[name], on_day=day, due_on=day)
    assert await removal_is_refused(database_url, refs["today"])
    assert not await removal_is_refused(database_url, refs["yesterday"])
    assert [await kept(store, bits, ref) for ref in refs.values()] == [1, 0]


async def test_a_record_does_not_go_unrecorded_though_its_term_is_over(
    store: Store, bits: Bits, database_url: str
) -> None:
    day, made = today(), date(2018, 2, 1)
    ref, other = await provided(store, bits, made), await provided(store, bits, made)
    assert await removal_is_refused(database_url, ref)
    await note(database_url, other, on_day=day, due_on=day)
    assert await removal_is_refused(database_url, ref)
    await note(database_url, ref, on_day=day - timedelta(days=1), due_on=day)
    assert await removal_is_refused(database_url, ref)
    early = await provided(store, bits, made)
    await note(database_url, early, on_day=day, due_on=date(2021, 1, 31))
    assert await removal_is_refused(database_url, early)
    assert not await removal_is_refused(database_url, other)
    assert [await kept(store, bits, each) for each in (ref, other, early)] == [1, 0, 1]


async def test_the_database_keeps_what_was_made_together_until_the_last_of_it_may_go(
    store: Store, bits: Bits, database_url: str
) -> None:
    ref = await provided(store, bits, date(2018, 2, 1), today(), method=BULK)
    await note(database_url, ref, on_day=today(), due_on=today())
    (first,), *_ = await elsewhere(database_url, f"SELECT MIN(id) FROM provisions WHERE ref = {ref}")
    with pytest.raises((sqlite3.Error, asyncpg.PostgresError), match="provisions only grows"):
        await elsewhere(database_url, f"DELETE FROM provisions WHERE id = '{first}'")
    assert await kept(store, bits, ref) == 2


@pytest.mark.parametrize("act", ["UPDATE provision_purges SET by = 'x'", "DELETE FROM provision_purges"])
async def test_what_was_removed_stays_on_record(
    store: Store, bits: Bits, database_url: str, act: str
) -> None:
    await provided(store, bits, date(2018, 2, 1))
    await purge(store, by="cli:yamada", clock=lambda: datetime.now(UTC))
    before = await elsewhere(database_url, "SELECT * FROM provision_purges")
    with pytest.raises((sqlite3.Error, asyncpg.PostgresError), match="provision_purges only grows"):
        await elsewhere(database_url, act)
    assert await elsewhere(database_url, "SELECT * FROM provision_purges") == before


class Stopped(Exception):  # noqa: N818 - it names the state
    """The purge was stopped amid its work."""


async def test_a_purge_that_was_stopped_is_taken_up_by_the_next_and_all_that_went_is_on_record(
    store: Store, bits: Bits
) -> None:
    refs = [await provided(store, bits, date(2018, 2, 1 + day)) for day in range(7)]
    stays = await provided(store, bits, today())
    told: list[tuple[int, int | None]] = []

    def stop(done: int, total: int | None) -> None:
        told.append((done, total))
        if done == 4:
            raise Stopped

    with pytest.raises(Stopped):
        await purge(store, by="cli:yamada", clock=lambda: datetime.now(UTC), progress=stop, most=2)
    assert told == [(2, 7), (4, 7)]
    assert await due_on(store, today()) == 3
    assert await purge(store, by="cli:sato", clock=lambda: datetime.now(UTC), most=2) == 3
    assert sum([await kept(store, bits, ref) for ref in refs]) == 0
    assert await kept(store, bits, stays) == 1
    every = await runs(store)
    last, first, *_ = every
    yesterday = today() - timedelta(days=1)
    assert (first.by, first.records, first.due_on) == ("cli:yamada", 4, yesterday)
    assert (last.by, last.records, last.due_on) == ("cli:sato", 3, yesterday)
    assert await purge(store, by="cli:sato", clock=lambda: datetime.now(UTC)) == 0
    assert await runs(store) == every


def years_on(day: date, years: int) -> date:
    """The same day of a later year; 28 February where that has no 29th."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return date(day.year + years, day.month, last)


async def test_on_every_day_just_those_may_go_whose_term_is_over(store: Store, bits: Bits) -> None:
    dice = Random(29)  # noqa: S311 - no secret
    refs = [next(REFS) for _ in range(4)]
    made: list[tuple[int, ProvisionMethod, date]] = []
    for _ in range(60):
        one = (
            dice.choice(refs),
            dice.choice(list(ProvisionMethod)),
            date(2012, 2, 29) + timedelta(dice.randrange(900)),
        )
        await provided(store, bits, one[2], method=one[1], ref=one[0])
        made.append(one)
    last = {(ref, method): max(day for *who, day in made if who == [ref, method]) for ref, method, _ in made}
    history = History(store, bits)
    for _ in range(40):
        on = date(2013, 1, 1) + timedelta(dice.randrange(1900))
        over = 0
        for ref, method, day in made:
            counted = day if method is INDIVIDUAL else last[ref, method]
            over += on > years_on(counted, 1 if method is CONTRACT else 3)
        found = [
            await history.provisions(ProvisionQuery(ref=ref, purgeable=True, today=on, limit=99))
            for ref in refs
        ]
        rest = [
            await history.provisions(ProvisionQuery(ref=ref, purgeable=False, today=on, limit=99))
            for ref in refs
        ]
        assert (sum(map(len, found)), sum(map(len, rest))) == (over, len(made) - over)
        assert all(one.retain_until < on for each in found for one in each)
        assert not [one for each in rest for one in each if one.retain_until < on]
        assert await due_on(store, on) == over


async def test_records_whose_term_is_being_moved_wait_for_the_one_that_moves_it(
    store: Store, bits: Bits
) -> None:
    ref = await provided(store, bits, date(2018, 1, 1), date(2019, 1, 1), method=ProvisionMethod.BULK)
    newer = replace(
        provision(ref), method=ProvisionMethod.BULK, retain_until=retain_until(today(), ProvisionMethod.BULK)
    )
    async with running(store, bits) as ledger, store.transaction() as transaction:
        await ledger.record_within(transaction, entry(at=datetime.now(UTC), provisions=(newer,)))
        removing = asyncio.create_task(purge(store, by="cli:x", clock=lambda: datetime.now(UTC)))
        await asyncio.wait({removing}, timeout=0.2)
        assert not removing.done()
    assert await removing == 0
    found = await History(store, bits).provisions(ProvisionQuery(ref=ref))
    assert len(found) == 3


async def test_a_purge_that_finds_nothing_due_keeps_nobody_waiting_who_provides_something(
    store: Store, bits: Bits
) -> None:
    one = replace(provision(next(REFS)), method=BULK, retain_until=retain_until(today(), BULK))
    async with running(store, bits) as ledger, store.transaction() as transaction:
        await ledger.record_within(transaction, entry(at=datetime.now(UTC), provisions=(one,)))
        async with asyncio.timeout(10):
            assert await purge(store, by="cli:x", clock=lambda: datetime.now(UTC)) == 0


async def test_purges_at_once_remove_each_record_once_and_all_of_it_is_on_record(
    store: Store, bits: Bits
) -> None:
    refs = [await provided(store, bits, date(2018, 2, 1 + day)) for day in range(12)]
    together = await provided(store, bits, date(2018, 2, 1), date(2018, 3, 1), method=BULK)
    stays = await provided(store, bits, date(2018, 2, 1), today(), method=BULK)
    before = sum(each.records for each in await runs(store))
    several = (purge(store, by=f"cli:{n}", clock=lambda: datetime.now(UTC), most=3) for n in range(3))
    removed = await asyncio.gather(*several)
    assert sum(removed) == len(refs) + 2
    assert sum(each.records for each in await runs(store)) - before == len(refs) + 2
    assert [await kept(store, bits, each) for each in (*refs, together, stays)] == [0] * 13 + [2]


async def test_a_purge_whose_clock_is_ahead_removes_nothing_early_and_leaves_no_word_of_it(
    store: Store, bits: Bits
) -> None:
    ref = next(REFS)
    one = replace(provision(ref), retain_until=today())
    async with running(store, bits) as ledger:
        await ledger.record(entry(at=noon(date(2022, 1, 1)), provisions=(one,)))
    before = await runs(store)
    assert await due_on(store, today() + timedelta(days=1)) >= 1
    with pytest.raises(StoreUnavailable):
        await purge(store, by="cli:ahead", clock=lambda: datetime.now(UTC) + timedelta(days=1))
    assert await kept(store, bits, ref) == 1
    assert await runs(store) == before
