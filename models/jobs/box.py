"""The box of jobs: put in by whoever asks, taken by one process at a time, and never lost between."""

import asyncio
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import orjson

from models.database.dialect import Dialect
from models.database.store import Reader, Row, Store, Transaction
from models.day import moment
from models.jobs.found import readable
from models.jobs.job import Job, JobKind, JobState, JobTrouble
from models.person_row import new_id

LEASE = timedelta(seconds=15)
"""For how long a job stays with a process that tells nothing of it."""

MOST_TRIES = 3
"""After which a job that takes its process down every time is given up."""

KEPT = timedelta(days=90)
"""For how long a job that ended can be looked at."""

MOST_OPEN = 5
"""How many jobs that one asked for may wait or run."""

TURN = 7_269_413
"""The key of the advisory lock on PostgreSQL under which jobs are asked for, one by one."""

_NAMES = tuple(field.name for field in fields(Job) if field.name != "result")
"""What is read of every job; what it found may be long, and is read of one at a time."""

_COLUMNS = ", ".join(_NAMES)
_PUT = """
INSERT INTO policy_jobs (id, kind, draft, base, hash, days, state, done, total, asked_by, asked_at, tries)
VALUES (:id, :kind, :draft, :base, :hash, :days, 'WAITING', 0, 0, :by, :now, 0)
"""
_PRUNE = "DELETE FROM policy_jobs WHERE ended_at IS NOT NULL AND ended_at < :before"
_SAME = f"""
SELECT {_COLUMNS} FROM policy_jobs
WHERE kind = :kind AND base = :base AND COALESCE(hash, '') = :hash AND COALESCE(draft, '') = :draft
  AND COALESCE(days, 0) = :days AND (state IN ('WAITING', 'RUNNING') OR (state = 'DONE' AND kind = 'IMPACT'))
ORDER BY asked_at DESC LIMIT 1
"""
_OPEN = "SELECT COUNT(*) FROM policy_jobs WHERE asked_by = :by AND state IN ('WAITING', 'RUNNING')"
_FREE = "(state = 'WAITING' OR (state = 'RUNNING' AND leased_until <= :now))"
_ANY = f"SELECT 1 FROM policy_jobs WHERE {_FREE} LIMIT 1"
_TAKE = f"""
WITH picked AS (
  SELECT id FROM policy_jobs AS waiting WHERE {_FREE}
  ORDER BY (SELECT MAX(began.started_at) FROM policy_jobs AS began WHERE began.asked_by = waiting.asked_by) NULLS FIRST,
    asked_at, id LIMIT 1{{lock}}
)
UPDATE policy_jobs SET state = 'RUNNING', lease = :lease, leased_until = :until, tries = tries + 1, done = 0,
  started_at = COALESCE(started_at, :now)
WHERE id IN (SELECT id FROM picked) RETURNING {_COLUMNS}
"""
_STEP = """
UPDATE policy_jobs SET done = :done, total = :total, leased_until = :until
WHERE id = :id AND lease = :lease AND state = 'RUNNING' RETURNING id
"""
_END = """
UPDATE policy_jobs SET state = :state, trouble = :trouble, result = :result, ended_at = :now, lease = NULL,
  leased_until = NULL, done = CASE WHEN :whole = 1 THEN total ELSE done END
WHERE id = :id AND lease = :lease AND state = 'RUNNING' RETURNING id
"""
_LEAVE = """
UPDATE policy_jobs SET state = 'WAITING', lease = NULL, leased_until = NULL, done = 0, tries = tries - :untried
WHERE id = :id AND lease = :lease AND state = 'RUNNING'
"""
_CANCEL = """
UPDATE policy_jobs SET state = 'CANCELLED', ended_at = :now, lease = NULL, leased_until = NULL
WHERE id = :id AND state IN ('WAITING', 'RUNNING') RETURNING id
"""
_ONE = f"SELECT {_COLUMNS} FROM policy_jobs WHERE id = :id"
_RESULT = "SELECT result FROM policy_jobs WHERE id = :id"
_LIST = f"SELECT {_COLUMNS} FROM policy_jobs WHERE {{wanted}} ORDER BY asked_at DESC, id DESC LIMIT :limit"


class Crowded(Exception):  # noqa: N818 - it names the state
    """Who asks has as many open jobs as they may."""


async def ask(  # noqa: PLR0913 - what a job is made of
    transaction: Transaction,
    kind: JobKind,
    *,
    by: str,
    now: datetime,
    base: str,
    draft: str | None = None,
    hash: str | None = None,  # noqa: A002 - the column's name
    days: int | None = None,
) -> str:
    """The id of the job that works this out: one that is open, an impact that was found before, or a new one.

    Raises:
        Crowded: it would be one too many for who asks.
    """
    if transaction.dialect is Dialect.POSTGRES:
        await transaction.execute(f"SELECT pg_advisory_xact_lock({TURN})", {})
    known = await same(transaction, kind, base, draft=draft, hash=hash, days=days)
    if known is not None:
        return known.id
    if (await transaction.fetch(_OPEN, {"by": by}))[0][0] >= MOST_OPEN:
        raise Crowded
    return await put(transaction, kind, by=by, now=now, draft=draft, base=base, hash=hash, days=days)


async def put(  # noqa: PLR0913 - what a job is made of
    transaction: Transaction,
    kind: JobKind,
    *,
    by: str,
    now: datetime,
    draft: str | None = None,
    base: str | None = None,
    hash: str | None = None,  # noqa: A002 - the column's name
    days: int | None = None,
) -> str:
    """A new job; its id. Jobs that ended long ago go."""
    await transaction.execute(_PRUNE, {"before": now - KEPT})
    job = new_id()
    values = {"id": job, "kind": kind.value, "draft": draft, "base": base, "hash": hash, "days": days}
    await transaction.execute(_PUT, {**values, "by": by, "now": now})
    return job


async def same(  # noqa: PLR0913 - what a job is about
    reader: Reader,
    kind: JobKind,
    base: str,
    *,
    draft: str | None = None,
    hash: str | None = None,  # noqa: A002 - the column's name
    days: int | None = None,
) -> Job | None:
    """A job that works out the same, or an impact that did, as it stays; not one that was cancelled or failed."""
    values = {"kind": kind.value, "base": base, "draft": draft or "", "hash": hash or "", "days": days or 0}
    found = await reader.fetch(_SAME, values)
    if not found:
        return None
    job = _job(found[0])
    return job if (await whole(reader, job)).state is job.state else None


async def waiting(reader: Reader, now: datetime) -> bool:
    """Whether some job is free to be taken."""
    return bool(await reader.fetch(_ANY, {"now": now}))


async def take(store: Store, now: datetime) -> tuple[Job, str] | None:
    """The next job, with the mark of the caller's lease on it; those that always fail are given up.

    Those who asked take turns: first comes who had none begun, then whose last began longest ago.
    """
    lease = new_id()
    lock = " FOR UPDATE SKIP LOCKED" if store.dialect is Dialect.POSTGRES else ""
    values = {"now": now, "until": now + LEASE, "lease": lease}
    async with store.transaction() as transaction:
        found = await transaction.fetch(_TAKE.format(lock=lock), values)
    if not found:
        return None
    job = _job(found[0])
    if job.tries <= MOST_TRIES:
        return job, lease
    await end(store, job.id, lease, JobState.FAILED, now, trouble=JobTrouble.GIVEN_UP)
    return await take(store, now)


async def step(  # noqa: PLR0913, PLR0917 - what a step is made of
    store: Store, job: str, lease: str, done: int, total: int, now: datetime
) -> bool:
    """How far it is; whether it is still the caller's, and was not cancelled."""
    values = {"id": job, "lease": lease, "done": done, "total": total, "until": now + LEASE}
    async with store.transaction() as transaction:
        return bool(await transaction.fetch(_STEP, values))


async def end(  # noqa: PLR0913 - what an end is made of
    store: Store,
    job: str,
    lease: str,
    state: JobState,
    now: datetime,
    *,
    trouble: JobTrouble | None = None,
    result: object = None,
) -> bool:
    """It ended so, if it is still the caller's."""
    values: dict[str, Any] = {"id": job, "lease": lease, "state": state.value, "now": now}
    values["whole"] = int(state is JobState.DONE)
    values |= {
        "trouble": trouble and trouble.value,
        "result": orjson.dumps(result).decode() if result else None,
    }
    async with store.transaction() as transaction:
        return bool(await transaction.fetch(_END, values))


async def leave(store: Store, job: str, lease: str, *, tried: bool) -> None:
    """Give it back, if it is the caller's still, for another process to take at once.

    `tried`: it counts among `MOST_TRIES`, as the job itself may be why it could not be carried on.
    """
    values = {"id": job, "lease": lease, "untried": int(not tried)}
    async with store.transaction() as transaction:
        await transaction.execute(_LEAVE, values)


async def cancel(transaction: Transaction, job: str, now: datetime) -> bool:
    """Whether it had not ended yet; whoever carries it learns of it at the next step."""
    return bool(await transaction.fetch(_CANCEL, {"id": job, "now": now}))


async def read_job(reader: Reader, job: str) -> Job | None:
    """One job, without what it found."""
    found = await reader.fetch(_ONE, {"id": job})
    return _job(found[0]) if found else None


async def read_result(reader: Reader, job: str) -> str | None:
    """What it found, as it is kept."""
    found = await reader.fetch(_RESULT, {"id": job})
    return found[0][0] if found else None


async def whole(reader: Reader, job: Job) -> Job:
    """The job with what it found, as `readable`, read while others are answered."""
    if job.state is not JobState.DONE:
        return job
    return await asyncio.to_thread(readable, job, await read_result(reader, job.id))


async def read_jobs(
    reader: Reader, *, draft: str | None = None, kind: JobKind | None = None, limit: int = 20
) -> Sequence[Job]:
    """The latest jobs, newest first, of one draft or one kind, without what they found."""
    values: dict[str, Any] = {"limit": limit}
    wanted = ["1 = 1"]
    if draft is not None:
        wanted.append("draft = :draft")
        values["draft"] = draft
    if kind is not None:
        wanted.append("kind = :kind")
        values["kind"] = kind.value
    return [_job(row) for row in await reader.fetch(_LIST.format(wanted=" AND ".join(wanted)), values)]


def _job(row: Row) -> Job:
    told = dict(zip(_NAMES, row, strict=True))
    for name in ("asked_at", "started_at", "ended_at"):
        told[name] = told[name] and moment(told[name])
    told["kind"], told["state"] = JobKind(told["kind"]), JobState(told["state"])
    told["trouble"] = told["trouble"] and JobTrouble(told["trouble"])
    return Job(**told)
