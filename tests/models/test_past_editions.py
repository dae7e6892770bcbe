"""Past editions: read once for all who wait, by turns among those who ask, and beside what comes into force."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Hashable
from dataclasses import replace

import pytest

from models.asker import asker
from models.database.opening import opened
from models.database.store import Store
from models.editions.aside import Aside
from models.editions.force import EditionUnknown, PolicyUnavailable
from models.editions.past import MOST, RULES, Past
from models.editions.text import Kept
from models.publish import publish_shipped
from policies.edition import Edition
from tests.models.test_editions import NOW, PATIENCE, put, put_ahead, ready, started, without


@pytest.fixture
async def store(own_database_url: str, edition: Edition) -> AsyncIterator[Store]:
    async with opened(own_database_url, pool_size=4) as made:
        await publish_shipped(made, edition, NOW)
        yield made


class Shelf:
    """Editions instead of a process that reads them; each reading lasts until it is let through."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.read: list[str] = []
        self.through = asyncio.Semaphore(0)
        self.begun = asyncio.Semaphore(0)

    async def told(self, name: str, _table: Kept) -> Edition:
        self.read.append(name)
        self.begun.release()
        await self.through.acquire()
        if name == "absent":
            raise EditionUnknown("no edition has this id")
        return self.edition

    def let(self, many: int) -> None:
        for _ in range(many):
            self.through.release()


@pytest.fixture
def shelf(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    made = Shelf(edition)
    monkeypatch.setattr(Aside, "_told", made.told)
    return made


@pytest.fixture
async def past(shelf: Shelf) -> AsyncIterator[Past]:  # noqa: ARG001 - what its process is replaced by
    made = Past("sqlite:///nowhere")
    yield made
    await made.stop()


async def asked(past: Past, who: Hashable, name: str) -> Edition:
    asker.set(who)
    return await past.edition(name)


async def begin(past: Past, who: Hashable, *names: str) -> list[asyncio.Task[Edition]]:
    """Tasks that wait by now, each for one edition."""
    tasks = [asyncio.create_task(asked(past, who, name)) for name in names]
    await asyncio.sleep(0)
    return tasks


async def test_the_many_of_one_asker_do_not_stand_before_the_one_of_another(past: Past, shelf: Shelf) -> None:
    many = await begin(past, "partner", *"abcd", *"abcd", *"abcd")
    one = await begin(past, "desk", "z")
    shelf.let(5)
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*many, *one)
    assert "".join(shelf.read) == "azbcd", "each is read once, and the single one next"


async def test_what_another_waits_for_last_is_read_first_for_whoever_waits_for_it_alone(
    past: Past, shelf: Shelf
) -> None:
    many = await begin(past, "partner", *"abcd")
    one = await begin(past, "desk", "d")
    shelf.let(2)
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*one)
        assert "".join(shelf.read[:2]) == "ad"
        shelf.let(2)
        await asyncio.gather(*many)
    assert "".join(shelf.read) == "adbc"


async def test_whoever_goes_away_ends_nothing_that_others_wait_for(past: Past, shelf: Shelf) -> None:
    gone, other = await begin(past, "partner", "a", "a")
    only, last = await begin(past, "partner", "b", "c")
    async with asyncio.timeout(PATIENCE):
        await shelf.begun.acquire()
        gone.cancel()
        only.cancel()
        await asyncio.gather(gone, only, return_exceptions=True)
        shelf.let(2)
        assert await other is shelf.edition
        assert await last is shelf.edition
    assert shelf.read == ["a", "c"], "what nobody waits for any more is not read"


async def test_what_could_not_be_read_is_told_to_all_who_wait_and_read_again_for_the_next(
    past: Past, shelf: Shelf
) -> None:
    waiting = await begin(past, "partner", "absent", "absent")
    shelf.let(1)
    async with asyncio.timeout(PATIENCE):
        told = await asyncio.gather(*waiting, return_exceptions=True)
        assert [(type(each), str(each)) for each in told] == [(EditionUnknown, "no edition has this id")] * 2
        shelf.let(1)
        with pytest.raises(EditionUnknown):
            await past.edition("absent")
    assert shelf.read == ["absent", "absent"]


async def test_the_small_ones_asked_for_last_are_kept_and_of_the_large_ones_no_more_than_so_many_rules(
    past: Past, shelf: Shelf
) -> None:
    shelf.let(2 * MOST + 4)
    names = [str(number) for number in range(MOST + 1)]
    for name in (*names, *names[1:]):
        await past.edition(name)
    assert shelf.read == names
    await past.edition("0")
    assert shelf.read == [*names, "0"], "the one asked for least lately was forgotten"
    one = shelf.edition.rules[0]
    shelf.edition = replace(shelf.edition, rules=(one,) * (RULES // 2))
    shelf.read.clear()
    for name in ("large", "larger", "largest", "largest", "larger", "large"):
        await past.edition(name)
    assert shelf.read == ["large", "larger", "largest", "large"]


async def test_who_waits_when_the_gateway_stops_is_told(past: Past, shelf: Shelf) -> None:
    waiting = await begin(past, "partner", "a", "b")
    async with asyncio.timeout(PATIENCE):
        await shelf.begun.acquire()
        await past.stop()
        told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in told] == [PolicyUnavailable] * 2
    assert shelf.read == ["a"]


async def test_what_is_prepared_is_made_ready_however_long_the_past_takes(
    store: Store, edition: Edition
) -> None:
    first, changed = without(edition, "account"), without(edition, "held-insight")
    await put(store, first)
    async with started(store) as inforce:
        assert await inforce.edition(edition.id) == edition
        process = inforce._coming._ready._past._aside._process  # noqa: SLF001 - to have it stand still
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        waiting = asyncio.create_task(inforce.edition("0" * 64))
        await asyncio.sleep(0)
        await put_ahead(store, changed)
        await ready(inforce, changed)
        assert not waiting.done()
    with pytest.raises(PolicyUnavailable):
        await waiting
