"""The possible: the facts that can ever be true of a question, and the standings that rules leave open."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from policies.rule import Need, Rule, unmet
from policies.vocabulary import STAGES, Action, Fact, Role, Standing, standing

EMPLOYERS: Final = "employer"
"""The group of recipients that people apply to."""

OF_EVENTS: Final = frozenset({Fact.TRANSMISSION_ANNOUNCED, Fact.LOCATED, Fact.GROUPED})
"""What is true of what a browser did, and never of a person on record."""

EVERY: Final = frozenset(Fact)


@cache
def possible(*, own: bool, applied_to: bool, transmitted: bool) -> Standing:
    """The facts that can hold.

    Args:
        own: the requester is a user, and so may be the person described.
        applied_to: people apply to the recipient.
        transmitted: it is about what a browser did.
    """
    never = set() if own else {Fact.SELF}
    never |= set() if applied_to else {*STAGES}
    never |= set() if transmitted else OF_EVENTS
    return EVERY - never


def possible_for(role: str, action: str, groups: Iterable[str]) -> Standing:
    """The facts that can hold for a role, an action, and a recipient with its group and the wider ones."""
    return possible(
        own=role == Role.USER, applied_to=EMPLOYERS in groups, transmitted=action == Action.TRANSMIT
    )


def positive(needs: Iterable[Need]) -> Standing:
    """The facts that must be true, and all they imply."""
    return standing(*(need.fact for need in needs if not need.absent))


def absent(needs: Iterable[Need]) -> Standing:
    """The facts that must not be true."""
    return frozenset(need.fact for need in needs if need.absent)


def open_standings(needs: Iterable[Need], denies: tuple[Rule, ...], can: Standing) -> Iterator[Standing]:
    """The standings that meet the needs of an allow and no deny, the smallest of them among others.

    What a deny refuses can only be mended by a fact that it asks to be absent, so that each is tried in turn: every
    standing that meets the needs and no deny holds one of those yielded.
    """
    start = positive(needs)
    seen = {start}
    waiting = [start] if start <= can else []
    for facts in waiting:
        deny = next((rule for rule in denies if not unmet(rule.needs, facts)), None)
        if deny is None:
            yield facts
            continue
        for fact in sorted(absent(deny.needs) & can):
            more = facts | standing(fact)
            if more <= can and more not in seen:
                seen.add(more)
                waiting.append(more)


def smallest(standings: Iterable[Standing]) -> list[Standing]:
    """Those of which no other is a part, the smallest first."""
    kept: list[Standing] = []
    for facts in sorted(set(standings), key=lambda each: (len(each), sorted(each))):
        if not any(other <= facts for other in kept):
            kept.append(facts)
    return kept
