"""Attacks by mutations: a consent is changed by those who may, whole with its record, or not at all."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from api.house import utc_now
from tests.world import World

RECORD = """mutation($i: RecordConsentInput!) @purpose(id: "{purpose}") {{
  recordConsent(input: $i) {{ user {{ id consents {{ purpose recipient state }} }} }} }}"""
WITHDRAW = """mutation($i: WithdrawConsentInput!) @purpose(id: "{purpose}") {{
  withdrawConsent(input: $i) {{ user {{ id }} }} }}"""
SHOWN = {"noticeVersion": "1", "language": "en", "method": "CLICK"}
NAMED = {"purpose": "service.application", "recipient": "employer-b"}


async def change(  # noqa: PLR0913 - a change has these parts
    world: World,
    client: str,
    act: str,
    given: Mapping[str, Any],
    *,
    purpose: str = "service.account",
    user: str | None = None,
) -> httpx.Response:
    shown = SHOWN if act is RECORD else {}
    return await world.send(
        client, act.format(purpose=purpose), {"i": {**NAMED, **shown, **given}}, user=user
    )


async def kept(world: World) -> tuple[int, int, int]:
    """How many consents, steps of consents, and accesses there are."""
    counts = [
        (await world.house.store.fetch(f"SELECT count(*) FROM {table}", {}))[0][0]
        for table in ("consents", "consent_events", "accesses")
    ]
    return counts[0], counts[1], counts[2]


async def refused(world: World, response: httpx.Response, code: str, before: tuple[int, int, int]) -> None:
    """Refused, with one record of the refusal and nothing else."""
    assert world.codes(response.json()) == [code]
    assert "data" not in response.json()
    assert await kept(world) == (before[0], before[1], before[2] + 1)


@pytest.mark.parametrize("act", [RECORD, WITHDRAW])
async def test_a_persons_token_touches_nobody_elses_consent(a_world: World, act: str) -> None:
    before = await kept(a_world)
    other = a_world.demo.users["busy"]
    response = await change(a_world, "frontend", act, {"user": other}, user=a_world.demo.users["plain"])
    await refused(a_world, response, "BAD_INPUT", before)
    assert other not in response.text


@pytest.mark.parametrize("situation", ["erased", "held"])
@pytest.mark.parametrize("act", [RECORD, WITHDRAW])
async def test_a_frontend_touches_no_consent_of_the_erased_or_the_held(
    a_world: World, situation: str, act: str
) -> None:
    before = await kept(a_world)
    given = {"user": a_world.demo.users[situation], "recipient": "employer-a"}
    await refused(a_world, await change(a_world, "frontend", act, given), "BAD_INPUT", before)


async def test_the_erased_do_not_come_back_by_their_own_token(a_world: World) -> None:
    before = await kept(a_world)
    erased = a_world.demo.users["erased"]
    response = await change(a_world, "frontend", RECORD, {"user": erased}, user=erased)
    await refused(a_world, response, "BAD_INPUT", before)


async def test_whoever_was_shown_no_purpose_is_nobody_to_a_frontend(a_world: World) -> None:
    before = await kept(a_world)
    response = await change(a_world, "frontend", RECORD, {"user": a_world.demo.users["unnoticed"]})
    await refused(a_world, response, "BAD_INPUT", before)


@pytest.mark.parametrize(
    ("client", "purpose"),
    [
        ("employer-a", "service.application"),
        ("support-org", "service.support"),
        ("mail-sender", "promotion.newsletter"),
        ("auditor", "compliance.security"),
        ("authority", "compliance.authority"),
        ("frontend", "service.matching"),
        ("privacy-desk", "compliance.security"),
    ],
)
@pytest.mark.parametrize("act", [RECORD, WITHDRAW])
@pytest.mark.parametrize("situation", ["busy", "plain"])
async def test_no_other_role_or_purpose_changes_a_consent(
    a_world: World, client: str, purpose: str, act: str, situation: str
) -> None:
    before = await kept(a_world)
    response = await change(a_world, client, act, {"user": a_world.demo.users[situation]}, purpose=purpose)
    (code,) = a_world.codes(response.json())
    assert code in {"OPERATION_FORBIDDEN", "BAD_INPUT"}
    await refused(a_world, response, code, before)


@pytest.mark.parametrize(
    ("given", "argument"),
    [
        ({"purpose": "service"}, "input.purpose"),
        ({"purpose": "none"}, "input.purpose"),
        ({"purpose": "service.nothing"}, "input.purpose"),
        ({"purpose": ""}, "input.purpose"),
        ({"recipient": "nobody"}, "input.recipient"),
        ({"recipient": "employer"}, "input.recipient"),
        ({"recipient": "any"}, "input.recipient"),
        ({"noticeVersion": ""}, "input.noticeVersion"),
        ({"noticeVersion": "   "}, "input.noticeVersion"),
        ({"noticeVersion": "1" * 21}, "input.noticeVersion"),
        ({"language": "vi"}, "input.language"),
        ({"language": ""}, "input.language"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "input.expiresAt"),
        ({"expiresAt": "2030-01-01T00:00:00"}, "input.expiresAt"),
        ({"expiresAt": "9999-12-31T23:59:59-14:00"}, "input.expiresAt"),
        ({"method": "DEEMED"}, "input.method"),
        ({"user": None}, "input.user"),
        ({"noticeVersion": "a\0"}, "input.noticeVersion"),
        ({"state": "GIVEN"}, "input.state"),
    ],
)
async def test_a_consent_that_is_not_one_is_refused_whole(
    a_world: World, given: Mapping[str, Any], argument: str
) -> None:
    before = await kept(a_world)
    response = await change(a_world, "frontend", RECORD, {"user": a_world.demo.users["plain"], **given})
    assert response.json()["errors"][0]["extensions"]["argument"] == argument
    await refused(a_world, response, "BAD_INPUT", before)


async def test_what_was_never_given_cannot_be_withdrawn(a_world: World) -> None:
    before = await kept(a_world)
    response = await change(a_world, "frontend", WITHDRAW, {"user": a_world.demo.users["plain"]})
    await refused(a_world, response, "BAD_INPUT", before)


async def test_a_change_is_one_consent_one_step_and_one_access(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    before = await kept(a_world)
    given = await change(a_world, "frontend", RECORD, {"user": user}, user=user)
    assert given.json()["data"]["recordConsent"]["user"]["consents"] == [{**NAMED, "state": "GIVEN"}]
    assert await kept(a_world) == (before[0] + 1, before[1] + 1, before[2] + 1)
    taken = await change(a_world, "frontend", WITHDRAW, {"user": user}, user=user)
    assert taken.json()["data"]["withdrawConsent"]["user"] == {"id": user}
    assert await kept(a_world) == (before[0] + 1, before[1] + 2, before[2] + 2)
    again = await change(a_world, "frontend", WITHDRAW, {"user": user}, user=user)
    assert a_world.codes(again.json()) == ["BAD_INPUT"]
    steps = await a_world.house.store.fetch(
        "SELECT state, by FROM consent_events WHERE user_id = :id ORDER BY at", {"id": user}
    )
    assert [tuple(step) for step in steps][-2:] == [("GIVEN", user), ("WITHDRAWN", user)]


async def test_of_several_changes_none_is_made_when_the_last_is_refused(a_world: World) -> None:
    user = a_world.demo.users["newsletter"]
    before = await kept(a_world)
    response = await a_world.send(
        "frontend",
        """mutation($a: RecordConsentInput!, $b: WithdrawConsentInput!) @purpose(id: "service.account") {
          a: recordConsent(input: $a) { user { id } } b: withdrawConsent(input: $b) { user { id } } }""",
        {"a": {**NAMED, **SHOWN, "user": user}, "b": {**NAMED, "user": user, "recipient": "support-org"}},
    )
    await refused(a_world, response, "BAD_INPUT", before)


async def test_a_strict_change_whose_answer_is_refused_changes_nothing(a_world: World) -> None:
    before = await kept(a_world)
    response = await a_world.send(
        "frontend",
        """mutation($i: RecordConsentInput!) @purpose(id: "service.account", strict: true) {
          recordConsent(input: $i) { user { id residenceCard { number } } } }""",
        {"i": {**NAMED, **SHOWN, "user": a_world.demo.users["newsletter"]}},
    )
    await refused(a_world, response, "FIELD_FORBIDDEN", before)


async def test_each_alias_of_the_payload_answers_its_own_selection_through_the_same_door(
    a_world: World,
) -> None:
    user = a_world.demo.users["newsletter"]
    response = await a_world.send(
        "frontend",
        """mutation($i: RecordConsentInput!) @purpose(id: "service.account") {
          recordConsent(input: $i) { a: user { id } b: user { __typename card: residenceCard { number } }
            __typename } }""",
        {"i": {**NAMED, **SHOWN, "user": user}},
    )
    assert response.json()["data"]["recordConsent"] == {
        "a": {"id": user},
        "b": {"__typename": "User", "card": None},
        "__typename": "RecordConsentPayload",
    }
    (error,) = response.json()["errors"]
    assert error["path"] == ["recordConsent", "b", "card", "number"]


async def test_a_consent_to_one_who_works_for_the_company_is_one_to_the_company(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    given = {"user": user, "purpose": "promotion.newsletter", "recipient": "mail-sender"}
    response = await change(a_world, "frontend", RECORD, given)
    consents = response.json()["data"]["recordConsent"]["user"]["consents"]
    assert {"purpose": "promotion.newsletter", "recipient": "internal", "state": "GIVEN"} in consents
    query = 'query($id: ID!) @purpose(id: "promotion.newsletter") { user(id: $id) { id } }'
    for client in ("frontend", "mail-sender"):
        assert (await a_world.ask(client, query, {"id": user}))["data"]["user"] == {"id": user}


async def test_a_consent_that_is_over_is_none_from_that_moment(a_world: World) -> None:
    user, store = a_world.demo.users["busy"], a_world.house.store
    async with store.transaction() as transaction:
        await transaction.execute(
            "UPDATE consents SET expires_at = :then WHERE user_id = :id AND purpose = 'service.application'"
            " AND recipient = 'employer-b'",
            {"then": utc_now(), "id": user},
        )
    query = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id } }'
    assert await a_world.ask("employer-b", query, {"id": user}) == {"data": {"user": None}}


async def test_the_typename_of_a_mutation_changes_nothing(a_world: World) -> None:
    before = await kept(a_world)
    assert await a_world.ask("employer-a", "mutation { __typename }") == {"data": {"__typename": "Mutation"}}
    assert (await kept(a_world))[:2] == before[:2]
