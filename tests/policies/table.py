"""The shipped decision table, read as `mokuteki policy test` reads it."""

from functools import cache

from api.cli.decision_table import SHIPPED_TABLE, Case, read_cases


@cache
def cases() -> tuple[Case, ...]:
    """All rows."""
    return read_cases(SHIPPED_TABLE)
