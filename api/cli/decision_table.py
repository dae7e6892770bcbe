"""The decision table: rows of a question, in words and in names, and the answer that is right."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from api.cli.shared import CommandError
from api.settings import CHECKOUT
from policies.judge import Judge
from policies.question import Decision, Question
from policies.rule import JOIN
from policies.table import FIRST_ROW
from policies.vocabulary import NO_NEEDS, Effect, Fact, standing

SHIPPED_TABLE = CHECKOUT / "tests" / "decisions.csv"
NO_FACTS = frozenset({"", NO_NEEDS})


class Case(NamedTuple):
    """One row of the table; its fields are the columns."""

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

    def holds(self, judge: Judge) -> bool:
        """Whether this judge answers as the row says, and by the rule it names."""
        decision = judge.decide(self.question)
        return (answer(decision), decision.rule or "") == (self.expected, self.rule)


def answer(decision: Decision) -> Effect:
    """The decision as a row writes it."""
    return Effect.ALLOW if decision else Effect.DENY


def read_cases(table: Path) -> tuple[Case, ...]:
    """All rows of a table.

    Raises:
        CommandError: it is not there, is no CSV in UTF-8, or has another header or a row that is not full.
    """
    try:
        with table.open(encoding="utf-8", newline="") as file:
            header, *lines = list(csv.reader(file)) or [[]]
    except FileNotFoundError as error:
        raise CommandError("there is no such decision table: name one with `--table`") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(
            f"the table cannot be read ({type(error).__name__}): save it as CSV in UTF-8"
        ) from error
    if tuple(header) != Case._fields:
        raise CommandError(f"the header of the table is another: write `{','.join(Case._fields)}`")
    for number, line in enumerate(lines, FIRST_ROW):
        if len(line) != len(Case._fields):
            raise CommandError(
                f"row {number} of the table has {len(line)} of {len(Case._fields)} cells: fill it"
            )
    return tuple(Case(*line) for line in lines)


def check_cases(cases: Sequence[Case]) -> None:
    """Refuse a row whose answer could never be right, for its spelling alone; its rule may come after it.

    Raises:
        CommandError: with the row and the column.
    """
    known = {"expected": set(map(str, Effect))}
    facts = {*map(str, Fact), *NO_FACTS}
    for number, case in enumerate(cases, FIRST_ROW):
        wrong = [column for column, names in known.items() if getattr(case, column) not in names]
        wrong += [] if facts.issuperset(case.facts.split(JOIN)) else ["facts"]
        if wrong:
            raise CommandError(
                f"row {number} of the table, column `{wrong[0]}`: the name is not known; correct it"
            )
