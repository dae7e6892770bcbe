"""The edits of a draft as they are kept: at each change of it, what differs is written, and of each who made it when."""

from datetime import datetime
from itertools import repeat
from secrets import token_hex
from typing import Any, Final, NamedTuple

import orjson

from models.database.store import Table, Transaction
from models.day import moment
from models.register import Keeper
from models.slices import slices
from policies.drafts.drafting import Drafted

_EDITS = Table(
    "draft_edits",
    (
        *(("id", "text"), ("draft_id", "text"), ("place", "integer"), ("sheet", "text"), ("key", "text")),
        *(("was", "text"), ("cells", "text"), ("after", "text"), ("by", "text"), ("at", "timestamptz")),
    ),
)
AT_ONCE: Final = 1_000
"""How many rows one statement writes; few statements, as nobody else may write meanwhile."""

_PLACES: Final = tuple(f"place{number}" for number in range(AT_ONCE))
_KEPT: Final = (
    "SELECT sheet, key, was, cells, after, by, at FROM draft_edits WHERE draft_id = :draft ORDER BY place"
)
_NAMED: Final = ", ".join(f":{each}" for each in _PLACES)
_REMOVE: Final = f"DELETE FROM draft_edits WHERE draft_id = :draft AND place IN ({_NAMED})"
_MOVE: Final = (
    "UPDATE draft_edits SET place = -1 - (place + :by) WHERE draft_id = :draft AND place >= :start",
    "UPDATE draft_edits SET place = -1 - place WHERE draft_id = :draft AND place < 0",
)
"""The places from one on moved by so many, by way of places that no other row has."""


class _Row(NamedTuple):
    """An edit as it is kept, without its place and who made it."""

    sheet: str
    key: str
    was: str | None
    cells: str | None
    after: str | None


async def write_edits(transaction: Transaction, draft: str, drafted: Drafted, keeper: Keeper) -> None:
    """Keep the edits of a draft, each with who made it: whoever made the very same before, or else who does this.

    Only what is not kept so already is written, a slice at a time: others have their turn between, though not to write
    where one writes at a time.
    """
    kept, makers = await _kept(transaction, draft)
    rows = await _rows(drafted)
    ends = len(kept), len(rows)
    shorter = min(ends)
    same = next((place for place in range(shorter) if kept[place] != rows[place]), shorter)
    behind = next((n for n in range(shorter - same) if kept[-1 - n] != rows[-1 - n]), shorter - same)
    old, new = (range(same, end - behind) for end in ends)
    differ = [place for place in old if place not in new or kept[place] != rows[place]]
    made = [place for place in new if place not in old or kept[place] != rows[place]]
    before = {kept[place]: makers[place] for place in old}
    added: list[tuple[Any, ...]] = []
    async for part in slices(made):
        added += [
            (token_hex(13), draft, place, *rows[place], *before.get(rows[place], (keeper.by, keeper.at)))
            for place in part
        ]
    async for part in slices(differ, AT_ONCE):
        places = [*part, *repeat(part[-1], len(_PLACES) - len(part))]
        await transaction.execute(_REMOVE, {"draft": draft, **dict(zip(_PLACES, places, strict=True))})
    if behind and len(old) != len(new):
        for sql in _MOVE:
            await transaction.execute(sql, {"draft": draft, "by": len(new) - len(old), "start": old.stop})
    async for batch in slices(added, AT_ONCE):
        await transaction.append({_EDITS: batch})


async def _kept(transaction: Transaction, draft: str) -> tuple[list[_Row], list[tuple[str, datetime]]]:
    """What is kept, in its places, and of each who made it when."""
    rows: list[_Row] = []
    makers: list[tuple[str, datetime]] = []
    async for part in slices(await transaction.fetch(_KEPT, {"draft": draft})):
        for *row, by, at in part:
            rows.append(_Row(*row))
            makers.append((by, moment(at)))
    return rows, makers


async def _rows(drafted: Drafted) -> list[_Row]:
    """What is to be kept."""
    rows: list[_Row] = []
    async for part in slices(tuple(zip(drafted.edits, drafted.was, strict=True))):
        rows += [
            _Row(edit.table, edit.key, _cells(was), _cells(edit.cells), edit.after) for edit, was in part
        ]
    return rows


def _cells(cells: tuple[str, ...] | None) -> str | None:
    return None if cells is None else orjson.dumps(cells).decode()
