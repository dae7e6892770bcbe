"""The lenient counts: in one place for all processes while it answers, and in this process while it does not.

For floods, where a count that is nearly right protects, and none at all would let everybody in or nobody.
"""

import time
from collections.abc import Sequence

import structlog

from api.fair.memory import MemoryWindows
from api.fair.window import Limit, QuotaUnavailable, State, Taken, Windows

DARK = 1.0
"""Seconds for which a place that did not answer is not asked again."""

_log = structlog.get_logger()


class LenientWindows:
    """Counts in `shared`, or in `here`."""

    def __init__(self, shared: Windows, here: MemoryWindows) -> None:
        self._shared = shared
        self._here = here
        self._dark_until = 0.0

    async def take(self, key: str, limits: Sequence[Limit], cost: int) -> Taken:
        """Count so many, or none."""
        if time.monotonic() >= self._dark_until:
            try:
                return await self._shared.take(key, limits, cost)
            except QuotaUnavailable:
                self._darken()
        return await self._here.take(key, limits, cost)

    async def look(self, key: str, limits: Sequence[Limit]) -> tuple[State, ...]:
        """What is used."""
        if time.monotonic() >= self._dark_until:
            try:
                return await self._shared.look(key, limits)
            except QuotaUnavailable:
                self._darken()
        return await self._here.look(key, limits)

    async def first(self, key: str, limit: Limit) -> bool:
        """Whether it is the first time in the span, as far as this process knows."""
        return await self._here.first(key, limit)

    async def close(self) -> None:
        """Nothing of its own is open."""

    def _darken(self) -> None:
        """Those who asked together meet it together, and it is told once."""
        now = time.monotonic()
        if now >= self._dark_until:
            _log.warning("quota.unreachable")
        self._dark_until = now + DARK
