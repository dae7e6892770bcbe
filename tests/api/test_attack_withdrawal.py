"""A withdrawal beside a reading: whoever withdraws is told of all that was given, and nothing is given afterwards."""

import asyncio
from typing import Any

import pytest

from models.database.dialect import Dialect
from models.database.store import Transaction
from models.ledger.entry import Entry
from tests.api.sending import person, results
from tests.world import World

SUPPORT = '@purpose(id: "service.support")'
READ = f"query($id: ID!) {SUPPORT} {{ user(id: $id) {{ id name {{ roman }} }} }}"
RECORD = """mutation($i: RecordConsentInput!) @purpose(id: "service.account") { recordConsent(input: $i) { user { id } } }"""
WITHDRAW = """mutation($i: WithdrawConsentInput!) @purpose(id: "service.account") {
  withdrawConsent(input: $i) { holders { recipient } } }"""
SHOWN = {"noticeVersion": "2", "language": "ja", "method": "TICK"}
INVALIDATE = """mutation($i: InvalidateConsentInput!) @purpose(id: "compliance.requests") {
  invalidateConsent(input: $i) { user { id } } }"""


def named(user: str) -> dict[str, str]:
    """The consent to the support organisation."""
    return {"user": user, "purpose": "service.support", "recipient": "support-org"}


async def people(world: World, most: int) -> list[str]:
    """People who were shown the purpose, none of whom anything was given, with a consent each."""
    rows = await world.house.store.fetch(
        "SELECT id FROM users WHERE shown <> 0 AND marks = 0 AND ref NOT IN (SELECT ref FROM provisions)"
        f" ORDER BY id LIMIT {most}",
        {},
    )
    found = [str(row[0]) for row in rows]
    for user in found:
        answer = await world.ask("frontend", RECORD, {"i": {**named(user), **SHOWN}})
        assert "errors" not in answer, answer
    return found


async def provided(world: World, user: str) -> int:
    """How many records of provision there are about them."""
    sql = "SELECT count(*) FROM provisions WHERE ref = (SELECT ref FROM users WHERE id = :id)"
    return int((await world.house.store.fetch(sql, {"id": user}))[0][0])


@pytest.mark.parametrize("end", ["withdrawn", "invalidated"])
async def test_what_was_read_before_a_consent_ended_is_not_given_after_it(
    a_world: World, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    (user,) = await people(a_world, 1)
    read, ended = asyncio.Event(), asyncio.Event()
    record = a_world.house.ledger.record

    async def waits(entry: Entry) -> None:
        if entry.client == "support-org":
            read.set()
            await ended.wait()
        await record(entry)

    monkeypatch.setattr(a_world.house.ledger, "record", waits)
    reading = asyncio.create_task(a_world.ask("support-org", READ, {"id": user}))
    await read.wait()
    if end == "withdrawn":
        answer = await a_world.ask("frontend", WITHDRAW, {"i": named(user)})
        assert answer["data"]["withdrawConsent"]["holders"] == []
    else:
        said = {**named(user), "end": "INVALIDATED", "reason": "never said"}
        assert "errors" not in await a_world.ask("privacy-desk", INVALIDATE, {"i": said})
    ended.set()
    assert await reading == {"data": {"user": None}}
    assert await provided(a_world, user) == 0


async def test_another_consent_that_ended_disturbs_no_reading(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = await people(a_world, 2)
    await a_world.ask("frontend", WITHDRAW, {"i": named(other)})
    tries: list[str] = []
    record = a_world.house.ledger.record

    async def counts(entry: Entry) -> None:
        tries.append(entry.client)
        await record(entry)

    monkeypatch.setattr(a_world.house.ledger, "record", counts)
    answer = await a_world.ask("support-org", READ, {"id": one})
    assert answer["data"]["user"]["id"] == one
    assert tries == ["support-org"]


async def test_whoever_withdraws_while_they_are_read_is_told_of_all_who_got_data(a_world: World) -> None:
    users = await people(a_world, 12)
    for place, user in enumerate(users):

        async def late(place: int = place, user: str = user) -> Any:
            for _ in range(place * 8):
                await asyncio.sleep(0)
            return await a_world.ask("frontend", WITHDRAW, {"i": named(user)})

        answer, withdrawal = await asyncio.gather(a_world.ask("support-org", READ, {"id": user}), late())
        holders = [each["recipient"] for each in withdrawal["data"]["withdrawConsent"]["holders"]]
        got = answer["data"]["user"] is not None
        assert holders == (["support-org"] if got else [])
        assert await provided(a_world, user) == int(got)


UPDATE = "mutation($i: UpdateRecipientInput!) { updateRecipient(input: $i) { recipient { id } } }"


async def update(world: World, recipient: str, **parts: Any) -> None:
    """Change the register."""
    answer = await world.ask("privacy-desk", UPDATE, {"i": {"recipient": recipient, **parts}})
    assert "errors" not in answer, answer


async def test_a_consent_can_be_withdrawn_after_its_recipient_became_of_another_kind(a_world: World) -> None:
    (user,) = await people(a_world, 1)
    assert (await a_world.ask("support-org", READ, {"id": user}))["data"]["user"]
    await update(a_world, "support-org", kind="mail_sender")
    try:
        answer = await a_world.ask("frontend", WITHDRAW, {"i": named(user)})
    finally:
        await update(a_world, "support-org", kind="support_org")
    assert [each["recipient"] for each in answer["data"]["withdrawConsent"]["holders"]] == ["support-org"]
    assert await a_world.ask("support-org", READ, {"id": user}) == {"data": {"user": None}}


async def test_a_state_organ_that_got_data_on_a_consent_holds_it(a_world: World) -> None:
    (user,) = await people(a_world, 1)
    await update(a_world, "support-org", stateOrgan=True)
    try:
        assert (await a_world.ask("support-org", READ, {"id": user}))["data"]["user"]
        assert await provided(a_world, user) == 0
        answer = await a_world.ask("frontend", WITHDRAW, {"i": named(user)})
    finally:
        await update(a_world, "support-org", stateOrgan=False)
    assert [each["recipient"] for each in answer["data"]["withdrawConsent"]["holders"]] == ["support-org"]


MOVE = """mutation($i: SetApplicationStageInput!) @purpose(id: "service.application") {
  setApplicationStage(input: $i) { stage user { id } } }"""


async def test_a_withdrawal_while_its_recipient_acts_is_answered_and_so_is_the_act(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = a_world.demo.users["offered-employer-a"]
    moved, go_on = asyncio.Event(), asyncio.Event()
    record_within = a_world.house.ledger.record_within

    async def waits(transaction: Transaction, entry: Entry) -> None:
        if entry.client == "employer-a":
            moved.set()
            await go_on.wait()
        await record_within(transaction, entry)

    monkeypatch.setattr(a_world.house.ledger, "record_within", waits)
    moving = asyncio.create_task(a_world.ask("employer-a", MOVE, {"i": {"user": user, "stage": "HIRED"}}))
    await moved.wait()
    given = {"user": user, "purpose": "service.application", "recipient": "employer-a"}
    withdrawing = asyncio.create_task(a_world.ask("frontend", WITHDRAW, {"i": given}))
    await asyncio.wait({withdrawing}, timeout=0.3)
    assert not withdrawing.done()
    go_on.set()
    assert (await moving)["data"]["setApplicationStage"]["user"] == {"id": user}
    holders = (await withdrawing)["data"]["withdrawConsent"]["holders"]
    assert [each["recipient"] for each in holders] == ["employer-a"]


async def test_people_who_are_being_received_keep_nobody_from_withdrawing(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has one writer; there it waits its turn."""
    (user,) = await people(a_world, 1)
    received, go_on = asyncio.Event(), asyncio.Event()
    record_within = a_world.house.ledger.record_within

    async def waits(transaction: Transaction, entry: Entry) -> None:
        await record_within(transaction, entry)
        if entry.client == "employer-a":
            received.set()
            await go_on.wait()

    monkeypatch.setattr(a_world.house.ledger, "record_within", waits)
    receiving = asyncio.create_task(results(a_world, person("slowly@partner.example")))
    await received.wait()
    withdrawing = asyncio.create_task(a_world.ask("frontend", WITHDRAW, {"i": named(user)}))
    one_writer = a_world.house.store.dialect is Dialect.SQLITE
    await asyncio.wait({withdrawing}, timeout=0.1 if one_writer else 20)
    assert withdrawing.done() is not one_writer
    go_on.set()
    assert [each["outcome"] for each in await receiving] == ["RECEIVED"]
    assert "errors" not in await withdrawing
