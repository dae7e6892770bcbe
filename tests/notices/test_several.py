"""Several senders whose leases run out under them: the last word is the receiver's, and nobody undoes it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from models.database.opening import opened
from models.database.store import Store
from models.notices.box import LEASE, revive
from models.notices.withdrawal import NoticeState, Trouble
from models.register import Keeper, Mistaken
from tests.notices.box import Box
from tests.notices.receivers import TAKEN, Handler, Receiver, answer

EMPLOYER = "employer-a"
OUTAGE = answer("503 Service Unavailable")
REFUSAL = answer("400 Bad Request", b'{"err": "access_denied"}', Content_Type="application/json")


@pytest.fixture
async def second(database_url: str) -> AsyncIterator[Store]:
    """The connections of another process."""
    async with opened(database_url, pool_size=2) as store:
        yield store


def slow(said: Sequence[bytes]) -> tuple[Handler, list[asyncio.Event]]:
    """A receiver that gives each of these answers when it is told to."""
    told = [asyncio.Event() for _ in said]
    left = iter(zip(told, said, strict=True))

    async def later(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        go_on, words = next(left)
        await go_on.wait()
        writer.write(words)
        await writer.drain()

    return later, told


def refusal(told: object) -> str:
    return ", ".join(each.wrong.code for each in told.mistakes) if isinstance(told, Mistaken) else ""


@asynccontextmanager
async def both_trying(box: Box, there: Receiver, second: Store) -> AsyncIterator[None]:
    """Two senders that have posted the same notice, the lease of the first being over."""
    async with box.sending(longest=3600):
        await there.until(1)
        box.now += LEASE
        async with box.sending(store=second, longest=3600):
            await there.until(2)
            yield


@pytest.mark.parametrize("other", [OUTAGE, REFUSAL], ids=["fails", "refuses"])
@pytest.mark.parametrize("late", [True, False])
async def test_a_notice_that_was_taken_stays_taken_whatever_another_try_of_it_heard(
    box: Box, there: Receiver, second: Store, other: bytes, *, late: bool
) -> None:
    """`late`: the first try is told that it was taken after the second has ended; else before."""
    notice = await box.put(await box.to(EMPLOYER, there.url))
    there.handler, go_on = slow((TAKEN, other) if late else (other, TAKEN))
    async with both_trying(box, there, second):
        go_on[1].set()
        first = await box.outcome()
        row = await box.row(notice)
        go_on[0].set()
        heard = {first, await box.outcome()}
    assert NoticeState.TAKEN.value in heard
    assert late or row.state is NoticeState.TAKEN
    row = await box.row(notice)
    assert (row.state, row.tries, row.lease) == (NoticeState.TAKEN, 2, None)
    assert len(there.came) == 2
    assert {each.claims(box.keys)["jti"] for each in there.came} == {notice}


async def test_a_try_that_is_over_its_lease_kills_no_notice_that_the_desk_had_tried_again(
    box: Box, there: Receiver, second: Store
) -> None:
    notice = await box.put(await box.to(EMPLOYER, there.url))
    there.handler, go_on = slow((REFUSAL, REFUSAL, TAKEN))
    async with both_trying(box, there, second):
        go_on[1].set()
        assert await box.outcome() == Trouble.ACCESS_DENIED
        assert (await box.row(notice)).state is NoticeState.DEAD
        async with box.store.transaction() as transaction:
            await revive(transaction, notice, Keeper(by="desk", at=box.now))
        await there.until(3)
        go_on[0].set()
        assert await box.outcome() == Trouble.ACCESS_DENIED
        row = await box.row(notice)
        assert (row.state, row.tries) == (NoticeState.WAITING, 1)
        go_on[2].set()
        assert await box.outcome() == "TAKEN"
    assert (await box.row(notice)).state is NoticeState.TAKEN


async def test_a_dead_notice_that_two_desks_retry_at_once_is_retried_once(
    box: Box, there: Receiver, second: Store
) -> None:
    there.answers = [REFUSAL]
    notice = await box.put(await box.to(EMPLOYER, there.url))
    async with box.sending():
        assert await box.outcome() == Trouble.ACCESS_DENIED

    async def retry(store: Store) -> None:
        async with store.transaction() as transaction:
            await revive(transaction, notice, Keeper(by="desk", at=box.now))

    told = await asyncio.gather(retry(box.store), retry(second), return_exceptions=True)
    assert sorted(map(refusal, told)) == ["", "NOTICE_NOT_DEAD"]
    async with box.sending(), box.sending(store=second):
        assert await box.outcome() == "TAKEN"
    assert len(there.came) == 2


async def test_notices_about_one_person_come_in_order_from_several_senders(
    box: Box, there: Receiver, second: Store
) -> None:
    there.answers = [TAKEN, OUTAGE, TAKEN, OUTAGE]
    to, person = await box.to(EMPLOYER, there.url), "1" * 26
    notices = []
    for _ in range(6):
        notices.append(await box.put(to, person))
        box.later(seconds=1)
    taken = 0
    async with box.sending(), box.sending(store=second):
        while taken < len(notices):
            if await box.outcome() == "TAKEN":
                taken += 1
            else:
                box.later(hours=1)
    came = [each.claims(box.keys)["jti"] for each in there.came]
    assert list(dict.fromkeys(came)) == notices
    assert len(came) == len(notices) + 2
