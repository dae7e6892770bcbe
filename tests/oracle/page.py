"""The page: people filtered, sorted and cut in plain Python, with the cursors that stand for places in the list."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.oracle.asker import Standpoint
from tests.oracle.people import Person
from tests.oracle.values import AGES, value

FILTERED = {
    "ids": "User.id",
    "email": "User.email",
    "phone": "User.phone",
    "prefecture": "User.address.prefecture",
    "nationality": "User.residenceCard.nationality",
    "ageBand": "User.ageBand",
    "workEligibility": "User.workEligibility",
    "registeredAt": "User.registeredAt",
}
TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "in": operator.contains,
    "gte": operator.le,
    "lt": operator.gt,
}
"""How what is asked stands to the cell that meets it."""

LARGEST = 1000
USUAL = 20


class Refused(Exception):  # noqa: N818 - it names the answer
    """The operation is refused whole."""

    def __init__(self, code: str, path: tuple[str, ...] = (), field: str | None = None) -> None:
        super().__init__(code)
        self.error = (code, path, field)


def looked_at(arguments: Mapping[str, Any]) -> list[str]:
    """The fields by which the list is narrowed or sorted."""
    fields = [FILTERED[key] for key in arguments.get("filter") or {}]
    return [*fields, *(["User.registeredAt"] if _order(arguments).startswith("REGISTERED_AT") else [])]


@dataclass
class Places:
    """Places in lists; a cursor tells where it stands, and counts in the very list it was given for."""

    lists: list[str] = field(default_factory=list)
    given: dict[tuple[str, str], Person] = field(default_factory=dict)

    def cursor(self, person: Person, of: str) -> str:
        """The cursor of a person in a list."""
        if of not in self.lists:
            self.lists.append(of)
        cursor = f"after {person.id} in list {self.lists.index(of)}"
        self.given[cursor, of] = person
        return cursor

    def open(self, cursor: str, of: str) -> Person:
        """Whom a cursor of this list stands for."""
        found = self.given.get((cursor, of))
        if found is None:
            raise Refused("BAD_INPUT")
        return found


@dataclass(frozen=True, eq=False)
class Page:
    """The people of one page and whether there are more."""

    people: tuple[Person, ...]
    more: bool
    cursors: tuple[str, ...]


def page(
    people: Sequence[Person],
    seen_from: Standpoint,
    arguments: Mapping[str, Any],
    today: date,
    places: "Places",
) -> Page:
    """A page of those who exist for the asker and meet the filter."""
    size = arguments.get("first")
    size = USUAL if size is None else size
    if size < 0:
        raise Refused("BAD_INPUT")
    if size > LARGEST:
        raise Refused("LIMIT_EXCEEDED")
    given, order = arguments.get("filter") or {}, _order(arguments)
    _sensible(given)
    asker = seen_from.asker
    of = repr((asker.client, asker.role, asker.user, seen_from.purpose, seen_from.recipient, given, order))
    paths = looked_at(arguments)
    found = [each for each in people if seen_from.listed(each, paths) and _fits(each, given, today)]
    found.sort(key=lambda each: _place(each, order), reverse=order.endswith("DESC"))
    if arguments.get("after") is not None:
        last = _place(places.open(arguments["after"], of), order)
        past = operator.lt if order.endswith("DESC") else operator.gt
        found = [each for each in found if past(_place(each, order), last)]
    kept = tuple(found[:size])
    return Page(kept, len(found) > size, tuple(places.cursor(each, of) for each in kept))


def _order(arguments: Mapping[str, Any]) -> str:
    return str(arguments.get("orderBy") or "ID_ASC")


def _place(person: Person, order: str) -> tuple[Any, ...]:
    return (person.id,) if order.startswith("ID") else (person.registered_at, person.id)


def _sensible(given: Mapping[str, Any]) -> None:
    """A part that says nothing would widen the answer if it were dropped; an age that nobody can have is a slip."""
    for key, operand in given.items():
        silent = operand is None or (key != "ids" and (not operand or None in operand.values()))
        if silent or (key == "ageBand" and not AGES.issuperset(_wanted(operand))):
            raise Refused("BAD_INPUT")


def _wanted(operand: Mapping[str, Any]) -> list[Any]:
    return [*(operand.get("in") or ()), *([operand["eq"]] if "eq" in operand else [])]


def _fits(person: Person, given: Mapping[str, Any], today: date) -> bool:
    return all(_meets(value(person, FILTERED[key], today), operand) for key, operand in given.items())


def _meets(cell: Any, operand: Any) -> bool:
    if isinstance(operand, list):
        return cell in operand
    if cell is None:
        return False
    return all(TESTS[sign](wanted, cell) for sign, wanted in operand.items())
