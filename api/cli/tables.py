"""The tables of commands: as they are where there is room, or else row by row, so that no word is broken."""

from rich.table import Column, Table

from api.cli.told import Teller, out

WIDE = 240
"""Columns of a list that no terminal shows, so that a row stands on one line."""

ROOM = 10_000
"""More columns than any table has."""


def tell(table: Table) -> None:
    """Print it; as wide as it likes where it goes to a file or another program."""
    if not out.is_terminal:
        Teller(width=WIDE).print(table)
    elif _unbroken(table) <= out.width:
        out.print(table)
    else:
        _tell_by_row(table)


def _unbroken(table: Table) -> int:
    """How wide it is with its longest words whole."""
    return out.measure(table, options=out.options.update(max_width=ROOM)).minimum


def _tell_by_row(table: Table) -> None:
    """Each row as lines of its own, a blank line between two."""
    for place, cells in enumerate(zip(*(column.cells for column in table.columns), strict=True)):
        if place:
            out.print()
        page = Table.grid(Column(no_wrap=True, style="bold"), Column(overflow="fold"), padding=(0, 2))
        for column, cell in zip(table.columns, cells, strict=True):
            page.add_row(column.header, cell)
        out.print(page)
