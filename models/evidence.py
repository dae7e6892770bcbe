"""The evidence read from the ledger: what was used of the rules in the last days, and a draft without the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from models.database.store import Reader
from models.replay import Progress, Span, chunks, read_setting
from policies.edition import Edition
from policies.edits import Edit
from policies.evidence.evidence import Evidence, Weighing
from policies.evidence.narrowing import narrowing, removable
from policies.evidence.report import Report, report
from policies.mistake import PolicyError

_SCOPES = "SELECT id, scopes FROM clients WHERE active ORDER BY id"
_IN_FORCE = """
SELECT id, canonical FROM editions
WHERE number >= (SELECT MAX(number) FROM editions WHERE published_at <= :since)
"""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the ledger shows beside the edition in force, and the draft that removes what nothing used."""

    report: Report
    edits: tuple[Edit, ...]


async def weigh(
    reader: Reader, edition: Edition, span: Span, progress: Progress = lambda _count, _share: None
) -> Weighed:
    """The accesses of a span put beside an edition, weighed in this process."""
    setting = await read_setting(reader, edition.canonical(), span.since)
    weighing = Weighing(setting)
    found = Evidence()
    async for chunk in chunks(reader, span):
        found.merge(weighing.evidence(chunk.rows))
        progress(found.accesses, chunk.share)
    return concluded(found, edition, await read_scopes(reader), await in_force_through(reader, span))


def concluded(
    evidence: Evidence, edition: Edition, scopes: Mapping[str, Sequence[str]], before: Sequence[Edition]
) -> Weighed:
    """What follows from evidence; `before` are the editions of the whole span, as `in_force_through` reads them."""
    gone = removable(edition, evidence.rules, before)
    return Weighed(report(evidence, edition, scopes), narrowing(edition, gone))


async def read_scopes(reader: Reader) -> dict[str, list[str]]:
    """The words that narrow each active client, by its id."""
    rows = await reader.fetch(_SCOPES, {})
    return {row[0]: row[1] if isinstance(row[1], list) else orjson.loads(row[1] or "[]") for row in rows}


async def in_force_through(reader: Reader, span: Span) -> list[Edition]:
    """The edition that was in force when the span began, and all since; none where none was yet, or one does not load."""
    rows = await reader.fetch(_IN_FORCE, {"since": span.since})
    try:
        return [Edition.from_canonical(row[1]) for row in rows]
    except PolicyError:
        return []
