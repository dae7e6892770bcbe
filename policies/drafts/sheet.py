"""The sheet: a table as CSV text with its header (RFC 4180), read and written."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence

from policies.mistake import Mistake, mistake
from policies.table import COLUMNS, FIRST_ROW, MARK, row_key


def read_sheet(table: str, text: str) -> tuple[list[list[str]], list[Mistake]]:
    """The rows of a table from CSV text with its header, and what is wrong with it as a whole."""
    columns = COLUMNS.get(table)
    if columns is None:
        return [], [mistake("TABLE_UNKNOWN", table, name=table, tables=", ".join(COLUMNS))]
    try:
        header, *rows = list(csv.reader(io.StringIO(text.removeprefix(MARK)), strict=True)) or [[]]
    except csv.Error:
        return [], [mistake("FILE_UNREADABLE", table)]
    if tuple(header) != columns:
        return rows, [mistake("HEADER_OTHER", table, 1, header=",".join(columns))]
    rows = [row for row in rows if row]
    keys = [row_key(table, row) for row in rows]
    twice = {key for key, times in Counter(keys).items() if times > 1}
    return rows, [
        mistake("NAME_TWICE", table, place, columns[0], key, name=key)
        for place, key in enumerate(keys, FIRST_ROW)
        if key in twice
    ]


def write_sheet(table: str, rows: Iterable[Sequence[str]]) -> str:
    """A table as CSV text with its header."""
    return write_rows([COLUMNS[table], *rows])


def write_rows(rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV text."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()
