"""The edits of a draft as they are kept: written anew at each change of it, and of each who made it when."""

import orjson

from models.database.store import Table, Transaction
from models.drafts.record import read_edits
from models.person_row import new_id
from models.register import Keeper
from policies.drafts.drafting import Drafted

_EDITS = Table(
    "draft_edits",
    (
        *(("id", "text"), ("draft_id", "text"), ("place", "integer"), ("sheet", "text"), ("key", "text")),
        *(("was", "text"), ("cells", "text"), ("after", "text"), ("by", "text"), ("at", "timestamptz")),
    ),
)


async def write_edits(transaction: Transaction, draft: str, drafted: Drafted, keeper: Keeper) -> None:
    """Keep the edits of a draft, each with who made it: whoever made the very same before, or else who does this."""
    before = {(each.edit, each.was): each for each in await read_edits(transaction, draft)}
    rows = []
    for place, (edit, was) in enumerate(zip(drafted.edits, drafted.was, strict=True)):
        kept = before.get((edit, was))
        by, at = (kept.by, kept.at) if kept else (keeper.by, keeper.at)
        cells = (_cells(was), _cells(edit.cells))
        rows.append((new_id(), draft, place, edit.table, edit.key, *cells, edit.after, by, at))
    await transaction.execute("DELETE FROM draft_edits WHERE draft_id = :draft", {"draft": draft})
    await transaction.append({_EDITS: rows})


def _cells(cells: tuple[str, ...] | None) -> str | None:
    return None if cells is None else orjson.dumps(cells).decode()
