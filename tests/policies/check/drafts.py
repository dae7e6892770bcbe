"""Drafts of the shipped rules with a fault or its sound neighbour in them, and what the check says of each."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import date
from functools import cache

from api.cli.declared import FIELDS, GUARDS
from policies.check.report import Report, check
from policies.edition import Edition, shipped
from policies.mistake import Mistake
from policies.table import COLUMNS, DECISIONS, Sheets

Change = Callable[[Sheets], object]
TODAY = date(2026, 11, 22)
SOUND = {
    "eft": "allow",
    "action": "read",
    "recipient": "internal",
    "needs": "noticed",
    "clause": "Clause 3(1)",
    "note_ja": "趣旨",
    "note_en": "The note",
}


@cache
def edition() -> Edition:
    """The shipped edition with the fields that code declares."""
    return shipped(FIELDS)


def drafted(*changes: Change, decisions: bool = False) -> Sheets:
    """The shipped tables with these changes, without the decision table unless it is wanted."""
    tables = deepcopy(edition().tables())
    if not decisions:
        tables[DECISIONS] = []
    for change in changes:
        change(tables)
    return tables


def report(*changes: Change, decisions: bool = False, model: str | None = None) -> Report:
    """What the check says of a draft; every sentence of it can be told."""
    tables = drafted(*changes, decisions=decisions)
    found = check(tables, edition().model if model is None else model, today=TODAY, guards=GUARDS)
    assert all(each.text("ja").endswith("。") and str(each) for each in found.findings)
    assert len({each.id for each in found.findings}) == len(set(found.findings))
    return found


def findings(*changes: Change) -> tuple[Mistake, ...]:
    """What the check finds, and that it loads and was looked at as a whole."""
    found = report(*changes)
    assert found.loads, found.findings
    assert found.whole
    return found.findings


def told(*changes: Change) -> list[tuple[str, str]]:
    """The code and the key of each finding."""
    return [(each.code, each.key) for each in findings(*changes)]


def cell(table: str, name: str, column: str, text: str) -> Change:
    """Writes a text in the row that begins with a name."""

    def write(tables: Sheets) -> None:
        row = next(row for row in tables[table] if row[0] == name)
        row[COLUMNS[table].index(column)] = text

    return write


def row(table: str, **cells: str) -> Change:
    """Adds a row, blank where nothing is given."""
    return lambda tables: tables[table].append([cells.get(column, "") for column in COLUMNS[table]])


def rule(name: str, role: str, purpose: str, field: str, **cells: str) -> Change:
    """Adds a rule, an allow to read unless said otherwise."""
    return row("rules", **{**SOUND, "rule": name, "role": role, "purpose": purpose, "field": field, **cells})


def without(table: str, *names: str) -> Change:
    """Removes the rows that begin with these names."""

    def remove(tables: Sheets) -> None:
        tables[table] = [each for each in tables[table] if each[0] not in names]

    return remove


def only(table: str, names: Iterable[str]) -> Change:
    """Keeps the rows that begin with these names."""
    kept = frozenset(names)

    def remove(tables: Sheets) -> None:
        tables[table] = [each for each in tables[table] if each[0] in kept]

    return remove
