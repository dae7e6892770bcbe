"""The index: the rules that can matter, found without reading all of them."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import TypeAlias

from policies.rule import Rule
from policies.vocabulary import ANY

Key: TypeAlias = tuple[str, str, str]
"""The role, the purpose and the recipient that a rule names."""


def places(rules: Iterable[Rule]) -> Mapping[Key, Sequence[int]]:
    """The places of rules by what they name."""
    found: defaultdict[Key, array[int]] = defaultdict(lambda: array("I"))
    for place, rule in enumerate(rules):
        found[rule.role, rule.purpose, rule.recipient].append(place)
    return dict(found)


class RuleIndex:
    """The rules of an edition by role, purpose and recipient."""

    def __init__(self, rules: Sequence[Rule], found: Mapping[Key, Sequence[int]] | None = None) -> None:
        """`found`: what `places` told of these rules, where that is known already."""
        self._rules = rules
        self._places = places(rules) if found is None else found
        self.roles = frozenset(role for role, _, _ in self._places)
        self.purposes = frozenset(purpose for _, purpose, _ in self._places)
        self.recipients = frozenset(recipient for _, _, recipient in self._places)

    def find(
        self, roles: Iterable[str], purposes: Iterable[str], recipients: Iterable[str]
    ) -> tuple[Rule, ...]:
        """The rules that name one of each, or `any`; in the order of the file."""
        keys = product({*roles, ANY}, {*purposes, ANY}, {*recipients, ANY})
        found = (place for key in keys for place in self._places.get(key, ()))
        return tuple(self._rules[place] for place in sorted(found))
