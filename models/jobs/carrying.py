"""The carrying of jobs: each by one process at a time, under a lease, and never lost between."""

from datetime import datetime, timedelta
from typing import Any

import orjson

from models.database.dialect import Dialect
from models.database.store import Reader, Store
from models.jobs.box import COLUMNS, job_of
from models.jobs.job import Job, JobState, JobTrouble
from models.person_row import new_id

LEASE = timedelta(seconds=15)
"""For how long a job stays with a process that tells nothing of it."""

MOST_TRIES = 3
"""After which a job that takes its process down every time is given up."""

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
WHERE id IN (SELECT id FROM picked) RETURNING {COLUMNS}
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
    job = job_of(found[0])
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
