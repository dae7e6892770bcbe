"""The ledger read back: one person's history is whole at every moment, and every question finds all it names."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.catalogue import FIELDS
from models.database.opening import migrate, opened
from models.database.store import Reader, Row, Store
from models.ledger.access import Outcome
from models.ledger.bits import Bits, load_bits
from models.ledger.entry import Entry, Group
from models.ledger.history import AccessQuery, History, ProvisionQuery
from models.ledger.index import LedgerIndex
from models.ledger.ledger import Ledger
from models.ledger.rows import DIRECT
from policies.known import Known
from tests.models.test_ledger import entry, group, provision, running

NOON = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
async def store(database_url: str) -> AsyncIterator[Store]:
    await migrate(database_url)
    async with opened(database_url, pool_size=3) as made:
        yield made


@pytest.fixture(scope="module")
async def bits(store: Store) -> Bits:
    return await load_bits(store, FIELDS)


@pytest.fixture(scope="module")
async def ledger(store: Store, bits: Bits) -> AsyncIterator[Ledger]:
    async with running(store, bits) as made:
        yield made


@pytest.fixture
def history(store: Store, bits: Bits) -> History:
    return History(store, bits)


async def found(history: History, **asked: Any) -> list[str]:
    return [each.request_id for each in await history.accesses(AccessQuery(**asked))]


def crowd(first: int) -> Group:
    """More people than enter the index at once."""
    return group(*range(first, first + DIRECT + 4))


class Meanwhile(Reader):
    """A reader during whose statements something else happens, before one of them."""

    def __init__(self, store: Store, index: LedgerIndex, before: int) -> None:
        self.dialect = store.dialect
        self.store = store
        self.index = index
        self.before = before

    async def rows(self, text: str, args: Sequence[Any]) -> Sequence[Row]:
        if self.before == 0:
            await self.index.move()
        self.before -= 1
        return await self.store.rows(text, args)


async def test_an_access_to_many_is_in_each_ones_history_before_and_after_the_index(
    store: Store, ledger: Ledger, history: History
) -> None:
    index = LedgerIndex(store, resting=lambda _seconds: True)
    one = entry(groups=(crowd(1000),))
    await ledger.record(one)
    assert await found(history, ref=1003) == [one.request_id]
    assert await index.move() == 1
    assert await index.move() == 0
    assert await found(history, ref=1003) == [one.request_id]
    assert await found(history, ref=999) == []


async def test_who_was_named_in_vain_has_it_in_their_history_though_nothing_of_them_was_told(
    store: Store, ledger: Ledger, history: History
) -> None:
    index = LedgerIndex(store, resting=lambda _seconds: True)
    few = entry(groups=(group(8001),), sought=(8002,))
    many = entry(groups=(group(8001),), sought=tuple(range(8002, 8003 + DIRECT)))
    for one in (few, many):
        await ledger.record(one)
    for _ in range(2):
        assert await found(history, ref=8002) == [many.request_id, few.request_id]
        assert await found(history, ref=8002 + DIRECT) == [many.request_id]
        await index.move()
    for record in await history.accesses(AccessQuery(ref=8002)):
        assert record.users == 1
        assert [each.ref for each in record.releases] == [8001]
        assert [each.ref for each in record.of(8001)] == [8001]
        assert record.of(8002) == ()


async def test_who_is_hidden_stands_among_those_named_in_vain(ledger: Ledger, history: History) -> None:
    known = Known(standing="noticed+held", guard="Query.users")
    unseen = Group(frozenset(), frozenset(), (), (8201, 8202), known=known)
    one = entry(groups=(group(8200),), hidden=(unseen,), sought=(8203,))
    await ledger.record(one)
    for ref in range(8200, 8204):
        assert await found(history, ref=ref) == [one.request_id]
    (record,) = await history.accesses(AccessQuery(ref=8202))
    assert (record.users, [each.ref for each in record.releases]) == (1, [8200])
    assert [record.of(ref) for ref in range(8201, 8204)] == [(), (), ()]
    assert len(record.of(8200)) == 1


async def test_an_access_that_told_of_nobody_but_named_many_waits_for_the_index_like_one_of_many(
    store: Store, ledger: Ledger, history: History
) -> None:
    one = entry(sought=tuple(range(8100, 8101 + DIRECT)))
    await ledger.record(one)
    assert await history_rows(store, 8100) == 0
    assert await found(history, ref=8100) == [one.request_id]
    assert await LedgerIndex(store, resting=lambda _seconds: True).move() == 1
    assert await history_rows(store, 8100) == 1


async def history_rows(store: Store, ref: int) -> int:
    rows = await store.fetch("SELECT count(*) FROM access_people WHERE ref = :ref", {"ref": ref})
    return int(rows[0][0])


@pytest.mark.parametrize("before", range(3))
async def test_an_access_that_enters_the_index_while_a_history_is_read_is_not_missed(
    store: Store, ledger: Ledger, bits: Bits, before: int
) -> None:
    index = LedgerIndex(store, resting=lambda _seconds: True)
    one = entry(groups=(crowd(2000 + 100 * before),))
    await ledger.record(one)
    reader = Meanwhile(store, index, before)
    assert await found(History(reader, bits), ref=2001 + 100 * before) == [one.request_id]


async def test_the_index_moves_by_itself_and_loses_nobody(
    store: Store, ledger: Ledger, history: History
) -> None:
    index = LedgerIndex(store, resting=lambda _seconds: True, rest=0.001)
    several = [entry(groups=(crowd(5000),)) for _ in range(20)]
    index.start()
    try:
        for one in several:
            await ledger.record(one)
            assert one.request_id in await found(history, ref=5001)
        while (await store.fetch("SELECT count(*) FROM access_tail", {}))[0][0]:  # noqa: ASYNC110 - another task moves
            await asyncio.sleep(0)
    finally:
        await index.stop()
    assert await found(history, ref=5001) == [one.request_id for one in reversed(several)]


async def test_an_index_that_is_stopped_at_its_work_stops(store: Store, ledger: Ledger) -> None:
    for turns in range(40):
        await ledger.record(entry(groups=(crowd(7000),)))
        index = LedgerIndex(store, resting=lambda _seconds: True, rest=0)
        index.start()
        for _ in range(turns):
            await asyncio.sleep(0)
        async with asyncio.timeout(5):
            await index.stop()
    while await index.move():
        """Until the tail is empty."""


async def test_two_indexes_at_once_enter_nobody_twice(store: Store, ledger: Ledger, history: History) -> None:
    several = [entry(groups=(crowd(6000),)) for _ in range(10)]
    for one in several:
        await ledger.record(one)
    first, second = (LedgerIndex(store, resting=lambda _seconds: True) for _ in range(2))
    moved = await asyncio.gather(first.move(), second.move())
    assert sum(moved) == 10
    assert await found(history, ref=6001) == [one.request_id for one in reversed(several)]


DIFFERENT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "client": ({"client": "f-client"}, {"client": "f-client"}),
    "purpose": ({"purpose": "f-purpose"}, {"purpose": "f-purpose"}),
    "recipient": ({"recipient": "f-recipient"}, {"recipient": "f-recipient"}),
    "outcome": ({"outcome": Outcome.PARTLY}, {"outcome": "PARTLY"}),
    "an argument": ({"arguments": frozenset({"User.email"})}, {"field": "User.email"}),
    "a released field": (
        {"groups": (Group(frozenset({"User.birthDate"}), frozenset(), (), (7,)),)},
        {"field": "User.birthDate"},
    ),
    "a withheld field": (
        {"groups": (Group(frozenset(), frozenset({"User.registeredAt"}), (), (8,)),)},
        {"field": "User.registeredAt"},
    ),
    "a user named in vain": ({"sought": (78,)}, {"ref": 78}),
    "a person": ({"groups": (group(77),)}, {"ref": 77}),
    "since": ({"at": NOON + timedelta(days=1)}, {"since": NOON + timedelta(days=1)}),
}


@pytest.mark.parametrize(("more", "asked"), DIFFERENT.values(), ids=DIFFERENT)
async def test_a_question_finds_what_it_names_and_nothing_else(
    ledger: Ledger, history: History, more: dict[str, Any], asked: dict[str, Any]
) -> None:
    one, other = entry(**more), entry()
    await ledger.record(other)
    await ledger.record(one)
    assert await found(history, **asked) == [one.request_id]
    assert await found(history, request_id=one.request_id, **asked) == [one.request_id]
    assert await found(history, request_id=other.request_id, **asked) == []


async def test_a_field_that_never_was_finds_nothing(history: History) -> None:
    assert await found(history, field="User.nothing") == []


async def test_a_number_is_not_found_inside_a_longer_one(
    ledger: Ledger, history: History, bits: Bits
) -> None:
    short = next(path for path in FIELDS if bits.word(path) == " 1 ")
    long = next(path for path in FIELDS if bits.word(path) == " 11 ")
    one = entry(client="inside", arguments=frozenset({long}))
    await ledger.record(one)
    assert await found(history, client="inside", field=long) == [one.request_id]
    assert await found(history, client="inside", field=short) == []


async def test_a_slow_operation_is_found_by_the_time_it_was_asked(ledger: Ledger, history: History) -> None:
    began = NOON + timedelta(days=2)
    quick, slow = entry(client="pace", at=began + timedelta(seconds=30)), entry(client="pace", at=began)
    await ledger.record(quick)
    await ledger.record(slow)
    second = timedelta(seconds=1)
    assert await found(history, client="pace", until=began + second) == [slow.request_id]
    assert await found(history, client="pace", since=began, until=began + second) == [slow.request_id]
    assert await found(history, client="pace", since=began + second) == [quick.request_id]


async def test_since_is_included_and_until_is_not(ledger: Ledger, history: History) -> None:
    began = NOON + timedelta(days=3)
    several = [entry(client="edge", at=began + timedelta(microseconds=each)) for each in range(3)]
    for one in several:
        await ledger.record(one)
    asked = {"client": "edge", "since": several[1].at, "until": several[2].at}
    assert await found(history, **asked) == [several[1].request_id]


async def test_pages_are_newest_first_without_gaps_or_repeats(ledger: Ledger, history: History) -> None:
    several = [entry(client="paged", at=NOON + timedelta(milliseconds=each // 10)) for each in range(50)]
    for one in several:
        await ledger.record(one)
    seen: list[str] = []
    before: int | None = None
    while page := await history.accesses(AccessQuery(client="paged", before=before, limit=7)):
        seen += [each.request_id for each in page]
        before = page[-1].id
    assert seen == [one.request_id for one in reversed(several)]


async def test_numbers_rise_even_when_the_clock_goes_back(ledger: Ledger, history: History) -> None:
    several: list[Entry] = [entry(client="clock", at=NOON - timedelta(hours=each)) for each in range(5)]
    for one in several:
        await ledger.record(one)
    assert await found(history, client="clock") == [one.request_id for one in reversed(several)]


async def test_what_was_given_is_read_back_person_by_person(ledger: Ledger, history: History) -> None:
    other = Group(frozenset({"User.id", "User.email"}), frozenset(), ("SELF",), (91, 92))
    one = entry(client="told", groups=(group(90), other), arguments=frozenset({"User.phone"}))
    await ledger.record(one)
    (record,) = await history.accesses(AccessQuery(client="told"))
    assert (record.users, record.arguments, record.at) == (3, ("User.phone",), one.at)
    told = {each.ref: (set(each.released), each.withheld, each.basis) for each in record.releases}
    assert told == {
        90: ({"User.id"}, ("User.phone",), ("CONSENT",)),
        91: ({"User.id", "User.email"}, (), ("SELF",)),
        92: ({"User.id", "User.email"}, (), ("SELF",)),
    }


async def test_provisions_are_found_by_person_recipient_and_time(ledger: Ledger, history: History) -> None:
    first = entry(at=NOON + timedelta(days=5), provisions=(provision(301), provision(302)))
    later = entry(at=NOON + timedelta(days=6), provisions=(replace(provision(301), recipient="employer-b"),))
    for one in (first, later):
        await ledger.record(one)

    async def given(**asked: Any) -> list[tuple[int, str]]:
        return [(each.ref, each.recipient) for each in await history.provisions(ProvisionQuery(**asked))]

    assert await given(ref=301) == [(301, "employer-b"), (301, "employer-a")]
    assert await given(ref=301, recipient="employer-a") == [(301, "employer-a")]
    assert await given(since=later.at) == [(301, "employer-b")]
    assert sorted(await given(since=first.at, until=later.at)) == [(301, "employer-a"), (302, "employer-a")]


async def test_people_whose_references_begin_alike_each_have_their_provision(
    ledger: Ledger, history: History
) -> None:
    alike = (0x7123_4567_89AB_CDE1, 0x7123_4567_89AB_CDE2)
    await ledger.record(entry(provisions=tuple(provision(ref) for ref in alike)))
    for ref in alike:
        (one,) = await history.provisions(ProvisionQuery(ref=ref))
        assert one.ref == ref
