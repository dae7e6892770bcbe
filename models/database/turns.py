"""The turns: so many at once, the others in the order they came, none of them waiting longer than it has patience."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Places for a number of tasks; whoever leaves one hands it to the next in line.

    A timer of the loop ends the waiting: a semaphore within `asyncio.timeout` does the same for a multiple of the price.
    """

    def __init__(self, places: int, patience: float) -> None:
        self._free = places
        self._patience = patience
        self._line: deque[asyncio.Future[None]] = deque()

    async def take(self) -> None:
        """Take a place, now or in turn; it must be left again.

        Raises:
            TimeoutError: none came free in time.
        """
        if self._free:
            self._free -= 1
            return
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._line.append(turn)
        late = loop.call_later(self._patience, _late, turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled() and turn.exception() is None:
                self.leave()
            raise
        finally:
            late.cancel()

    def leave(self) -> None:
        """Leave a place to whoever waits longest."""
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """A place for the length of a block.

        Raises:
            TimeoutError: none came free in time.
        """
        await self.take()
        try:
            yield
        finally:
            self.leave()


def _late(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_exception(TimeoutError())
