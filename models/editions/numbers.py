"""The numbers that purposes have in published editions, which what people were told of them is kept by."""

from collections.abc import Iterable
from typing import Final

import orjson

from models.database.dialect import Dialect
from models.database.store import Reader
from policies.check.numbers import Numbered, numbers, renumbered
from policies.edition import Edition
from policies.mistake import Mistake
from policies.table import COLUMNS

_PURPOSES: Final = {
    Dialect.SQLITE: "json_extract(canonical, '$.sheets.purposes')",
    Dialect.POSTGRES: "CAST(canonical AS json) #>> '{sheets,purposes}'",
}
_EVER: Final = "SELECT DISTINCT {purposes} FROM editions"
_NOW: Final = "SELECT {purposes} FROM editions ORDER BY number DESC LIMIT 1"
_NUMBER: Final = COLUMNS["purposes"].index("number")


async def numbers_ever(reader: Reader) -> frozenset[Numbered]:
    """Every number that a purpose ever had."""
    return await _numbers(reader, _EVER)


async def misnumbered(reader: Reader, edition: Edition) -> Iterable[Mistake]:
    """The purposes that an edition numbers otherwise than the one in force, and than any published one allows."""
    given = await _numbers(reader, _NOW)
    new = [(each, row) for each, row in numbers(edition).items() if each not in given]
    return renumbered(new, await numbers_ever(reader)) if new else ()


async def _numbers(reader: Reader, query: str) -> frozenset[Numbered]:
    found = await reader.fetch(query.format(purposes=_PURPOSES[reader.dialect]), {})
    tables = [orjson.loads(row[0]) for row in found]
    return frozenset(Numbered(int(row[_NUMBER]), str(row[0])) for rows in tables for row in rows)
