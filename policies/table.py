"""The table: rows of text with the place of each, read from a file or from an edition's canonical form."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from policies.mistake import Mistake

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "purposes": (
        *("id", "parent", "within", "number", "abstract", "announced_on"),
        *("ja", "en", "basis_ja", "basis_en"),
    ),
    "categories": ("child", "parent", "ja", "en"),
    "guards": ("field", "category", "ja", "en"),
    "roles": ("id", "wider", "kind", "ja", "en"),
    "groups": ("id", "wider", "itself", "ja", "en"),
    "questions": (
        *("key", "kind", "category", "choices", "choices_ja", "choices_en"),
        *("label_ja", "label_en", "help_ja", "help_en"),
        *("required", "asked_from", "asked_until"),
    ),
    "rules": (
        *("rule", "eft", "role", "action", "purpose", "field", "recipient", "needs"),
        *("clause", "note_ja", "note_en"),
    ),
    "decisions": (
        *("ja", "en", "role", "action", "purpose", "field", "recipient"),
        *("facts", "expected", "rule"),
    ),
    "fields": ("path", "category"),
}
"""The tables of an edition and their columns in order."""

DECISIONS: Final = "decisions"
"""The table of the answers that an edition is held to."""

FIELDS: Final = "fields"
"""The table of the fields of personal data; code declares which there are, and their categories where it is left out."""

OPTIONAL: Final = (DECISIONS, FIELDS)
"""The tables that a folder need not have."""

_QUESTION: Final = slice(2, 8)
"""The cells of a row of the decision table that no other row has alike."""

FIRST_ROW: Final = 2

Sheets = dict[str, list[list[str]]]
"""The tables of an edition as lists of rows of text, without their headers."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one table."""

    table: str
    number: int
    cells: tuple[str, ...]

    def __getitem__(self, column: str) -> str:
        return self.cells[COLUMNS[self.table].index(column)]

    def mistake(self, column: str, what: str, remedy: str) -> Mistake:
        """Something wrong in this row."""
        return Mistake(f"{self.table}.csv", self.number, column, what, remedy)


def row_key(table: str, cells: Sequence[str]) -> str:
    """What no other row of its table has: the first cell, of a row of the decision table its question."""
    return " ".join(cells[_QUESTION] if table == DECISIONS else cells[:1])


def read(folder: Path) -> tuple[Sheets, list[Mistake]]:
    """The tables of a folder, and what is wrong with their headers."""
    sheets: Sheets = {}
    mistakes: list[Mistake] = []
    for table, columns in COLUMNS.items():
        if table in OPTIONAL and not (folder / f"{table}.csv").is_file():
            continue
        with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            header, *lines = list(csv.reader(file)) or [[]]
        sheets[table] = lines
        if tuple(header) != columns:
            remedy = f"write `{','.join(columns)}`"
            mistakes.append(Mistake(f"{table}.csv", 1, "", "the header is not that of this table", remedy))
    return sheets, mistakes


def rows(table: str, lines: Iterable[Sequence[str]]) -> tuple[list[Row], list[Mistake]]:
    """The complete rows of a table, and a mistake for each that is too short or too long."""
    width = len(COLUMNS[table])
    every = [Row(table, number, tuple(line)) for number, line in enumerate(lines, FIRST_ROW)]
    wrong = [
        row.mistake("", f"the row has {len(row.cells)} of {width} cells", "write every cell of the header")
        for row in every
        if len(row.cells) != width
    ]
    return [row for row in every if len(row.cells) == width], wrong
