"""Editions of many rules, as no company has them: the shipped one, and as many rules more as are wanted."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from random import Random

from policies.edition import Edition
from policies.rule import Rule, parse_needs
from policies.vocabulary import ANY, Action, Effect, Role

NEEDS = ("held+screened", "noticed+consented+screened", "erased+screened", "hired+screened")
NOTE_JA = "この規則は測定のために置かれている"
NOTE_EN = "this rule stands here to be measured"


def many(edition: Edition, count: int, *, withheld: str) -> Edition:
    """An edition of this many rules, one of which keeps a field from everybody; the others change no answer."""
    deny = _rule("withheld", Effect.DENY, ANY, ANY, withheld, ANY, "-")
    more = islice(_rules(edition, Random(count)), max(0, count - len(edition.rules) - 1))
    return replace(edition, rules=(*edition.rules, deny, *more))


def _rules(edition: Edition, dice: Random) -> Iterator[Rule]:
    """Rules about anything, which need what is not so."""
    purposes = [each.id for each in edition.purposes.values() if not each.abstract]
    fields, groups, number = list(edition.declared), list(edition.groups), 0
    while True:
        number += 1
        names = dice.choice(tuple(Role)), dice.choice(purposes), dice.choice(fields), dice.choice(groups)
        yield _rule(f"measured-{number}", Effect.ALLOW, *names, dice.choice(NEEDS))


def _rule(  # noqa: PLR0913, PLR0917 - the cells of a rule
    name: str, effect: Effect, role: str, purpose: str, field: str, recipient: str, needs: str
) -> Rule:
    return Rule(
        id=name,
        effect=effect,
        role=str(role),
        action=Action.READ,
        purpose=purpose,
        field=field,
        recipient=recipient,
        needs=parse_needs(needs),
        clause="Clause 7; APPI Art 27",
        note_ja=NOTE_JA,
        note_en=NOTE_EN,
    )
