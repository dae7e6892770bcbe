"""The expectation: a question, and the answer that an edition is held to; its rows are the decision table."""

from collections.abc import Iterable
from typing import Final, NamedTuple, Protocol

from policies.check.names import textless, unlisted
from policies.check.near import Known
from policies.mistake import Mistake
from policies.question import Decision, Question
from policies.rule import JOIN
from policies.table import Row, row_key
from policies.vocabulary import NO_NEEDS, Effect, Fact, standing

NO_FACTS: Final = frozenset({"", NO_NEEDS})


class Decider(Protocol):
    """Whoever answers questions: a judge."""

    def decide(self, question: Question) -> Decision:
        """The decision."""


class Expectation(NamedTuple):
    """One row of the decision table; its fields are the columns, its recipient one of the edition's groups."""

    ja: str
    en: str
    role: str
    action: str
    purpose: str
    field: str
    recipient: str
    facts: str
    expected: str
    rule: str

    @property
    def question(self) -> Question:
        """What the row asks.

        Raises:
            ValueError: it names something that is no fact.
        """
        true = standing(*(Fact(word) for word in self.facts.split(JOIN) if word not in NO_FACTS))
        return Question(self.role, self.action, self.purpose, self.field, self.recipient, true)

    def holds(self, judge: Decider) -> bool:
        """Whether this judge answers as the row says, and by the rule it names."""
        decision = judge.decide(self.question)
        return (answer(decision), decision.rule or "") == (self.expected, self.rule)


def answer(decision: Decision) -> Effect:
    """The decision as a row writes it."""
    return Effect.ALLOW if decision else Effect.DENY


def expectations(rows: Iterable[Row]) -> tuple[tuple[Expectation, ...], list[Mistake]]:
    """The rows of a decision table, and each whose answer could never be right for its spelling alone."""
    rows = tuple(rows)
    mistakes = [*textless(rows, ("ja", "en")), *unlisted(rows, "expected", Effect)]
    mistakes += [
        row.mistake("facts", "FACT_UNKNOWN", word=word, near=_FACTS.near(word))
        for row in rows
        for word in row["facts"].split(JOIN)
        if word not in _FACTS
    ]
    seen: set[str] = set()
    for row in rows:
        key = row_key(row.table, row.cells)
        if key in seen:
            mistakes.append(row.mistake("field", "ASKED_TWICE"))
        seen.add(key)
    return tuple(Expectation(*row.cells) for row in rows), mistakes


_FACTS: Final = Known((*map(str, Fact), *NO_FACTS))
