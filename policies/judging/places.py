"""The places: where the rules of an edition stand, by what they name."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from policies.rule import Rule

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
