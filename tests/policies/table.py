"""The decision table: one row per case, in plain words, with the answer that is right."""

import csv
from functools import cache
from typing import NamedTuple

from policies.judge import Judge
from policies.question import Question
from tests.policies.world import DECISIONS, facts


class Case(NamedTuple):
    """One row."""

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
        """What the row asks."""
        true = facts(self.facts)
        return Question(self.role, self.action, self.purpose, self.field, self.recipient, true)

    def holds(self, judge: Judge) -> bool:
        """Whether this judge answers as the row says, and by the rule it names."""
        decision = judge.decide(self.question)
        answer = "allow" if decision else "deny"
        return (answer, decision.rule or "") == (self.expected, self.rule)


@cache
def cases() -> tuple[Case, ...]:
    """All rows."""
    with DECISIONS.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    assert tuple(header) == Case._fields
    return tuple(Case(*line) for line in lines)
