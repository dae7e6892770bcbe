"""The columns: which of them a statement reads for the fields that somebody may see, and how each is told."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from models.catalogue import ANSWERS, FIELDS
from models.dialect import Dialect
from models.personal import Kind, Personal


class Columns:
    """The columns of one statement, in order; a column nobody may see is never among them.

    Dates and times are read as text in both dialects, since text is what leaves.
    """

    def __init__(
        self, paths: Iterable[str], catalogue: Mapping[str, Personal], dialect: Dialect, base: Iterable[str]
    ) -> None:
        """Read `base` first, then the columns behind `paths`."""
        self._catalogue = catalogue
        self._text = "::text" if dialect is Dialect.POSTGRES else ""
        self._place: dict[str, int] = {}
        for sql in base:
            self._add(sql)
        for path in paths:
            for sql in self._sources(path):
                self._add(sql)

    def _add(self, sql: str) -> None:
        self._place.setdefault(sql, len(self._place))

    def _sources(self, path: str) -> tuple[str, ...]:
        if path.startswith(ANSWERS):
            key = path.removeprefix(ANSWERS).replace("'", "''")
            return (f"u.answers -> '{key}'",)
        return tuple(f"u.{column}{self._cast(column)}" for column in self._catalogue[path].columns)

    def _cast(self, column: str) -> str:
        return self._text if column in DATED else ""

    @property
    def sql(self) -> str:
        """The list that stands behind SELECT."""
        return ", ".join(self._place)

    def at(self, sql: str) -> str:
        """The Python expression for a column of the row `r`."""
        return f"r[{self._place[sql]}]"

    def value(self, path: str, names: dict[str, Any]) -> str:
        """The Python expression for a field of the row `r`; `names` receives what it calls."""
        field = self._catalogue[path]
        places = [self.at(sql) for sql in self._sources(path)]
        if field.derive is None:
            return f"moment({places[0]})" if field.kind is Kind.TIME else places[0]
        name = f"d_{path.replace('.', '_')}"
        names[name] = field.derive
        given = (
            f"day({place})" if column in DATED else place
            for column, place in zip(field.columns, places, strict=True)
        )
        return f"{name}({', '.join(given)}, today)"


DATED = frozenset(
    column for field in FIELDS.values() if field.kind in (Kind.DATE, Kind.TIME) for column in field.columns
)
"""The columns that hold dates and times."""


def day(text: str | None) -> date | None:
    """A date out of its text."""
    return None if text is None else date.fromisoformat(text)


WHOLE_SECONDS = len("2026-01-12 02:02:25+00")


def moment(text: str | None) -> str | None:
    """A time in UTC as RFC 3339 writes it, out of what either database writes: `2026-01-12T02:02:25+00:00`."""
    if text is None:
        return None
    if len(text) == WHOLE_SECONDS:
        return f"{text[:10]}T{text[11:]}:00"
    fraction, _, zone = text[19:].partition("+")
    fraction = fraction and f"{fraction:0<7}"
    return f"{text[:10]}T{text[11:19]}{fraction}+{zone if ':' in zone else f'{zone}:00'}"
