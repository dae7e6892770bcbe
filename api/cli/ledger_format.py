"""The formats of an export: one text for each access, of as many lines as the format needs."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

import orjson

Record = Mapping[str, Any]


class Format(StrEnum):
    """How an export is written."""

    JSONL = "jsonl"
    CSV = "csv"


ACCESS = (
    *("id", "at", "requestId", "client", "role", "staff", "purpose", "recipient"),
    *("operation", "edition", "outcome", "code", "reason", "users"),
)
RELEASE = ("user", "released", "withheld", "written", "arguments", "basis")
PROVISION = (
    *("recipientName", "recipientAddress", "recipientRepresentative"),
    *("items", "consentedAt", "providedOn", "retainUntil"),
)
NOBODY: Record = {}
"""The part of nobody."""

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")  # noqa: RUF001 - as wide as Japanese writes them
"""What makes a spreadsheet take a cell for a formula."""


BREAKS = re.compile(r"[\r\n]+")
"""What would begin another row; `csv` leaves a carriage return without quotes."""


def json_lines(records: Iterable[Record]) -> Iterator[str]:
    """One JSON object a line, in the shape of `Access` in the schema."""
    return (orjson.dumps(record).decode() + "\n" for record in records)


def comma_separated(records: Iterable[Record]) -> Iterator[str]:
    """A header, then a row for each person of each access, and one for an access that touched nobody."""
    yield line((*ACCESS, *RELEASE, *PROVISION))
    for record in records:
        yield "".join(_rows(record))


FORMATS: Mapping[Format, Callable[[Iterable[Record]], Iterator[str]]] = {
    Format.JSONL: json_lines,
    Format.CSV: comma_separated,
}


def _rows(record: Record) -> Iterator[str]:
    for release in record["releases"] or [NOBODY]:
        provision = release.get("provision") or {}
        yield line(
            (
                *(record[name] for name in ACCESS),
                *(release.get(name) for name in RELEASE),
                *(provision.get(name) for name in PROVISION),
            )
        )


def line(cells: Iterable[Any]) -> str:
    """One row, safe to open in a spreadsheet."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([_cell(cell) for cell in cells])
    return text.getvalue()


def _cell(value: Any) -> str:  # noqa: ANN401 - any value of JSON
    if value is None:
        return ""
    told = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return BREAKS.sub(" ", f"'{told}" if told.startswith(FORMULA) else told)
