"""The door: the one place where a person's data becomes an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import orjson

from api.gateway.documents.selection import Selected
from api.gateway.refusal import PathStep
from api.gateway.release.connection import Connection, beyond
from api.gateway.release.context import Context
from api.gateway.release.cursor import ListCursors
from api.gateway.release.filter import Order, conditions, filter_paths, order_of
from api.gateway.release.narrowing import reached
from api.gateway.release.paging import page_size
from api.gateway.release.plan import Leaf
from api.gateway.release.reading import ID, REF, Reading, View
from api.gateway.release.registers import Registers
from api.tokens.requester import Requester
from api.workshop import Workshop
from models.database.store import Reader, Row
from models.ledger.entry import Group
from models.sealing.vault import Vault
from policies.judging.clearance import IDENTITY

USUAL_PAGE = 20
CONSENTED_AT = 2
"""The place in a row, for third parties, of the time the user consented."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A value that is released: the executor hands it on as it is."""

    value: Any


@dataclass(frozen=True, slots=True)
class Given:
    """What a third party was given of one user, and when that user consented."""

    ref: int
    consented_at: Any
    view: View


@dataclass(slots=True)
class Released:
    """What a door gave: the value, whom it touched for the ledger, and what was withheld from whom.

    Attributes:
        value: None where a single user does not exist for the requester.
        missed: the ids that named users who are not in the value.
    """

    value: Any
    groups: list[Group] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)
    withheld: list[tuple[tuple[PathStep, ...], str]] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asking:
    """One door of an operation, decided and ready to be read.

    Attributes:
        key: the response key of the root field.
        readings: the selections on `User`, each with the steps from the door to it.
    """

    key: str
    selected: Selected
    readings: tuple[tuple[tuple[PathStep, ...], Reading], ...]

    def forbidden(self) -> list[tuple[tuple[PathStep, ...], Leaf]]:
        """The asked fields refused to everybody, with where they would have answered."""
        return [
            ((self.key, *steps, *leaf.position), leaf)
            for steps, reading in self.readings
            for leaf in reading.forbidden
        ]


@dataclass(slots=True)
class Door:
    """Reads people for one operation."""

    context: Context
    requester: Requester
    reader: Reader
    cursors: ListCursors
    today: date
    values: Mapping[str, Any]
    registers: Registers
    vault: Vault
    workshop: Workshop

    async def one(self, asking: Asking, user: str | None) -> Released:
        """The user with this id, or None where nobody of this id exists for the requester."""
        if user is None:
            return Released(None)
        released = Released(None)
        for steps, reading in asking.readings:
            rows = await self._fetch(reading, " AND u.id = :asked", {"asked": user})
            shaped = await self._shape(reading, rows, (asking.key, *steps), released)
            if shaped:
                released.value = told(shaped[0])
            else:
                released.missed.append(user)
        return released

    async def many(self, asking: Asking, arguments: Mapping[str, Any]) -> Released:
        """A page of the users who meet the filter."""
        first = page_size(arguments.get("first"), USUAL_PAGE)
        given: Mapping[str, Any] = arguments.get("filter") or {}
        order = order_of(arguments.get("orderBy"))
        cursors = self._list(given, order)
        made = conditions(given, self.reader.dialect, self.today, self.vault)
        if arguments.get("after") is not None:
            made.sql.append(beyond(cursors.open(arguments["after"]), order, made))
        made.sql += reached(self.context, argument_paths(arguments))
        direction = "DESC" if order.descending else "ASC"
        column = f"{order.column} {direction}, " if order.column else ""
        tail = "".join(f" AND {sql}" for sql in made.sql)
        tail += f" ORDER BY {column}u.id {direction} LIMIT {first + 1}"
        values = made.values
        released = Released(None)
        missed = dict.fromkeys(given.get("ids") or ())
        pages: list[tuple[Sequence[Row], list[dict[str, Any]]]] = []
        for steps, reading in asking.readings:
            rows = await self._fetch(reading, tail, values, order.column)
            page = rows[:first]
            for row in page if missed else ():
                missed.pop(row[ID], None)
            pages.append((rows, await self._shape(reading, page, (asking.key, *steps), released)))
            if tells_of_more(asking.selected):
                self._exist(reading, rows[first:], released)
        released.missed += missed
        released.value = told(Connection(cursors, asking.selected, order, first, pages).value())
        return released

    def _exist(self, reading: Reading, rows: Sequence[Row], released: Released) -> None:
        """Record whose existence is told though nothing else of them is: whoever makes a next page."""
        for key, some in reading.by_key(rows).items():
            view = replace(
                reading.view(key), released=frozenset({IDENTITY}), withheld=frozenset(), missing=()
            )
            released.groups.append(view.group(some))
            if self.context.third_party:
                released.given += [Given(row[REF], row[CONSENTED_AT], view) for row in some]

    def _list(self, given: Mapping[str, Any], order: Order) -> ListCursors:
        purpose = self.context.purpose
        return self.cursors.of(purpose and purpose.id, dict(given), order.field, order.descending)

    async def _fetch(
        self, reading: Reading, tail: str, values: Mapping[str, Any], order_column: str | None = None
    ) -> Sequence[Row]:
        if self.context.visible is None:
            return ()
        text, names = reading.statement(tail, order_column)
        known = {**self.values, **values}
        return await self.reader.rows(text, [known[name] for name in names])

    async def _shape(
        self, reading: Reading, rows: Sequence[Row], steps: tuple[PathStep, ...], released: Released
    ) -> list[dict[str, Any]]:
        by_key = reading.by_key(rows)
        views = {key: reading.view(key) for key in by_key}
        registers = await self.registers.read(self.reader, reading, by_key)
        for (ref, view), paths in self.registers.shown.items():
            shown = replace(view, released=frozenset(paths), withheld=frozenset())
            released.groups.append(shown.group([(ref,)]))
        self.registers.shown.clear()
        for key, some in by_key.items():
            view = views[key]
            released.groups.append(view.group(some))
            released.withheld += [((*steps, *leaf.position), leaf.path) for leaf in view.missing]
            if self.context.third_party:
                released.given += [Given(row[REF], row[CONSENTED_AT], view) for row in some]
        shaped = {
            key: views[key].shape(some, self.today, registers, self.vault) for key, some in by_key.items()
        }
        return reading.in_order(rows, shaped)


def tells_of_more(selected: Selected) -> bool:
    """Whether the page says that there is a next one."""
    return any(
        part.name == "hasNextPage"
        for each in selected.children
        if each.name == "pageInfo"
        for part in each.children
    )


def told(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """A value as the bytes that will leave, so that nothing of it waits in memory for the record's commit."""
    return orjson.Fragment(orjson.dumps(value))


def argument_paths(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that the arguments of a list look at; the plain order by id looks at nothing more."""
    order = order_of(arguments.get("orderBy"))
    sorted_by = () if order.column is None else (order.field,)
    return tuple(dict.fromkeys((*filter_paths(arguments.get("filter") or {}), *sorted_by)))
