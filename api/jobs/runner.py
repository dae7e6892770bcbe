"""The runner: each process takes a job when it carries none, tells how far it is, and stops when it is cancelled."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import structlog

from api.workshop import Workshop, WorkshopLate
from models.database.store import Store, StoreUnavailable, WrongValue
from models.jobs import carrying
from models.jobs.job import Job, JobKind, JobState, JobTrouble

REST = 1.0
"""Seconds between looks for a job, each of them one short statement, and between tellings of how far one is."""

LONGEST = 600.0
"""Seconds that one step of a job may take."""

FAREWELL = 2.0
"""Seconds that giving back a job may take when the process ends."""

_log = structlog.get_logger()


class JobChanged(Exception):  # noqa: N818 - it names the state
    """What the job was asked about is no longer so."""


@dataclass(slots=True)
class Bench:
    """Where one job is worked on: the process for its heavy part, and how far it is."""

    store: Store
    workshop: Workshop
    done: int = 0
    total: int = 0


Work: TypeAlias = Callable[[Job, Bench], Awaitable[object]]
"""Works out the result of a job, as plain data for JSON; raises `JobChanged` where it cannot."""


class Runner:
    """Carries jobs, one at a time, for one process."""

    def __init__(
        self,
        store: Store,
        works: Mapping[JobKind, Work],
        *,
        clock: Callable[[], datetime],
        rest: float = REST,
        longest: float = LONGEST,
    ) -> None:
        self._store = store
        self._works = works
        self._clock = clock
        self._rest = rest
        self._workshop = Workshop(seconds=longest)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="jobs")

    async def stop(self) -> None:
        """Leave the job to another process."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._workshop.close()

    async def _run(self) -> None:
        while True:
            try:
                while await carrying.waiting(self._store, self._clock()):
                    taken = await carrying.take(self._store, self._clock())
                    if taken is None:
                        break
                    await self._carry(*taken)
            except (StoreUnavailable, WrongValue):
                pass  # the next look is soon
            except Exception:  # noqa: BLE001 - whatever it was, jobs are looked for again
                _log.exception("job.unseen")
            await asyncio.sleep(self._rest)

    async def _carry(self, job: Job, lease: str) -> None:
        """See a job to its end, or give it back."""
        try:
            await self._work(job, lease)
        except asyncio.CancelledError:
            await self._leave(job, lease, tried=False)
            raise
        except (StoreUnavailable, WrongValue):
            _log.exception("job.left", job=job.id, kind=job.kind.value)
            await self._leave(job, lease, tried=True)
            raise

    async def _work(self, job: Job, lease: str) -> None:
        bench = Bench(self._store, self._workshop)
        working = asyncio.ensure_future(self._works[job.kind](job, bench))
        telling = asyncio.create_task(self._tell(job, lease, bench, working), name="job told")
        try:
            result = await working
        except asyncio.CancelledError:
            self._workshop.close()
            if telling.done():
                return  # the job is another's now, or was cancelled
            working.cancel()
            raise
        except JobChanged:
            await self._end(job, lease, JobState.FAILED, trouble=JobTrouble.CHANGED)
        except WorkshopLate:
            _log.exception("job.failed", job=job.id, kind=job.kind.value)
            await self._end(job, lease, JobState.FAILED, trouble=JobTrouble.GIVEN_UP)
        except (StoreUnavailable, WrongValue):
            raise
        except Exception:  # noqa: BLE001 - told in the job, and in the log
            _log.exception("job.failed", job=job.id, kind=job.kind.value)
            await self._end(job, lease, JobState.FAILED, trouble=JobTrouble.FAULT)
        else:
            await carrying.step(self._store, job.id, lease, bench.total, bench.total, self._clock())
            await self._end(job, lease, JobState.DONE, result=result)
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    async def _leave(self, job: Job, lease: str, *, tried: bool) -> None:
        with suppress(Exception):  # its lease will be over
            async with asyncio.timeout(FAREWELL):
                await carrying.leave(self._store, job.id, lease, tried=tried)

    async def _end(
        self,
        job: Job,
        lease: str,
        state: JobState,
        *,
        trouble: JobTrouble | None = None,
        result: object = None,
    ) -> None:
        await carrying.end(self._store, job.id, lease, state, self._clock(), trouble=trouble, result=result)

    async def _tell(self, job: Job, lease: str, bench: Bench, working: asyncio.Future[object]) -> None:
        """Tell how far it is, until it is no longer this process's."""
        while True:
            await asyncio.sleep(self._rest)
            with suppress(StoreUnavailable, WrongValue):
                now = self._clock()
                if not await carrying.step(self._store, job.id, lease, bench.done, bench.total, now):
                    break
        working.cancel()
