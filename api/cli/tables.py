"""The tables of commands: as they are where there is room, or else row by row, so that no word is broken."""

from rich.cells import cell_len
from rich.console import RenderableType
from rich.measure import Measurement
from rich.table import Column, Table

from api.cli.told import Teller, broken, out

WIDE = 240
"""Columns of a list that no terminal shows, so that a row stands on one line."""

GAP = 4
"""Columns beside those of a row's names and cells."""

ROOM = 10_000
"""More columns than any table has."""


def tell(table: Table) -> None:
    """Print it; as wide as it likes where it goes to a file or another program."""
    if not out.is_terminal:
        Teller(width=WIDE).print(table)
    elif (spare := out.width - _unbroken(table)) >= 0:
        _fit(table, spare)
        out.print(table)
    else:
        _tell_by_row(table)


def _unbroken(table: Table) -> int:
    """How wide it is with its longest words whole."""
    return out.measure(table, options=out.options.update(max_width=ROOM)).minimum


def _fit(table: Table, spare: int) -> None:
    """Give each column the width of its longest word, and what room is left first to those that need little of it."""
    ranges = [_range(column) for column in table.columns]
    wishes = sorted(zip(ranges, table.columns, strict=True), key=lambda each: each[0].span)
    for place, (needs, column) in enumerate(wishes):
        more = min(needs.span, spare // (len(wishes) - place))
        column.width = needs.minimum + more
        spare -= more


def _range(column: Column) -> Measurement:
    """How wide the cells of a column are at least, with their words whole, and at most."""
    options = out.options.update(max_width=ROOM)
    each = [Measurement.get(out, options, cell) for cell in (column.header, *column.cells)]
    return Measurement(max(one.minimum for one in each), max(one.maximum for one in each))


def _tell_by_row(table: Table) -> None:
    """Each row as lines of its own, a blank line between two."""
    for place, cells in enumerate(zip(*(column.cells for column in table.columns), strict=True)):
        if place:
            out.print()
        page = Table.grid(Column(no_wrap=True, style="bold"), Column(overflow="fold"), padding=(0, 2))
        room = out.width - max(cell_len(str(column.header)) for column in table.columns) - GAP
        for column, cell in zip(table.columns, cells, strict=True):
            page.add_row(column.header, _whole(cell, room))
        out.print(page)


def _whole(cell: RenderableType, room: int) -> RenderableType:
    """A cell whose Japanese is broken where no name is."""
    is_japanese = isinstance(cell, str) and cell_len(cell) > len(cell)
    return broken(cell, room) if is_japanese and isinstance(cell, str) else cell
