"""The extent: what each name of an edition stands for, so that names can be told to hold one another."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final, NamedTuple

from policies.edition import Edition
from policies.rule import Rule
from policies.vocabulary import ANY, NONE_PURPOSE, Action, Role

Names = tuple[str, ...]
EVENT: Final = "Event."
"""What the paths of a browser's events begin with."""


class Asked(NamedTuple):
    """What a question names, or a rule, beside facts; in the order of the columns."""

    role: str
    action: str
    purpose: str
    field: str
    recipient: str


def named(rule: Rule) -> Asked:
    """What a rule names."""
    return Asked(rule.role, rule.action, rule.purpose, rule.field, rule.recipient)


class Dimension:
    """One dimension of questions: each thing that can be asked about, and every name that holds it."""

    def __init__(self, wider: Mapping[str, Names]) -> None:
        self.wider = {each: (*names, ANY) for each, names in wider.items()}
        self._within: dict[str, list[str]] = {ANY: list(wider)}
        for each, names in wider.items():
            for name in dict.fromkeys(names):
                self._within.setdefault(name, []).append(each)
        self._sets: dict[str, frozenset[str]] = {}
        self._holding: dict[str, Names] = {}
        self._numbers: dict[frozenset[str], int] = {}
        self._number: dict[str, int] = {}

    def within(self, name: str) -> list[str]:
        """What can be asked about under this name, in the order of the tables."""
        return self._within.get(name, [])

    def extent(self, name: str) -> frozenset[str]:
        """The same as a set."""
        if name not in self._sets:
            self._sets[name] = frozenset(self.within(name))
        return self._sets[name]

    def number(self, name: str) -> int:
        """The same number for names that stand for the same."""
        if name not in self._number:
            self._number[name] = self._numbers.setdefault(self.extent(name), len(self._numbers))
        return self._number[name]

    def holding(self, name: str) -> Names:
        """Every name that stands for all this one does, itself among them; nothing where it stands for nothing."""
        if name not in self._holding:
            whole = self.extent(name)
            some = next(iter(self.within(name)), None)
            wider = self.wider[some] if some is not None else ()
            self._holding[name] = tuple(each for each in dict.fromkeys(wider) if self.extent(each) >= whole)
        return self._holding[name]


class Extents:
    """The five dimensions of an edition's questions.

    Each group that a recipient can be of counts as one recipient: `internal` and `person` themselves, and those that
    do not hold them.
    """

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        leaves = [purpose.id for purpose in edition.purposes.values() if not purpose.abstract]
        self.role = Dimension({role: edition.roles.ancestors(role) or (role,) for role in map(str, Role)})
        self.action = Dimension({action: (action,) for action in map(str, Action)})
        self.purpose = Dimension(
            {each: edition.purpose_ancestors(each) for each in (*leaves, NONE_PURPOSE)},
        )
        self.field = Dimension({path: edition.field_ancestors(path) for path in edition.fields})
        ours = {wider for own in edition.own_recipients for wider in edition.groups.ancestors(own)}
        recipients = (*edition.own_recipients, *(group for group in edition.groups if group not in ours))
        self.recipient = Dimension({group: edition.groups.ancestors(group) for group in recipients})

    @cached_property
    def every(self) -> tuple[Dimension, ...]:
        """The dimensions in the order of the columns."""
        return (self.role, self.action, self.purpose, self.field, self.recipient)

    @cached_property
    def personal(self) -> frozenset[str]:
        """The fields of personal data: those of the code and the answers of the form."""
        return frozenset(self._edition.fields) - self._edition.guards.keys()

    def actions(self, path: str) -> frozenset[str]:
        """What is ever done with a field."""
        if path in self.personal:
            return _PERSONAL
        return _EVENT if path.startswith(EVENT) else _GUARD

    def askable(self, asked: Asked) -> bool:
        """Whether anybody can ask this; personal data is for a purpose always."""
        fits = asked.action in self.actions(asked.field)
        return fits and (asked.purpose != NONE_PURPOSE or asked.field not in self.personal)

    def wider(self, asked: Asked) -> tuple[Iterable[str], ...]:
        """The names that a rule about this may hold in each column."""
        return tuple(each.wider[name] for each, name in zip(self.every, asked, strict=True))


_PERSONAL: Final = frozenset(map(str, (Action.READ, Action.COLLECT, Action.CORRECT, Action.ERASE)))
_EVENT: Final = frozenset({str(Action.TRANSMIT)})
_GUARD: Final = frozenset({str(Action.INVOKE)})
