"""The body: what a request brings, how large it may be, how soon it must have come, and how much all may hold."""

from types import TracebackType
from typing import Any, Self

import orjson
from starlette.types import Receive

from api.gateway.deadline import Deadlines
from api.gateway.http.gate import Who, busy
from api.gateway.limits import Limits
from api.gateway.refusal import Code, Refusal, exceeded
from api.gateway.told import Told

SMALL = 10_000
"""A body of no more bytes is let in whatever others hold: as many as may wait hold little."""

OF_A_VALUE = 100
"""The most that a value takes in memory beside its text, in bytes."""

PARTS = 4
"""One who asks may hold one in so many parts of what all may hold."""


class Bodies:
    """Reads the bodies of requests, within a budget for all that wait or run."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._deadlines = Deadlines(limits.body_seconds)
        self._held = 0
        self._of: dict[Who, int] = {}

    def share(self, who: Who) -> "Share":
        """What one request may hold, until the `with` block ends."""
        return Share(self, who)

    def take(self, who: Who, size: int) -> None:
        """Hold so many bytes more.

        Raises:
            Refusal: `RATE_LIMITED`, 503, where all others or its own leave no room.
        """
        most, held = self._limits.bodies_bytes, self._of.get(who, 0)
        if self._held and (self._held + size > most or (held and held + size > most // PARTS)):
            raise busy("bodies_bytes", most)
        self._held += size
        self._of[who] = held + size

    def give(self, who: Who, size: int) -> None:
        """Hold so many bytes no more."""
        self._held -= size
        self._of[who] -= size
        if not self._of[who]:
            del self._of[who]

    async def read(self, receive: Receive, length: bytes, share: "Share") -> bytes:
        """The whole body of a request that announces this length.

        Raises:
            Refusal: it is too large or too slow, or breaks off.
        """
        if length.isdigit() and int(length[:20]) > self._limits.body_bytes:
            raise self._too_large()
        try:
            with self._deadlines.begin():
                return await self._whole(receive, share)
        except TimeoutError as error:
            raise exceeded("body_seconds", None, self._limits.body_seconds, status=408) from error

    def opened(self, body: bytes, share: "Share") -> Any:  # noqa: ANN401 - any JSON, or None for what is none
        """The JSON of a body, which in memory takes many times its length.

        Raises:
            Refusal: it has too many values, or others leave no room for them.
        """
        if len(body) > SMALL:
            values = sum(map(body.count, (b",", b"[", b"{")))
            if values > self._limits.body_values:
                raise exceeded("body_values", values, self._limits.body_values, status=413)
            share.grow(len(body) + OF_A_VALUE * values)
        return json_of(body)

    def _too_large(self) -> Refusal:
        return exceeded("body_bytes", None, self._limits.body_bytes, status=413)

    async def _whole(self, receive: Receive, share: "Share") -> bytes:
        """The whole body.

        Raises:
            Refusal: it is too large, or breaks off, so that what came of it may not be what was meant.
        """
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refusal(Code.BAD_INPUT, Told("BODY_BREAKS_OFF"))
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._limits.body_bytes:
                raise self._too_large()
            share.grow(size)
            more = message.get("more_body", False)
        return parts[0] if len(parts) == 1 else b"".join(parts)


class Share:
    """What the body of one request holds."""

    __slots__ = ("_bodies", "_taken", "_who")

    def __init__(self, bodies: Bodies, who: Who) -> None:
        self._bodies, self._who = bodies, who
        self._taken = 0

    def grow(self, size: int) -> None:
        """Hold so many bytes in all.

        Raises:
            Refusal: see `Bodies.take`.
        """
        if size > SMALL:
            self._bodies.take(self._who, size - self._taken)
            self._taken = size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._taken:
            self._bodies.give(self._who, self._taken)


def json_of(body: bytes) -> Any:  # noqa: ANN401 - any JSON, or None for what is none
    """What a text of JSON says."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
