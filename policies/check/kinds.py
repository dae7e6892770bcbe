"""The kinds: names that no rule and no yardstick tells apart, so that one of them is looked at for all."""

from collections.abc import Callable, Hashable, Iterable

from policies.check.extent import Dimension


class Kinds:
    """The kinds of one dimension: names are of one kind if the same of `named` hold them, and they are `alike`."""

    def __init__(self, dimension: Dimension, named: Iterable[str], alike: Callable[[str], Hashable]) -> None:
        self._dimension = dimension
        among = frozenset(named)
        self._kind: dict[str, Hashable] = {
            each: (among.intersection(wider), alike(each)) for each, wider in dimension.wider.items()
        }
        self._first: dict[Hashable, str] = {}
        for each, kind in self._kind.items():
            self._first.setdefault(kind, each)
        self._within: dict[str, list[list[str]]] = {}
        self._numbers: dict[frozenset[str], int] = {}
        self._number: dict[str, int] = {}

    def first(self, name: str) -> str:
        """The first name of the same kind."""
        return self._first[self._kind[name]]

    def within(self, name: str) -> list[list[str]]:
        """What a wider name stands for, by kind."""
        if name not in self._within:
            self._within[name] = self.sorted(self._dimension.within(name))
        return self._within[name]

    def sorted(self, names: Iterable[str]) -> list[list[str]]:
        """These names by kind."""
        found: dict[Hashable, list[str]] = {}
        for each in names:
            found.setdefault(self._kind[each], []).append(each)
        return list(found.values())

    def number(self, name: str) -> int:
        """The same number for wider names that stand for the same kinds."""
        if name not in self._number:
            kinds = frozenset(self.first(each[0]) for each in self.within(name))
            self._number[name] = self._numbers.setdefault(kinds, len(self._numbers))
        return self._number[name]
