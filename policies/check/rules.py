"""The checks of the rules: a rule names what exists, needs something sayable, and tells its reason."""

from collections.abc import Collection, Iterable
from typing import Final

from policies.check.names import NAME, misnamed, textless
from policies.check.near import Known
from policies.mistake import Mistake
from policies.rule import ABSENT, JOIN, Rule
from policies.table import Row
from policies.vocabulary import ANY, NO_NEEDS, NONE_PURPOSE, Action, Effect, Fact

FACTS: Final = Known(map(str, Fact))
EFFECTS: Final = Known(map(str, Effect))


class Names:
    """What a rule may name in each of its dimensions, beside `any`; `personal` names personal data."""

    def __init__(
        self,
        *,
        role: Iterable[str],
        purpose: Iterable[str],
        field: Iterable[str],
        recipient: Iterable[str],
        personal: Collection[str],
    ) -> None:
        self._personal = personal
        self._known = {
            "role": Known(role),
            "action": Known(map(str, Action)),
            "purpose": Known((*purpose, NONE_PURPOSE)),
            "field": Known(field),
            "recipient": Known(recipient),
        }

    def unknown(self, row: Row) -> list[Mistake]:
        """The dimensions of a row that name something unknown."""
        return [
            row.mistake(column, "NAME_UNKNOWN", name=name, column=column, any=ANY, near=known.near(name))
            for column, known in self._known.items()
            if (name := row[column]) != ANY and name not in known
        ]

    def purposeless(self, row: Row) -> list[Mistake]:
        """An allow row that would open personal data without a purpose."""
        opens = row["eft"] == Effect.ALLOW and row["purpose"] == NONE_PURPOSE
        if opens and (row["field"] == ANY or row["field"] in self._personal):
            return [row.mistake("purpose", "NONE_OPENS_PERSONAL", field=row["field"], none=NONE_PURPOSE)]
        return []


def rules(rows: Iterable[Row], names: Names) -> tuple[tuple[Rule, ...], list[Mistake]]:
    """The rules of a table in their order, and everything wrong with them."""
    rows = tuple(rows)
    mistakes = [*misnamed(rows, "rule", NAME), *textless(rows, ("clause", "note_ja", "note_en"))]
    sound = []
    for row in rows:
        wrong = [*_ineffective(row), *_unsayable(row)]
        mistakes += (*names.unknown(row), *names.purposeless(row), *wrong)
        if not wrong:
            sound.append(Rule.of(row.cells))
    return tuple(sound), mistakes


def _ineffective(row: Row) -> list[Mistake]:
    word = row["eft"]
    near = EFFECTS.near(word)
    return [] if word in EFFECTS else [row.mistake("eft", "EFFECT_UNKNOWN", word=word, near=near)]


def _unsayable(row: Row) -> list[Mistake]:
    text = row["needs"]
    if not text:
        return [row.mistake("needs", "NEEDS_EMPTY", none=NO_NEEDS)]
    if text == NO_NEEDS:
        return []
    bare = [word.removeprefix(ABSENT) for word in text.split(JOIN)]
    mistakes = [
        row.mistake("needs", "FACT_UNKNOWN", word=word, near=FACTS.near(word))
        for word in bare
        if word not in FACTS
    ]
    if len(set(bare)) != len(bare):
        mistakes.append(row.mistake("needs", "FACT_TWICE"))
    if ABSENT in text and row["eft"] == Effect.ALLOW:
        mistakes.append(row.mistake("needs", "ABSENT_IN_ALLOW"))
    return mistakes
