"""The asker: one token with one declared purpose and recipient, as anybody could send them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from tests.oracle.grounds import day_in_japan, facts_of, stands_in
from tests.oracle.law import Matter, standing, untrue_of
from tests.oracle.people import Person, Register
from tests.oracle.rulebook import Facts, Rulebook, standings

IDENTITY = "User.id"


@dataclass(frozen=True)
class Asker:
    """Who asks; `purposes` and `categories` are what the token was narrowed to, or None."""

    client: str
    role: str
    recipients: tuple[str, ...]
    user: str | None = None
    purposes: frozenset[str] | None = None
    categories: frozenset[str] | None = None


@dataclass(frozen=True, eq=False)
class Standpoint:
    """An asker with a purpose and a recipient: what they may see of anybody, cell by cell."""

    asker: Asker
    purpose: str
    recipient: str
    rulebook: Rulebook
    matter: Matter

    def allowed(self, person: Person, path: str) -> bool:
        """May this field of this person be read: one plain question, then the scope, case files and narrow consents.

        What is not true of this field may be true or not; it must be open, and the person with it, either way.
        """
        facts = standing(person, self.matter)
        if path == IDENTITY or not self.permits(path, facts):
            return self.permits(path, facts)
        lost = sorted(untrue_of(person, self.matter, self.rulebook.wider("g3", path)) & facts)
        return all(
            self.permits(IDENTITY, facts - set(some)) and self.permits(path, facts - set(some))
            for size in range(len(lost) + 1)
            for some in combinations(lost, size)
        )

    def exists(self, person: Person) -> bool:
        """Whether this person is anybody for the asker."""
        return self.allowed(person, IDENTITY)

    def listed(self, person: Person, paths: Iterable[str]) -> bool:
        """Whether this person is in a list that looks at these fields."""
        return self.exists(person) and all(self.allowed(person, path) for path in paths)

    def permits(self, path: str, facts: Facts) -> bool:
        """The rules under these facts, narrowed by the token's categories."""
        mine = self.asker
        in_scope = mine.categories is None or not self.rulebook.wider("g3", path).isdisjoint(
            {*mine.categories, "identifier"}
        )
        return in_scope and self.rulebook.allows(mine.role, "read", self.purpose, path, self.recipient, facts)

    def by_case(self, path: str, facts: Facts) -> bool:
        """The person, or the field, is seen only because of a case file, whose items narrow what is seen."""
        without = facts - {"lawful"}
        return "lawful" in facts and not (self.permits(IDENTITY, without) and self.permits(path, without))

    def imaginable(self, path: str) -> list[Facts]:
        """All that may be true of somebody who exists here, as far as the rules about this field can tell."""
        mine = self.asker
        facts = frozenset().union(
            *(self.rulebook.named(mine.role, self.purpose, each, self.recipient) for each in (IDENTITY, path))
        )
        sure = {
            "abroad": self.matter.abroad,
            "delegated": "entrustee" in self.matter.names,
            **self.matter.of_recipient,
        }
        if mine.role != "user":
            sure["self"] = False
        if self.matter.stand_in:
            sure["abroad-informed"] = True
        return [some for some in standings(facts, sure) if self.permits(IDENTITY, some)]

    def ever(self, path: str) -> bool:
        """Somebody could be imagined whose field this asker sees."""
        return any(self.permits(path, facts) for facts in self.imaginable(path))

    def always(self, path: str) -> bool:
        """Nobody can be imagined whose field this asker does not see."""
        imagined = self.imaginable(path)
        return bool(imagined) and all(
            self.permits(path, facts) and (path == IDENTITY or not self.by_case(path, facts))
            for facts in imagined
        )

    def may_open(self, guard: str) -> bool:
        """Whether the rules let this role use a root field here."""
        return self.rulebook.allows(
            self.asker.role, "invoke", self.purpose, guard, self.recipient, frozenset()
        )


def standpoint(  # noqa: PLR0913, PLR0917 - what a standpoint depends on
    asker: Asker, purpose: str, recipient: str, rulebook: Rulebook, register: Register, now: datetime
) -> Standpoint:
    """The standpoint, read from the tables of the edition and the registry."""
    row: dict[str, Any] = register.recipients[recipient]
    today = day_in_japan(now)
    names = frozenset({recipient}) | rulebook.wider("g4", row["kind"])
    declared = rulebook.purposes[purpose]
    within = declared[2]
    chain = (purpose, within) if within else (purpose,)
    matter = Matter(
        role=asker.role,
        user=asker.user,
        purpose=purpose,
        bit=int(declared[3]),
        chain=chain,
        over=frozenset().union(*(rulebook.wider("g2", each) for each in chain)),
        recipient=recipient,
        names=names,
        own=not names.isdisjoint({"internal", "person", "entrustee"}),
        abroad=row["country"] != "JP",
        country=row["country"],
        stand_in=stands_in(row, register.grounds, today),
        of_recipient=facts_of(row, purpose, register.grounds, today),
        announced=register.announced.get(purpose),
        now=now,
    )
    return Standpoint(asker, purpose, recipient, rulebook, matter)
