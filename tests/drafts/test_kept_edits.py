"""The edits as they are kept: whole or not at all, only what differs written, and others have their turn meanwhile."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.database.opening import opened
from models.database.store import Row, Store, Table, Transaction, WrongValue
from models.drafts import edits as keeping
from models.drafts.edits import write_edits
from models.drafts.record import KeptEdit, read_edits
from models.register import Keeper
from models.slices import SLICE
from policies.drafts.drafting import Drafted
from policies.drafts.edits import Edit

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MANY = 8 * SLICE


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    async with opened(database_url, pool_size=4) as made:
        async with made.transaction() as transaction:
            await transaction.execute("DELETE FROM draft_edits", {})
        yield made


class Counting(Transaction):
    """A transaction, and how many rows were appended and statements run in it."""

    def __init__(self, transaction: Transaction, fails_after: int) -> None:
        self._transaction = transaction
        self._fails_after = fails_after
        self.dialect = transaction.dialect
        self.appended = self.statements = 0

    async def rows(self, text: str, args: Sequence[Any]) -> Sequence[Row]:
        self.statements += not text.startswith("SELECT")
        return await self._transaction.rows(text, args)

    async def append(self, rows: Mapping[Table, Sequence[Row]]) -> None:
        self.appended += sum(map(len, rows.values()))
        if self.appended > self._fails_after:
            raise WrongValue("refused")
        await self._transaction.append(rows)


def rows(numbers: Sequence[int], changed: Sequence[int] = ()) -> tuple[Edit, ...]:
    return tuple(
        Edit("rules", f"r{each}", (f"r{each}", "new" if each in changed else "old"), None) for each in numbers
    )


async def write(
    store: Store, edits: tuple[Edit, ...], by: str = "yamada", *, fails_after: int = MANY * 2
) -> Counting:
    drafted = Drafted("h", edits, tuple(None if len(each.key) % 2 else (each.key, "was") for each in edits))
    async with store.transaction() as transaction:
        counting = Counting(transaction, fails_after)
        keeper = Keeper(by=by, at=NOW + timedelta(days=len(by)))
        await write_edits(counting, "d", drafted, keeper)
    return counting


async def kept(store: Store) -> tuple[KeptEdit, ...]:
    return await read_edits(store, "d")


async def test_whatever_differs_what_is_kept_is_what_was_drafted_and_each_is_whose_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)  # noqa: S311 - the same each time
    monkeypatch.setattr(keeping, "AT_ONCE", 3)
    whose: dict[Edit, str] = {}
    for turn in range(60):
        numbers = chance.sample(range(14), chance.randrange(15))
        if chance.random() < 0.7:
            numbers.sort()
        made = rows(numbers, chance.sample(range(14), 3))
        by = f"{turn:>{turn % 4 + 2}}"
        await write(store, made, by)
        whose = {each: whose.get(each, by) for each in made}
        found = await kept(store)
        assert tuple(each.edit for each in found) == made
        assert {each.edit: each.by for each in found} == whose
        assert [each.at for each in found] == [NOW + timedelta(days=len(each.by)) for each in found]
        assert [each.was is None for each in found] == [bool(len(each.edit.key) % 2) for each in found]


@pytest.mark.parametrize(
    ("became", "appended", "most"),
    [
        (rows(range(MANY)), 0, 0),
        (rows(range(MANY), [5, MANY // 2]), 2, 1),
        (rows([*range(5), *range(6, MANY)]), 0, 3),
        (rows([*range(5), MANY, *range(5, MANY)]), 1, 2),
        (rows(range(MANY + 3)), 3, 0),
        ((), 0, MANY // keeping.AT_ONCE),
    ],
    ids=["nothing", "two apart", "one less", "one more amid", "three more behind", "all gone"],
)
async def test_only_what_differs_is_written_in_few_statements(
    store: Store, became: tuple[Edit, ...], appended: int, most: int
) -> None:
    await write(store, rows(range(MANY)))
    counted = await write(store, became, "mori")
    assert (counted.appended, counted.statements) == (appended, most)
    found = await kept(store)
    assert tuple(each.edit for each in found) == became
    assert sum(each.by == "mori" for each in found) == appended


async def test_others_have_their_turn_while_many_are_kept_and_read(store: Store) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    asking = asyncio.create_task(others())
    for work in (write(store, rows(range(MANY))), kept(store)):
        turns = 0
        await work
        assert turns >= MANY // SLICE, "no longer than for one slice does the loop stand still"
    asking.cancel()


async def test_what_is_refused_amid_the_many_leaves_all_as_it_was(store: Store) -> None:
    before = rows(range(MANY))
    await write(store, before)
    with pytest.raises(WrongValue):
        await write(store, rows(range(MANY), range(MANY)), "mori", fails_after=keeping.AT_ONCE)
    found = await kept(store)
    assert tuple(each.edit for each in found) == before
    assert {each.by for each in found} == {"yamada"}
