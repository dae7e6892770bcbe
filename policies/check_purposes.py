"""The checks of the purposes: a leaf lies in its parent, and only abstract purposes hold others."""

from collections.abc import Iterable
from datetime import date

from policies.check_names import NAME, misnamed, textless, unlisted
from policies.mistake import Mistake
from policies.purpose import Purpose
from policies.table import Row


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
    numbers: set[str] = set()
    for row in rows:
        mistakes += _misplaced(row, abstract)
        mistakes += _unrelated(row, leaves)
        mistakes += _misnumbered(row, numbers)
        if _day(row["announced_on"]) is None and row["announced_on"]:
            what = f"`{row['announced_on']}` is no date"
            mistakes.append(row.mistake("announced_on", what, "write `2019-05-29`, or nothing"))
        numbers.add(row["number"])
    return {row["id"]: _purpose(row) for row in rows}, mistakes


def _misplaced(row: Row, abstract: set[str]) -> list[Mistake]:
    name, parent = row["id"], row["parent"]
    if name in abstract:
        blank = ("parent", "within", "announced_on")
        return [
            row.mistake(column, f"`{name}` is abstract and can have none", "leave it blank")
            for column in blank
            if row[column]
        ]
    if parent not in abstract:
        return [row.mistake("parent", f"`{parent}` is no abstract purpose", "name one")]
    if name.rpartition(".")[0] != parent:
        return [row.mistake("parent", f"`{name}` lies outside `{parent}`", f"name it `{parent}.…`")]
    return []


def _unrelated(row: Row, leaves: dict[str, Row]) -> list[Mistake]:
    within = row["within"]
    if within and (within not in leaves or within == row["id"]):
        return [row.mistake("within", f"`{within}` is no other leaf purpose", "name one, or nothing")]
    if within and leaves[within]["within"]:
        return [row.mistake("within", f"`{within}` is itself within another", "name that one")]
    return []


def _misnumbered(row: Row, taken: set[str]) -> list[Mistake]:
    number = row["number"]
    if not (number.isascii() and number.isdigit()) or str(int(number)) != number:
        return [row.mistake("number", f"`{number}` is no number", "write the next unused one")]
    if number in taken:
        return [row.mistake("number", f"{number} is taken", "write the next unused one")]
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
        number=int(number) if number.isascii() and number.isdigit() else -1,
        abstract=bool(row["abstract"]),
        announced_on=_day(row["announced_on"]),
        ja=row["ja"],
        en=row["en"],
        basis_ja=row["basis_ja"],
        basis_en=row["basis_en"],
    )
