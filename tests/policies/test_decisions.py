"""The decision table against the shipped rules."""

import pytest

from policies.expectation import Expectation
from policies.trial import asked
from policies.vocabulary import Role
from tests.policies.table import cases, table_judge
from tests.policies.world import edition

JUDGE = table_judge()


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.en)
def test_the_shipped_rules_answer_every_row_as_it_says(case: Expectation) -> None:
    decision = JUDGE.decide(asked(case))
    assert ("allow" if decision else "deny", decision.rule or "") == (case.expected, case.rule), case.en


def test_the_table_has_a_row_for_every_rule() -> None:
    assert {case.rule for case in cases()} - {""} == {rule.id for rule in edition().rules}


def test_the_table_has_a_row_for_every_purpose_and_role() -> None:
    leaves = {purpose.id for purpose in edition().purposes.values() if not purpose.abstract}
    assert {case.purpose for case in cases()} == {*leaves, "none"}
    assert {case.role for case in cases()} == set(Role)


def test_no_two_rows_ask_the_same() -> None:
    assert len({asked(case) for case in cases()}) == len(cases())


def test_every_row_is_told_in_both_languages() -> None:
    assert all(case.ja.strip() and case.en.strip() for case in cases())
