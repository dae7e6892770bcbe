"""The sheet: a table as CSV text with its header (RFC 4180), read and written."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence

from policies.flaw import Flaw
from policies.table import COLUMNS, FIRST_ROW, row_key


def read_sheet(table: str, text: str) -> tuple[list[list[str]], list[Flaw]]:
    """The rows of a table from CSV text with its header, and what is wrong with it as a whole."""
    columns = COLUMNS.get(table)
    if columns is None:
        what = f"`{table}` is no table of an edition"
        return [], [Flaw(table, 0, "", "", what, f"name one of {', '.join(COLUMNS)}")]
    try:
        header, *rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)) or [[]]
    except csv.Error:
        return [], [Flaw(table, 0, "", "", "the text is no CSV", "write it after RFC 4180")]
    if tuple(header) != columns:
        what = "the header is not that of this table"
        return rows, [Flaw(table, 1, "", "", what, f"write `{','.join(columns)}`")]
    rows = [row for row in rows if row]
    keys = [row_key(table, row) for row in rows]
    twice = {key for key, times in Counter(keys).items() if times > 1}
    return rows, [
        Flaw(table, place, key, columns[0], f"`{key}` stands here twice", "keep one of the rows")
        for place, key in enumerate(keys, FIRST_ROW)
        if key in twice
    ]


def write_sheet(table: str, rows: Iterable[Sequence[str]]) -> str:
    """A table as CSV text with its header."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS[table])
    writer.writerows(rows)
    return written.getvalue()
