"""The formats of an export: one text for each access, of as many lines as the format needs."""

import csv
import io
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

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a cell for a formula."""


def json_lines(records: Iterable[Record]) -> Iterator[str]:
    """One JSON object a line, in the shape of `Access` in the schema."""
    return (orjson.dumps(record).decode() + "\n" for record in records)


def comma_separated(records: Iterable[Record]) -> Iterator[str]:
    """A header, then a row for each person of each access, and one for an access that touched nobody."""
    yield _line((*ACCESS, *RELEASE, *PROVISION))
    for record in records:
        yield "".join(_rows(record))


FORMATS: Mapping[Format, Callable[[Iterable[Record]], Iterator[str]]] = {
    Format.JSONL: json_lines,
    Format.CSV: comma_separated,
}


def _rows(record: Record) -> Iterator[str]:
    for release in record["releases"] or [NOBODY]:
        provision = release.get("provision") or {}
        yield _line(
            (
                *(record[name] for name in ACCESS),
                *(release.get(name) for name in RELEASE),
                *(provision.get(name) for name in PROVISION),
            )
        )


def _line(cells: Iterable[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([_cell(cell) for cell in cells])
    return text.getvalue()


def _cell(value: Any) -> str:  # noqa: ANN401 - any value of JSON
    if value is None:
        return ""
    told = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"'{told}" if told.startswith(FORMULA) else told
