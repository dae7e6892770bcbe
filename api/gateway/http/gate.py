"""The gate: how many operations run at once and how many wait, in turns, so that nobody's flood keeps others out."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self, TypeAlias

from api.gateway.limits import Limits
from api.gateway.refusal import Code, Refusal
from api.gateway.told import Told

RETRY_AFTER = 1
"""Seconds after which whoever was turned away may try again."""

Who: TypeAlias = Hashable
"""Whose operations are counted together."""


class Left(Exception):  # noqa: N818 - it names the event
    """The client went away while it waited, so that nobody is there to be answered."""


class Counts(Protocol):
    """What is counted of those who wait."""

    def turned_away(self, why: str) -> None:
        """A request was not let in."""

    def waiting(self, change: int) -> None:
        """So many more wait, or fewer."""


@dataclass(slots=True, eq=False)
class _Asker:
    present: int = 0
    running: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)


class Gate:
    """Lets operations in.

    Each asker has places to run and places to wait; so has the process. A place that comes free goes round among
    those who wait, and whoever has nothing at hand is let in however many others wait.
    """

    def __init__(self, limits: Limits, counts: Counts) -> None:
        self._limits = limits
        self._counts = counts
        self._askers: dict[Who, _Asker] = {}
        self._line: OrderedDict[Who, _Asker] = OrderedDict()
        self._present = self._running = 0

    def enter(self, who: Who) -> "Seat":
        """A place for one request, until the `with` block ends.

        Raises:
            Refusal: `RATE_LIMITED`, 429 where the asker has too much at hand, 503 where all others have.
        """
        limits = self._limits
        asker = self._askers.get(who)
        if asker is None:
            asker = self._askers[who] = _Asker()
        elif asker.present >= limits.client_running + limits.client_waiting:
            self._counts.turned_away("client")
            most = asker.present
            raise Refusal(
                Code.RATE_LIMITED, Told("RATE_LIMITED", most=most), limit="client_waiting", most=most
            )
        elif self._present >= limits.running + limits.waiting:
            self._counts.turned_away("gateway")
            raise busy("waiting", limits.running + limits.waiting)
        asker.present += 1
        self._present += 1
        return Seat(self, who, asker)

    def leave(self, who: Who, asker: _Asker) -> None:
        """A request is answered."""
        asker.present -= 1
        self._present -= 1
        if not asker.present:
            del self._askers[who]

    def start(self, asker: _Asker) -> bool:
        """Run at once, if there is a place and nobody of the same asker waits for it."""
        limits = self._limits
        if asker.waiting or self._running >= limits.running or asker.running >= limits.client_running:
            return False
        self._take(asker)
        return True

    def stop(self, asker: _Asker) -> None:
        """An operation ended; the next one begins."""
        asker.running -= 1
        self._running -= 1
        self._next()

    async def wait(self, who: Who, asker: _Asker, receive: Callable[[], Awaitable[object]]) -> None:
        """Run in turn.

        Raises:
            Refusal: the turn did not come in time.
            Left: the client went away.
        """
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        gone = asyncio.ensure_future(_gone(receive))
        asker.waiting.append(turn)
        self._line.setdefault(who, asker)
        self._counts.waiting(1)
        began = False
        try:
            await asyncio.wait(
                {turn, gone},
                timeout=self._limits.waiting_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if gone.done():
                self._counts.turned_away("left")
                raise Left
            if not turn.done():
                self._counts.turned_away("late")
                raise busy("waiting_seconds", self._limits.waiting_seconds)
            began = True
        finally:
            self._counts.waiting(-1)
            gone.cancel()
            if not began:
                self._forget(who, asker, turn)

    def _forget(self, who: Who, asker: _Asker, turn: asyncio.Future[None]) -> None:
        if turn.done():
            self.stop(asker)
            return
        turn.cancel()
        with suppress(ValueError):
            asker.waiting.remove(turn)
        if not asker.waiting:
            self._line.pop(who, None)

    def _take(self, asker: _Asker) -> None:
        asker.running += 1
        self._running += 1

    def _next(self) -> None:
        while self._running < self._limits.running:
            who = next(
                (who for who, each in self._line.items() if each.running < self._limits.client_running), None
            )
            if who is None:
                return
            asker = self._line[who]
            turn = asker.waiting.popleft()
            if asker.waiting:
                self._line.move_to_end(who)
            else:
                del self._line[who]
            self._take(asker)
            turn.set_result(None)


class Seat:
    """The place of one request: it counts until it is answered, and runs between `turn` and `rest`."""

    __slots__ = ("_asker", "_gate", "_runs", "_who")

    def __init__(self, gate: Gate, who: Who, asker: _Asker) -> None:
        self._gate, self._who, self._asker = gate, who, asker
        self._runs = False

    async def turn(self, receive: Callable[[], Awaitable[object]]) -> None:
        """Run, now or in turn; `receive` tells when the client goes away.

        Raises:
            Refusal: the turn did not come in time.
            Left: the client went away.
        """
        if not self._gate.start(self._asker):
            await self._gate.wait(self._who, self._asker, receive)
        self._runs = True

    def rest(self) -> None:
        """The operation ended; what remains is to send the answer."""
        if self._runs:
            self._runs = False
            self._gate.stop(self._asker)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.rest()
        self._gate.leave(self._who, self._asker)


def busy(limit: str, most: int) -> Refusal:
    """The refusal while too many others are answered."""
    return Refusal(Code.RATE_LIMITED, Told("BUSY"), status=503, limit=limit, most=most)


async def _gone(receive: Callable[[], Awaitable[object]]) -> None:
    while True:
        message = await receive()
        if isinstance(message, dict) and message.get("type") == "http.disconnect":
            return
