"""The table: rows of text with the place of each, read from a file or from an edition's canonical form."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from policies.hidden import hidden, shown
from policies.mistake import Mistake, listed, mistake, named
from policies.plain_file import MOST, Irregular, TooLarge, read_plain, stands

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

RULES: Final = "rules"
"""The table of what is allowed and refused."""

DECISIONS: Final = "decisions"
"""The table of the answers that an edition is held to."""

FIELDS: Final = "fields"
"""The table of the fields of personal data; code declares which there are, and their categories where it is left out."""

OPTIONAL: Final = (DECISIONS, FIELDS)
"""The tables that a folder need not have."""

_QUESTION: Final = slice(2, 8)
"""The cells of a row of the decision table that no other row has alike."""

FIRST_ROW: Final = 2
_PLACES: Final = {
    table: {column: place for place, column in enumerate(columns)} for table, columns in COLUMNS.items()
}

MARK: Final = "\ufeff"
"""The byte order mark, which some programs write at the beginning of a file."""

_FILES: Final = [f"{table}.csv" for table in COLUMNS if table not in OPTIONAL]

Sheets = dict[str, list[list[str]]]
"""The tables of an edition as lists of rows of text, without their headers."""


class Line(list[str]):
    """The cells of one row of a CSV text, with its number there: blank lines count, though none is kept."""

    __slots__ = ("number",)

    def __init__(self, number: int, cells: Iterable[str]) -> None:
        super().__init__(cells)
        self.number = number


def lines_of(text: str) -> list[Line]:
    """The rows of a CSV text, its header first; blank lines are left out.

    Raises:
        csv.Error: it is no CSV (RFC 4180).
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    return [Line(number, cells) for number, cells in enumerate(reader, 1) if cells]


def numbered(lines: Iterable[Sequence[str]]) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows below a header, each with its number: that of its text, or of its place where it came of none."""
    for place, line in enumerate(lines, FIRST_ROW):
        yield line.number if isinstance(line, Line) else place, line


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one table."""

    table: str
    number: int
    cells: tuple[str, ...]

    def __getitem__(self, column: str) -> str:
        return self.cells[_PLACES[self.table][column]]

    @property
    def key(self) -> str:
        """What no other row of the table has."""
        return row_key(self.table, self.cells)

    def mistake(self, column: str, code: str, /, *, near: Iterable[str] = (), **told: object) -> Mistake:
        """Something wrong in this row."""
        return Mistake(code, self.table, self.number, column, self.key, named(told), tuple(near))


def row_key(table: str, cells: Sequence[str]) -> str:
    """What no other row of its table has: the first cell, of a row of the decision table its question."""
    return " ".join(cells[_QUESTION] if table == DECISIONS else cells[:1])


def read(folder: Path) -> tuple[Sheets, list[Mistake]]:
    """The tables of a folder that can be read, and what is wrong with each file that cannot or has another header.

    `decisions` and `fields` may be missing.
    """
    sheets: Sheets = {}
    mistakes: list[Mistake] = []
    for table, columns in COLUMNS.items():
        file = folder / f"{table}.csv"
        if table in OPTIONAL and not stands(file):
            continue
        text, wrong = read_text(file, table)
        try:
            header, *lines = lines_of(text) or [Line(1, ())]
        except csv.Error:
            wrong = mistake("FILE_UNREADABLE", table)
        if wrong is not None:
            mistakes.append(wrong)
            continue
        sheets[table] = [*lines]
        if header and header[0].startswith(MARK):
            mistakes.append(mistake("FILE_MARKED", table))
        elif tuple(header) != columns:
            mistakes.append(mistake("HEADER_OTHER", table, header.number, header=",".join(columns)))
    return sheets, mistakes


def read_text(file: Path, table: str) -> tuple[str, Mistake | None]:
    """The text of a file, or nothing and what is wrong with the file as one of this table, or of the model."""
    try:
        return read_plain(file), None
    except FileNotFoundError:
        return "", mistake("FILE_MISSING", table, **listed("files", _FILES))
    except UnicodeDecodeError:
        return "", mistake("FILE_ENCODING", table)
    except Irregular:
        return "", mistake("FILE_IRREGULAR", table)
    except TooLarge:
        return "", mistake("FILE_TOO_LARGE", table, most=MOST // 1024 // 1024)
    except OSError:
        return "", mistake("FILE_UNREADABLE", table)


def rows(table: str, lines: Iterable[Sequence[str]]) -> tuple[list[Row], list[Mistake]]:
    """The complete rows of a table, and a mistake for each that is too short or too long.

    What nobody sees in a cell is a mistake too, and the row is read without it.
    """
    columns = COLUMNS[table]
    found, wrong = [], []
    for number, line in numbered(lines):
        row = Row(table, number, tuple(line))
        if len(row.cells) != len(columns):
            wrong.append(row.mistake("", "ROW_LENGTH", cells=len(row.cells), width=len(columns)))
            continue
        unseen = [
            row.mistake(column, "CELL_CHARACTERS", points=points)
            for column, cell in zip(columns, row.cells, strict=True)
            if (points := hidden(cell))
        ]
        wrong += unseen
        found.append(Row(table, number, tuple(map(shown, row.cells))) if unseen else row)
    return found, wrong
