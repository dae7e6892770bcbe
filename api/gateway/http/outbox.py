"""The outbox: long answers that wait for slow clients, each until its deadline, all of them within a budget."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.gateway.http.gate import Who
from api.gateway.limits import Limits

LEAST_RATE = 50_000
"""How many bytes a second a client must take of a long answer."""


class Outbox:
    """Watches over the answers that are being sent; beyond the budget, whoever holds most is cut off."""

    def __init__(self, limits: Limits) -> None:
        self._most = limits.answers_bytes
        self._seconds = limits.send_seconds
        self._held = 0
        self._of: dict[Who, dict[asyncio.Timeout, int]] = {}

    @asynccontextmanager
    async def sending(self, who: Who, size: int) -> AsyncIterator[None]:
        """Send an answer of so many bytes within the block.

        Raises:
            TimeoutError: the client was too slow, or others needed the room.
        """
        async with asyncio.timeout(self._seconds + size / LEAST_RATE) as deadline:
            self._of.setdefault(who, {})[deadline] = size
            self._held += size
            while self._held > self._most and self._count() > 1:
                self._cut_off()
            try:
                yield
            finally:
                self._leave(who, deadline)

    def _count(self) -> int:
        return sum(map(len, self._of.values()))

    def _cut_off(self) -> None:
        """Give up the longest of whoever holds most: the first that began."""
        who = max(self._of, key=lambda each: sum(self._of[each].values()))
        deadline = next(iter(self._of[who]))
        self._leave(who, deadline)
        if not deadline.expired():
            deadline.reschedule(asyncio.get_running_loop().time())

    def _leave(self, who: Who, deadline: asyncio.Timeout) -> None:
        own = self._of.get(who, {})
        self._held -= own.pop(deadline, 0)
        if not own:
            self._of.pop(who, None)
