"""The publisher: every process looks for drafts whose time has come, and one of them publishes each."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from api.gateway.drafting.drafting import Drafting
from models.database.store import Store, StoreUnavailable, WrongValue
from models.drafts.barred import Barred
from models.drafts.entitled import entitled
from models.drafts.record import DraftRecord
from models.drafts.schedule import carry_out, claim, due
from models.drafts.worked import Worked
from models.inforce import InForce

REST = 1.0
"""Seconds between looks for what is due, each of them one short statement."""

_log = structlog.get_logger()


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

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="publisher")

    async def stop(self) -> None:
        """Look no more; what is under way is taken up by another once its lease is over."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> int:
        """Publish what is due now; how many drafts were decided about."""
        decided = 0
        while await due(self._store, self._clock()):
            claimed = await claim(self._store, self._clock())
            if claimed is None:
                break
            draft, lease = claimed
            worked = await self._worked(draft)
            now = self._clock()
            may_still = entitled(await self._inforce.current(), now)
            done = await carry_out(self._store, draft.id, lease, worked, may_still, now)
            if done:
                self._inforce.outdate()
            _log.info("edition.scheduled", draft=draft.id, published=done)
            decided += 1
        return decided

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
