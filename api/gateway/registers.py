"""The registers that belong to a user: consents and the history of accesses, read only where they are released."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from api.gateway.ledger_view import LedgerView
from api.gateway.plan import REGISTER_FIELDS
from api.gateway.reading import ID, REF, Reading
from api.gateway.selection import Selected
from api.gateway.walk import asks, walk
from models.dialect import Dialect
from models.history import AccessQuery, moment
from models.store import Reader, Row

_CONSENTS = (
    "SELECT user_id, id, purpose, recipient, state, given_at, withdrawn_at, expires_at, notice_version,"
    " language, method FROM consents WHERE user_id {} ORDER BY user_id, purpose, recipient"
)
_NAMES = (
    "id",
    "purpose",
    "recipient",
    "state",
    "givenAt",
    "withdrawnAt",
    "expiresAt",
    "noticeVersion",
    "language",
    "method",
)
_TIMES = ("givenAt", "withdrawnAt", "expiresAt")


@dataclass(frozen=True, slots=True)
class Registers:
    """Reads them for one operation."""

    view: LedgerView

    async def read(
        self, reader: Reader, reading: Reading, by_key: Mapping[Any, Sequence[Row]]
    ) -> dict[str, Mapping[str, Any]]:
        """For each asked register, by its response key, what each user's is."""
        found: dict[str, Mapping[str, Any]] = {}
        for each in reading.plan.selected:
            if each.name not in REGISTER_FIELDS:
                continue
            path = f"User.{each.name}"
            allowed = [
                row for key, rows in by_key.items() if path in reading.view(key).released for row in rows
            ]
            read = self._consents if each.name == "consents" else self._accesses
            found[each.key] = await read(reader, each, allowed)
        return found

    async def _consents(self, reader: Reader, each: Selected, rows: Sequence[Row]) -> Mapping[str, Any]:
        if not rows:
            return {}
        ids = [row[ID] for row in rows]
        if reader.dialect is Dialect.POSTGRES:
            found = await reader.fetch(_CONSENTS.format("= ANY(:ids::text[])"), {"ids": ids})
        else:
            listed = orjson.dumps(ids).decode()
            found = await reader.fetch(
                _CONSENTS.format("IN (SELECT value FROM json_each(:ids))"), {"ids": listed}
            )
        consents: dict[str, list[Any]] = defaultdict(list)
        for user, *cells in found:
            record = dict(zip(_NAMES, cells, strict=True))
            for name in _TIMES:
                record[name] = None if record[name] is None else moment(record[name])
            consents[user].append(walk(each.children, each.type_name, record))
        return {user: consents.get(user, []) for user in ids}

    async def _accesses(self, reader: Reader, each: Selected, rows: Sequence[Row]) -> Mapping[str, Any]:
        del reader
        return {row[ID]: await self._history(each, row) for row in rows}

    async def _history(self, each: Selected, row: Row) -> Any:  # noqa: ANN401 - a connection
        own = LedgerView(self.view.history, self.view.cursors, only=row[REF])
        page = await own.accesses(
            AccessQuery(ref=row[REF]),
            first=each.arguments.get("first", 50),
            after=each.arguments.get("after"),
            releases=asks(each, "releases"),
        )
        return walk(each.children, each.type_name, page)
