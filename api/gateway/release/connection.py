"""The connection: a page of users with its cursors and its place in the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.gateway.documents.selection import TYPENAME, Selected
from api.gateway.release.cursor import ListCursors
from api.gateway.release.filter import Conditions, Order
from api.gateway.release.reading import ID
from models.database.store import Row


@dataclass(frozen=True, slots=True)
class Connection:
    """The Relay connection around shaped users, as its selection asks for it.

    Attributes:
        cursors: those of this list.
        first: how many users the page holds at most.
        pages: for each selection on `User`, the rows, one more than the page where there are more, and the answers.
    """

    cursors: ListCursors
    selected: Selected
    order: Order
    first: int
    pages: Sequence[tuple[Sequence[Row], list[dict[str, Any]]]]

    def value(self) -> dict[str, Any]:
        """The connection under the asked response keys."""
        nodes = iter(self.pages)
        return {each.key: self._part(each, nodes) for each in self.selected.children}

    def _part(self, each: Selected, nodes: Any) -> Any:  # noqa: ANN401 - an iterator of pages and any part
        if each.name == TYPENAME:
            return self.selected.type_name
        if each.name == "pageInfo":
            return self._page_info(each)
        return self._edges(each, nodes)

    def _edges(self, each: Selected, nodes: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - an iterator of pages
        asked = [child for child in each.children if child.name == "node"]
        shaped = [next(nodes)[1] for _ in asked]
        if len(each.children) == 1 and asked:
            key = asked[0].key
            return [{key: node} for node in shaped[0]]
        rows = self.pages[0][0][: self.first]
        if not each.children:
            return [{} for _ in rows]
        columns: list[Sequence[Any]] = []
        for child in each.children:
            if child.name == "node":
                columns.append(shaped.pop(0))
            elif child.name == "cursor":
                columns.append([self._cursor(row) for row in rows])
            else:
                columns.append([each.type_name] * len(rows))
        keys = [child.key for child in each.children]
        return [dict(zip(keys, cells, strict=True)) for cells in zip(*columns, strict=True)]

    def _cursor(self, row: Row) -> str:
        place = (row[ID],) if self.order.column is None else (row[ID], str(row[-1]))
        return self.cursors.seal(*place)

    def _page_info(self, each: Selected) -> dict[str, Any]:
        rows = self.pages[0][0]
        told: dict[str, Any] = {
            "hasNextPage": len(rows) > self.first,
            "hasPreviousPage": False,
            TYPENAME: each.type_name,
        }
        page = rows[: self.first]
        info: dict[str, Any] = {}
        for child in each.children:
            if child.name in told:
                info[child.key] = told[child.name]
            else:
                row = None if not page else page[0] if child.name == "startCursor" else page[-1]
                info[child.key] = None if row is None else self._cursor(row)
        return info


def beyond(place: list[Any], order: Order, made: Conditions) -> str:
    """SQL that is true of the users behind a place in the list."""
    sign = "<" if order.descending else ">"
    if order.column is None:
        return f"u.id {sign} {made.place(place[0])}"
    at, last = made.place(datetime.fromisoformat(place[1])), made.place(place[0])
    return f"({order.column} {sign} {at} OR ({order.column} = {at} AND u.id {sign} {last}))"
