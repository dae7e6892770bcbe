"""The shipped decision table, read as `mokuteki policy test` reads it, and rows on a field that nobody sorted yet."""

from functools import cache
from pathlib import Path

from api.cli.decision_table import SHIPPED_TABLE, Case, read_cases

UNSORTED_TABLE = Path(__file__).parent / "unsorted.csv"


@cache
def cases() -> tuple[Case, ...]:
    """All rows."""
    return (*read_cases(SHIPPED_TABLE), *read_cases(UNSORTED_TABLE))
