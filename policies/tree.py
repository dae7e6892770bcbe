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
    seen = [name]
    for each in seen:
        seen += [parent for parent in parents.get(each, ()) if parent not in seen]
    return tuple(seen)


def steps(parents: Mapping[str, tuple[str, ...]], name: str, limit: int) -> int:
    """How many names the longest way from this one to a root holds; stops counting past the limit."""
    if limit == 0:
        return 1
    return 1 + max((steps(parents, parent, limit - 1) for parent in parents.get(name, ())), default=0)
