"""The row of a person, read and written within a change: sealed where it must be, every change with what was before.

A field's history is kept for the right of correction (APPI Art 34): what stood there, what stands there, who, when, why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from secrets import choice, randbits, token_hex
from typing import Any, Self

import orjson
from tortoise import fields

from models.amendment import Amendment
from models.answers import opened_answers, sealed_answers
from models.catalogue import ANSWERS
from models.database.dialect import Dialect
from models.database.store import Transaction
from models.day import moment
from models.personal import declared
from models.sealing.sealed import AnswersField, MarkField, SealedField
from models.sealing.vault import Sealing, Vault
from models.user import User

_COLUMNS = User._meta.fields_map  # noqa: SLF001 - the only list of columns
PATHS: Mapping[str, str] = {each.columns[0]: each.path for each in declared(User)}
"""The field that each column of personal data belongs to."""

GIVEN = ("User.id", "User.registeredAt", "User.version")
"""The fields that the gateway fills."""

MARKS: Mapping[str, str] = {each.of: name for name, each in _COLUMNS.items() if isinstance(each, MarkField)}
ENTERED = tuple(name for name in PATHS if PATHS[name] not in GIVEN)
"""The columns that people fill."""

_AMENDED = """
INSERT INTO amendments (id, user_id, ref, field, was, became, at, by, client, purpose, request_id)
VALUES (:id, :user, :ref, :field, :was, :became, :at, :by, :client, :purpose, :request)
"""
WAS, BECAME = Amendment.WAS, Amendment.BECAME
"""What the cells of a history are sealed as, behind the path of the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amender:
    """Who changes a row, when and why."""

    by: str
    client: str
    purpose: str
    request_id: str
    at: datetime


ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Without the letters that are taken for another (Crockford's base 32)."""

ID_LENGTH = 26


def new_id() -> str:
    """A number for a person: random, so that it tells nothing, not even time."""
    return "".join(choice(ALPHABET) for _ in range(ID_LENGTH))


@dataclass(slots=True)
class PersonRow:
    """One row of `users`, held by this transaction until it ends.

    Attributes:
        values: what stands in each entered column, in clear; `answers` by key.
    """

    transaction: Transaction
    sealing: Sealing
    id: str
    ref: int
    version: str
    values: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    @classmethod
    async def read(cls, transaction: Transaction, vault: Vault, user: str) -> Self:
        """The row as it stands.

        Raises:
            LookupError: there is none.
            Unreadable: a cell of it does not open.
        """
        lock = " FOR UPDATE" if transaction.dialect is Dialect.POSTGRES else ""
        names = ", ".join(f'"{name}"' for name in ENTERED)
        rows = await transaction.fetch(
            f"SELECT ref, version, answers, {names} FROM users WHERE id = :user{lock}", {"user": user}
        )
        if not rows:
            raise LookupError("the person is not there any more")
        ref, version, answers, *cells = rows[0]
        row = cls(transaction, await vault.hold(transaction), user, int(ref), version)
        for name, cell in zip(ENTERED, cells, strict=True):
            column = _COLUMNS[name]
            sealed = isinstance(column, SealedField) and cell is not None
            row.values[name] = (
                vault.open(PATHS[name], row.ref, cell).decode() if sealed else _held(cell, name)
            )
        row.kept = orjson.loads(answers) if isinstance(answers, str) else dict(answers or {})
        row.values["answers"] = opened_answers(vault, row.ref, row.kept)
        return row

    @classmethod
    async def make(
        cls,
        transaction: Transaction,
        vault: Vault,
        values: Mapping[str, Any],
        at: datetime,
        ref: int | None = None,
    ) -> Self | None:
        """A new row with these values; None where the e-mail address is taken.

        `ref` is their reference in the ledger, where there are records of them already.
        """
        given = randbits(62) if ref is None else ref
        row = cls(transaction, await vault.hold(transaction), new_id(), given, token_hex(8))
        columns = row._columns(values)
        columns |= {"id": row.id, "ref": row.ref, "registered_at": at, "version": row.version}
        columns.setdefault("answers", "{}")
        columns |= {"shown": 0, "marks": 0, "stay_pending": False}
        names = ", ".join(f'"{name}"' for name in columns)
        places = ", ".join(f":{name}" for name in columns)
        made = await transaction.fetch(
            f"INSERT INTO users ({names}) VALUES ({places}) ON CONFLICT DO NOTHING RETURNING id", columns
        )
        if not made:
            return None
        row.values = {**dict.fromkeys(ENTERED), "answers": {}}
        return row

    async def write(self, values: Mapping[str, Any]) -> frozenset[str]:
        """Change what differs; the fields that did.

        `values` by column; `answers` by key, None for one that is taken away.

        Raises:
            WrongValue: one that must be its own is taken, such as an e-mail address.
        """
        changed = {
            name: value for name, value in values.items() if name != "answers" and value != self.values[name]
        }
        answers = {
            key: value
            for key, value in (values.get("answers") or {}).items()
            if self.values["answers"].get(key) != value
        }
        written = frozenset({*(PATHS[name] for name in changed), *(ANSWERS + key for key in answers)})
        if not written:
            return written
        columns = self._columns({**changed, **({"answers": answers} if answers else {})})
        columns["version"] = token_hex(8)
        sets = ", ".join(f'"{name}" = :{name}' for name in columns)
        await self.transaction.execute(
            f"UPDATE users SET {sets} WHERE id = :user", {**columns, "user": self.id}
        )
        self.version = columns["version"]
        return written

    async def amend(self, values: Mapping[str, Any], amender: Amender) -> frozenset[str]:
        """`write`, with the history of every field that changed."""
        before = {**self.values, "answers": dict(self.values["answers"])}
        written = await self.write(values)
        for path in sorted(written):
            if path.startswith(ANSWERS):
                key = path.removeprefix(ANSWERS)
                was, became = before["answers"].get(key), (values["answers"] or {}).get(key)
            else:
                name = next(name for name, each in PATHS.items() if each == path)
                was, became = before[name], values[name]
            await self.transaction.execute(
                _AMENDED,
                {
                    "id": token_hex(13),
                    "user": self.id,
                    "ref": self.ref,
                    "field": path,
                    "was": self._cell(path + WAS, was),
                    "became": self._cell(path + BECAME, became),
                    "at": amender.at,
                    "by": amender.by,
                    "client": amender.client,
                    "purpose": amender.purpose,
                    "request": amender.request_id,
                },
            )
        return written

    def _cell(self, path: str, value: object) -> bytes | None:
        return None if value is None else self.sealing.cell.seal(path, self.ref, orjson.dumps(value))

    def _columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values as the columns keep them."""
        columns: dict[str, Any] = {}
        for name, value in values.items():
            column = _COLUMNS[name]
            if isinstance(column, SealedField):
                columns[name] = (
                    None if value is None else self.sealing.cell.seal(PATHS[name], self.ref, value.encode())
                )
                if name in MARKS:
                    columns[MARKS[name]] = (
                        None if value is None else self.sealing.mark.mark(PATHS[name], value)
                    )
            elif isinstance(column, AnswersField):
                kept = {key: each for key, each in self.kept.items() if key not in value}
                new = {key: each for key, each in value.items() if each is not None}
                kept |= sealed_answers(self.sealing, self.ref, new)
                columns[name] = orjson.dumps(kept).decode()
            else:
                columns[name] = value
        return columns


def _held(cell: object, name: str) -> object:
    """What a column holds, as Python has it: SQLite keeps days as text."""
    dated = isinstance(_COLUMNS[name], fields.DateField) and isinstance(cell, str)
    return date.fromisoformat(cell) if dated and isinstance(cell, str) else cell


def change_of(vault: Vault, ref: int, cells: Sequence[Any]) -> dict[str, Any]:
    """One row of the history of the person with this reference, opened: field, was, became, at, by, client, purpose.

    Raises:
        Unreadable: a cell of it does not open.
    """
    path, was, became, at, by, client, purpose = cells
    return {
        "field": path,
        "was": None if was is None else orjson.loads(vault.open(path + WAS, ref, was)),
        "became": None if became is None else orjson.loads(vault.open(path + BECAME, ref, became)),
        "at": moment(at),
        "by": by,
        "client": client,
        "purpose": purpose,
    }
