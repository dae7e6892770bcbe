"""The reach: every name a question may hold, with the wider names it counts as."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from policies.edition import Edition
from policies.judging.matcher import Edges
from policies.judging.question import Question
from policies.tree import Tree
from policies.vocabulary import ANY, NONE_PURPOSE, Action, Role

Names = tuple[str, ...]
UNKNOWN: Final[Names] = ()


class Reach:
    """Resolves the names of a question; an unknown one counts as nothing, not even as itself."""

    def __init__(self, edition: Edition, recipients: Mapping[str, str]) -> None:
        self._edition = edition
        self._groups = {name: name for name in edition.own_recipients}
        self._groups |= {
            name: group for name, group in recipients.items() if _registrable(name, group, edition)
        }
        self._recipients = {name: self._climb(name) for name in self._groups}

    def _climb(self, recipient: str) -> Names:
        return tuple(dict.fromkeys((recipient, *self._edition.groups.ancestors(self._groups[recipient]))))

    @property
    def recipients(self) -> Iterable[str]:
        """Every recipient that can be asked about."""
        return self._recipients

    def role(self, name: str) -> Names:
        """A role of a requester and its wider roles."""
        return self._edition.roles.ancestors(name) if name in _ROLES else UNKNOWN

    def action(self, name: str) -> Names:
        """An action."""
        return (name,) if name in _ACTIONS else UNKNOWN

    def purpose(self, name: str) -> Names:
        """A leaf purpose and its abstract parent."""
        return self._edition.purpose_ancestors(name)

    def field(self, name: str) -> Names:
        """A field, its category and the wider ones."""
        return self._edition.field_ancestors(name)

    def recipient(self, name: str) -> Names:
        """A registered recipient, its group and the wider ones."""
        return self._recipients.get(name, UNKNOWN)

    def edges(self, question: Question) -> Edges:
        """The steps that Casbin needs to climb from this question's names, and no others."""
        edition, purpose, field, recipient = (
            self._edition,
            question.purpose,
            question.field,
            question.recipient,
        )
        group, category = self._groups[recipient], edition.fields[field]
        return {
            "g": list(_steps(edition.roles, question.role)),
            "g2": [] if purpose == NONE_PURPOSE else [(purpose, edition.purposes[purpose].parent)],
            "g3": [(field, category), *_steps(edition.categories, category)],
            "g4": [*([(recipient, group)] if recipient != group else []), *_steps(edition.groups, group)],
        }

    def every_edge(self) -> Edges:
        """The steps from every name there is, each once, in the order of the tables."""
        edition = self._edition
        leaves = (each for each in edition.purposes.values() if not each.abstract)
        named = ((name, group) for name, group in self._groups.items() if name != group)
        return {
            "g": list(edition.roles.edges()),
            "g2": [(leaf.id, leaf.parent) for leaf in leaves],
            "g3": [*edition.fields.items(), *edition.categories.edges()],
            "g4": [*named, *edition.groups.edges()],
        }


_ROLES: Final = frozenset(map(str, Role))
_ACTIONS: Final = frozenset(map(str, Action))


def _registrable(name: str, group: str, edition: Edition) -> bool:
    """A recipient may bear the name of its own group, but not that of another: it would count as it."""
    taken = name in edition.groups and name != group
    return group in edition.groups and not taken and name not in {"", ANY, *edition.own_recipients}


def _steps(tree: Tree, name: str) -> Iterator[tuple[str, str]]:
    return ((each, parent) for each in tree.ancestors(name) for parent in tree.parents[each])


def covers(names: Iterable[str], named: str) -> bool:
    """Whether what a rule names is one of these names, or anything."""
    return named == ANY or named in names
