"""The index: the rules that can matter, found without reading all of them."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import NamedTuple, TypeAlias

from policies.rule import Rule
from policies.vocabulary import ANY

Key: TypeAlias = tuple[str, str, str]
"""The role, the purpose and the recipient that a rule names."""


class Places(NamedTuple):
    """Where rules stand, by what they name.

    Attributes:
        of: the places of the rules by role, purpose and recipient.
        fields: the number of the field that each rule names, place by place.
        numbers: the fields that rules name, by name.
    """

    of: Mapping[Key, Sequence[int]]
    fields: Sequence[int]
    numbers: Mapping[str, int]


def places(rules: Iterable[Rule]) -> Places:
    """Where these rules stand."""
    found: defaultdict[Key, array[int]] = defaultdict(lambda: array("I"))
    fields, numbers = array("I"), dict[str, int]()
    for place, rule in enumerate(rules):
        found[rule.role, rule.purpose, rule.recipient].append(place)
        fields.append(numbers.setdefault(rule.field, len(numbers)))
    return Places(dict(found), fields, numbers)


class RuleIndex:
    """The rules of an edition by role, purpose and recipient."""

    def __init__(self, rules: Sequence[Rule], found: Places | None = None) -> None:
        """`found`: what `places` told of these rules, where that is known already."""
        self._rules = rules
        self._places = places(rules) if found is None else found
        self.roles = frozenset(role for role, _, _ in self._places.of)
        self.purposes = frozenset(purpose for _, purpose, _ in self._places.of)
        self.recipients = frozenset(recipient for _, _, recipient in self._places.of)

    def find(
        self,
        roles: Iterable[str],
        purposes: Iterable[str],
        recipients: Iterable[str],
        fields: Iterable[str] | None = None,
    ) -> tuple[Rule, ...]:
        """The rules that name one of each, or `any`, in the order of the file; of `None` they may name whichever."""
        keys = product({*roles, ANY}, {*purposes, ANY}, {*recipients, ANY})
        found = [place for key in keys for place in self._places.of.get(key, ())]
        if fields is not None:
            numbers, named = self._places.numbers, self._places.fields
            wanted = {numbers[each] for each in (*fields, ANY) if each in numbers}
            found = [place for place in found if named[place] in wanted]
        return tuple(self._rules[place] for place in sorted(found))
