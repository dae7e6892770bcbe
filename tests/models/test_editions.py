"""Coming editions: read aside as they are, made ready ahead, told of at once, and none of them a way to be answered wrongly."""

import asyncio
import os
import pickle
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
import structlog

from models.database.dialect import Dialect
from models.database.opening import opened
from models.database.store import Store, WrongValue
from models.editions import aside as reading_aside
from models.editions.aside import SILENCE, SILENCE_OF_THE_KIND, Aside
from models.editions.force import Force
from models.editions.parcel import Parcel, opened_part, parcel
from models.editions.prepared import LASTING, READY, prepare, prepared
from models.editions.text import Kept
from models.inforce import InForce, PolicyUnavailable
from models.publish import Publication, newest_number, publish, publish_shipped
from policies.edition import Edition, PolicyError
from policies.judging.judge import Judge
from policies.judging.matcher import Matcher
from policies.judging.question import Question
from policies.vocabulary import Action, Fact, Role, standing
from tests.models.test_inforce import until_over

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LEASE = 0.05
LONG = 3600.0
"""A lease that no test outlives: what is obeyed under it was told of, not looked for."""

PATIENCE = 20


SHORT = 0.05
"""Seconds of silence in which no reader starts; one that runs already tells its first piece sooner."""


@pytest.fixture
async def store(own_database_url: str, edition: Edition) -> AsyncIterator[Store]:
    async with opened(own_database_url, pool_size=4) as made:
        await publish_shipped(made, edition, NOW)
        yield made


@asynccontextmanager
async def started(store: Store, **more: Any) -> AsyncIterator[InForce]:
    made = InForce(store, **more)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


def without(edition: Edition, rule: str) -> Edition:
    return replace(edition, rules=tuple(each for each in edition.rules if each.id != rule))


async def put(store: Store, edition: Edition, **more: Any) -> None:
    said = Publication(
        **{"id": edition.id, "canonical": edition.canonical(), "at": NOW, "by": "admin", **more}
    )
    async with store.transaction() as transaction:
        await publish(transaction, said)


async def put_ahead(store: Store, edition: Edition, at: datetime = NOW, canonical: str | None = None) -> None:
    async with store.transaction() as transaction:
        await prepare(transaction, edition.id, canonical or edition.canonical(), at)


def stopped(aside: Aside) -> Process:
    """Its process, which stands still from now on."""
    process = aside._process  # noqa: SLF001
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    return process


async def in_force(inforce: InForce, edition: Edition) -> Force:
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(PolicyUnavailable):
                if (force := await inforce.current()).edition.id == edition.id:
                    return force
            await asyncio.sleep(0)


async def ready(inforce: InForce, edition: Edition) -> None:
    async with asyncio.timeout(PATIENCE):
        while edition.id not in inforce.ready:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0)


def questions(edition: Edition) -> list[Question]:
    """Who might read what for which purpose, with nothing true and with much."""
    leaves = [each.id for each in edition.purposes.values() if not each.abstract]
    some = (frozenset[Fact](), standing(Fact.NOTICED, Fact.CONSENTED, Fact.HIRED, Fact.SCREENED))
    return [
        Question(role, Action.READ, purpose, field, "internal", true)
        for role in Role
        for purpose in leaves
        for field in list(edition.declared)[::7]
        for true in some
    ]


def test_an_edition_handed_over_is_the_same_and_decides_and_explains_alike(edition: Edition) -> None:
    came = Parcel()
    for piece in parcel(edition, edition.id):
        came.add(opened_part(piece))
    found = pickle.loads(pickle.dumps(came.edition()))  # noqa: S301 - our own; a job may carry it on
    assert found == edition
    assert found.canonical() == edition.canonical()
    assert found.rules[-1] == edition.rules[-1]
    assert [found.rule(rule.id) for rule in edition.rules] == list(edition.rules)
    assert found.rule("nobody") is None
    one, other = Judge(edition), Judge(found)
    for asked in questions(edition):
        assert other.decide(asked) == one.decide(asked)
    for asked in questions(edition)[::41]:
        assert other.explain(asked) == one.explain(asked)


async def test_a_reader_tells_the_edition_what_is_wrong_with_it_or_that_there_is_none(
    store: Store, edition: Edition
) -> None:
    aside = Aside(store.url)
    try:
        assert await aside.edition(edition.id) == edition
        with pytest.raises(PolicyUnavailable, match="no edition has this id"):
            await aside.edition("0" * 64)
        await put_ahead(store, without(edition, "account"), canonical=edition.canonical())
        with pytest.raises(PolicyError, match="the text is not that of the edition"):
            await aside.edition(without(edition, "account").id, Kept.PREPARED)
        assert await aside.edition(edition.id) == edition
    finally:
        await aside.close()


async def test_a_reader_that_is_killed_is_said_to_be_gone_and_another_reads(
    store: Store, edition: Edition
) -> None:
    aside = Aside(store.url)
    try:
        await aside.edition(edition.id)
        process = aside._process  # noqa: SLF001 - to end it as a kernel short of memory does
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        reading = asyncio.create_task(aside.edition(edition.id))
        await asyncio.sleep(0)
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(PolicyUnavailable, match="the reader of editions ended"):
            await reading
        assert await aside.edition(edition.id) == edition
        given_up = asyncio.create_task(aside.edition(edition.id))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        changed = without(edition, "account")
        await put(store, changed)
        assert await aside.edition(changed.id) == changed, "not what the one given up would have been told"
    finally:
        await aside.close()


async def test_a_reader_that_stands_still_is_ended_and_another_reads(store: Store, edition: Edition) -> None:
    aside = Aside(store.url)
    try:
        await aside.edition(edition.id)
        process = stopped(aside)
        aside._silence = SHORT  # noqa: SLF001
        async with asyncio.timeout(PATIENCE):
            reading = asyncio.create_task(aside.edition(edition.id))
            await asyncio.sleep(0)
            aside._silence = SILENCE  # noqa: SLF001 - of the next, which waits for its turn
            behind = asyncio.create_task(aside.edition(edition.id))
            with pytest.raises(PolicyUnavailable, match="the reader of editions said nothing"):
                await reading
            assert process.returncode == -signal.SIGKILL
            assert await behind == edition
        assert aside._process is not process  # noqa: SLF001
    finally:
        await aside.close()


async def test_nobody_waits_for_a_reader_that_not_even_a_kill_ends(
    store: Store, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_aside, "GONE", SHORT)
    aside = Aside(store.url)
    try:
        await aside.edition(edition.id)
        process = stopped(aside)
        kill = process.kill
        process.kill = lambda: None  # type: ignore[method-assign] # as where a disk does not answer the kernel
        aside._silence = SHORT  # noqa: SLF001
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(PolicyUnavailable, match="said nothing"):
                await aside.edition(edition.id)
            aside._silence = SILENCE  # noqa: SLF001
            assert await aside.edition(edition.id) == edition
            assert process.returncode is None
            kill()
            await process.wait()
    finally:
        await aside.close()


async def test_an_edition_whose_reader_stands_still_comes_into_force_by_another(
    store: Store, edition: Edition
) -> None:
    first, changed = without(edition, "account"), without(edition, "held-insight")
    with structlog.testing.capture_logs() as logs:
        async with started(store, lease=LEASE) as inforce:
            await put(store, first)
            await in_force(inforce, first)
            aside = inforce._coming._aside  # noqa: SLF001
            assert aside is not None
            process = stopped(aside)
            aside._silence = SHORT  # noqa: SLF001
            await put(store, changed)
            async with asyncio.timeout(PATIENCE):
                while not [each for each in logs if each["event"] == "edition.unread"]:
                    with suppress(PolicyUnavailable):
                        assert (await inforce.current()).edition.id == first.id
                    await asyncio.sleep(0)
                aside._silence = SILENCE  # noqa: SLF001
                assert (await in_force(inforce, changed)).number == 3
    assert process.returncode == -signal.SIGKILL
    said = [each for each in logs if each["event"] == "edition.unread"]
    assert {(each["number"], each["edition"]) for each in said} == {(3, changed.id)}


async def test_what_is_made_ready_and_what_is_past_are_read_by_another_once_the_reader_stands_still(
    store: Store, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, changed = without(edition, "account"), without(edition, "held-insight")
    monkeypatch.setattr("models.editions.ready.AGAIN", 0.0)
    await put(store, first)
    with structlog.testing.capture_logs() as logs:
        async with started(store) as inforce:
            making = inforce._coming._ready  # noqa: SLF001
            await inforce.edition(edition.id)
            await put_ahead(store, without(edition, "account-user"))
            await ready(inforce, without(edition, "account-user"))
            for each in (making._aside, making._past._aside):  # noqa: SLF001
                stopped(each)
                each._silence = SHORT  # noqa: SLF001
            await put_ahead(store, changed, NOW + timedelta(hours=1))
            making._past._kept.clear()  # noqa: SLF001
            async with asyncio.timeout(PATIENCE):
                with pytest.raises(PolicyUnavailable, match="said nothing"):
                    await inforce.edition(edition.id)
                while "edition.unready" not in {each["event"] for each in logs}:  # noqa: ASYNC110 - nobody is told
                    await asyncio.sleep(0)
                for each in (making._aside, making._past._aside):  # noqa: SLF001
                    each._silence = SILENCE_OF_THE_KIND  # noqa: SLF001
                assert await inforce.edition(edition.id) == edition
                await ready(inforce, changed)
    told = {(each["event"], each["edition"]) for each in logs if each["event"].startswith("edition.un")}
    assert told == {("edition.unread", edition.id), ("edition.unready", changed.id)}


async def test_what_was_prepared_comes_into_force_without_being_read_again(
    store: Store, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = without(edition, "account")
    asked = questions(edition)[:40]
    async with started(store, lease=LEASE) as inforce:
        old = await inforce.current()
        for each in asked:
            old.judge.decide(each)
        await put_ahead(store, changed)
        await ready(inforce, changed)

        async def unread(*_: object) -> Edition:
            raise AssertionError("it was ready")

        monkeypatch.setattr(Aside, "edition", unread)
        await put(store, changed, canonical=None)
        assert (await in_force(inforce, changed)).number == 2
        assert await prepared(store) == ()
        await put(store, edition, canonical=None)
        assert (await in_force(inforce, edition)).number == 3, "the one before is ready too"


async def test_what_is_only_prepared_answers_no_question_about_the_past(
    store: Store, edition: Edition
) -> None:
    changed = without(edition, "account")
    async with started(store, lease=LEASE) as inforce:
        await put_ahead(store, changed)
        await ready(inforce, changed)
        with pytest.raises(PolicyUnavailable):
            await inforce.edition(changed.id)
        await put(store, changed, canonical=None)
        assert await inforce.edition(changed.id) == changed


async def test_what_was_asked_before_is_not_asked_of_casbin_again(
    store: Store, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = without(edition, "held-insight")
    asked = questions(edition)[:60]
    async with started(store, lease=LONG) as inforce:
        old = await inforce.current()
        before = [old.judge.decide(each) for each in asked]
        await put(store, changed)
        async with inforce._turn():  # noqa: SLF001 - as when it is told
            await inforce._read()  # noqa: SLF001
        new = await in_force(inforce, changed)
        counted: list[Question] = []
        monkeypatch.setattr(Matcher, "ask", lambda _self, question: counted.append(question))
        after = [new.judge.decide(each) for each in asked]
    assert counted == []
    assert {each.edition for each in after if each.rule} <= {changed.id}
    assert [(each.allowed, each.rule) for each in after] == [(each.allowed, each.rule) for each in before]


async def test_on_postgresql_a_word_wakes_and_comes_again_after_the_session_was_ended(
    store: Store, edition: Edition
) -> None:
    if store.dialect is Dialect.SQLITE:
        return
    async with started(store, lease=LONG) as inforce:
        changed = without(edition, "account")
        await put(store, changed)
        await in_force(inforce, changed)
        connection = await asyncpg.connect(store.url)
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mokuteki listening'"
        assert await connection.fetch(ended)
        await connection.close()
        await put(store, edition)
        await in_force(inforce, edition)


async def test_an_edition_that_is_not_read_in_time_ends_the_one_before_and_gives_way_to_the_next(
    store: Store, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, next_one = without(edition, "account"), without(edition, "held-insight")
    begun, whole = asyncio.Event(), Aside.edition

    async def read(self: Aside, name: str, table: Kept = Kept.PUBLISHED) -> Edition:
        if name == slow.id:
            begun.set()
            await asyncio.Event().wait()
        return await whole(self, name, table)

    monkeypatch.setattr(Aside, "edition", read)
    async with started(store, lease=LEASE) as inforce:
        old = await inforce.current()
        await put(store, slow)
        async with asyncio.timeout(PATIENCE):
            await begun.wait()
            with pytest.raises(PolicyUnavailable):
                await until_over(inforce)
        assert not inforce.holds(old)
        await put(store, next_one)
        await in_force(inforce, next_one)


async def test_a_prepared_edition_that_is_refused_is_told_of_once_and_disturbs_nobody(
    store: Store, edition: Edition
) -> None:
    changed = without(edition, "account")
    told = asyncio.Event()

    def refuse(checked: Edition) -> None:
        if checked.rule("account") is None:
            told.set()
            raise LookupError("`account` is missing")

    with structlog.testing.capture_logs() as logs:
        async with started(store, lease=LEASE, check=refuse) as inforce:
            await put_ahead(store, changed)
            async with asyncio.timeout(PATIENCE):
                await told.wait()
            for _ in range(3):
                async with inforce._turn():  # noqa: SLF001 - as at each turn
                    await inforce._read()  # noqa: SLF001
            assert (await inforce.current()).edition.id == edition.id
    said = [each for each in logs if each["event"] == "edition.unready"]
    assert [(each["edition"], each["error"]) for each in said] == [(changed.id, "LookupError")]


async def test_few_editions_are_ready_the_newest_and_old_ones_are_forgotten(
    store: Store, edition: Edition
) -> None:
    made = [without(edition, rule.id) for rule in edition.rules[: READY + 1]]
    for hours, each in enumerate(made):
        await put_ahead(store, each, NOW + timedelta(hours=hours))
    assert await prepared(store) == tuple(each.id for each in reversed(made[1:]))
    await put_ahead(store, made[0], NOW + LASTING + timedelta(hours=1, seconds=1))
    assert await prepared(store) == (made[0].id, made[2].id)


async def test_two_who_publish_at_once_do_not_both(store: Store, edition: Edition) -> None:
    changed = without(edition, "account")
    with pytest.raises(WrongValue):
        await put(store, changed, canonical=None)
    assert await newest_number(store) == 1, "what is kept nowhere cannot be copied"
    await put(store, changed)
    assert await newest_number(store) == 2
