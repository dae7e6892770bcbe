"""The places: where the rules of an edition stand, by what they name.

An index of a hundred thousand rules is handed from one process to another, so it is made of what takes no time to tidy
up: texts and numbers.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from policies.rule import Rule


class Places(NamedTuple):
    """Where rules stand, by what they name.

    Attributes:
        turns: the turn of each role, purpose and recipient that rules name together, by `key`.
        ends: where in `order` the places of each turn end.
        order: the places of the rules, turn by turn.
        fields: the number of the field that each rule names, place by place.
        numbers: the fields that rules name, by name.
        roles: the roles that rules name.
        purposes: the purposes that rules name.
        recipients: the recipients that rules name.
    """

    turns: Mapping[str, int]
    ends: "array[int]"
    order: "array[int]"
    fields: "array[int]"
    numbers: Mapping[str, int]
    roles: frozenset[str]
    purposes: frozenset[str]
    recipients: frozenset[str]

    def of(self, role: str, purpose: str, recipient: str) -> Sequence[int]:
        """Where the rules stand that name just these."""
        turn = self.turns.get(key(role, purpose, recipient))
        if turn is None:
            return ()
        return self.order[self.ends[turn - 1] if turn else 0 : self.ends[turn]]


def key(role: str, purpose: str, recipient: str) -> str:
    """What is looked up in the index; no name has a NUL in it."""
    return f"{role}\0{purpose}\0{recipient}"


def places(rules: Iterable[Rule]) -> Places:
    """Where these rules stand."""
    found: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
    fields, numbers = array("I"), dict[str, int]()
    roles, purposes, recipients = set[str](), set[str](), set[str]()
    for place, rule in enumerate(rules):
        found[key(rule.role, rule.purpose, rule.recipient)].append(place)
        fields.append(numbers.setdefault(rule.field, len(numbers)))
        roles.add(rule.role)
        purposes.add(rule.purpose)
        recipients.add(rule.recipient)
    turns, ends, order = dict[str, int](), array("I"), array("I")
    for turn, (each, stand) in enumerate(found.items()):
        turns[each] = turn
        order.extend(stand)
        ends.append(len(order))
    return Places(
        turns, ends, order, fields, numbers, frozenset(roles), frozenset(purposes), frozenset(recipients)
    )
