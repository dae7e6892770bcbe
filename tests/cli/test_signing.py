"""`mokuteki signing`: keys change and no token ends before its time, unless it shall."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from api.settings import Settings
from api.tokens.access_token import AccessTokens, InvalidToken
from api.tokens.keys import LEAD, keyring_of
from models.clients.token_state import KnownKey, SigningKey, read_signing_keys
from models.database.opening import opened
from models.database.store import Store
from tests.cli.conftest import Mokuteki

Found = TypeVar("Found")


@pytest.fixture(autouse=True)
def home(at_home: Path) -> Path:
    """Each test begins with one key that has signed for a day."""

    async def one(_store: Store) -> None:
        await SigningKey.all().delete()

    at(one)
    return at_home


def at(work: Callable[[Store], Awaitable[Found]]) -> Found:
    async def found() -> Found:
        given = Settings.read(os.environ)
        async with opened(given.database_url, pool_size=2, master=given.data_key) as store:
            return await work(store)

    return asyncio.run(found())


def keys() -> tuple[KnownKey, ...]:
    return at(read_signing_keys)


def age() -> None:
    """A day goes by for every key."""

    async def back(_store: Store) -> None:
        for row in await SigningKey.all():
            row.created_at -= timedelta(days=1)
            await row.save(update_fields=["created_at"])

    at(back)


def good(token: str, address: str) -> bool:
    """Whether a gateway with the keys as they are now takes a token."""
    given = Settings.read(os.environ)
    tokens = AccessTokens(keyring_of(keys(), given.secret_key), address, address, given.token_seconds)
    try:
        tokens.read(token, time.time())
    except InvalidToken:
        return False
    return True


def token(mokuteki: Mokuteki) -> str:
    ran = mokuteki("token", "frontend")
    assert ran.code == 0, ran.err
    return ran.out.strip()


def rows(mokuteki: Mokuteki) -> list[list[str]]:
    """The rows of `signing show`: number, retired or not, signs or not."""
    ran = mokuteki("signing", "show")
    assert (ran.code, ran.err) == (0, "")
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in ran.out.splitlines() if "│" in line]
    return [[each[0], each[3] and "retired", each[4]] for each in cells if each[0]]


@pytest.fixture
def address() -> str:
    return Settings.read(os.environ).issuer


def test_the_keys_are_listed_and_never_themselves(mokuteki: Mokuteki) -> None:
    token(mokuteki)
    assert rows(mokuteki) == [["1", "", "yes"]]
    (key,) = keys()
    assert key.sealed not in mokuteki("signing", "show").out


def test_a_rotation_ends_no_token_and_the_new_key_signs_when_everybody_knows_it(
    mokuteki: Mokuteki, address: str
) -> None:
    before = token(mokuteki)
    age()
    ran = mokuteki("signing", "rotate")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "key 2 is made and signs in 5 minutes; no token ends before its time\n"
    assert rows(mokuteki) == [["1", "retired", "yes"], ["2", "", ""]]
    assert good(before, address)
    assert good(token(mokuteki), address)
    old, _ = keys()
    lasting = Settings.read(os.environ).token_seconds
    assert old.retired_at is not None
    assert old.retired_at >= time.time() + LEAD + lasting - 60
    age()
    assert rows(mokuteki) == [["1", "retired", ""], ["2", "", "yes"]]
    assert good(before, address)


def test_a_rotation_at_once_ends_every_token_and_the_new_key_signs(mokuteki: Mokuteki, address: str) -> None:
    before = token(mokuteki)
    age()
    ran = mokuteki("signing", "rotate", "--now")
    assert ran.code == 0
    assert "key 2 signs from now on" in ran.err
    assert rows(mokuteki) == [["1", "retired", ""], ["2", "", "yes"]]
    assert not good(before, address)
    assert good(token(mokuteki), address)


def test_a_key_is_retired_by_its_number_unless_it_is_the_last(mokuteki: Mokuteki, address: str) -> None:
    before = token(mokuteki)
    age()
    ran = mokuteki("signing", "retire", "1")
    assert (ran.code, ran.out) == (1, "")
    assert "key 1 is the only one that serves: `mokuteki signing rotate --now`" in ran.err
    mokuteki("signing", "rotate")
    ran = mokuteki("signing", "retire", "1")
    assert (ran.code, ran.err) == (0, "key 1 verifies nothing any more\n")
    assert not good(before, address)
    assert good(token(mokuteki), address)
    for number in ("1", "7"):
        ran = mokuteki("signing", "retire", number)
        assert (ran.code, ran.err.count("\n")) == (1, 1)
        assert f"no key {number} serves" in ran.err
    assert keys()[0].retired_at is not None
    assert datetime.fromtimestamp(keys()[0].retired_at or 0, UTC) <= datetime.now(UTC)


def test_keys_under_another_secret_are_one_sentence(
    mokuteki: Mokuteki, monkeypatch: pytest.MonkeyPatch
) -> None:
    token(mokuteki)
    monkeypatch.setenv("MOKUTEKI_SECRET_KEY", "another secret of at least 32 characters")
    for words in (("signing", "show"), ("signing", "rotate")):
        ran = mokuteki(*words)
        assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
        assert "restore `MOKUTEKI_SECRET_KEY`" in ran.err
