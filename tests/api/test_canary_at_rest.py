"""The canary at rest: whoever holds the database alone finds no value of a sealed field in it."""

import re
from base64 import b64decode
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from models.catalogue import catalogue
from models.database.dialect import Dialect
from models.database.opening import SQLITE, migrate, opened
from models.database.store import Store
from models.demo.load import load
from models.publish import publish_shipped
from policies.edition import Edition
from tests.api.markers import Marker, mark
from tests.world import TODAY, settings

PEOPLE = 16
SHORTEST = 6
"""Bytes: what is shorter may come about in a cell by chance."""

BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}")
HEX = re.compile(rb"\\x((?:[0-9a-f]{2})+)")


class Resting(NamedTuple):
    """A database of marked people, and their markers by whether the tier of the field seals them."""

    store: Store
    url: str
    sealed: set[str]
    clear: set[str]


@pytest.fixture(scope="module")
async def resting(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Resting]:
    given = settings(database_url, tmp_path_factory.mktemp("var"))
    fields = catalogue(edition)
    await migrate(given.database_url)
    async with opened(given.database_url, pool_size=2, master=given.data_key) as store:
        await publish_shipped(store, edition, datetime.now(UTC))
        await load(edition, count=PEOPLE, today=TODAY)
        markers = [each for each in await mark(edition) if each.fields and each.fields <= fields.keys()]

        def texts(*, sealed: bool) -> set[str]:
            return {
                each.text
                for each in markers
                if {fields[path].sealed for path in each.fields} == {sealed} and _long(each)
            }

        yield Resting(store, given.database_url, texts(sealed=True), texts(sealed=False))


def _long(marker: Marker) -> bool:
    return len(marker.text.encode()) >= SHORTEST


def found(texts: Iterable[str], kept: bytes) -> set[str]:
    """The texts in these bytes: plainly, in what the bytes spell in hexadecimal, or in base64."""
    spelt = [bytes.fromhex(each.decode()) for each in HEX.findall(kept)]
    spelt += [b64decode(each[: len(each) // 4 * 4]) for each in BASE64.findall(kept) if b"=" not in each[:-2]]
    whole = b"\n".join((kept, *spelt))
    return {text for text in texts if text.encode() in whole}


async def held(resting: Resting) -> bytes:
    """All that the database consists of, for one who has copied it."""
    if resting.store.dialect is Dialect.SQLITE:
        file = Path(resting.url.removeprefix(SQLITE))
        return b"\n".join(each.read_bytes() for each in sorted(file.parent.glob(f"{file.name}*")))
    names = await resting.store.fetch(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'", {}
    )
    rows = [
        row[0]
        for (name,) in names
        for row in await resting.store.fetch(f'SELECT "{name}"::text FROM "{name}"', {})
    ]
    return "\n".join(rows).encode()


async def test_no_value_of_a_sealed_field_stands_in_the_database(resting: Resting) -> None:
    kept = await held(resting)
    assert len(resting.sealed) == PEOPLE * 4
    assert found(resting.sealed, kept) == set()


async def test_every_value_that_is_kept_in_clear_is_found_the_same_way(resting: Resting) -> None:
    kept = await held(resting)
    texts = {text for text in resting.clear if not text.startswith("20")}
    assert len(texts) > 200
    assert found(texts, kept) == texts


def test_a_value_is_found_however_it_is_spelt() -> None:
    text = "MKANSWER7N003"
    letters = b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    for kept in (
        text.encode(),
        b"(1,\\x00" + text.encode().hex().encode() + b")",
        b'{"sealed": "' + letters + b"TUtBTlNXRVI3TjAwMw==" + b'"}',
    ):
        assert found({text, "MKANSWER7N004"}, kept) == {text}
