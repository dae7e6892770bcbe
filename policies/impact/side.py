"""The side: one of two editions, with the rules that are about a question found without reading all of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import product
from typing import NamedTuple

from policies.edition import Edition
from policies.rule import Rule
from policies.vocabulary import ANY, NONE_PURPOSE

Names = tuple[str, ...]

Key = tuple[str, str, str]
"""What a rule names as role, purpose and recipient."""


class Matter(NamedTuple):
    """The part of a rule that decides; not its id, clause or notes."""

    effect: str
    role: str
    action: str
    purpose: str
    field: str
    recipient: str
    needs: str


def matter(rule: Rule) -> Matter:
    """What decides in a rule."""
    return Matter(*rule.casbin_row()[1:])


ByField = Mapping[str, tuple[int, ...]]
"""The rules that name each field, category or `any`, by their places in the file."""


class Side:
    """One edition: every name that a question may hold, and the rules by what they name."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.purposes = (
            *(name for name, each in edition.purposes.items() if not each.abstract),
            NONE_PURPOSE,
        )
        self.groups = tuple(edition.groups)
        self.above = {path: (*edition.field_ancestors(path)[1:], ANY) for path in edition.fields}
        self.matters = [matter(rule) for rule in edition.rules]
        self._at: dict[Key, list[int]] = defaultdict(list)
        for place, each in enumerate(self.matters):
            self._at[each.role, each.purpose, each.recipient].append(place)

    def keys(self, role: str, purpose: str, group: str) -> tuple[Key, ...]:
        """What rules name that are about this role, purpose and group; nothing where one of them is unknown."""
        edition = self.edition
        names = (
            edition.roles.ancestors(role),
            edition.purpose_ancestors(purpose),
            edition.groups.ancestors(group),
        )
        if not all(names):
            return ()
        return tuple(key for key in product(*((*each, ANY) for each in names)) if key in self._at)

    def unlike(self, other: "Side") -> frozenset[Key]:
        """What those rules name that stand in one of two editions and not in the other."""
        ours, theirs = set(self.matters), set(other.matters)
        return frozenset((each.role, each.purpose, each.recipient) for each in ours ^ theirs)

    def about(self, keys: Iterable[Key], action: str) -> ByField:
        """The rules that name these and this action, by the field they name."""
        found: dict[str, list[int]] = defaultdict(list)
        for place in (place for key in keys for place in self._at[key]):
            if self.matters[place].action in {action, ANY}:
                found[self.matters[place].field].append(place)
        return {name: tuple(places) for name, places in found.items()}
