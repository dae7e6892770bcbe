"""What was known: of people's standing and of whoever asked, when something of them was decided; kept with the access."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from policies.rule import Need, parse_needs, write_needs
from policies.vocabulary import Action, Fact, Role

SETTLED: Final = (
    Fact.DELEGATED,
    Fact.ENTRUSTED,
    Fact.SUCCEEDED,
    Fact.JOINTLY_USED,
    Fact.IDENTIFYING,
    Fact.CONFIRMED,
    Fact.ABROAD,
    Fact.EQUIVALENT,
)
"""Facts about the recipient: settled for every operation, so that only those that were true are written.

INVARIANT: a fact that is added here later was not known of records from before; they would read as if it were false.
"""

OF_EVENTS: Final = (Fact.TRANSMISSION_ANNOUNCED, Fact.LOCATED, Fact.GROUPED)
"""What is true of what a browser did, and never of a person on record."""

Reach = tuple[tuple[str, tuple[str, ...]], ...]
"""Facts that are true of some fields only, each with the fields and categories it is true of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What one decision about people rested on.

    Attributes:
        standing: the facts known true and those known false, as `noticed+consented+!held`; others were not looked at.
            `-` where none was, blank where nothing is on record.
        guard: the root field that opened on them, such as `Query.users`.
        action: how its fields were decided: read, collected, corrected; `invoke` where the guard alone decided.
        whole: the facts named true were all there were to the question, whatever else is true.
        kind: the recipient's group, where it is not a group itself.
        reach: what narrowed facts to some fields: the items of case files, the categories of consents.
        scope: the sets of categories that the token was narrowed to, each of them in turn.
    """

    standing: str = ""
    guard: str = ""
    action: str = Action.READ.value
    whole: bool = False
    kind: str = ""
    reach: Reach = ()
    scope: tuple[tuple[str, ...], ...] = ()

    def form(self) -> dict[str, Any]:
        """It as JSON holds it, without what says nothing."""
        return {name: value for name in _PARTS if (value := getattr(self, name)) != getattr(UNKNOWN, name)}

    def facts(self, role: str) -> dict[Fact, bool]:
        """The facts known of whomever it is about, the requester being of this role."""
        found = dict.fromkeys(Fact if self.whole else OF_EVENTS, False)
        if role != Role.USER:
            found[Fact.SELF] = False
        if self.standing:
            found |= dict.fromkeys(SETTLED, False)
            found |= {need.fact: not need.absent for need in parse_needs(self.standing)}
        return found


UNKNOWN: Final = Known()
"""What older records tell: nothing."""

_PARTS: Final = ("standing", "guard", "action", "whole", "kind", "reach", "scope")


def known_of(form: Mapping[str, Any]) -> Known:
    """What `form` wrote."""
    return Known(
        standing=form.get("standing", ""),
        guard=form.get("guard", ""),
        action=form.get("action", UNKNOWN.action),
        whole=form.get("whole", False),
        kind=form.get("kind", ""),
        reach=tuple((fact, tuple(names)) for fact, names in form.get("reach", ())),
        scope=tuple(tuple(names) for names in form.get("scope", ())),
    )


def write_standing(facts: Mapping[Fact, bool]) -> str:
    """Facts with whether they are true, as `noticed+consented+!held`."""
    plain = (*SETTLED, *OF_EVENTS)
    needs = [Need(fact, not facts[fact]) for fact in Fact if fact in facts]
    told = sorted(
        (need for need in needs if not (need.absent and need.fact in plain)), key=lambda need: need.absent
    )
    return write_needs(told)
