"""The statements of a rotation: which rows are not yet as they would be written now, and which keys are still named."""

from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson

from models.catalogue import FIELDS, SEALED
from models.cell import HEAD
from models.datakey import Use
from models.dialect import Dialect
from models.store import Reader
from models.vault import Sealing

BATCH = 200
"""Rows of one transaction."""

WINDOW = 10_000
"""Rows that one statement looks at."""

MARKS = {column: mark for column, path in SEALED.items() if (mark := FIELDS[path].mark)}
"""Each sealed column that has marks, with their column."""

_SEALED_ANSWER = "a.value ->> 'sealed'"


class Behind:
    """The rows in which something is under another key than the newest, has not its mark, or is in clear and must not be.

    Attributes:
        sql: reads the first of them behind the id `after`, up to `upper`: id, ref, answers as JSON, and the sealed
            columns.
    """

    def __init__(self, dialect: Dialect, clear: frozenset[str]) -> None:
        postgres = dialect is Dialect.POSTGRES
        keys = sorted(path.rpartition(".")[2] for path in clear)
        self._clear = keys if postgres else orjson.dumps(keys).decode()
        differs = "IS DISTINCT FROM" if postgres else "IS NOT"
        clear_sql = "= ANY(:clear::text[])" if postgres else "IN (SELECT value FROM json_each(:clear))"
        parts = [f"(u.{column} IS NOT NULL AND {_head(column)} {differs} :cell)" for column in SEALED]
        parts += [
            f"CASE WHEN u.{column} IS NULL THEN u.{mark} IS NOT NULL"
            f" ELSE {_letters(f'u.{mark}')} {differs} :mark END"
            for column, mark in MARKS.items()
        ]
        parts.append(
            f"EXISTS (SELECT 1 FROM {_each(dialect)} WHERE CASE {_type(dialect)} WHEN 'null' THEN FALSE"
            f" WHEN 'object' THEN {_letters(_SEALED_ANSWER)} {differs} :letters"
            f" ELSE NOT a.key {clear_sql} END)"
        )
        text = "u.answers::text" if postgres else "u.answers"
        self.sql = (
            f"SELECT u.id, u.ref, {text}, {', '.join(f'u.{column}' for column in SEALED)} FROM users u"
            f" WHERE u.id > :after AND u.id <= :upper AND ({' OR '.join(parts)})"
            f" ORDER BY u.id LIMIT {BATCH}{' FOR UPDATE' if postgres else ''}"
        )

    def values(self, sealing: Sealing) -> dict[str, Any]:
        """What the statement compares with; beside `after` and `upper`."""
        return {
            "cell": sealing.cell.head,
            "mark": b64encode(sealing.mark.head).decode(),
            "letters": b64encode(sealing.cell.head).decode(),
            "clear": self._clear,
        }


def update_sql(dialect: Dialect) -> str:
    """The statement that writes a row that was sealed anew."""
    cast = "::jsonb" if dialect is Dialect.POSTGRES else ""
    sets = [f"{column} = :{column}" for column in (*SEALED, *MARKS.values())]
    return f"UPDATE users SET {', '.join(sets)}, answers = :answers{cast} WHERE id = :id"


async def rows_under(reader: Reader, keys: Sequence[tuple[int, Use]]) -> dict[int, int]:
    """How many rows each of these keys has a cell or a mark in."""
    found = dict.fromkeys((number for number, _ in keys), 0)
    if not keys:
        return found
    sums = ", ".join(
        f"COALESCE(sum(CASE WHEN {_names(reader.dialect, number, use)} THEN 1 ELSE 0 END), 0)"
        for number, use in keys
    )
    after = ""
    async for upper, _ in windows(reader):
        rows = await reader.fetch(
            f"SELECT {sums} FROM users u WHERE u.id > :after AND u.id <= :upper",
            {"after": after, "upper": upper},
        )
        for (number, _), count in zip(keys, rows[0], strict=True):
            found[number] += count
        after = upper
    return found


def _names(dialect: Dialect, number: int, use: Use) -> str:
    """SQL that is true of a row in which something names this key."""
    head = number.to_bytes(HEAD)
    letters = b64encode(head).decode()
    if use is Use.MARK:
        return " OR ".join(f"{_letters(f'u.{mark}')} = '{letters}'" for mark in MARKS.values())
    quoted = f"'\\x{head.hex()}'::bytea" if dialect is Dialect.POSTGRES else f"x'{head.hex()}'"
    answers = f"{_type(dialect)} = 'object' AND {_letters(_SEALED_ANSWER)} = '{letters}'"
    cells = [f"{_head(column)} = {quoted}" for column in SEALED]
    return " OR ".join((*cells, f"EXISTS (SELECT 1 FROM {_each(dialect)} WHERE {answers})"))


async def windows(reader: Reader) -> AsyncIterator[tuple[str, int]]:
    """The people in order of id, some at a time: the last id and how many there are."""
    after = ""
    while True:
        rows = await reader.fetch(
            f"SELECT max(w.id), count(*) FROM (SELECT id FROM users WHERE id > :after ORDER BY id LIMIT {WINDOW}) w",
            {"after": after},
        )
        upper, count = rows[0]
        if not count:
            return
        yield upper, count
        after = upper


def _head(column: str) -> str:
    return f"substr(u.{column}, 1, {HEAD})"


def _letters(sql: str) -> str:
    return f"substr({sql}, 1, 4)"


def _each(dialect: Dialect) -> str:
    return "jsonb_each(u.answers) a" if dialect is Dialect.POSTGRES else "json_each(u.answers) a"


def _type(dialect: Dialect) -> str:
    return "jsonb_typeof(a.value)" if dialect is Dialect.POSTGRES else "a.type"
