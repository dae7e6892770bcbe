"""The works: how each kind of job is worked out, step by step, the heavy part of each in the workshop."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from api.jobs import heavy
from api.jobs.runner import Bench, JobChanged, Work
from models.drafts.record import read_canonical, read_draft, read_edits, sketch_of
from models.jobs.job import Job, JobKind
from models.replay import Span, chunks, read_setting
from policies.replay.tally import Tally

PARTS: Final = 1_000
"""In how many parts the progress of a replay is told."""


def works(clock: Callable[[], datetime]) -> Mapping[JobKind, Work]:
    """How each kind of job is worked out."""

    async def replay(job: Job, bench: Bench) -> object:
        return await _replay(job, bench, clock())

    return {JobKind.IMPACT: _impact, JobKind.REPLAY: replay}


async def _impact(job: Job, bench: Bench) -> object:
    old, new = await _texts(job, bench)
    bench.total = await bench.workshop.run(heavy.pieces, old, new)
    parts = []
    for place in range(bench.total):
        parts.append(await bench.workshop.run(heavy.piece, old, new, place))
        bench.done = place + 1
    found: object = orjson.loads(await bench.workshop.run(heavy.impact_of, old, new, parts))
    return found


async def _replay(job: Job, bench: Bench, now: datetime) -> dict[str, Any]:
    _, new = await _texts(job, bench)
    span = Span(now - timedelta(days=job.days or 1), now)
    setting = await read_setting(bench.store, new, span.since)
    await bench.workshop.run(heavy.open_replay, job.id, setting)
    found = Tally()
    bench.total = PARTS
    async for chunk in chunks(bench.store, span):
        found.merge(await bench.workshop.run(heavy.replayed, job.id, chunk.rows))
        bench.done = int(chunk.share * PARTS)
    return {"since": span.since.isoformat(), "until": span.until.isoformat(), **found.form()}


async def _texts(job: Job, bench: Bench) -> tuple[str, str]:
    """The canonical texts of the edition a draft starts from and of the one it makes.

    Raises:
        JobChanged: the draft is not any more what the job is about.
    """
    store = bench.store
    draft = await read_draft(store, job.draft or "")
    base = await read_canonical(store, job.base or "")
    if draft is None or base is None or (draft.base, draft.hash) != (job.base, job.hash):
        raise JobChanged
    sketch = sketch_of(base, draft, await read_edits(store, draft.id))
    made, new = await bench.workshop.run(heavy.made, sketch)
    if made != job.hash:
        raise JobChanged
    return base, new
