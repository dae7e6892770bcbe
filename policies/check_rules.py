"""The checks of the rules: a rule names what exists, needs something sayable, and tells its reason."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from policies.check_names import NAME, misnamed, textless
from policies.mistake import Mistake
from policies.rule import ABSENT, JOIN, Rule
from policies.table import Row
from policies.vocabulary import ANY, NO_NEEDS, NONE_PURPOSE, Action, Effect, Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a rule may name in each of its dimensions, beside `any`; `personal` names personal data."""

    role: Collection[str]
    purpose: Collection[str]
    field: Collection[str]
    recipient: Collection[str]
    personal: Collection[str]

    def unknown(self, row: Row) -> list[Mistake]:
        """The dimensions of a row that name something unknown."""
        known: dict[str, Collection[str]] = {
            "role": self.role,
            "action": frozenset(map(str, Action)),
            "purpose": {*self.purpose, NONE_PURPOSE},
            "field": self.field,
            "recipient": self.recipient,
        }
        return [
            row.mistake(column, f"`{row[column]}` is unknown", f"name a known {column}, or `{ANY}`")
            for column, names in known.items()
            if row[column] != ANY and row[column] not in names
        ]

    def purposeless(self, row: Row) -> list[Mistake]:
        """An allow row that would open personal data without a purpose."""
        opens = row["eft"] == Effect.ALLOW and row["purpose"] == NONE_PURPOSE
        if opens and (row["field"] == ANY or row["field"] in self.personal):
            what = f"`{row['field']}` holds personal data, which `{NONE_PURPOSE}` cannot open"
            return [row.mistake("purpose", what, "name a purpose")]
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
    if row["eft"] in set(Effect):
        return []
    what = f"`{row['eft']}` is neither `allow` nor `deny`"
    return [row.mistake("eft", what, "write one of the two: Casbin would ignore any other")]


def _unsayable(row: Row) -> list[Mistake]:
    text = row["needs"]
    if not text:
        return [row.mistake("needs", "the needs are empty", f"write facts, or `{NO_NEEDS}` for none")]
    if text == NO_NEEDS:
        return []
    words = text.split(JOIN)
    bare = [word.removeprefix(ABSENT) for word in words]
    mistakes = [
        row.mistake("needs", f"`{word}` is no fact", f"write facts joined by `{JOIN}`")
        for word in bare
        if word not in set(Fact)
    ]
    if len(set(bare)) != len(bare):
        mistakes.append(row.mistake("needs", "a fact stands here twice", "name each fact once"))
    if ABSENT in text and row["eft"] == Effect.ALLOW:
        what = f"`{ABSENT}` stands in an `allow` row, so that not knowing would permit"
        mistakes.append(row.mistake("needs", what, "say it in a `deny` row"))
    return mistakes
