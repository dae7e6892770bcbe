"""The same sent to two gateways on one database at once: it is done once, and both tell the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from api.app import build_app
from api.house import open_house
from models.clients.client import Client
from models.database.store import StoreUnavailable
from tests.api.desks import DESK, as_staff, asked_by_law, case, newest, obeyed, open_case
from tests.api.sending import ACCEPT, APPLICATION, REJECT, SEND, counted, person, results
from tests.api.test_attack_stopped import BY_LAW, READ, REOPEN, STOP, closed, held_up
from tests.notices.test_withdrawal import NOBODY, noticed_at
from tests.proof.load import CONSENT, TOLD
from tests.world import World

TIMES = 4
KEPT = ("consents", "consent_events", "withdrawal_notices", "register_changes")


@pytest.fixture(scope="module")
async def both(a_world: World) -> AsyncIterator[tuple[World, World]]:
    """Two gateways on one database."""
    async with beside(a_world) as other:
        yield a_world, other


@asynccontextmanager
async def beside(world: World) -> AsyncIterator[World]:
    """Another gateway on the database of this one, with connections and a registry of its own."""
    async with (
        open_house(world.house.settings) as house,
        httpx.AsyncClient(transport=httpx.ASGITransport(build_app(house)), base_url="http://gateway") as http,
    ):
        yield World(house, world.demo, http)


async def at_once(both: tuple[World, World], client: str, query: str, said: Any, **more: Any) -> list[Any]:
    """The answers to the same request, sent several times to each gateway."""
    sent = (world.ask(client, query, said, **more) for world in both for _ in range(TIMES // 2))
    return await asyncio.gather(*sent)


async def numbers(world: World) -> dict[str, int]:
    return {
        **await counted(world),
        **{
            table: int((await world.house.store.fetch(f"SELECT count(*) FROM {table}", {}))[0][0])
            for table in KEPT
        },
    }


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - number for name, number in before.items() if after[name] != number}


def reasons(answers: list[Any]) -> list[str]:
    return sorted(each["extensions"]["reason"] for answer in answers for each in answer.get("errors", ()))


async def test_people_sent_at_once_under_one_key_are_received_once(both: tuple[World, World]) -> None:
    before = await numbers(both[0])
    said = {"input": {"people": [person("key-one@probe.example"), person("key-two@probe.example")]}}
    key = {"Idempotency-Key": "sent at once"}
    first, *others = await at_once(both, "employer-a", SEND % APPLICATION, said, headers=key)
    told = first["data"]["receiveUsers"]["results"]
    assert [each["outcome"] for each in told] == ["RECEIVED", "RECEIVED"]
    assert others == [first] * (TIMES - 1)
    after = grown(before, await numbers(both[0]))
    assert (after["users"], after["receipts"], after["consents"]) == (2, 2, 2)


async def test_a_consent_given_at_once_under_one_key_is_one_event(both: tuple[World, World]) -> None:
    before = await numbers(both[0])
    given = {
        "user": both[0].demo.users["plain"],
        "purpose": "service.application",
        "recipient": "employer-b",
    }
    shown = {"noticeVersion": "1", "language": "en", "method": "CLICK"}
    key = {"Idempotency-Key": "given at once"}
    answers = await at_once(both, "frontend", CONSENT, {"i": {**given, **shown}}, headers=key)
    assert answers == [{"data": {"recordConsent": {"user": {"id": given["user"]}}}}] * TIMES
    assert grown(before, await numbers(both[0])) == {"consents": 1, "consent_events": 1}


async def waits(world: World, email: str) -> str:
    (told,) = await results(world, person(email, evidence=None))
    assert told["outcome"] == "QUARANTINED"
    number: str = told["received"]
    return number


EVIDENCE = {"kind": "DOCUMENT", "reference": "D-9"}


async def test_who_waits_is_accepted_once_by_desks_that_decide_at_once_under_one_key(
    both: tuple[World, World],
) -> None:
    number = await waits(both[0], "keyed-at-once@probe.example")
    before = await numbers(both[0])
    said = {"input": {"received": number, "evidence": EVIDENCE}}
    first, *others = await at_once(both, DESK, ACCEPT, said, headers={"Idempotency-Key": "decided at once"})
    users = {each["data"]["acceptReceived"]["user"]["id"] for each in (first, *others)}
    assert len(users) == 1
    after = grown(before, await numbers(both[0]))
    assert (after["users"], after["receipts"]) == (1, 1)


async def test_who_waits_is_decided_about_once_by_desks_that_decide_at_once(
    both: tuple[World, World],
) -> None:
    number = await waits(both[0], "decided-at-once@probe.example")
    before = await numbers(both[0])
    accepting = {"input": {"received": number, "evidence": EVIDENCE}}
    rejecting = {"input": {"received": number, "reason": "架空"}}
    answers = await asyncio.gather(
        *(
            world.ask(DESK, *what)
            for world in both
            for what in ((ACCEPT, accepting), (REJECT, rejecting), (ACCEPT, accepting))
        )
    )
    assert reasons(answers) == ["RECEIVED_UNKNOWN"] * 5
    (done,) = (each for each in answers if "errors" not in each)
    after = grown(before, await numbers(both[0]))
    once = 1 if "acceptReceived" in done["data"] else 0
    assert (after.get("users", 0), after.get("receipts", 0)) == (once, once)
    left = "SELECT count(*) FROM received_items WHERE received_id = :id"
    assert (await both[0].house.store.fetch(left, {"id": number}))[0][0] == 0


async def test_a_case_file_is_approved_once_by_two_who_approve_at_once(both: tuple[World, World]) -> None:
    number = await open_case(both[0], asked_by_law(both[0].demo.users["plain"]), approved=False)
    before = await numbers(both[0])
    approving = (
        as_staff(world, staff, case("approveCase"), {"i": {"case": number}})
        for world, staff in ((both[0], "corp:hayashi"), (both[1], "corp:kubo"), (both[1], "corp:hayashi"))
    )
    answers = await asyncio.gather(*approving)
    assert reasons(answers) == ["CASE_APPROVED", "CASE_APPROVED"]
    (done,) = (each["data"]["approveCase"]["case"] for each in answers if "errors" not in each)
    assert done["approvedBy"] in {"corp:hayashi", "corp:kubo"}
    assert grown(before, await numbers(both[0])) == {"register_changes": 1}
    both_closed = await at_once(both, DESK, case("closeCase"), {"i": {"case": number}})
    assert reasons(both_closed) == ["CASE_CLOSED"] * (TIMES - 1)


async def test_nobody_approves_their_own_case_file_through_another_client(both: tuple[World, World]) -> None:
    second = {
        "name": "other-desk",
        "role": "privacy_officer",
        "recipients": ["internal"],
        "owner": "架空",
        "contact": "desk@example.jp",
    }
    adding = "mutation($i: AddClientInput!) { addClient(input: $i) { client { id } } }"
    assert "errors" not in await both[0].ask("policy-admin", adding, {"i": second})
    assert await Client.exists(name="other-desk")
    await obeyed(both[1])
    number = await open_case(both[0], asked_by_law(both[0].demo.users["plain"]), approved=False)
    own = (
        as_staff(world, "corp:mori", case("approveCase"), {"i": {"case": number}}, client=client)
        for world in both
        for client in (DESK, "other-desk")
    )
    assert reasons(await asyncio.gather(*own)) == ["CASE_FOUR_EYES"] * 4
    record = await newest(both[0], "other-desk")
    assert (record.staff, record.outcome) == ("corp:mori", "REFUSED")


async def test_case_files_about_the_same_people_in_another_order_are_both_opened(
    both: tuple[World, World],
) -> None:
    users = [both[0].demo.users[each] for each in ("plain", "newsletter", "busy", "offered-employer-a")]
    for _ in range(3):
        answers = await asyncio.gather(
            *(
                world.ask(DESK, case("openCase"), {"i": asked_by_law(*named)})
                for world, named in zip(both * 2, (users, users[::-1]) * 2, strict=True)
            )
        )
        assert [each for each in answers if "errors" in each] == []


async def test_what_one_gateway_read_is_not_given_after_another_closed_its_case_file(
    both: tuple[World, World],
) -> None:
    here, there = both
    user = here.demo.users["plain"]
    number = await open_case(here, asked_by_law(user))
    asked = ("authority", BY_LAW, {"id": user})
    answer = await held_up(there, there.house.ledger, "record", lambda: closed(here, number), *asked)
    assert answer == {"data": {"user": None}}


async def test_what_one_gateway_read_is_not_given_once_it_knows_that_another_stopped_the_recipient(
    both: tuple[World, World],
) -> None:
    here, there = both
    asked = ("employer-a", READ, {"id": here.demo.users["consented-employer-a"]})

    async def stop() -> None:
        assert "errors" not in await here.ask(DESK, STOP)
        await obeyed(there)

    try:
        answer = await held_up(there, there.house.ledger, "record", stop, *asked)
        assert reasons([answer]) == ["RECIPIENT_STOPPED"]
        assert "data" not in answer
    finally:
        assert "errors" not in await here.ask(DESK, REOPEN)
    await obeyed(there)
    assert (await there.ask(*asked))["data"]["user"]["email"]


async def test_what_was_read_is_not_given_when_nobody_knows_any_more_what_is_in_force(
    both: tuple[World, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway that reads the registry no more gives nothing once its lease is over."""
    here, there = both
    asked = ("employer-a", READ, {"id": here.demo.users["consented-employer-a"]})

    async def cut_off() -> None:
        async def fails() -> None:
            raise StoreUnavailable("gone")

        monkeypatch.setattr(there.house.inforce, "_read", fails)
        there.house.inforce.outdate()

    answer = await held_up(there, there.house.ledger, "record", cut_off, *asked)
    assert there.codes(answer) == ["POLICY_UNAVAILABLE"]
    assert "data" not in answer
    monkeypatch.undo()
    await obeyed(there)


async def test_a_consent_withdrawn_at_once_in_two_gateways_is_withdrawn_once_with_one_notice(
    both: tuple[World, World],
) -> None:
    here, there = both
    to = {"purpose": "service.application", "recipient": "employer-a"}
    said = {"i": {"user": here.demo.users["offered-employer-a"], **to}}
    async with noticed_at("employer-a", NOBODY):
        assert (await there.ask("employer-a", READ, {"id": said["i"]["user"]}))["data"]["user"]
        before = await numbers(here)
        answers = await at_once(both, "frontend", TOLD, said)
    assert reasons(answers) == ["CONSENT_NOT_GIVEN"] * (TIMES - 1)
    (done,) = (each["data"]["withdrawConsent"] for each in answers if "errors" not in each)
    assert done["holders"] == [{"recipient": "employer-a", "notified": True}]
    assert grown(before, await numbers(here)) == {"consent_events": 1, "withdrawal_notices": 1}
    for world in both:
        answer = await world.ask("employer-a", READ, {"id": said["i"]["user"]})
        assert answer["data"]["user"] is None


TWO = """mutation($a: RecordConsentInput!, $b: RecordConsentInput!) @purpose(id: "service.account") {
  a: recordConsent(input: $a) { user { id } } b: recordConsent(input: $b) { user { id } } }"""


async def test_changes_about_the_same_people_in_another_order_are_all_made(both: tuple[World, World]) -> None:
    users = [both[0].demo.users[each] for each in ("plain", "newsletter")]
    shown = {"purpose": "service.support", "recipient": "support-org", "noticeVersion": "1"}
    one, other = ({"user": user, **shown, "language": "en", "method": "CLICK"} for user in users)
    said = ({"a": one, "b": other}, {"a": other, "b": one})
    for _ in range(8):
        answers = await asyncio.gather(
            *(world.ask("frontend", TWO, what) for world in both for what in said * 2)
        )
        assert [each for each in answers if "errors" in each] == []
