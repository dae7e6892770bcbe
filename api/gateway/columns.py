"""The columns: which of them a statement reads for the fields that somebody may see, and how each is told."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from models.catalogue import ANSWERS
from models.dialect import Dialect
from models.personal import Kind, Personal


class Columns:
    """The columns of one statement, in order; a column nobody may see is never among them."""

    def __init__(
        self, paths: Iterable[str], catalogue: Mapping[str, Personal], dialect: Dialect, base: Iterable[str]
    ) -> None:
        """Read `base` first, then the columns behind `paths`."""
        self._catalogue = catalogue
        self._sqlite = dialect is Dialect.SQLITE
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
        return tuple(f"u.{column}" for column in self._catalogue[path].columns)

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
        if field.derive is not None:
            name = f"d_{path.replace('.', '_')}"
            names[name] = field.derive
            return f"{name}({', '.join(self._raw(c, p) for c, p in zip(field.columns, places, strict=True))}, today)"
        if self._sqlite and field.kind is Kind.TIME:
            return f"when({places[0]})"
        return places[0]

    def _raw(self, column: str, place: str) -> str:
        if self._sqlite and any(
            f.kind is Kind.DATE and f.columns == (column,) for f in self._catalogue.values()
        ):
            return f"day({place})"
        return place


def day(text: str | None) -> date | None:
    """A date as SQLite keeps it."""
    return None if text is None else date.fromisoformat(text)


def when(text: str | None) -> datetime | None:
    """A time as SQLite keeps it."""
    return None if text is None else datetime.fromisoformat(text)
