"""The numbered: drafts held to the numbers that purposes had in any published edition."""

from typing import Final

import orjson

from models.database.dialect import Dialect
from models.database.store import Reader
from policies.check.numbers import Numbered
from policies.drafts.examined import Examined, held_to
from policies.table import COLUMNS

_TABLES: Final = {
    Dialect.SQLITE: "SELECT DISTINCT json_extract(canonical, '$.sheets.purposes') FROM editions",
    Dialect.POSTGRES: "SELECT DISTINCT CAST(canonical AS json) #>> '{sheets,purposes}' FROM editions",
}
_NUMBER: Final = COLUMNS["purposes"].index("number")


async def held_to_numbers(reader: Reader, examined: Examined) -> Examined:
    """What is found in a draft, the numbers of its purposes included; editions are read where it gives any."""
    return held_to(examined, await _published(reader)) if examined.numbered else examined


async def _published(reader: Reader) -> frozenset[Numbered]:
    """Every number that a purpose ever had."""
    tables = [orjson.loads(row[0]) for row in await reader.fetch(_TABLES[reader.dialect], {})]
    return frozenset(Numbered(int(row[_NUMBER]), str(row[0])) for rows in tables for row in rows)
