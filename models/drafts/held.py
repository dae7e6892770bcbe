"""The held: drafts held to what stands outside their edition: numbers of purposes ever given, and recipients."""

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
_RECIPIENTS: Final = "SELECT id, kind FROM recipients"
_NUMBER: Final = COLUMNS["purposes"].index("number")


async def held_to_records(reader: Reader, examined: Examined) -> Examined:
    """What is found in a draft, its new numbers and groups included; what they are held to is read where it has any."""
    published = await _published(reader) if examined.numbered else frozenset[Numbered]()
    registered = dict(await reader.fetch(_RECIPIENTS, {})) if examined.grouped else {}
    return held_to(examined, published, registered)


async def _published(reader: Reader) -> frozenset[Numbered]:
    """Every number that a purpose ever had."""
    tables = [orjson.loads(row[0]) for row in await reader.fetch(_TABLES[reader.dialect], {})]
    return frozenset(Numbered(int(row[_NUMBER]), str(row[0])) for rows in tables for row in rows)
