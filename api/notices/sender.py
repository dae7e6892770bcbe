"""The sender: every process carries notices to their recipients, each notice by one process at a time.

A notice is posted first and marked as taken then, so that it arrives at least once whenever a process is killed.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from api.notices.event import signed
from api.notices.post import FINAL, Failed, Post
from api.tokens.keys import Keyring, KeysSealed
from models.notice_box import Counts, Letter, again, claim, counts, due, give_up, taken
from models.store import Store, StoreUnavailable, WrongValue
from models.withdrawal_notice import NoticeState, Trouble

REST = 1.0
"""Seconds between looks for what is due, each of them one short statement."""

COUNTED = timedelta(seconds=15)
"""How often what waits is counted."""

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
MOST_TRIES = 20
"""After which a notice is dead: about three days, as the waits double up to six hours."""

MOST_AT_ONCE = 16
"""How many recipients one process posts to at the same time; each gets its notices one after the other."""

_log = structlog.get_logger()


def wait_after(tries: int, chance: float) -> timedelta:
    """How long to wait after so many tries, by a `chance` from 0 to 1: from half the usual to half as much again."""
    doublings = min(max(tries, 1), MOST_TRIES) - 1
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT) * (0.5 + chance)


class Sender:
    """Carries the notices of one process."""

    def __init__(  # noqa: PLR0913 - what a notice needs on its way
        self,
        store: Store,
        *,
        issuer: str,
        keyring: Callable[[], Keyring],
        post: Post,
        clock: Callable[[], datetime],
        observe: Callable[[Counts, datetime], None] = lambda _counts, _now: None,
        ended: Callable[[str], None] = lambda _outcome: None,
        rest: float = REST,
    ) -> None:
        """`observe`: told what waits; `ended`: told how each try ended, `TAKEN` or its trouble."""
        self._store = store
        self._issuer = issuer
        self._keyring = keyring
        self._post = post
        self._clock = clock
        self._observe = observe
        self._ended = ended
        self._rest = rest
        self._wake = asyncio.Event()
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)
        self._couriers: dict[str, asyncio.Task[None]] = {}
        self._counted: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look for notices."""
        self._task = asyncio.create_task(self._run(), name="notices")

    def wake(self) -> None:
        """Something may be due: look now."""
        self._wake.set()

    async def stop(self) -> None:
        """Leave every notice where it is; one that is on its way is tried again once its lease is over."""
        tasks = [task for task in (self._task, *self._couriers.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._post.close()

    async def _run(self) -> None:
        while True:
            try:
                await self._look()
            except (StoreUnavailable, WrongValue):
                pass  # the next look is soon
            except Exception:  # noqa: BLE001 - whatever it was, what waits is looked for again
                _log.exception("notice.unseen")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._rest):
                    await self._wake.wait()
            self._wake.clear()

    async def _look(self) -> None:
        now = self._clock()
        for recipient in await due(self._store, now):
            if recipient not in self._couriers:
                carrying = self._carry(recipient)
                self._couriers[recipient] = asyncio.create_task(carrying, name="notices of a recipient")
        if self._counted is None or now - self._counted >= COUNTED:
            self._observe(await counts(self._store), now)
            self._counted = now

    async def _carry(self, recipient: str) -> None:
        """Try what is due for one recipient, one after the other, until one fails."""
        try:
            async with self._turns:
                while (letter := await claim(self._store, recipient, self._clock())) is not None:
                    if not await self._try(letter):
                        return
        except (StoreUnavailable, WrongValue):
            pass  # it is tried again once its lease is over
        except Exception:  # noqa: BLE001 - as when a notice fails
            _log.exception("notice.failed", recipient=recipient)
        finally:
            del self._couriers[recipient]

    async def _try(self, letter: Letter) -> bool:
        """Whether the recipient took it."""
        try:
            token = signed(letter, self._issuer, self._keyring(), self._clock())
            await self._post.deliver(letter.url, token)
        except KeysSealed:
            await self._failed(letter, Trouble.UNSIGNED)
        except Failed as failed:
            await self._failed(letter, failed.trouble)
        except Exception:  # noqa: BLE001 - whatever is wrong with one notice, the others go on
            _log.exception("notice.failed", recipient=letter.recipient)
            await self._failed(letter, Trouble.UNEXPECTED)
        else:
            await taken(self._store, letter, self._clock())
            self._ended(NoticeState.TAKEN.value)
            return True
        return False

    async def _failed(self, letter: Letter, trouble: Trouble) -> None:
        now = self._clock()
        dead = trouble in FINAL or letter.tries >= MOST_TRIES
        if dead:
            await give_up(self._store, letter, trouble, now)
        else:
            wait = wait_after(letter.tries, random.random())  # noqa: S311 - no secret, only spread
            await again(self._store, letter, trouble, now + wait)
        event = "notice.dead" if dead else "notice.tried"
        (_log.error if dead else _log.warning)(
            event, recipient=letter.recipient, reason=trouble.value, attempt=letter.tries
        )
        self._ended(trouble.value)
