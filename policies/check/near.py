"""The nearest known names of one that is not known."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Final

SHOWN: Final = 2
"""How many names are told."""

MOST: Final = 100
"""How many unknown names are looked near of, as each look reads every known name."""

LONGEST: Final = 120
"""A name of more characters is near nothing."""


class Known:
    """The names that may stand in one place."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)
        self._near: dict[str, tuple[str, ...]] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def near(self, name: str) -> tuple[str, ...]:
        """Those nearest to an unknown name, the nearest first; none where none is like it."""
        found = self._near.get(name)
        if found is None:
            look = len(self._near) < MOST and 0 < len(name) <= LONGEST
            near = get_close_matches(name, sorted(self._names), n=SHOWN, cutoff=0.7) if look else []
            found = self._near[name] = tuple(near)
        return found
