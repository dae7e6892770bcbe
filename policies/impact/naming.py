"""The naming: a set of names told by the widest names that hold just them."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from policies.edition import Edition
from policies.vocabulary import NONE_PURPOSE, Role

Names = tuple[str, ...]


class Cover(NamedTuple):
    """A wider name with those of the set it holds; a name that nothing wider holds stands alone."""

    name: str
    holds: Names


class Naming:
    """The wider names of one edition, each with all it holds.

    Attributes:
        unasked: groups above the company or the person, of which no recipient can be registered.
    """

    def __init__(self, edition: Edition) -> None:
        self._roles = _held({role: edition.roles.ancestors(role)[1:] for role in map(str, Role)})
        self.unasked = frozenset(
            w for own in edition.own_recipients for w in edition.groups.ancestors(own)[1:]
        )
        asked = tuple(group for group in edition.groups if group not in self.unasked)
        self._groups = _held({group: edition.groups.ancestors(group) for group in asked})
        self._purposes = _held({leaf: edition.purpose_ancestors(leaf)[1:] for leaf in _leaves(edition)})
        self._fields = _held({path: edition.field_ancestors(path)[1:] for path in edition.fields})
        self._every = {
            "roles": frozenset(map(str, Role)),
            "groups": frozenset(asked),
            "purposes": frozenset((*_leaves(edition), NONE_PURPOSE)),
        }

    def every(self, dimension: str, names: Iterable[str]) -> bool:
        """Whether these are all `roles`, `groups` or `purposes` of the edition."""
        return self._every[dimension] <= set(names)

    def roles(self, names: Names) -> tuple[Cover, ...]:
        """Roles by their wider roles."""
        return _covers(names, self._roles, least=2)

    def groups(self, names: Names) -> tuple[Cover, ...]:
        """Groups of recipients by their wider groups; one that no recipient is of is told only if nothing else is."""
        asked = tuple(name for name in names if name not in self.unasked)
        return _covers(asked or names, self._groups, least=2)

    def purposes(self, names: Names) -> tuple[Cover, ...]:
        """Leaf purposes by their abstract parents."""
        return _covers(names, self._purposes, least=2)

    def fields(self, names: Names) -> tuple[Cover, ...]:
        """Fields by their categories."""
        return _covers(names, self._fields, least=1)


def _leaves(edition: Edition) -> Iterable[str]:
    return (name for name, purpose in edition.purposes.items() if not purpose.abstract)


def _held(wider: Mapping[str, Names]) -> dict[str, frozenset[str]]:
    """Each wider name with all it holds; of those that hold the same, the nearest."""
    found: dict[str, set[str]] = {}
    for name, above in wider.items():
        for each in above:
            found.setdefault(each, set()).add(name)
    nearest: dict[frozenset[str], str] = {}
    for name, held in found.items():
        nearest.setdefault(frozenset(held), name)
    return {name: held for held, name in nearest.items()}


def _covers(names: Names, wider: Mapping[str, frozenset[str]], least: int) -> tuple[Cover, ...]:
    """The widest names first, as long as they hold something not yet held and nothing outside the set."""
    rest, given = dict.fromkeys(names), frozenset(names)
    fitting = [(name, held) for name, held in wider.items() if len(held) >= least and held <= given]
    covers = []
    for name, held in sorted(fitting, key=lambda each: (-len(each[1]), each[0])):
        if not held.isdisjoint(rest):
            covers.append(Cover(name, tuple(each for each in names if each in held)))
            rest = dict.fromkeys(each for each in rest if each not in held)
    return (*covers, *(Cover(name, (name,)) for name in rest))
