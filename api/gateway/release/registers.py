"""The registers that belong to a user: consents, notices, changes and accesses, read only where they are released."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias

import orjson

from api.gateway.documents.selection import Selected
from api.gateway.documents.walk import asks, walk
from api.gateway.release.consent_register import CONSENTS, EVENTS, WITH_EVENTS, consents
from api.gateway.release.plan import HISTORY, REGISTER_FIELDS
from api.gateway.release.reading import ID, REF, Reading, View
from api.gateway.views.ledger import READ_APART, LedgerView
from models.database.dialect import Dialect
from models.database.store import Reader, Row
from models.day import moment
from models.inforce import Force
from models.ledger.history import AccessQuery
from models.person_row import change_of
from models.sealing.vault import Vault
from policies.edition import Edition

Record: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class List:
    """A register that is a list of rows for each user: its statement, and a row as the interface tells it."""

    sql: str
    record: Callable[[Edition, Sequence[Any]], Record]


def _notice(edition: Edition, row: Sequence[Any]) -> Record:
    source, shown, version, language, shown_at, acquired_at = row
    return {
        "source": source,
        "purposes": [
            each.id for each in edition.purposes.values() if not each.abstract and shown >> each.number & 1
        ],
        "policyVersion": version,
        "language": language,
        "shownAt": _moment(shown_at),
        "acquiredAt": _moment(acquired_at),
    }


def _moment(value: Any) -> Any:  # noqa: ANN401 - a time of either dialect
    return None if value is None else moment(value)


LISTS: Mapping[str, List] = MappingProxyType(
    {
        "notices": List(
            "SELECT user_id, source, shown, policy_version, language, notice_at, acquired_at"
            " FROM acquisitions WHERE user_id {} ORDER BY user_id, acquired_at, id",
            _notice,
        ),
    }
)
CONSENTS_FIELD = "consents"
_CHANGES = (
    "SELECT user_id, field, was, became, at, by, client, purpose FROM amendments WHERE user_id {}"
    " ORDER BY user_id, at DESC, id"
)


@dataclass(frozen=True, slots=True)
class Registers:
    """Reads them for one operation.

    Attributes:
        shown: of each person, by reference and view, the fields whose changes were told.
    """

    view: LedgerView
    vault: Vault
    now: datetime
    shown: dict[tuple[int, View], set[str]] = field(default_factory=lambda: defaultdict(set))

    async def read(
        self, reader: Reader, reading: Reading, by_key: Mapping[Any, Sequence[Row]]
    ) -> dict[str, Mapping[str, Any]]:
        """For each asked register, by its response key, what each user's is."""
        found: dict[str, Mapping[str, Any]] = {}
        for each in reading.plan.selected:
            if each.name not in REGISTER_FIELDS:
                continue
            path = f"User.{each.name}"
            views = {row[ID]: reading.view(key) for key, rows in by_key.items() for row in rows}
            allowed = {user: view for user, view in views.items() if path in view.released}
            rows = [row for some in by_key.values() for row in some if row[ID] in allowed]
            if each.name == CONSENTS_FIELD:
                found[each.key] = await self._consents(reader, each, rows, reading.context.force)
            elif each.name in LISTS:
                found[each.key] = await self._list(reader, each, rows, reading.context.force.edition)
            elif each.name == HISTORY:
                found[each.key] = await self._changes(reader, each, rows, allowed)
            else:
                found[each.key] = {row[ID]: await self._history(each, row) for row in rows}
        return found

    async def _list(
        self, reader: Reader, each: Selected, rows: Sequence[Row], edition: Edition
    ) -> Mapping[str, Any]:
        register = LISTS[each.name]
        told: dict[str, list[Any]] = defaultdict(list)
        for user, *cells in await _of(reader, register.sql, rows):
            told[user].append(walk(each.children, each.type_name, register.record(edition, cells)))
        return {row[ID]: told.get(row[ID], []) for row in rows}

    async def _consents(
        self, reader: Reader, each: Selected, rows: Sequence[Row], force: Force
    ) -> Mapping[str, Any]:
        told: dict[str, list[Any]] = defaultdict(list)
        stepwise = any(asks(each, name) for name in WITH_EVENTS)
        steps = await _of(reader, EVENTS, rows) if stepwise else ()
        for consent in consents(await _of(reader, CONSENTS, rows), steps, force, self.now):
            told[consent["user"]].append(walk(each.children, each.type_name, consent))
        return {row[ID]: told.get(row[ID], []) for row in rows}

    async def _changes(
        self, reader: Reader, each: Selected, rows: Sequence[Row], views: Mapping[str, View]
    ) -> Mapping[str, Any]:
        """The changes of the fields that may themselves be read."""
        told: dict[str, list[Any]] = defaultdict(list)
        refs = {row[ID]: row[REF] for row in rows}
        for user, *cells in await _of(reader, _CHANGES, rows):
            if cells[0] in views[user].opening:
                change = change_of(self.vault, refs[user], cells)
                told[user].append(walk(each.children, each.type_name, change))
                self.shown[refs[user], views[user]].add(cells[0])
        return {row[ID]: told.get(row[ID], []) for row in rows}

    async def _history(self, each: Selected, row: Row) -> Any:  # noqa: ANN401 - a connection
        own = LedgerView(self.view.history, self.view.cursors, self.view.today, only=row[REF])
        page = await own.accesses(
            AccessQuery(ref=row[REF]),
            first=each.arguments.get("first", 50),
            after=each.arguments.get("after"),
            parts=[part for part in READ_APART if asks(each, part)],
        )
        return walk(each.children, each.type_name, page)


async def _of(reader: Reader, sql: str, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows of a register that belong to these users."""
    ids = [row[ID] for row in rows]
    if not ids:
        return ()
    if reader.dialect is Dialect.POSTGRES:
        return await reader.fetch(sql.format("= ANY(:ids::text[])"), {"ids": ids})
    listed = orjson.dumps(ids).decode()
    return await reader.fetch(sql.format("IN (SELECT value FROM json_each(:ids))"), {"ids": listed})
