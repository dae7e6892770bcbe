"""The index: the rules that can matter, found without reading all of them."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import product

from policies.rule import Rule
from policies.vocabulary import ANY


class RuleIndex:
    """The rules of an edition by role, purpose and recipient."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._places: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for place, rule in enumerate(self._rules):
            self._places[rule.role, rule.purpose, rule.recipient].append(place)
        self.roles = frozenset(rule.role for rule in self._rules)
        self.purposes = frozenset(rule.purpose for rule in self._rules)
        self.recipients = frozenset(rule.recipient for rule in self._rules)

    def find(
        self, roles: Iterable[str], purposes: Iterable[str], recipients: Iterable[str]
    ) -> tuple[Rule, ...]:
        """The rules that name one of each, or `any`; in the order of the file."""
        keys = product({*roles, ANY}, {*purposes, ANY}, {*recipients, ANY})
        places = (place for key in keys for place in self._places.get(key, ()))
        return tuple(self._rules[place] for place in sorted(places))
