"""The examined: what is found in the edition that a draft would make, and whether it allows more than its base."""

from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple

from policies.drafting import Standing, edition_of, made_of
from policies.edition import Edition
from policies.judge import Judge
from policies.table import DECISIONS, row_key
from policies.widening import widens

MOST: Final = 1_000
"""The most findings of one kind that are told."""


class Grade(StrEnum):
    """How grave it is: `WRONG` keeps a draft from being published, `OVERRIDABLE` until a second person says why."""

    WRONG = "WRONG"
    OVERRIDABLE = "OVERRIDABLE"


class Finding(NamedTuple):
    """Something found in a draft that loads; `id` names it among those of every draft."""

    id: str
    grade: str
    code: str
    table: str
    key: str
    column: str
    ja: str
    en: str


class Examined(NamedTuple):
    """What is known of a draft: its findings, and whether anything becomes allowed that was not.

    `hash` is the id of the edition that was looked at, so that it is never taken for what is known of another.
    """

    findings: tuple[Finding, ...]
    widens: bool
    hash: str = ""

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """Those that keep it from being published."""
        return tuple(each for each in self.findings if each.grade == Grade.WRONG)

    @property
    def overridable(self) -> tuple[Finding, ...]:
        """Those that a second person may override with a reason."""
        return tuple(each for each in self.findings if each.grade == Grade.OVERRIDABLE)

    @property
    def needs_approval(self) -> bool:
        """Whether a second person must agree."""
        return self.widens or bool(self.overridable)


def examine(draft: Standing) -> Examined:
    """What is found in the edition that a draft makes."""
    made = made_of(draft)
    found = (*islice(_failing(made), MOST), *islice(_untested(made), MOST))
    return Examined(found, widens(edition_of(draft.base), made), made.id)


def _failing(edition: Edition) -> Iterator[Finding]:
    """The rows of its decision table that it does not answer as they say."""
    judge = Judge(edition, {group: group for group in edition.groups})
    for row in edition.expectations:
        if not row.holds(judge):
            key = row_key(DECISIONS, row)
            ja = f"判断表の行「{row.ja}」のとおりに判断されません。規則か行を直してください。"
            en = f"the row `{row.en}` of the decision table is not answered as it says: correct the rule or the row"
            yield Finding(
                f"DECISION_FAILS {key}", Grade.WRONG, "DECISION_FAILS", DECISIONS, key, "expected", ja, en
            )


def _untested(edition: Edition) -> Iterator[Finding]:
    """The rules that no row of its decision table names."""
    named = {row.rule for row in edition.expectations}
    for rule in edition.rules if edition.expectations else ():
        if rule.id not in named:
            ja = f"規則「{rule.id}」を確かめる行が判断表にありません。行を加えるか、理由を付けて承認してください。"
            en = f"no row of the decision table tries the rule `{rule.id}`: add one, or approve it with a reason"
            yield Finding(
                f"RULE_UNTRIED {rule.id}", Grade.OVERRIDABLE, "RULE_UNTRIED", "rules", rule.id, "rule", ja, en
            )
