"""The rule: one row that allows or denies, with the clause it enforces."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Self

from policies.vocabulary import NO_NEEDS, Effect, Fact, Standing

ABSENT = "!"
JOIN = "+"


class Need(NamedTuple):
    """One fact that must be true, or, in a deny rule, must not."""

    fact: Fact
    absent: bool = False

    def __str__(self) -> str:
        return f"{ABSENT if self.absent else ''}{self.fact}"


@lru_cache(maxsize=4096)
def parse_needs(text: str) -> tuple[Need, ...]:
    """`noticed+consented` as needs, `-` as none.

    Raises:
        ValueError: the text is empty or names something that is no fact.
    """
    if text == NO_NEEDS:
        return ()
    return tuple(Need(Fact(word.removeprefix(ABSENT)), word.startswith(ABSENT)) for word in text.split(JOIN))


def write_needs(needs: Iterable[Need]) -> str:
    """The needs as a rule's row holds them."""
    return JOIN.join(map(str, needs)) or NO_NEEDS


def unmet(needs: Iterable[Need], standing: Standing) -> tuple[Need, ...]:
    """Those needs that this standing does not meet."""
    return tuple(need for need in needs if (need.fact in standing) is need.absent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the policy; each dimension holds a name, a wider name, or `any`."""

    id: str
    effect: Effect
    role: str
    action: str
    purpose: str
    field: str
    recipient: str
    needs: tuple[Need, ...]
    clause: str
    note_ja: str
    note_en: str

    @classmethod
    def of(cls, cells: Sequence[str]) -> Self:
        """The rule that `row` wrote.

        Raises:
            ValueError: the cells are none of a rule.
        """
        name, effect, role, action, purpose, field, recipient, needs, clause, note_ja, note_en = cells
        return cls(
            id=name,
            effect=Effect(effect),
            role=role,
            action=action,
            purpose=purpose,
            field=field,
            recipient=recipient,
            needs=parse_needs(needs),
            clause=clause,
            note_ja=note_ja,
            note_en=note_en,
        )

    @property
    def facts(self) -> Standing:
        """The facts this rule looks at."""
        return frozenset(need.fact for need in self.needs)

    def casbin_row(self) -> tuple[str, ...]:
        """The part of the rule that Casbin reads."""
        dimensions = (self.role, self.action, self.purpose, self.field, self.recipient)
        return (self.id, str(self.effect), *dimensions, write_needs(self.needs))

    def row(self) -> tuple[str, ...]:
        """The rule as its file holds it."""
        return (*self.casbin_row(), self.clause, self.note_ja, self.note_en)
