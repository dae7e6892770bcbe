"""The people: how many different ones, without a list of them that grows.

References are random, so the smallest of them, once spread evenly, tell how many there are: with the k smallest kept,
all are counted up to k, and beyond it estimated with an error of about 1/sqrt(k) (Bar-Yossef et al., Counting Distinct
Elements in a Data Stream, 2002).
"""

from collections.abc import Iterable
from heapq import nsmallest
from typing import Final

KEPT: Final = 4096
"""How many references are kept: the estimate is then off by 1.6 % at one standard deviation."""

HIGHEST: Final = 1 << 64
SPREAD: Final = 0x9E3779B97F4A7C15
"""An odd number near 2^64 over the golden ratio: no two references become one, and few bits become many (Knuth, 6.4)."""


class People:
    """Different people, counted."""

    __slots__ = ("_bound", "_refs")

    def __init__(self) -> None:
        self._refs: set[int] = set()
        self._bound = HIGHEST

    def add(self, refs: Iterable[int]) -> None:
        """These people too."""
        self._add(ref * SPREAD % HIGHEST for ref in refs)

    def _add(self, spread: Iterable[int]) -> None:
        bound = self._bound
        self._refs.update(each for each in spread if each <= bound)
        if len(self._refs) > 2 * KEPT:
            self._prune()

    def merge(self, other: "People") -> None:
        """Those of another count too."""
        refs, bound = other.kept()
        self._bound = min(self._bound, bound)
        self._add(refs)
        self._prune()

    def kept(self) -> tuple[frozenset[int], int]:
        """Those who stand for all, spread, and up to where everybody is among them."""
        return frozenset(self._refs), self._bound

    def _prune(self) -> None:
        self._refs = {ref for ref in self._refs if ref <= self._bound}
        if len(self._refs) > KEPT:
            self._refs = set(nsmallest(KEPT, self._refs))
            self._bound = max(self._refs)

    @property
    def exact(self) -> bool:
        """Whether everybody was counted."""
        return self._bound == HIGHEST

    def count(self) -> int:
        """How many, exact up to `KEPT`."""
        if self._bound == HIGHEST:
            return len(self._refs)
        kept = [ref for ref in self._refs if ref <= self._bound]
        return round((len(kept) - 1) * HIGHEST / self._bound)
