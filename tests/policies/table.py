"""The shipped decision table, read as `mokuteki policy test` reads it, and rows on a field that nobody sorted yet."""

from functools import cache
from pathlib import Path

from api.cli.decision_table import SHIPPED_TABLE, read_cases
from policies.edition import Edition
from policies.expectation import Expectation
from policies.judging.judge import Judge
from tests.policies.world import edition

UNSORTED_TABLE = Path(__file__).parent / "unsorted.csv"


@cache
def cases() -> tuple[Expectation, ...]:
    """All rows."""
    return (*read_cases(SHIPPED_TABLE, "en"), *read_cases(UNSORTED_TABLE, "en"))


def table_judge(of: Edition | None = None) -> Judge:
    """A judge of this edition, or of the shipped one, to whom each group of recipients is one, as in the table."""
    asked = of or edition()
    return Judge(asked, {group: group for group in asked.groups})
