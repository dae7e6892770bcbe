"""Long lists: rows times names are paid for before any is told, pages are told, and others have their turn between."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, overload

import pytest

from api.gateway.documents.bill import AT_ONCE, Bill
from api.gateway.documents.long import Long, tell
from api.gateway.documents.selection import Selected
from api.gateway.refusal import Refusal
from policies.edition import Edition
from policies.table import COLUMNS
from tests.drafts.desk import ADMIN, changing, row, send
from tests.world import World, world

MOST = 3_000
RULE = "id effect role action purpose field recipient needs clause noteJa noteEn"
NAMES = ("id", "effect", "role")


class Looked(Sequence[int]):
    """Numbers that know which of them were looked at."""

    def __init__(self, length: int) -> None:
        self._length = length
        self.seen: list[int] = []

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[int]: ...
    def __getitem__(self, place: int | slice) -> int | Sequence[int]:
        assert isinstance(place, int)
        self.seen.append(place)
        return place


def asked(aliases: int, **arguments: int) -> tuple[Selected, ...]:
    """A list under so many names, of three fields each."""
    below = tuple(Selected(name, name, "", {}, ()) for name in NAMES)
    return tuple(Selected(f"a{place}", "rules", "Rule", arguments, below) for place in range(aliases))


def record(items: Sequence[int]) -> dict[str, Any]:
    return {"rules": Long(items, lambda number: dict.fromkeys(NAMES, number))}


async def test_rows_times_names_are_paid_for_under_every_alias_before_the_list_is_told() -> None:
    items = Looked(100)
    with pytest.raises(Refusal) as told:
        await tell(asked(20), "Edition", record(items), Bill(1_000))
    extensions = told.value.extensions
    assert (extensions["limit"], extensions["asked"], extensions["most"]) == ("cost", 4 * 300, 1_000)
    assert len(items.seen) == 3 * 100


async def test_one_bill_stands_for_a_whole_operation() -> None:
    bill = Bill(1_000)
    await tell(asked(2), "Edition", record(Looked(100)), bill)
    with pytest.raises(Refusal):
        await tell(asked(2), "Edition", record(Looked(100)), bill)


@pytest.mark.parametrize(
    ("arguments", "places"),
    [
        ({}, range(30)),
        ({"first": 10}, range(10)),
        ({"first": 10, "skip": 25}, range(25, 30)),
        ({"skip": 40}, range(0)),
        ({"first": -1, "skip": -1}, range(0)),
    ],
)
async def test_only_the_rows_of_the_page_are_looked_up_and_paid_for(
    arguments: dict[str, int], places: range
) -> None:
    items = Looked(30)
    told = await tell(asked(1, **arguments), "Edition", record(items), Bill(len(places) * len(NAMES)))
    assert told == {"a0": [dict.fromkeys(NAMES, place) for place in places]}
    assert items.seen == list(places)


async def test_others_have_their_turn_while_a_long_list_is_put_together() -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    rows = 20 * AT_ONCE
    await tell(asked(1), "Edition", record(Looked(rows)), Bill(rows * len(NAMES)))
    beside.cancel()
    assert turns >= rows // AT_ONCE


@pytest.fixture(scope="module")
async def narrow(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A gateway in which an operation may cost little."""
    most = {"MOKUTEKI_LIMIT_COST": str(MOST)}
    async with world(database_url, tmp_path_factory.mktemp("var"), edition, people=20, **most) as made:
        yield made


async def refusal(world_: World, query: str, client: str = "employer-a") -> tuple[Any, ...]:
    answer = await send(world_, client, query)
    error = answer["errors"][0]
    assert answer.get("data") is None
    assert "ask for fewer of them with `first`" in error["message"]
    told = error["extensions"]
    return told["code"], told["limit"], told["asked"], told["most"]


async def test_the_rules_of_an_edition_cost_what_they_are(narrow: World, edition: Edition) -> None:
    rules = len(edition.rules)
    aliases = " ".join(f"a{place}: rules {{ id needs }}" for place in range(14))
    asked_for = (MOST // (2 * rules) + 1) * 2 * rules
    assert await refusal(narrow, f"{{ edition {{ {aliases} }} }}") == (
        "LIMIT_EXCEEDED",
        "cost",
        asked_for,
        MOST,
    )
    of_history = f"{{ editions(first: 1) {{ edges {{ node {{ {aliases} }} }} }} }}"
    assert (await refusal(narrow, of_history, ADMIN))[2] == 14 + asked_for


async def test_the_rules_of_an_edition_are_told_page_by_page(narrow: World, edition: Edition) -> None:
    found: list[dict[str, Any]] = []
    while not found or len(found) % 20 == 0:
        query = f"{{ edition {{ rules(first: 20, skip: {len(found)}) {{ {RULE} }} }} }}"
        page = (await send(narrow, "employer-a", query))["data"]["edition"]["rules"]
        if not page:
            break
        found += page
    assert [each["id"] for each in found] == [each.id for each in edition.rules]
    (first, *_), (rule, *_) = found, edition.rules
    assert list(first.values()) == list(rule.row())


async def test_tables_and_sheets_cost_their_rows(narrow: World, edition: Edition) -> None:
    cells = {name: len(rows) * len(COLUMNS[name]) for name, rows in edition.tables().items()}
    assert (await refusal(narrow, "{ edition { tables { name rows } } }"))[2] > MOST
    page = await send(narrow, ADMIN, "{ edition { tables { name columns rows(first: 2, skip: 1) } } }")
    for table in page["data"]["edition"]["tables"]:
        assert table["columns"] == list(COLUMNS[table["name"]])
        assert table["rows"] == edition.tables()[table["name"]][1:3]
    sheets = " ".join(f'a{place}: csv(table: "decisions")' for place in range(2))
    assert cells["decisions"] > MOST
    assert (await refusal(narrow, f"{{ edition {{ {sheets} }} }}"))[0] == "LIMIT_EXCEEDED"
    sheet = await send(narrow, ADMIN, '{ edition { csv(table: "rules") } }')
    header, *lines = sheet["data"]["edition"]["csv"].splitlines()
    assert header == ",".join(COLUMNS["rules"])
    assert len(lines) == len(edition.rules)


async def test_the_edits_and_findings_of_a_draft_cost_what_they_are(narrow: World, edition: Edition) -> None:
    made = await send(narrow, ADMIN, changing("createDraft", "id"), {"i": {"note": "Many words"}})
    draft = made["data"]["createDraft"]["draft"]["id"]
    edits = [row("rules", each.id, note_en=f"{each.note_en}, again") for each in edition.rules]
    edits += [row("purposes", "service.account", en="Various purposes", ja="その他")]
    said = {"i": {"draft": draft, "ifVersion": 1, "edits": edits}}
    told = await send(narrow, ADMIN, changing("editDraft", "id version edits(first: 3) { key }"), said)
    assert len(told["data"]["editDraft"]["draft"]["edits"]) == 3
    ask = f'{{ draft(id: "{draft}") {{ %s }} }}'
    count = len(edits)
    aliases = " ".join(f"a{place}: edits {{ table key by at }}" for place in range(20))
    assert (await refusal(narrow, ask % aliases, ADMIN))[:2] == ("LIMIT_EXCEEDED", "cost")
    page = await send(narrow, ADMIN, ask % f"edits(first: 5, skip: {count - 2}) {{ key }}")
    assert len(page["data"]["draft"]["edits"]) == 2
    whole = await send(narrow, ADMIN, ask % "check { id severity code table key }")
    found = whole["data"]["draft"]["check"]
    assert found
    part = await send(narrow, ADMIN, ask % "check(first: 1, skip: 1) { id }")
    assert part["data"]["draft"]["check"] == [{"id": each["id"]} for each in found[1:2]]
    aliases = " ".join(f"a{place}: check {{ id severity code table key }}" for place in range(90))
    assert await refusal(narrow, ask % aliases, ADMIN)
