"""The traffic: what the demonstration's clients ask on ordinary days, for ledgers that look like used ones."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from models.demo.accesses import Asking
from models.demo.dice import Dice, Weighted
from models.demo.situations import (
    APPLICATION,
    ELIGIBILITY,
    EMPLOYER_A,
    EMPLOYER_B,
    INTERNAL,
    NEWSLETTER,
    SUPPORT,
    SUPPORT_ORG,
)

MATCHING: Final = "service.matching"
ACCOUNT: Final = "service.account"
BILLING: Final = "service.billing"
FRONTEND: Final = "frontend"


class _Usual(NamedTuple):
    """One operation that a client repeats; `many` people at once, or one."""

    client: str
    recipient: str
    purpose: str
    operation: str
    selection: str
    many: int = 0


_USUAL: Final = Weighted(
    [
        (_Usual(FRONTEND, INTERNAL, ACCOUNT, "Profile", "id name { roman } email phone"), 20),
        (
            _Usual(
                FRONTEND,
                INTERNAL,
                MATCHING,
                "Matches",
                "id ageBand address { prefecture } answers { key value }",
                20,
            ),
            10,
        ),
        (_Usual(FRONTEND, INTERNAL, BILLING, "Fee", "id name { roman } emailMasked"), 3),
        (_Usual(FRONTEND, INTERNAL, NEWSLETTER, "Newsletter", "id email", 50), 2),
        (_Usual(EMPLOYER_A, EMPLOYER_A, APPLICATION, "Applicants", "id name { roman } ageBand", 20), 15),
        (_Usual(EMPLOYER_A, EMPLOYER_A, APPLICATION, "Invitation", "id name { roman } email phone"), 20),
        (_Usual(EMPLOYER_A, EMPLOYER_A, APPLICATION, "Shortlist", "id initials", 10), 5),
        (_Usual(EMPLOYER_A, EMPLOYER_A, ELIGIBILITY, "WorkPermit", "id residenceCard { number status }"), 8),
        (
            _Usual(
                EMPLOYER_B, EMPLOYER_B, APPLICATION, "Everything", "id name { roman } email phone birthDate"
            ),
            10,
        ),
        (_Usual(SUPPORT_ORG, SUPPORT_ORG, SUPPORT, "Support", "id name { roman } phone birthDate"), 7),
    ]
)
"""Each with how often it is asked. `Everything` asks for more than its purpose ever gives."""


class Timed(NamedTuple):
    """One operation and when it is asked."""

    at: datetime
    asking: Asking


STRANGERS: Final = 0.03
"""How often a client asks about somebody who has nothing to do with it."""


@dataclass(frozen=True, slots=True)
class People:
    """Whom the traffic is about: everybody, and by recipient those who consented to it."""

    everybody: Sequence[str]
    known: Mapping[str, Sequence[str]]

    def of(self, recipient: str, dice: Dice) -> str:
        """Somebody whom this recipient may ask about."""
        known = self.known.get(recipient)
        return dice.choice(known if known and not dice.chance(STRANGERS) else self.everybody)


def traffic(dice: Dice, people: People, count: int, since: datetime, until: datetime) -> Iterator[Timed]:
    """So many operations about these people, oldest first, spread evenly over the time with some chance."""
    step = (until - since) / count
    for place in range(count):
        yield Timed(since + step * (place + dice.random()), _asking(dice.draw(_USUAL), dice, people))


def _asking(usual: _Usual, dice: Dice, people: People) -> Asking:
    """Of one person by their id, or of a page of people."""
    heading = f'query {usual.operation}{{}} @purpose(id: "{usual.purpose}", recipient: "{usual.recipient}")'
    if usual.many:
        document = f"{heading.format('')} {{ users(first: {usual.many}) {{ edges {{ node {{ {usual.selection} }} }} }} }}"
        variables = {}
    else:
        document = f"{heading.format('($id: ID!)')} {{ user(id: $id) {{ {usual.selection} }} }}"
        variables = {"id": people.of(usual.recipient, dice)}
    return Asking(
        client=usual.client,
        purpose=usual.purpose,
        operation=usual.operation,
        document=document,
        variables=variables,
    )
