"""The page: people filtered, sorted and cut in plain Python, with the cursors that stand for places in the list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.gateway.cursor import Cursors, bound_to
from api.gateway.refusal import Refusal as CursorRefusal
from tests.oracle.asker import Standpoint
from tests.oracle.people import Person
from tests.oracle.values import value

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
    cursors: Cursors,
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
    bound = bound_to(
        asker.client, asker.role, asker.user, seen_from.purpose, seen_from.recipient, dict(given), order
    )
    found = [each for each in people if seen_from.exists(each) and _fits(each, given, today)]
    found.sort(key=lambda each: _place(each, order), reverse=order.endswith("DESC"))
    if arguments.get("after") is not None:
        last = _opened(cursors, arguments["after"], bound, order)
        past = (lambda here: here < last) if order.endswith("DESC") else (lambda here: here > last)
        found = [each for each in found if past(_place(each, order))]
    kept = tuple(found[:size])
    return Page(kept, len(found) > size, tuple(cursors.seal(_sealed(each, order), bound) for each in kept))


def _order(arguments: Mapping[str, Any]) -> str:
    return str(arguments.get("orderBy") or "ID_ASC")


def _place(person: Person, order: str) -> tuple[Any, ...]:
    return (person.id,) if order.startswith("ID") else (person.registered_at, person.id)


def _sealed(person: Person, order: str) -> list[str]:
    return [person.id] if order.startswith("ID") else [person.id, str(person.registered_at)]


def _opened(cursors: Cursors, cursor: str, bound: bytes, order: str) -> tuple[Any, ...]:
    try:
        place = cursors.open(cursor, bound, argument="after")
    except CursorRefusal:
        raise Refused("BAD_INPUT") from None
    return (place[0],) if order.startswith("ID") else (datetime.fromisoformat(place[1]), place[0])


def _sensible(given: Mapping[str, Any]) -> None:
    """A part that says nothing would widen the answer if it were dropped."""
    for key, operand in given.items():
        silent = operand is None or (key != "ids" and (not operand or None in operand.values()))
        if silent:
            raise Refused("BAD_INPUT")


def _fits(person: Person, given: Mapping[str, Any], today: date) -> bool:
    return all(_meets(value(person, FILTERED[key], today), operand) for key, operand in given.items())


def _meets(cell: Any, operand: Any) -> bool:  # noqa: ANN401 - a value of any field and what is asked of it
    if isinstance(operand, list):
        return cell in operand
    if cell is None:
        return False
    tests = {
        "eq": lambda wanted: cell == wanted,
        "in": lambda wanted: cell in wanted,
        "gte": lambda wanted: cell >= wanted,
        "lt": lambda wanted: cell < wanted,
    }
    return all(tests[sign](wanted) for sign, wanted in operand.items())
