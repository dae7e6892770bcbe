"""A stop beside a reading: what a stop, an end or a closing was answered about is given to nobody afterwards."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.cases.casefile import CaseFile
from models.day import today_in_japan
from models.grounds.ground import Entrustment
from tests.api.desks import DESK, REQUESTS, asked_by_law, case, keep, obeyed, open_case
from tests.world import World

AUTHORITY = '@purpose(id: "compliance.authority")'
BY_LAW = f"query($id: ID!) {AUTHORITY} {{ user(id: $id) {{ id name {{ roman }} }} }}"
LISTING = f"query {REQUESTS} {{ cases(first: 1000) {{ edges {{ node {{ id state }} }} }} }}"


async def held_up(
    world: World, part: Any, name: str, stop: Callable[[], Awaitable[None]], *asked: Any
) -> Any:
    """The answer to a reading that came as far as this part, and went on once `stop` was answered."""
    came, go_on, works = asyncio.Event(), asyncio.Event(), getattr(part, name)
    reader = asked[0]

    async def waits(first: Any, *more: Any, **named: Any) -> Any:
        asker = getattr(first, "requester", first)
        if not came.is_set() and asker.client == reader:
            came.set()
            await go_on.wait()
        return await works(first, *more, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(part, name, waits)
        reading = asyncio.create_task(world.ask(*asked))
        await asyncio.wait_for(came.wait(), 30)
        await stop()
        go_on.set()
        return await reading


def codes(answer: Any) -> list[str]:
    return [each["extensions"]["code"] for each in answer.get("errors", ())]


async def closed(world: World, number: str) -> None:
    answer = await world.ask(DESK, case("closeCase"), {"i": {"case": number}})
    assert answer["data"]["closeCase"]["case"]["state"] == "CLOSED", answer


async def test_a_reading_that_began_before_a_case_file_was_closed_and_read_after_it_gives_nothing(
    a_world: World,
) -> None:
    user = a_world.demo.users["plain"]
    number = await open_case(a_world, asked_by_law(user))
    fulfilment = a_world.house.gateway._fulfilment  # noqa: SLF001 - between what was decided and the reading
    asked = ("authority", BY_LAW, {"id": user})
    answer = await held_up(a_world, fulfilment, "_read", lambda: closed(a_world, number), *asked)
    assert answer == {"data": {"user": None}}


async def test_what_was_read_under_a_case_file_is_not_given_after_that_was_closed(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    other, number = [await open_case(a_world, asked_by_law(user, items=[each])) for each in ("birth", "name")]
    ledger, asked = a_world.house.ledger, ("authority", BY_LAW, {"id": user})
    answer = await held_up(a_world, ledger, "record", lambda: closed(a_world, number), *asked)
    assert answer["data"] == {"user": {"id": user, "name": None}}
    assert codes(answer) == ["FIELD_WITHHELD"]
    await closed(a_world, other)
    assert await a_world.ask(*asked) == {"data": {"user": None}}


async def test_a_case_file_that_was_closed_by_a_clock_ahead_is_closed(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    number = await open_case(a_world, asked_by_law(user))
    await closed(a_world, number)
    file = await CaseFile.get(id=number)
    file.closed_at = file.valid_until
    await file.save()
    assert await a_world.ask("authority", BY_LAW, {"id": user}) == {"data": {"user": None}}
    edges = (await a_world.ask(DESK, LISTING))["data"]["cases"]["edges"]
    assert [each["node"]["state"] for each in edges if each["node"]["id"] == number] == ["CLOSED"]


READ = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id email } }'
STOP = 'mutation { stopRecipient(input: {recipient: "employer-a"}) { recipient { status closed } } }'
REOPEN = 'mutation { reopenRecipient(input: {recipient: "employer-a"}) { recipient { status closed } } }'
LAPSE = """mutation($until: Date) {
  updateRecipient(input: {recipient: "employer-a", contractUntil: $until}) { recipient { status closed } } }"""


@pytest.mark.parametrize("end", ["stopped", "lapsed"])
async def test_what_was_read_for_a_recipient_is_not_given_after_it_was_closed(
    a_world: World, end: str
) -> None:
    user = a_world.demo.users["consented-employer-a"]
    yesterday = (today_in_japan(datetime.now(UTC)) - timedelta(days=1)).isoformat()
    ending, undoing = {
        "stopped": ((STOP, {}), (REOPEN, {})),
        "lapsed": ((LAPSE, {"until": yesterday}), (LAPSE, {"until": None})),
    }[end]

    async def stop() -> None:
        answer = await a_world.ask(DESK, *ending)
        assert "errors" not in answer, answer

    ledger, asked = a_world.house.ledger, ("employer-a", READ, {"id": user})
    try:
        answer = await held_up(a_world, ledger, "record", stop, *asked)
        assert codes(answer) == ["PURPOSE_NOT_ALLOWED"], answer
        assert "data" not in answer
    finally:
        assert "errors" not in await a_world.ask(DESK, *undoing)
    assert (await a_world.ask(*asked))["data"]["user"]["email"]


SEND = 'query($id: ID!) @purpose(id: "promotion.newsletter") { user(id: $id) { id email } }'


async def test_what_an_entrustee_read_is_not_given_after_its_entrustment_was_ended(a_world: World) -> None:
    entrusted = await Entrustment.filter(recipient="mail-sender", ended_on=None)

    async def stop() -> None:
        for each in entrusted:
            await keep(a_world, "endEntrustment", id=each.id)

    ledger, asked = a_world.house.ledger, ("mail-sender", SEND, {"id": a_world.demo.users["newsletter"]})
    try:
        answer = await held_up(a_world, ledger, "record", stop, *asked)
        assert "data" not in answer or answer["data"] == {"user": None}, answer
        assert codes(answer)
    finally:
        await Entrustment.filter(recipient="mail-sender").update(ended_on=None)
        await obeyed(a_world)
    assert (await a_world.ask(*asked))["data"]["user"]["email"]


async def test_case_files_that_come_and_go_have_no_operation_decided_again(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    outdated: list[str] = []
    monkeypatch.setattr(a_world.house.inforce, "outdate", lambda: outdated.append("outdated"))
    await closed(a_world, await open_case(a_world, asked_by_law(a_world.demo.users["plain"])))
    assert outdated == []
    assert "errors" not in await a_world.ask(DESK, LAPSE, {"until": None})
    assert outdated
