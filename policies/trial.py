"""The trial: whether a judge answers a row of the decision table as it says."""

from typing import Protocol

from policies.expectation import NO_FACTS, Expectation
from policies.judging.question import Decision, Question
from policies.rule import JOIN
from policies.vocabulary import Effect, Fact, standing


class Decider(Protocol):
    """Whoever answers questions: a judge."""

    def decide(self, question: Question) -> Decision:
        """The decision."""


def asked(row: Expectation) -> Question:
    """What a row asks.

    Raises:
        ValueError: it names something that is no fact.
    """
    true = standing(*(Fact(word) for word in row.facts.split(JOIN) if word not in NO_FACTS))
    return Question(row.role, row.action, row.purpose, row.field, row.recipient, true)


def holds(row: Expectation, judge: Decider) -> bool:
    """Whether this judge answers as the row says, and by the rule it names."""
    decision = judge.decide(asked(row))
    return (answer(decision), decision.rule or "") == (row.expected, row.rule)


def answer(decision: Decision) -> Effect:
    """The decision as a row writes it."""
    return Effect.ALLOW if decision else Effect.DENY
