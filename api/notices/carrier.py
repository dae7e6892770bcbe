"""The carrier: each process looks for what is due and carries it, to each recipient one after the other.

What is carried is claimed first and marked as taken once it was, so that it arrives at least once whenever a process is
killed.
"""

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import structlog

from api.notices.post import Post
from models.database.store import Store, StoreUnavailable, WrongValue

REST = 1.0
"""Seconds between looks for what is due, each of them one short statement."""

COUNTED = timedelta(seconds=15)
"""How often what waits is counted."""

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
MOST_TRIES = 20
"""After which a notice is dead: about three days, as the waits double up to six hours."""

MOST_AT_ONCE = 16
"""How many recipients one process posts to at the same time; each gets what is its own one after the other."""

Parcel = TypeVar("Parcel")
_log = structlog.get_logger()


def wait_after(tries: int, chance: float) -> timedelta:
    """How long to wait after so many tries, by a `chance` from 0 to 1: from half the usual to half as much again."""
    doublings = min(max(tries, 1), MOST_TRIES) - 1
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT) * (0.5 + chance)


def spread_wait(tries: int) -> timedelta:
    """As `wait_after`, by chance."""
    return wait_after(tries, random.random())  # noqa: S311 - no secret, only spread


class Carrier(ABC, Generic[Parcel]):
    """Carries what waits, for one process; `NAME` stands before what the log tells of it."""

    NAME = "notice"

    def __init__(
        self, store: Store, *, post: Post, clock: Callable[[], datetime], rest: float = REST
    ) -> None:
        self._store = store
        self._post = post
        self._clock = clock
        self._rest = rest
        self._wake = asyncio.Event()
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)
        self._couriers: dict[str, asyncio.Task[None]] = {}
        self._counted: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name=f"{self.NAME}s")

    def wake(self) -> None:
        """Something may be due: look now."""
        self._wake.set()

    async def stop(self) -> None:
        """Leave everything where it is; what is on its way is tried again once its lease is over."""
        tasks = [task for task in (self._task, *self._couriers.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._post.close()

    @abstractmethod
    async def _due(self, now: datetime) -> list[str]:
        """The recipients for whom something is due and free."""

    @abstractmethod
    async def _claim(self, recipient: str, now: datetime) -> Parcel | None:
        """What is due first for a recipient, kept for the caller."""

    @abstractmethod
    async def _try(self, parcel: Parcel) -> bool:
        """Whether the recipient took it."""

    @abstractmethod
    async def _count(self, now: datetime) -> None:
        """What is done from time to time, beside carrying."""

    async def _run(self) -> None:
        while True:
            try:
                await self._look()
            except (StoreUnavailable, WrongValue):
                pass  # the next look is soon
            except Exception:  # noqa: BLE001 - whatever it was, what waits is looked for again
                _log.exception(f"{self.NAME}.unseen")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._rest):
                    await self._wake.wait()
            self._wake.clear()

    async def _look(self) -> None:
        now = self._clock()
        for recipient in await self._due(now):
            if recipient not in self._couriers:
                carrying = self._carry(recipient)
                self._couriers[recipient] = asyncio.create_task(carrying, name=f"{self.NAME}s of a recipient")
        if self._counted is None or now - self._counted >= COUNTED:
            await self._count(now)
            self._counted = now

    async def _carry(self, recipient: str) -> None:
        """Try what is due for one recipient, one after the other, until one fails."""
        try:
            async with self._turns:
                while (parcel := await self._claim(recipient, self._clock())) is not None:
                    if not await self._try(parcel):
                        return
        except (StoreUnavailable, WrongValue):
            pass  # it is tried again once its lease is over
        except Exception:  # noqa: BLE001 - as when a notice fails
            _log.exception(f"{self.NAME}.failed", recipient=recipient)
        finally:
            del self._couriers[recipient]
