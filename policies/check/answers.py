"""The answers: the rows of the decision table that the rules answer otherwise, each told in words."""

from collections.abc import Iterator, Sequence
from typing import Final

from policies.check.extent import Extents
from policies.check.gaps import Places
from policies.check.lookup import Lookup, decide
from policies.check.near import Known
from policies.edition import Edition
from policies.expectation import Expectation
from policies.judging.judge import Judge
from policies.judging.question import Decision
from policies.mistake import Mistake, mistake
from policies.table import DECISIONS, row_key
from policies.trial import answer, asked
from policies.vocabulary import ANY, NONE_PURPOSE, Action

EXPLAINED: Final = 20
"""How many failing rows are told with the rule that came nearest, which reads every rule."""


class Answers:
    """Holds rows of the decision table against an edition, in which each group of recipients is a recipient."""

    def __init__(self, edition: Edition, extents: Extents, lookup: Lookup, places: Places) -> None:
        self._edition = edition
        self._extents = extents
        self._lookup = lookup
        self._places = places
        self._known = {
            "role": Known(edition.roles),
            "action": Known(map(str, Action)),
            "purpose": Known((*edition.purposes, NONE_PURPOSE)),
            "field": Known(edition.fields),
            "recipient": Known(edition.groups),
        }
        self._explained = 0
        self._judge: Judge | None = None

    def decide(self, row: Expectation) -> Decision:
        """The answer; no where a name is unknown."""
        role, action, purpose, field, recipient, standing = asked(row)
        known = zip(self._extents.every[:-1], (role, action, purpose, field), strict=True)
        wider = [each.wider.get(name, ()) for each, name in known]
        groups = self._edition.groups.ancestors(recipient)
        if not groups or not all(wider):
            return Decision()
        return decide(self._lookup.find((*wider, (*groups, ANY))), standing)

    def failing(self, rows: Sequence[Expectation]) -> Iterator[Mistake]:
        """The rows that are answered otherwise, or by another rule."""
        for row in rows:
            decision = self.decide(row)
            if (answer(decision), decision.rule or "") != (row.expected, row.rule):
                yield self._told(row, decision)

    def _told(self, row: Expectation, decision: Decision) -> Mistake:
        near_ja, near_en = self._near(row)
        key = row_key(DECISIONS, row)
        return mistake(
            "DECISION_FAILS",
            DECISIONS,
            self._places[DECISIONS].get(key, 0),
            "expected",
            key,
            ja=row.ja,
            en=row.en,
            expected_ja=_ja(row.expected, row.rule),
            expected_en=_en(row.expected, row.rule),
            given_ja=_ja(answer(decision), decision.rule),
            given_en=_en(answer(decision), decision.rule),
            near_ja=near_ja,
            near_en=near_en,
        )

    def _near(self, row: Expectation) -> tuple[str, str]:
        """What kept it from being allowed, in Japanese and English."""
        unknown = next(self._unknown(row), None)
        if unknown is not None:
            return unknown
        self._explained += 1
        if self._explained > EXPLAINED:
            return "", ""
        if self._judge is None:
            self._judge = Judge(self._edition, {group: group for group in self._edition.groups})
        nearest = self._judge.explain(asked(row)).nearest
        return (f"（{nearest[0].text('ja')}）", f": {nearest[0].text('en')}") if nearest else ("", "")

    def _unknown(self, row: Expectation) -> Iterator[tuple[str, str]]:
        """Each cell that names nothing, with the nearest that is known, in Japanese and English."""
        for column, known in self._known.items():
            name, near = getattr(row, column), known.near(getattr(row, column))
            if name in known:
                continue
            if not name:
                yield f"（「{column}」が空欄です）", f": the column `{column}` is empty"
            elif near:
                meant = f"`{near[0]}`"
                yield (
                    f"（「{column}」の`{name}`は、{meant}のことですか）",
                    f": did you mean {meant} by the {column} `{name}`?",
                )
            else:
                yield f"（「{column}」の`{name}`は登録されていません）", f": the {column} `{name}` is unknown"


def _en(effect: str, rule: str | None) -> str:
    return f"`{effect}` by `{rule}`" if rule else f"`{effect}` by no rule"


def _ja(effect: str, rule: str | None) -> str:
    return f"`{effect}`（規則`{rule}`）" if rule else f"`{effect}`（該当する規則なし）"
