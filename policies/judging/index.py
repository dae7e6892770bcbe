"""The index: the rules that can matter, found without reading all of them."""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Final

from policies.edition import Edition
from policies.judging.packed import PackedRules
from policies.judging.places import Places, places
from policies.rule import Rule
from policies.vocabulary import ANY


class RuleIndex:
    """The rules of an edition by role, purpose and recipient."""

    def __init__(self, rules: Sequence[Rule], found: Places | None = None) -> None:
        """`found`: what `places` told of these rules, where that is known already."""
        self._rules = rules
        self._places = places(rules) if found is None else found
        self.roles = self._places.roles
        self.purposes = self._places.purposes
        self.recipients = self._places.recipients

    def find(
        self,
        roles: Iterable[str],
        purposes: Iterable[str],
        recipients: Iterable[str],
        fields: Iterable[str] | None = None,
    ) -> tuple[Rule, ...]:
        """The rules that name one of each, or `any`, in the order of the file; of `None` they may name whichever."""
        keys = product({*roles, ANY}, {*purposes, ANY}, {*recipients, ANY})
        found = [place for key in keys for place in self._places.of(*key)]
        if fields is not None:
            numbers, named = self._places.numbers, self._places.fields
            wanted = {numbers[each] for each in (*fields, ANY) if each in numbers}
            found = [place for place in found if named[place] in wanted]
        return tuple(self._rules[place] for place in sorted(found))


def index_of(edition: Edition) -> RuleIndex:
    """The index of the rules of an edition, made once and kept with it."""
    kept = vars(edition)
    if _KEPT not in kept:
        rules = edition.rules
        kept[_KEPT] = RuleIndex(rules, rules.places if isinstance(rules, PackedRules) else None)
    found: RuleIndex = kept[_KEPT]
    return found


_KEPT: Final = "_index"
