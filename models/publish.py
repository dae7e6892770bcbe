"""Publishing: an edition becomes the one in force by standing in the table with the highest number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from models.database.store import Reader, Store, Transaction, WrongValue
from models.editions.numbers import misnumbered
from models.editions.prepared import forget
from policies.edition import Edition
from policies.mistake import PolicyError

NEWEST = "SELECT id, number FROM editions ORDER BY number DESC LIMIT 1"
_NEWEST_OF = "SELECT id, draft FROM editions ORDER BY number DESC LIMIT 1"
_INSERT = """
INSERT INTO editions (id, number, canonical, published_at, published_by, approved_by, note, base, draft, drafted_by)
VALUES (CAST(:id AS varchar), :number, {canonical}, :at, :by, :approved_by, :note, :base, :draft, :drafted_by)
"""
_KEPT = """COALESCE(
  (SELECT canonical FROM editions_prepared WHERE id = CAST(:id AS varchar)),
  (SELECT canonical FROM editions WHERE id = CAST(:id AS varchar) LIMIT 1)
)"""
_GIVEN = _INSERT.format(canonical=":canonical")
_COPIED = _INSERT.format(canonical=_KEPT)

SHIPPED = "shipped"
"""Whom records name for the edition of a checkout; no client and no operator is named so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """An edition, with who published it, who approved, why and when.

    Attributes:
        canonical: its canonical form; None where it was prepared, or published before, and is copied from there.
        base: the edition before it, and `draft` the draft that made it of that one, by ids.
        drafted_by: who had a part in the draft.
    """

    id: str
    canonical: str | None = None
    at: datetime
    by: str
    approved_by: str | None = None
    note: str | None = None
    base: str | None = None
    draft: str | None = None
    drafted_by: Sequence[str] = ()


async def publish(transaction: Transaction, publication: Publication) -> int:
    """Put an edition in force; its number.

    Every process obeys within a second of the commit, at once where it has the edition ready: see `prepare`.

    Raises:
        WrongValue: another was published at the same moment, or the form is not kept anywhere; nothing is changed.
    """
    number = await newest_number(transaction) + 1
    await transaction.execute(
        _COPIED if publication.canonical is None else _GIVEN,
        {
            "id": publication.id,
            "number": number,
            "canonical": publication.canonical,
            "at": publication.at,
            "by": publication.by,
            "approved_by": publication.approved_by,
            "note": publication.note,
            "base": publication.base,
            "draft": publication.draft,
            "drafted_by": orjson.dumps(list(publication.drafted_by)).decode() if publication.draft else None,
        },
    )
    await forget(transaction, publication.id)
    return number


async def newest_number(reader: Reader) -> int:
    """The number of the edition in force; 0 where none was published."""
    newest = await reader.fetch(NEWEST, {})
    return int(newest[0][1]) if newest else 0


async def publish_shipped(store: Store, edition: Edition, at: datetime) -> bool:
    """Publish the edition of the checkout where none was published yet, or where the newest came of no draft.

    Returns whether it was published. What somebody drafted stays in force, whatever the checkout holds.

    Raises:
        PolicyError: it gives a purpose another number than it had, or one that another had; nothing is changed.
    """
    note = "the edition of the checkout"
    shipped = Publication(id=edition.id, canonical=edition.canonical(), at=at, by=SHIPPED, note=note)
    if await _superfluous(store, edition):
        return False
    try:
        async with store.transaction() as transaction:
            if await _superfluous(transaction, edition):  # another process was faster
                return False
            if mistakes := tuple(await misnumbered(transaction, edition)):
                raise PolicyError(mistakes)
            await publish(transaction, shipped)
    except WrongValue:
        return False
    return True


async def _superfluous(reader: Reader, edition: Edition) -> bool:
    """Whether the edition of the checkout is in force already, or one that came of a draft."""
    newest = await reader.fetch(_NEWEST_OF, {})
    return bool(newest) and (newest[0][0] == edition.id or newest[0][1] is not None)
