"""The window: how much of one limit is used, by the counts of two windows of time that slide into each other."""

from collections.abc import Sequence
from math import ceil, floor
from typing import NamedTuple, Protocol


class QuotaUnavailable(Exception):  # noqa: N818 - it names the state
    """What was used is not known, so nothing may be granted."""


class Limit(NamedTuple):
    """So many in any span of so many seconds; `name` is what answers call it."""

    name: str
    most: int
    seconds: int


class State(NamedTuple):
    """What is used of a limit: all of the current window, and of the one before the part that still counts.

    Attributes:
        left: in how many seconds the current window becomes the one before.
    """

    limit: Limit
    previous: int
    current: int
    left: float

    @property
    def used(self) -> int:
        """How many count now."""
        if not self.previous:
            return self.current
        return floor(self.previous * self.left / self.limit.seconds) + self.current

    @property
    def remaining(self) -> int:
        """How many more fit now."""
        return max(0, self.limit.most - self.used)

    @property
    def reset(self) -> int:
        """In how many seconds, rounded up, more than the remaining ones fit; 0 where nothing is used."""
        used = self.used
        return ceil(self._falls_to(min(used, self.limit.most) - 1)) if used else 0

    def fits(self, cost: int) -> bool:
        """Whether so many more fit now."""
        return self.used + cost <= self.limit.most

    def wait(self, cost: int) -> float:
        """In how many seconds so many more fit, if nobody else comes; the whole span for what never fits."""
        return 0.0 if self.fits(cost) else self._falls_to(self.limit.most - cost)

    def _falls_to(self, room: int) -> float:
        """In how many seconds no more are used than this, which is fewer than now; below 0 they never are."""
        seconds = self.limit.seconds
        if room < 0:
            return float(seconds)
        if self.current <= room:
            return self.left - (room - self.current) * seconds / self.previous
        return self.left + seconds - room * seconds / self.current


class Taken(NamedTuple):
    """Whether so many were taken, and what is used of each limit afterwards."""

    done: bool
    states: tuple[State, ...]


class Windows(Protocol):
    """Where what each key used is counted."""

    async def take(self, key: str, limits: Sequence[Limit], cost: int) -> Taken:
        """Count so many against every limit, or against none if they do not fit one of them.

        Raises:
            QuotaUnavailable: what was used is not known.
        """

    async def look(self, key: str, limits: Sequence[Limit]) -> tuple[State, ...]:
        """What is used of each limit.

        Raises:
            QuotaUnavailable: it is not known.
        """

    async def first(self, key: str, limit: Limit) -> bool:
        """Whether this is asked of the key for the first time in the span of the limit.

        Raises:
            QuotaUnavailable: it is not known.
        """

    async def close(self) -> None:
        """Let go of whatever it holds open."""
