"""The sender: every process carries notices to their recipients, each notice by one process at a time.

A notice is posted first and marked as taken then, so that it arrives at least once whenever a process is killed.
"""

from collections.abc import Callable
from datetime import datetime

import structlog

from api.notices.carrier import MOST_TRIES, REST, Carrier, spread_wait
from api.notices.event import signed
from api.notices.post import FINAL, Failed, Post
from api.tokens.keys import Keyring, KeysSealed
from models.database.store import Store
from models.notices.box import Counts, Letter, again, claim, counts, due, give_up, taken
from models.notices.withdrawal import NoticeState, Trouble

_log = structlog.get_logger()


class Sender(Carrier[Letter]):
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
        super().__init__(store, post=post, clock=clock, rest=rest)
        self._issuer = issuer
        self._keyring = keyring
        self._observe = observe
        self._ended = ended

    async def _due(self, now: datetime) -> list[str]:
        return await due(self._store, now)

    async def _claim(self, recipient: str, now: datetime) -> Letter | None:
        return await claim(self._store, recipient, now)

    async def _count(self, now: datetime) -> None:
        self._observe(await counts(self._store), now)

    async def _try(self, letter: Letter) -> bool:
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
            await again(self._store, letter, trouble, now + spread_wait(letter.tries))
        event = "notice.dead" if dead else "notice.tried"
        (_log.error if dead else _log.warning)(
            event, recipient=letter.recipient, reason=trouble.value, attempt=letter.tries
        )
        self._ended(trouble.value)
