"""The sheet: a table as CSV text with its header (RFC 4180), read and written."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence

from policies.drafts.edits import unknown_table
from policies.mistake import Mistake, mistake
from policies.table import COLUMNS, MARK, Line, lines_of, numbered, row_key


def read_sheet(table: str, text: str) -> tuple[list[list[str]], list[Mistake]]:
    """The rows of a table from CSV text with its header, and what is wrong with it as a whole."""
    columns = COLUMNS.get(table)
    if columns is None:
        return [], [unknown_table(table)]
    try:
        header, *rows = lines_of(text.removeprefix(MARK)) or [Line(1, ())]
    except csv.Error:
        return [], [mistake("FILE_UNREADABLE", table)]
    if tuple(header) != columns:
        return [*rows], [mistake("HEADER_OTHER", table, header.number, header=",".join(columns))]
    keys = [row_key(table, row) for row in rows]
    twice = {key for key, times in Counter(keys).items() if times > 1}
    return [*rows], [
        mistake("NAME_TWICE", table, row.number, columns[0], key, name=key)
        for row, key in zip(rows, keys, strict=True)
        if key in twice
    ]


def write_sheet(table: str, rows: Iterable[Sequence[str]]) -> str:
    """A table as CSV text with its header; rows of another text keep their numbers, by blank lines."""
    spaced: list[Sequence[str]] = [COLUMNS[table]]
    for number, row in numbered(rows):
        spaced += [()] * (number - len(spaced) - 1)
        spaced.append(row)
    return write_rows(spaced)


def write_rows(rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV text."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()
