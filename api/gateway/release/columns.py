"""The columns: which of them a statement reads for the fields that somebody may see, and how each is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from models.answers import answers_in, texts_in
from models.catalogue import ANSWERS, FIELDS, SEALED
from models.database.dialect import Dialect
from models.personal import Kind, Personal


@dataclass(slots=True)
class Source:
    """What a generated shape stands on.

    Attributes:
        names: what it calls.
        opened: for each variable of a row, the expression that makes it for all rows at once, out of the rows `rows`,
            the references `refs` of their users and the open vault `vault`.
    """

    names: dict[str, Any] = field(default_factory=dict)
    opened: dict[str, str] = field(default_factory=dict)


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

    def value(self, path: str, source: Source) -> str:
        """The Python expression for a field of the row `r`; `source` receives what it stands on."""
        declared = self._catalogue[path]
        if path.startswith(ANSWERS):
            return self._answer(path, declared, source)
        places = [
            self._opened(column, self.at(sql), source) if column in SEALED else self.at(sql)
            for column, sql in zip(declared.columns, self._sources(path), strict=True)
        ]
        if declared.derive is None:
            return f"moment({places[0]})" if declared.kind is Kind.TIME else places[0]
        name = f"d_{path.replace('.', '_')}"
        source.names[name] = declared.derive
        given = (
            f"day({place})" if column in DATED else place
            for column, place in zip(declared.columns, places, strict=True)
        )
        return f"{name}({', '.join(given)}, today)"

    @staticmethod
    def _opened(column: str, place: str, source: Source) -> str:
        """The variable that holds a sealed column in clear."""
        variable = f"s_{column}"
        source.names["texts_in"] = texts_in
        source.opened[variable] = f"texts_in(vault, {SEALED[column]!r}, refs, [{place} for r in rows])"
        return variable

    def _answer(self, path: str, declared: Personal, source: Source) -> str:
        """The variable that holds the answers to one question, opened where they are sealed."""
        (sql,) = self._sources(path)
        variable = f"a{self._place[sql]}"
        source.names["answers_in"] = answers_in
        cells = f"[{self.at(sql)} for r in rows]"
        source.opened[variable] = f"answers_in(vault, {path!r}, refs, {cells}, must={declared.sealed})"
        return variable


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
