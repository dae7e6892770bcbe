"""The counts of one process: in its memory, without waiting, so that taking some is one step.

The library's own storage in memory goes through every key at each hit, which would make a flood of keys dear.
"""

import time
from collections.abc import Callable, Sequence
from typing import TypeAlias

from api.fair.window import Limit, State, Taken

FEW = 1_000
"""Below so many keys nobody looks for those that are over."""

Key: TypeAlias = tuple[str, str]


class MemoryWindows:
    """Counts in windows that begin at whole multiples of their length since the epoch.

    Attributes:
        most: how many keys are kept; past that the oldest are forgotten. None for as many as come.
    """

    def __init__(self, *, now: Callable[[], float] = time.time, most: int | None = None) -> None:
        """`now` in seconds since the epoch."""
        self.most = most
        self._now = now
        self._kept: dict[Key, tuple[Limit, int, int, int]] = {}
        self._firsts: dict[Key, float] = {}
        self._sweep_at = FEW

    async def take(self, key: str, limits: Sequence[Limit], cost: int) -> Taken:
        """Count so many, or none."""
        now = self._now()
        states = tuple([self._state(key, limit, now) for limit in limits])
        for state in states:
            if not state.fits(cost):
                return Taken(False, states)
        return Taken(True, tuple([self._put(key, state, cost, now) for state in states]))

    async def look(self, key: str, limits: Sequence[Limit]) -> tuple[State, ...]:
        """What is used."""
        now = self._now()
        return tuple([self._state(key, limit, now) for limit in limits])

    async def first(self, key: str, limit: Limit) -> bool:
        """Whether it is the first time in the span."""
        now, name = self._now(), (limit.name, key)
        if self._firsts.get(name, now) > now:
            return False
        self._firsts[name] = now + limit.seconds
        return True

    async def close(self) -> None:
        """Nothing is open."""

    def recall(self, key: str, limit: Limit, previous: int, current: int) -> None:
        """Count what was used before this process began, in the window of now and the one before."""
        now = self._now()
        state = self._state(key, limit, now)
        self._put(key, State(limit, state.previous + previous, state.current, state.left), current, now)

    def _state(self, key: str, limit: Limit, now: float) -> State:
        seconds = limit.seconds
        window = int(now // seconds)
        left = (window + 1) * seconds - now
        found = self._kept.get((limit.name, key))
        if found is None or found[1] < window - 1:
            return State(limit, 0, 0, left)
        _, kept, previous, current = found
        if kept == window - 1:
            return State(limit, current, 0, left)
        return State(limit, previous, current, min(left, seconds))

    def _put(self, key: str, state: State, cost: int, now: float) -> State:
        limit, current = state.limit, state.current + cost
        name = (limit.name, key)
        if name not in self._kept and len(self._kept) >= self._sweep_at:
            self._sweep(now)
        window = int(now // limit.seconds)
        self._kept[name] = (limit, window, state.previous, current)
        return State(limit, state.previous, current, state.left)

    def _sweep(self, now: float) -> None:
        """Forget the keys that count no more and, where there may be only so many, the oldest."""
        kept = {name: each for name, each in self._kept.items() if each[1] >= int(now // each[0].seconds) - 1}
        if self.most is not None and len(kept) >= self.most:
            kept = dict(list(kept.items())[len(kept) - self.most // 2 :])
        self._kept = kept
        self._firsts = {name: until for name, until in self._firsts.items() if until > now}
        self._sweep_at = max(FEW, 2 * len(kept))
        if self.most is not None:
            self._sweep_at = min(self._sweep_at, self.most)
