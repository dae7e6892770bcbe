"""Several processes that start at the same moment on an empty database: all come up, and everything is made once."""

import asyncio
import base64
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from models.catalogue import catalogue
from policies.edition import Edition
from tests.cli.fleet import Fleet
from tests.models.test_ledger import elsewhere

MANY = 4


@contextmanager
def together(var: Path, url: str, count: int, **shared: str) -> Iterator[list[Fleet]]:
    """Gateways started without waiting for one another."""
    with ExitStack() as stack:
        made = []
        for _ in range(count):
            one = Fleet(var, url, **shared)
            stack.callback(one.end)
            made.append(one)
        yield made


async def test_all_come_up_and_one_edition_is_published(
    empty_database_url: str, edition: Edition, tmp_path: Path
) -> None:
    shared = {
        "MOKUTEKI_ENVIRONMENT": "production",
        "MOKUTEKI_SECRET_KEY": secrets.token_urlsafe(32),
        "MOKUTEKI_DATA_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    with together(tmp_path, empty_database_url, MANY, **shared) as fleets:
        for one in fleets:
            await asyncio.to_thread(one.until, "Mokuteki serves on")
        ready = [one.request("GET", "/readyz").json() for one in fleets]
        assert ready == [{"ready": True, "not_ready": []}] * MANY
        keys = [one.request("GET", "/.well-known/jwks.json").json() for one in fleets]
        assert all(each == keys[0] for each in keys)
    assert await elsewhere(empty_database_url, "SELECT number, id FROM editions") == [(1, edition.id)]
    assert await elsewhere(empty_database_url, "SELECT number FROM data_keys ORDER BY number") == [(1,), (2,)]
    assert await elsewhere(empty_database_url, "SELECT id FROM signing_keys") == [("1",)]
    fields = set(catalogue(edition))
    numbered = await elsewhere(empty_database_url, "SELECT path, bit FROM catalogue ORDER BY bit")
    assert fields <= {path for path, _ in numbered}
    assert [bit for _, bit in numbered] == list(range(len(numbered)))
