"""The reader: a process that reads an edition from the database, checks it, and hands it over in pieces.

It is told what to read line by line on its standard input, and ends when nobody is left to tell it. Started by
`models/editions/aside.py`, it keeps the half second that a hundred thousand rules take, and the text of them, away
from the requests that are answered meanwhile.
"""

import asyncio
import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any, BinaryIO

import asyncpg

from models.editions.parcel import closed_part, parcel
from models.editions.text import Kept, edition_of
from policies.mistake import PolicyError

SQLITE = "sqlite://"
PATIENCE = 12.0
"""Seconds that the database may take to let in, and again to tell; together less than `aside.SILENCE`."""
LENGTH = 4
"""Bytes before each piece that tell its length; a length of nothing ends the parcel."""

_FIND = "SELECT canonical FROM {table} WHERE id = {place} LIMIT 1"


def read(url: str, table: Kept, name: str) -> str | None:
    """The text of an edition, over a connection that is closed again."""
    if url.startswith(SQLITE):
        with closing(sqlite3.connect(f"file:{url.removeprefix(SQLITE)}?mode=ro", uri=True)) as file:
            found = file.execute(_FIND.format(table=table, place="?1"), [name]).fetchone()
        return found and str(found[0])
    return asyncio.run(_fetched(url, _FIND.format(table=table, place="$1"), name))


async def _fetched(url: str, sql: str, name: str) -> str | None:
    connection = await asyncpg.connect(url, timeout=PATIENCE, statement_cache_size=0)
    try:
        found: str | None = await connection.fetchval(sql, name, timeout=PATIENCE)
        return found
    finally:
        await connection.close()


def told(asked: dict[str, Any]) -> Iterator[bytes]:
    """The pieces of what is asked, or one that tells why there are none."""
    name = str(asked["id"])
    try:
        text = read(str(asked["url"]), Kept(asked["table"]), name)
        if text is not None:
            yield from parcel(edition_of(name, text), name)
            return
        yield closed_part("absent", "no edition has this id")
    except PolicyError as error:
        yield closed_part("refused", error.mistakes)
    except Exception as error:  # noqa: BLE001 - whatever it was is told, and the next edition can be read
        yield closed_part("failed", type(error).__name__)


def main(asking: BinaryIO, answering: BinaryIO) -> None:
    """Answer until nobody asks any more."""
    for line in asking:
        answering.writelines(len(piece).to_bytes(LENGTH) + piece for piece in told(json.loads(line)))
        answering.write(bytes(LENGTH))
        answering.flush()


if __name__ == "__main__":
    os.nice(int(sys.argv[1]))
    main(sys.stdin.buffer, sys.stdout.buffer)
