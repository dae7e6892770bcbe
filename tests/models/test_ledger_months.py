"""The months of the ledger: made ahead and once, filled by time, closed to change, and dropped whole."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from api.settings import CHECKOUT
from benchmarks.postgres import execute
from models.catalogue import FIELDS
from models.database.opening import SQLITE, migrate, opened
from models.database.store import Store, StoreUnavailable, WrongValue
from models.ledger.bits import Bits, load_bits
from models.ledger.history import AccessQuery, History, ProvisionQuery
from models.ledger.months import AHEAD, PARTED, LedgerMonths, Month, bound, make_months, months, stray
from models.ledger.rows import LARGEST_ID, first_id, provision_id
from policies.edition import Edition
from tests.models.test_ledger import elsewhere, entry, group, provision, running
from tests.world import world

NOON = datetime(2031, 11, 22, 3, 0, tzinfo=UTC)
"""A time that no other test writes at."""


@pytest.fixture(scope="module")
async def store(database_url: str) -> AsyncIterator[Store]:
    await migrate(database_url)
    async with opened(database_url, pool_size=6, patience=20) as made:
        yield made


@pytest.fixture(scope="module")
async def bits(store: Store) -> Bits:
    return await load_bits(store, FIELDS)


@pytest.fixture
def on_postgres(database_url: str) -> bool:
    return not database_url.startswith(SQLITE)


WRITING = """
INSERT INTO accesses (id, at, request_id, client, role, edition, outcome, users, arguments, touched, groups, refs)
SELECT $1, at, 'another', client, role, edition, outcome, users, arguments, touched, groups, refs
FROM accesses_2031_11 WHERE request_id = $2
"""


def names(moment: datetime, ahead: int = AHEAD) -> set[str]:
    return {month.partition(table) for month in months(moment, ahead) for table in PARTED}


async def rows_in(database_url: str, table: str) -> int:
    found: int = (await elsewhere(database_url, f"SELECT count(*) FROM {table}"))[0][0]
    return found


async def record(store: Store, bits: Bits, at: datetime, ref: int) -> str:
    """An access at this time of one person, and its provision; its request."""
    one = entry(at=at, groups=(group(ref),), provisions=(provision(ref),))
    async with running(store, bits) as ledger:
        await ledger.record(one)
    return one.request_id


def test_months_follow_one_another_over_the_end_of_a_year() -> None:
    made = list(months(NOON, ahead=3))
    assert made == [Month(2031, 11), Month(2031, 12), Month(2032, 1), Month(2032, 2)]
    assert [each.partition("accesses") for each in made[1:3]] == ["accesses_2031_12", "accesses_2032_01"]


def test_on_the_first_day_of_a_month_the_last_one_is_there_for_what_began_before_midnight() -> None:
    first = datetime(2032, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert list(months(first, ahead=0)) == [Month(2031, 12), Month(2032, 1)]
    assert list(months(first + timedelta(days=1), ahead=0)) == [Month(2032, 1)]


def test_a_month_begins_with_the_first_key_that_its_first_moment_can_have() -> None:
    december = Month(2031, 12)
    number = first_id(december.first)
    assert bound("accesses", december) == str(number)
    before, after = provision_id(number - 1, LARGEST_ID), provision_id(number, 0)
    assert before < bound("provisions", december).strip("'") <= after
    assert before < after < provision_id(number, 1) < provision_id(number + 1, 0)


async def test_each_row_stands_in_the_month_of_its_time_and_histories_run_over_months(
    store: Store, bits: Bits, database_url: str, on_postgres: bool
) -> None:
    made = await make_months(store, NOON)
    assert set(made) == (names(NOON) if on_postgres else set())
    assert await make_months(store, NOON) == []
    turn = Month(2031, 12).first
    asked = [
        await record(store, bits, at, 7001)
        for at in (NOON, turn - timedelta(milliseconds=1), turn, turn + timedelta(days=40))
    ]
    history = History(store, bits)
    assert [each.request_id for each in await history.accesses(AccessQuery(ref=7001))] == asked[::-1]
    assert len(await history.provisions(ProvisionQuery(ref=7001))) == 4
    assert len(await history.provisions(ProvisionQuery(ref=7001, since=turn))) == 2
    assert len(await history.provisions(ProvisionQuery(ref=7001, until=turn))) == 2
    if on_postgres:
        for table in PARTED:
            counts = [
                await rows_in(database_url, f"{table}_{month}") for month in ("2031_11", "2031_12", "2032_01")
            ]
            assert counts == [2, 1, 1], table
            assert await rows_in(database_url, f"{table}_default") == 0
    assert not await stray(store)


@pytest.mark.parametrize("table", PARTED)
@pytest.mark.parametrize("act", ["UPDATE {part} SET ref = 1", "DELETE FROM {part}", "TRUNCATE {part}"])
async def test_a_month_is_closed_to_change_even_by_its_own_name(  # noqa: PLR0913, PLR0917 - fixtures and cases
    store: Store, bits: Bits, database_url: str, on_postgres: bool, table: str, act: str
) -> None:
    if not on_postgres:
        assert await make_months(store, NOON) == []
        return
    await make_months(store, NOON)
    await record(store, bits, NOON, 7002)
    act = act.replace("ref = 1", "recipient = 'x'")
    for part in (table, f"{table}_2031_11", f"{table}_default"):
        before = await rows_in(database_url, part)
        if part.endswith("default") and "TRUNCATE" not in act:
            continue  # nothing stands in it, and so nothing is changed
        with pytest.raises(asyncpg.RaiseError, match=f"{table} only grows"):
            await elsewhere(database_url, act.format(part=part))
        assert await rows_in(database_url, part) == before


async def test_what_belongs_to_no_month_is_kept_closed_to_change_found_and_told(
    store: Store, bits: Bits, database_url: str, on_postgres: bool
) -> None:
    looks: list[tuple[bool, bool]] = []
    strange = NOON.replace(year=2055)
    keeper = LedgerMonths(store, lambda: NOON, observe=lambda *told: looks.append(told))
    assert await keeper.look()
    asked = await record(store, bits, strange, 7003)
    found = await History(store, bits).accesses(AccessQuery(ref=7003))
    assert [each.request_id for each in found] == [asked]
    assert await keeper.look()
    assert looks == [(True, False), (True, on_postgres)]
    if on_postgres:
        with pytest.raises(asyncpg.RaiseError, match="accesses only grows"):
            await elsewhere(database_url, "DELETE FROM accesses_default")
        later = LedgerMonths(store, lambda: strange, observe=lambda *told: looks.append(told))
        assert not await later.look()
        assert looks[-1] == (False, True)
        with pytest.raises(WrongValue):
            await make_months(store, strange)


async def test_the_docs_tell_how_stray_rows_come_into_their_month(
    store: Store, bits: Bits, database_url: str, on_postgres: bool
) -> None:
    if not on_postgres:
        return
    lost = NOON.replace(year=2060)
    asked = await record(store, bits, lost, 7006)
    page = (CHECKOUT / "docs" / "operating.md").read_text(encoding="utf-8")
    (told,) = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    apart, back = told.split("-- start one gateway, which makes the months; then\n")
    for table in PARTED:
        await execute(database_url, apart.replace("accesses", table))
    for year in (2055, 2060):  # that of another test, and this one's
        await make_months(store, NOON.replace(year=year))
    for table in PARTED:
        await execute(database_url, back.replace("accesses", table))
    assert not await stray(store)
    assert await rows_in(database_url, "accesses_2060_11") == 1
    assert [each.request_id for each in await History(store, bits).accesses(AccessQuery(ref=7006))] == [asked]
    for act in ("TRUNCATE accesses_default", "DELETE FROM accesses_2060_11"):
        with pytest.raises(asyncpg.RaiseError, match="accesses only grows"):
            await elsewhere(database_url, act)


async def test_many_processes_at_once_make_each_month_once(store: Store, on_postgres: bool) -> None:
    far = NOON.replace(year=2040)
    made = await asyncio.gather(*(make_months(store, far) for _ in range(5)))
    assert sorted(name for each in made for name in each) == sorted(names(far) if on_postgres else set())


async def test_a_month_is_dropped_whole_and_the_others_stay(
    store: Store, bits: Bits, database_url: str, on_postgres: bool
) -> None:
    if not on_postgres:
        return
    old = NOON.replace(year=2035)
    await make_months(store, old)
    gone = await record(store, bits, old, 7004)
    stays = await record(store, bits, old + timedelta(days=30), 7004)
    assert gone != stays
    await elsewhere(database_url, "DROP TABLE accesses_2035_11, provisions_2035_11")
    history = History(store, bits)
    assert [each.request_id for each in await history.accesses(AccessQuery(ref=7004))] == [stays]
    assert len(await history.provisions(ProvisionQuery(ref=7004))) == 1


async def test_a_month_is_made_while_others_write(
    store: Store, bits: Bits, database_url: str, on_postgres: bool
) -> None:
    if not on_postgres:
        return
    await make_months(store, NOON)
    asked = await record(store, bits, NOON, 7005)
    other = await asyncpg.connect(database_url)
    try:
        async with other.transaction():
            await other.execute(WRITING, first_id(NOON) + 1, asked)
            made = await make_months(store, NOON.replace(year=2045))
        assert set(made) == names(NOON.replace(year=2045))
    finally:
        await other.close()


async def test_a_database_that_does_not_let_months_be_made_stops_nobody(
    store: Store, on_postgres: bool
) -> None:
    class Refusing(Store):
        dialect = store.dialect
        append = close = transaction = None  # type: ignore[assignment]

        async def rows(self, *_: object) -> list[object]:
            raise StoreUnavailable("not now")

    looks: list[tuple[bool, bool]] = []
    keeper = LedgerMonths(Refusing(), lambda: NOON, observe=lambda *told: looks.append(told))
    await keeper.start()
    await keeper.stop()
    assert looks == ([] if on_postgres else [(True, False)])


async def test_an_open_house_has_the_months_that_are_coming(
    database_url: str, edition: Edition, tmp_path: Path, on_postgres: bool
) -> None:
    async with world(database_url, tmp_path, edition, people=9) as made:
        if on_postgres:
            sql = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^(accesses|provisions)_'"
            there = {name for (name,) in await elsewhere(database_url, sql)}
            assert names(datetime.now(UTC)) <= there
        text = made.house.metrics.text()
        assert b"mokuteki_ledger_outside_months " in text
