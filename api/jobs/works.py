"""The works: how each kind of job is worked out, step by step, the heavy part of each in the workshop."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import orjson

from api.jobs import heavy
from api.jobs.runner import Bench, JobChanged, Work
from api.workshop import Workshop
from models.database.store import Reader
from models.drafts.record import read_canonical, read_draft, read_edits, sketch_of
from models.evidence import read_ages, read_scopes
from models.jobs.job import Job, JobKind
from models.replay import Span, chunks, read_setting
from policies.evidence.age import Row, held
from policies.evidence.evidence import Evidence
from policies.replay.replay import Setting
from policies.replay.row import AccessRow
from policies.replay.tally import Tally

Part = TypeVar("Part")
PARTS: Final = 1_000
"""In how many parts the progress through the ledger is told."""


def works(clock: Callable[[], datetime]) -> Mapping[JobKind, Work]:
    """How each kind of job is worked out."""

    async def replay(job: Job, bench: Bench) -> object:
        return await _replay(job, bench, clock())

    async def evidence(job: Job, bench: Bench) -> object:
        return await _evidence(job, bench, clock())

    return {JobKind.IMPACT: _impact, JobKind.REPLAY: replay, JobKind.EVIDENCE: evidence}


async def _impact(job: Job, bench: Bench) -> object:
    old, new = await texts(job, bench.store, bench.workshop)
    bench.total = await bench.workshop.run(heavy.pieces, old, new)
    parts = []
    for place in range(bench.total):
        parts.append(await bench.workshop.run(heavy.piece, old, new, place))
        bench.done = place + 1
    found: object = orjson.loads(await bench.workshop.run(heavy.impact_of, old, new, parts))
    return found


async def _replay(job: Job, bench: Bench, now: datetime) -> dict[str, Any]:
    _, new = await texts(job, bench.store, bench.workshop)
    span = Span(now - timedelta(days=job.days or 1), now)
    setting = await read_setting(bench.store, new, span.since)
    found, last = Tally(), 0
    bench.total = PARTS
    async for chunk in chunks(bench.store, span):
        found.merge(await _part(bench, heavy.replayed, job.id, setting, chunk.rows))
        last = chunk.rows[-1].id if chunk.rows else last
        bench.done = int(chunk.share * PARTS)
    return {**_of(span), "last": last, **found.form()}


async def _evidence(job: Job, bench: Bench, now: datetime) -> dict[str, Any]:
    store, workshop = bench.store, bench.workshop
    text = await read_canonical(store, job.base or "")
    if text is None:
        raise JobChanged
    span = Span(now - timedelta(days=job.days or 1), now)
    setting = await read_setting(store, text, span.since)
    found = Evidence()
    bench.total = PARTS
    async for chunk in chunks(store, span):
        found.merge(await _part(bench, heavy.evidence, job.id, setting, chunk.rows))
        bench.done = int(chunk.share * PARTS)

    async def find(canonical: str, rows: Sequence[Row]) -> frozenset[Row]:
        return await workshop.run(held, canonical, rows)

    ages = await read_ages(store, job.base or "", await workshop.run(heavy.rules, text), find)
    scopes = await read_scopes(store)
    weighed = await workshop.run(heavy.conclusion, found, text, scopes, ages, span.since)
    return {"edition": job.base, **_of(span), **weighed.form(span.until)}


async def _part(
    bench: Bench,
    work: Callable[[str, Setting | None, Sequence[AccessRow]], Part | None],
    job: str,
    setting: Setting,
    rows: Sequence[AccessRow],
) -> Part:
    """What the work finds in these accesses; a process that began anew meanwhile is given the setting again."""
    run = bench.workshop.run
    found = await run(work, job, None, rows)
    if found is None:
        found = await run(work, job, setting, rows)
    if found is None:
        raise LookupError(job)
    return found


def _of(span: Span) -> dict[str, str]:
    return {"since": span.since.isoformat(), "until": span.until.isoformat()}


async def texts(job: Job, reader: Reader, workshop: Workshop) -> tuple[str, str]:
    """The canonical texts of the edition a draft starts from and of the one it makes.

    Raises:
        JobChanged: the draft is not any more what the job is about.
    """
    draft = await read_draft(reader, job.draft or "")
    base = await read_canonical(reader, job.base or "")
    if draft is None or base is None or (draft.base, draft.hash) != (job.base, job.hash):
        raise JobChanged
    sketch = sketch_of(base, draft, await read_edits(reader, draft.id))
    made, new = await workshop.run(heavy.made, sketch)
    if made != job.hash:
        raise JobChanged
    return base, new
