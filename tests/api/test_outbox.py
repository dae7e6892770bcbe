"""The outbox: a long answer has one deadline, and slow clients together hold no more than they may."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from api.gateway.http import outbox as module
from api.gateway.http.outbox import Outbox
from api.gateway.http.respond import CHUNK, respond
from api.gateway.limits import Limits

LIMITS = Limits(answers_bytes=1_000_000, send_seconds=60)


class Clients:
    """Those who take nothing until they are let go."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.tasks: dict[str, asyncio.Task[str]] = {}
        self.let_go = asyncio.Event()

    async def come(self, name: str, size: int) -> None:
        """One whose answer has this size; the first letter says who it is."""
        self.tasks[name] = asyncio.create_task(self._take(name, size))
        for _ in range(5):
            await asyncio.sleep(0)

    async def _take(self, name: str, size: int) -> str:
        try:
            async with self.outbox.sending(name[0], size):
                await self.let_go.wait()
        except TimeoutError:
            return "cut off"
        return "sent"

    async def ends(self) -> dict[str, str]:
        self.let_go.set()
        return {name: await task for name, task in self.tasks.items()}


@asynccontextmanager
async def clients() -> AsyncIterator[Clients]:
    """At the end nothing is held."""
    outbox = Outbox(LIMITS)
    yield Clients(outbox)
    assert (outbox._held, outbox._of) == (0, {})  # noqa: SLF001 - nothing stays


async def test_beyond_the_budget_whoever_holds_most_is_cut_off_and_nobody_else() -> None:
    async with clients() as at:
        await at.come("b1", 300_000)
        for each in range(4):
            await at.come(f"a{each}", 200_000)
        await at.come("c1", 200_000)
        ends = await at.ends()
    assert ends == {"b1": "sent", "a0": "cut off", "a1": "cut off", "a2": "sent", "a3": "sent", "c1": "sent"}


async def test_an_answer_larger_than_the_budget_is_sent_if_it_is_the_only_one() -> None:
    async with clients() as at:
        await at.come("a1", 3_000_000)
        assert await at.ends() == {"a1": "sent"}


async def test_a_client_that_takes_a_little_now_and_then_has_one_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LEAST_RATE", 100 * CHUNK)
    outbox = Outbox(Limits(send_seconds=1))
    sent: list[bytes] = []

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))
        await asyncio.sleep(0.2)

    with pytest.raises(TimeoutError):
        await respond(send, 200, b"x" * 100 * CHUNK, b"text/plain", (), asked={}, who="a", outbox=outbox)
    assert 2 < len(sent) < 50
    assert outbox._held == 0  # noqa: SLF001 - nothing stays


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK])
async def test_an_answer_is_sent_whole_whatever_its_length(size: int) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    payload = bytes(range(256)) * (size // 256 + 1)
    await respond(send, 200, payload[:size], b"text/plain", (), asked={}, who="a", outbox=Outbox(LIMITS))
    start, *parts = sent
    assert (b"content-length", b"%d" % size) in start["headers"]
    assert b"".join(each["body"] for each in parts) == payload[:size]
    assert [each["more_body"] for each in parts] == [True] * (len(parts) - 1) + [False]
