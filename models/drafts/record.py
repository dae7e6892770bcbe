"""The record of a draft: what is kept of it, with its edits and approvals, read for showing and for deciding."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from models.database.dialect import Dialect
from models.database.store import Reader
from models.day import moment
from models.drafts.draft import DraftState
from models.slices import slices
from policies.drafts.drafting import Sketch
from policies.drafts.edits import Edit

_COLUMNS = (
    "id, base, model, state, version, hash, note, created_by, created_at, changed_by, changed_at, authors, publish_at,"
    " publish_by, publish_client, publish_note, trouble, number"
)
_DRAFTS = f"SELECT {_COLUMNS} FROM drafts WHERE {{wanted}} ORDER BY created_at DESC, id DESC{{limit}}{{lock}}"
_BEFORE = "(created_at, id) < (SELECT created_at, id FROM drafts WHERE id = :before)"
_EDITS = (
    "SELECT sheet, key, was, cells, after, by, at FROM draft_edits WHERE draft_id = :draft ORDER BY place"
)
_APPROVALS = """
SELECT id, base, hash, by, client, at, note, overrides, withdrawn_by, withdrawn_at FROM draft_approvals
WHERE draft_id = :draft ORDER BY at DESC, id DESC
"""
_NEWEST = "SELECT id, number FROM editions ORDER BY number DESC LIMIT 1"
_CANONICAL = "SELECT canonical FROM editions WHERE id = :id LIMIT 1"

Cells = tuple[str, ...] | None


class Author(NamedTuple):
    """Who had a part in a draft: the member of staff, or the client where none uses it; and with which client."""

    by: str
    client: str

    def may_be(self, other: "Author") -> bool:
        """Whether they may be the same: by name, or through one client that did not tell who used it.

        One issuer tells its own people apart. Who came another way, as an operator, a client or from another issuer,
        may be whoever has the same login: what stands before an `@`, in capitals or not.
        """
        unknown = self.client == other.client and self.client in {self.by, other.by}
        (way, name), (other_way, other_name) = _named(self.by), _named(other.by)
        same = name == other_name if way == other_way else _login(name) == _login(other_name)
        return same or unknown


def _named(by: str) -> tuple[str, str]:
    """Who says so, an issuer or `cli`, and the name; a client says it itself."""
    way, mark, name = by.partition(":")
    return (way, name) if mark else ("", by)


def _login(name: str) -> str:
    return name.partition("@")[0].casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRecord:
    """A draft without its edits."""

    id: str
    base: str
    model: str | None
    state: DraftState
    version: int
    hash: str
    note: str
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    authors: tuple[Author, ...]
    publish_at: datetime | None
    publish_by: str | None
    publish_client: str | None
    publish_note: str | None
    trouble: str | None
    number: int | None


@dataclass(frozen=True, slots=True)
class KeptEdit:
    """One row that a draft changes, with what the base has there."""

    edit: Edit
    was: Cells
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One approval, of one base and one hash."""

    id: str
    base: str
    hash: str
    approver: Author
    at: datetime
    note: str
    overrides: dict[str, str]
    withdrawn_by: str | None
    withdrawn_at: datetime | None

    def counts_for(self, draft: DraftRecord) -> bool:
        """Whether it is of exactly what the draft is now, by somebody who had no part in it, and still stands."""
        return (
            (self.base, self.hash) == (draft.base, draft.hash)
            and self.withdrawn_at is None
            and not any(self.approver.may_be(author) for author in draft.authors)
        )


async def read_drafts(
    reader: Reader, *, state: str | None = None, before: str | None = None, limit: int
) -> list[DraftRecord]:
    """Drafts, the newest first, in one state where one is named, and from the one of id `before` on."""
    named = {"state": state, "before": before}
    values = {name: value for name, value in named.items() if value is not None}
    wanted = ["1 = 1", *(["state = :state"] if state else []), *([_BEFORE] if before else [])]
    sql = _DRAFTS.format(wanted=" AND ".join(wanted), limit=f" LIMIT {limit}", lock="")
    return [_record(row) for row in await reader.fetch(sql, values)]


async def read_draft(reader: Reader, draft: str, *, hold: bool = False) -> DraftRecord | None:
    """The draft of this id, held by this transaction until it ends where that is asked."""
    lock = " FOR UPDATE" if hold and reader.dialect is Dialect.POSTGRES else ""
    sql = _DRAFTS.format(wanted="id = :draft", limit="", lock=lock)
    rows = await reader.fetch(sql, {"draft": draft})
    return _record(rows[0]) if rows else None


async def read_edits(reader: Reader, draft: str) -> tuple[KeptEdit, ...]:
    """The edits of a draft, in the order in which they apply, put together while others have their turn."""
    edits: list[KeptEdit] = []
    async for part in slices(await reader.fetch(_EDITS, {"draft": draft})):
        edits += [
            KeptEdit(Edit(sheet, key, _cells(cells), after), _cells(was), by, moment(at))
            for sheet, key, was, cells, after, by, at in part
        ]
    return tuple(edits)


async def read_approvals(reader: Reader, draft: str) -> list[Approval]:
    """The approvals of a draft, the newest first, whatever it was then."""
    return [
        Approval(
            id=row[0],
            base=row[1],
            hash=row[2],
            approver=Author(row[3], row[4]),
            at=moment(row[5]),
            note=row[6],
            overrides=orjson.loads(row[7]),
            withdrawn_by=row[8],
            withdrawn_at=row[9] and moment(row[9]),
        )
        for row in await reader.fetch(_APPROVALS, {"draft": draft})
    ]


async def read_canonical(reader: Reader, edition: str) -> str | None:
    """A published edition as text."""
    rows = await reader.fetch(_CANONICAL, {"id": edition})
    return rows[0][0] if rows else None


async def newest_edition(reader: Reader) -> tuple[str, int]:
    """The id and the number of the edition in force; `("", 0)` where none was published."""
    rows = await reader.fetch(_NEWEST, {})
    return (rows[0][0], rows[0][1]) if rows else ("", 0)


def sketch_of(base: str, draft: DraftRecord, edits: Sequence[KeptEdit]) -> Sketch:
    """A draft as its makers take it; `base` is the text of the edition it starts from."""
    return Sketch(base, tuple(each.edit for each in edits), draft.model)


def _record(row: Sequence[Any]) -> DraftRecord:
    return DraftRecord(
        id=row[0],
        base=row[1],
        model=row[2],
        state=DraftState(row[3]),
        version=row[4],
        hash=row[5],
        note=row[6],
        created_by=row[7],
        created_at=moment(row[8]),
        changed_by=row[9],
        changed_at=moment(row[10]),
        authors=tuple(Author(*pair) for pair in orjson.loads(row[11])),
        publish_at=row[12] and moment(row[12]),
        publish_by=row[13],
        publish_client=row[14],
        publish_note=row[15],
        trouble=row[16],
        number=row[17],
    )


def _cells(text: str | None) -> Cells:
    return None if text is None else tuple(orjson.loads(text))
