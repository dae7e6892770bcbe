"""The line: one place, which goes round among those who ask, so that whoever asks much keeps others waiting one turn."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class Line:
    """Those who wait for one place, each asker behind their own askings."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, who: Hashable) -> AsyncIterator[None]:
        """The place for the length of a block, now or in turn."""
        await self._take(who)
        try:
            yield
        finally:
            self._leave(who)

    async def _take(self, who: Hashable) -> None:
        if not self._taken:
            self._taken = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(who, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._leave(who)
            raise

    def _leave(self, who: Hashable) -> None:
        """Hand the place to whoever else waits, and to the next of one's own after all of them."""
        if who in self._waiting:
            self._waiting.move_to_end(who)
        while self._waiting:
            other, turns = next(iter(self._waiting.items()))
            turn = turns.popleft()
            if turns:
                self._waiting.move_to_end(other)
            else:
                del self._waiting[other]
            if not turn.done():
                turn.set_result(None)
                return
        self._taken = False
