"""The tree: names, the wider names that hold them, and their labels."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple


class Node(NamedTuple):
    """One name with the wider names right above it and its labels."""

    name: str
    parents: tuple[str, ...]
    ja: str
    en: str
    mark: str = ""

    def row(self, *, marked: bool = True) -> tuple[str, ...]:
        """The node as its file holds it, where that file has a column for the mark or not."""
        mark = (self.mark,) if marked else ()
        return (self.name, "+".join(self.parents), *mark, self.ja, self.en)


@dataclass(frozen=True)
class Tree:
    """A forest of names; a name may have several wider names, and never a cycle."""

    nodes: Mapping[str, Node]

    def __contains__(self, name: object) -> bool:
        return name in self.nodes

    def __iter__(self) -> Iterator[str]:
        return iter(self.nodes)

    @cached_property
    def parents(self) -> Mapping[str, tuple[str, ...]]:
        """Each name with the wider names right above it."""
        return {name: node.parents for name, node in self.nodes.items()}

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """The names that hold no other."""
        above = {parent for node in self.nodes.values() for parent in node.parents}
        return tuple(name for name in self.nodes if name not in above)

    @cached_property
    def _ancestors(self) -> dict[str, tuple[str, ...]]:
        return {name: climb(self.parents, name) for name in self.nodes}

    def ancestors(self, name: str) -> tuple[str, ...]:
        """The name itself, then ever wider ones; nothing for an unknown name."""
        return self._ancestors.get(name, ())

    def within(self, name: str) -> tuple[str, ...]:
        """The name itself and all it holds."""
        return tuple(each for each in self.nodes if name in self.ancestors(each))

    def edges(self) -> Iterable[tuple[str, str]]:
        """Every step from a name to a wider one."""
        return ((node.name, parent) for node in self.nodes.values() for parent in node.parents)


def climb(parents: Mapping[str, tuple[str, ...]], name: str) -> tuple[str, ...]:
    """The name and everything above it, nearest first; ends also where the way runs in a circle."""
    way, seen = [name], {name}
    for each in way:
        for parent in parents.get(each, ()):
            if parent not in seen:
                seen.add(parent)
                way.append(parent)
    return tuple(way)


def depths(parents: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """How many names the longest way from each name to a root holds; without those in a circle, or under one."""
    below: dict[str, list[str]] = {}
    open_ = dict.fromkeys(parents, 0)
    for name, above in parents.items():
        for parent in above:
            if parent in parents:
                below.setdefault(parent, []).append(name)
                open_[name] += 1
    found = {name: 1 for name, count in open_.items() if not count}
    ready = list(found)
    for name in ready:
        for each in below.get(name, ()):
            open_[each] -= 1
            if not open_[each]:
                found[each] = found[name] + 1
                ready.append(each)
    return found
