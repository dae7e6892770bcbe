"""The publisher: every process looks for drafts whose time has come, and one of them publishes each."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

import structlog

from api.gateway.drafting.drafting import Drafting
from api.workshop import WorkshopLate
from models.database.store import Store, StoreUnavailable, WrongValue
from models.drafts.barred import Barred
from models.drafts.entitled import Entitled, entitled
from models.drafts.record import DraftRecord
from models.drafts.schedule import carry_out, claim, due, leave
from models.drafts.worked import Worked
from models.inforce import InForce, PolicyUnavailable

REST = 1.0
"""Seconds between looks for what is due, each of them one short statement."""

FAREWELL = 2.0
"""Seconds that giving back what was under way may take when the process ends."""

_log = structlog.get_logger()


class Owed(NamedTuple):
    """A draft that was taken, with the mark of its lease, and why it is to be given back, if that is told in it."""

    draft: str
    lease: str
    trouble: str | None = None


class Publisher:
    """Publishes for one process what was set for a time."""

    def __init__(
        self,
        store: Store,
        *,
        drafting: Drafting,
        inforce: InForce,
        clock: Callable[[], datetime],
        rest: float = REST,
    ) -> None:
        self._store = store
        self._drafting = drafting
        self._inforce = inforce
        self._clock = clock
        self._rest = rest
        self._task: asyncio.Task[None] | None = None
        self._owed: Owed | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="publisher")

    async def stop(self) -> None:
        """Look no more; what is under way is another's."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        with suppress(Exception):  # its lease will be over
            async with asyncio.timeout(FAREWELL):
                await self._give_back()

    async def look(self) -> int:
        """Publish what is due now; how many drafts were decided about.

        It ends with one that fails, which is given back for another process.
        """
        await self._give_back()
        decided = 0
        while await due(self._store, self._clock()):
            claimed = await claim(self._store, self._clock())
            if claimed is None or not await self._decided(*claimed):
                break
            decided += 1
        return decided

    async def _decided(self, draft: DraftRecord, lease: str) -> bool:
        """Whether it was published, or is not to be."""
        self._owed = Owed(draft.id, lease)
        try:
            worked = await self._worked(draft)
            now = self._clock()
            may_still = await self._entitled(now)
            done = await carry_out(self._store, draft.id, lease, worked, may_still, now)
        except Exception as error:  # noqa: BLE001 - told in the draft, and in the log
            late = isinstance(error, WorkshopLate)
            barred = Barred("PUBLICATION_LATE") if late else Barred("PUBLICATION_FAILED")
            _log.exception("edition.unpublished", draft=draft.id, trouble=barred.reason)
            self._owed = Owed(draft.id, lease, barred.reason)
            await self._give_back()
            return False
        self._owed = None
        if done:
            self._inforce.outdate()
        _log.info("edition.scheduled", draft=draft.id, published=done)
        return True

    async def _entitled(self, now: datetime) -> Entitled:
        """Who may publish still, told only while what says so is in force: the process may stand still meanwhile."""
        force = await self._inforce.current()
        may = entitled(force, now)

        def may_still(client: str, guard: str) -> bool:
            if not self._inforce.holds(force):
                raise PolicyUnavailable("who may publish was read too long ago")
            return may(client, guard)

        return may_still

    async def _give_back(self) -> None:
        """Have another process take what this one cannot publish; tried again where the database does not answer."""
        if self._owed is not None:
            draft, lease, trouble = self._owed
            await leave(self._store, draft, lease, self._clock(), trouble)
            self._owed = None

    async def _worked(self, draft: DraftRecord) -> Worked | Barred:
        try:
            return await self._drafting.worked(draft)
        except Barred as barred:
            return barred

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except (StoreUnavailable, WrongValue):
                pass  # the next look is soon
            except Exception:  # noqa: BLE001 - whatever it was, what is due is looked for again
                _log.exception("edition.unscheduled")
            await asyncio.sleep(self._rest)
