"""The expectation: a question, and the answer that an edition is held to; its rows are the decision table."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from policies.check.names import textless, unlisted
from policies.check.near import Known
from policies.mistake import Mistake
from policies.rule import JOIN
from policies.table import Row, row_key
from policies.vocabulary import NO_NEEDS, Effect, Fact

NO_FACTS: Final = frozenset({"", NO_NEEDS})


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
