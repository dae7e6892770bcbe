"""The checks of the purposes: a leaf lies in its parent, and only abstract purposes hold others."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from policies.check.names import NAME, misnamed, textless, unlisted
from policies.check.near import Known
from policies.mistake import Mistake
from policies.purpose import LAST_NUMBER, Purpose
from policies.table import Row

NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)


def purposes(rows: Iterable[Row]) -> tuple[dict[str, Purpose], list[Mistake]]:
    """The purposes of a table and everything wrong with them."""
    rows = tuple(rows)
    mistakes = [
        *misnamed(rows, "id", NAME),
        *textless(rows, ("ja", "en")),
        *unlisted(rows, "abstract", ("yes", "")),
    ]
    abstract = {row["id"] for row in rows if row["abstract"]}
    leaves = {row["id"]: row for row in rows if not row["abstract"]}
    above, others = Known(abstract), Known(leaves)
    numbers: set[str] = set()
    for row in rows:
        mistakes += _misplaced(row, above)
        mistakes += _unrelated(row, leaves, others)
        mistakes += _misnumbered(row, numbers)
        if _day(row["announced_on"]) is None and row["announced_on"]:
            mistakes.append(row.mistake("announced_on", "DATE_MALFORMED", day=row["announced_on"]))
        numbers.add(row["number"])
    return {row["id"]: _purpose(row) for row in rows}, mistakes


def _misplaced(row: Row, abstract: Known) -> list[Mistake]:
    name, parent = row["id"], row["parent"]
    if name in abstract:
        blank = ("parent", "within", "announced_on")
        return [row.mistake(column, "ABSTRACT_HAS", name=name) for column in blank if row[column]]
    if parent not in abstract:
        return [row.mistake("parent", "PARENT_NOT_ABSTRACT", parent=parent, near=abstract.near(parent))]
    if name.rpartition(".")[0] != parent:
        return [row.mistake("parent", "OUTSIDE_PARENT", name=name, parent=parent)]
    return []


def _unrelated(row: Row, leaves: dict[str, Row], known: Known) -> list[Mistake]:
    within = row["within"]
    if within and (within not in leaves or within == row["id"]):
        near = [each for each in known.near(within) if each != row["id"]]
        return [row.mistake("within", "WITHIN_NO_LEAF", within=within, near=near)]
    if within and leaves[within]["within"]:
        return [row.mistake("within", "WITHIN_CHAINED", within=within)]
    return []


def _misnumbered(row: Row, taken: set[str]) -> list[Mistake]:
    number = row["number"]
    if not NUMBER.fullmatch(number):
        return [row.mistake("number", "NUMBER_MALFORMED", number=number)]
    if int(number) > LAST_NUMBER:
        return [row.mistake("number", "NUMBER_TOO_HIGH", number=number, last=LAST_NUMBER)]
    if number in taken:
        return [row.mistake("number", "NUMBER_TAKEN", number=number)]
    return []


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _purpose(row: Row) -> Purpose:
    number = row["number"]
    return Purpose(
        id=row["id"],
        parent=row["parent"],
        within=row["within"],
        number=int(number) if NUMBER.fullmatch(number) else -1,
        abstract=bool(row["abstract"]),
        announced_on=_day(row["announced_on"]),
        ja=row["ja"],
        en=row["en"],
        basis_ja=row["basis_ja"],
        basis_en=row["basis_en"],
    )
