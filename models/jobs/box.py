"""The box of jobs: put in by whoever asks, looked at, and given up."""

import asyncio
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from models.database.dialect import Dialect
from models.database.store import Reader, Row, Transaction
from models.day import moment
from models.jobs.found import readable
from models.jobs.job import Job, JobKind, JobState, JobTrouble
from models.person_row import new_id

KEPT = timedelta(days=90)
"""For how long a job that ended can be looked at."""

MOST_OPEN = 5
"""How many jobs that one asked for may wait or run."""

TURN = 7_269_413
"""The key of the advisory lock on PostgreSQL under which jobs are asked for, one by one."""

NAMES = tuple(field.name for field in fields(Job) if field.name != "result")
"""What is read of every job; what it found may be long, and is read of one at a time."""

COLUMNS = ", ".join(NAMES)

_PUT = """
INSERT INTO policy_jobs (id, kind, draft, base, hash, days, state, done, total, asked_by, asked_at, tries)
VALUES (:id, :kind, :draft, :base, :hash, :days, 'WAITING', 0, 0, :by, :now, 0)
"""
_PRUNE = "DELETE FROM policy_jobs WHERE ended_at IS NOT NULL AND ended_at < :before"
_SAME = f"""
SELECT {COLUMNS} FROM policy_jobs
WHERE kind = :kind AND base = :base AND COALESCE(hash, '') = :hash AND COALESCE(draft, '') = :draft
  AND COALESCE(days, 0) = :days AND (state IN ('WAITING', 'RUNNING') OR (state = 'DONE' AND kind = 'IMPACT'))
ORDER BY asked_at DESC LIMIT 1
"""
_OPEN = "SELECT COUNT(*) FROM policy_jobs WHERE asked_by = :by AND state IN ('WAITING', 'RUNNING')"
_CANCEL = """
UPDATE policy_jobs SET state = 'CANCELLED', ended_at = :now, lease = NULL, leased_until = NULL
WHERE id = :id AND state IN ('WAITING', 'RUNNING') RETURNING id
"""
_ONE = f"SELECT {COLUMNS} FROM policy_jobs WHERE id = :id"
_RESULT = "SELECT result FROM policy_jobs WHERE id = :id"
_LIST = f"SELECT {COLUMNS} FROM policy_jobs WHERE {{wanted}} ORDER BY asked_at DESC, id DESC LIMIT :limit"


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
    job = job_of(found[0])
    return job if (await whole(reader, job)).state is job.state else None


async def cancel(transaction: Transaction, job: str, now: datetime) -> bool:
    """Whether it had not ended yet; whoever carries it learns of it at the next step."""
    return bool(await transaction.fetch(_CANCEL, {"id": job, "now": now}))


async def read_job(reader: Reader, job: str) -> Job | None:
    """One job, without what it found."""
    found = await reader.fetch(_ONE, {"id": job})
    return job_of(found[0]) if found else None


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
    return [job_of(row) for row in await reader.fetch(_LIST.format(wanted=" AND ".join(wanted)), values)]


def job_of(row: Row) -> Job:
    """A job as one row of `COLUMNS` keeps it."""
    told = dict(zip(NAMES, row, strict=True))
    for name in ("asked_at", "started_at", "ended_at"):
        told[name] = told[name] and moment(told[name])
    told["kind"], told["state"] = JobKind(told["kind"]), JobState(told["state"])
    told["trouble"] = told["trouble"] and JobTrouble(told["trouble"])
    return Job(**told)
