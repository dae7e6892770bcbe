"""The digest: what all rules of an edition say together, so that nobody reads a hundred thousand to learn it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from policies.rule import Need, Rule
from policies.vocabulary import ANY, Action, Effect, Fact


class Digest(NamedTuple):
    """What rules say together.

    Attributes:
        needs: every need of some rule, with the effect of such a rule.
        read_for: for each name of fields the purposes for which some rule allows to read it.
        turning_on: for each fact the purposes of the rules that look at it.
    """

    needs: frozenset[tuple[Effect, Need]]
    read_for: Mapping[str, frozenset[str]]
    turning_on: Mapping[Fact, frozenset[str]]


def digest(rules: Iterable[Rule]) -> Digest:
    """What these rules say together."""
    needs: set[tuple[Effect, Need]] = set()
    read_for, turning_on = defaultdict[str, set[str]](set), defaultdict[Fact, set[str]](set)
    for rule in rules:
        needs.update((rule.effect, need) for need in rule.needs)
        for need in rule.needs:
            turning_on[need.fact].add(rule.purpose)
        if rule.effect is Effect.ALLOW and rule.action in (Action.READ, ANY):
            read_for[rule.field].add(rule.purpose)
    return Digest(
        frozenset(needs),
        {name: frozenset(purposes) for name, purposes in read_for.items()},
        {fact: frozenset(purposes) for fact, purposes in turning_on.items()},
    )
