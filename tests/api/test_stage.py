"""Applications, holds and screenings: each party its own steps, forward only, and at once in force."""

import asyncio
from typing import Any

import pytest

from tests.world import World

STAGE = """
mutation($input: SetApplicationStageInput!) @purpose(id: "%s") {
  setApplicationStage(input: $input) { stage user { id email } }
}
"""
OWN, EMPLOYER = STAGE % "service.account", STAGE % "service.application"
HOLD = """
mutation($input: PlaceHoldInput!) @purpose(id: "compliance.requests") {
  placeHold(input: $input) { hold user { id } }
}
"""
LIFT = 'mutation($h: ID!) @purpose(id: "compliance.requests") { liftHold(input: {hold: $h}) { hold user { id } } }'
VERSION = 'query($id: ID!) @purpose(id: "compliance.requests") { user(id: $id) { version } }'
SCREEN = """
mutation($input: ScreenAnswerInput!) @purpose(id: "compliance.requests") {
  screenAnswer(input: $input) { outcome user { answers(keys: ["selfIntroduction"]) { value } } }
}
"""
SEEN = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id email } }'
TEXT = """
query($id: ID!) @purpose(id: "service.application") {
  user(id: $id) { answers(keys: ["selfIntroduction"]) { value } }
}
"""


async def move(world: World, stage: str, user: str, client: str = "employer-a", **more: Any) -> Any:
    return await world.ask(client, EMPLOYER, {"input": {"user": user, "stage": stage, **more}})


async def steps(world: World, user: str) -> list[str]:
    rows = await world.house.store.fetch(
        "SELECT stage FROM application_steps WHERE user_id = :user ORDER BY at, id", {"user": user}
    )
    return [row[0] for row in rows]


async def test_an_employer_moves_an_application_forward_and_never_back(a_world: World) -> None:
    user = a_world.demo.users["consented-employer-a"]
    answer = await move(a_world, "OFFER_ACCEPTED", user)
    assert answer["data"]["setApplicationStage"]["stage"] == "OFFER_ACCEPTED"
    for stage in ("INTERVIEW", "OFFER_ACCEPTED"):
        refused = await move(a_world, stage, user)
        (error,) = refused["errors"]
        assert (error["extensions"]["argument"], error["extensions"]["reason"]) == (
            "input.stage",
            "NOT_FORWARD",
        )
    assert (await move(a_world, "HIRED", user))["data"]["setApplicationStage"]["stage"] == "HIRED"
    assert await steps(a_world, user) == ["OFFER_ACCEPTED", "HIRED"]


async def test_an_employer_moves_nobody_elses_application(a_world: World) -> None:
    user = a_world.demo.users["offered-employer-a"]
    assert a_world.codes(await move(a_world, "HIRED", user, "employer-b")) == ["BAD_INPUT"]
    named = await move(a_world, "HIRED", user, "employer-b", employer="employer-a")
    assert a_world.codes(named) == ["OPERATION_FORBIDDEN"]
    assert await steps(a_world, user) == []


@pytest.mark.parametrize("stage", ["APPLIED", "WITHDRAWN"])
async def test_an_employer_neither_applies_nor_steps_back_for_a_person(a_world: World, stage: str) -> None:
    answer = await move(a_world, stage, a_world.demo.users["offered-employer-a"])
    assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]


async def test_a_person_applies_once_and_steps_back(a_world: World) -> None:
    user = a_world.demo.users["plain"]

    async def own(stage: str, employer: str | None = "employer-b") -> Any:
        given = {"user": user, "stage": stage, "employer": employer}
        return await a_world.ask("frontend", OWN, {"input": given}, user=user)

    assert (await own("APPLIED"))["data"]["setApplicationStage"]["stage"] == "APPLIED"
    assert a_world.codes(await own("APPLIED")) == ["BAD_INPUT"]
    assert a_world.codes(await own("HIRED")) == ["OPERATION_FORBIDDEN"]
    assert (await own("WITHDRAWN"))["data"]["setApplicationStage"]["stage"] == "WITHDRAWN"
    assert a_world.codes(await own("WITHDRAWN")) == ["BAD_INPUT"]
    assert a_world.codes(await own("APPLIED", "mail-sender")) == ["BAD_INPUT"]
    assert a_world.codes(await own("APPLIED", None)) == ["BAD_INPUT"]
    assert await steps(a_world, user) == ["APPLIED", "WITHDRAWN"]


async def test_a_hold_stops_the_next_reading_and_ends_when_lifted(a_world: World) -> None:
    user = a_world.demo.users["offered-employer-a"]
    assert (await a_world.ask("employer-a", SEEN, {"id": user}))["data"]["user"]["id"] == user
    given = {"user": user, "purposes": ["service"], "ground": "BEYOND_PURPOSE"}
    placed = await a_world.ask("privacy-desk", HOLD, {"input": given})
    hold = placed["data"]["placeHold"]["hold"]
    assert (await a_world.ask("employer-a", SEEN, {"id": user}))["data"]["user"] is None
    lifted = await a_world.ask("privacy-desk", LIFT, {"h": hold})
    assert lifted["data"]["liftHold"] == {"hold": hold, "user": {"id": user}}
    assert (await a_world.ask("employer-a", SEEN, {"id": user}))["data"]["user"]["id"] == user
    assert a_world.codes(await a_world.ask("privacy-desk", LIFT, {"h": hold})) == ["BAD_INPUT"]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"purposes": []}, "input.purposes"),
        ({"purposes": ["service", "nothing"]}, "input.purposes.1"),
        ({"recipients": ["nobody"]}, "input.recipients.0"),
    ],
)
async def test_a_hold_names_what_there_is(a_world: World, given: dict[str, Any], place: str) -> None:
    whole = {"user": a_world.demo.users["plain"], "purposes": ["service"], "ground": "HARM", **given}
    (error,) = (await a_world.ask("privacy-desk", HOLD, {"input": whole}))["errors"]
    assert error["extensions"]["argument"] == place


async def test_a_text_goes_outside_once_it_was_read(a_world: World) -> None:
    user = a_world.demo.users["offered-employer-a"]
    update = """mutation($id: ID!, $text: String) @purpose(id: "service.account") {
      updateUser(input: {id: $id, user: {answers: [{key: "selfIntroduction", value: $text}]}}) { user { id } } }"""
    await a_world.ask("frontend", update, {"id": user, "text": "I am diligent."}, user=user)
    assert (await a_world.ask("employer-a", TEXT, {"id": user}))["data"]["user"]["answers"] is None

    async def version() -> str:
        return str((await a_world.ask("privacy-desk", VERSION, {"id": user}))["data"]["user"]["version"])

    read = await version()
    given = {"user": user, "key": "selfIntroduction", "outcome": "CLEARED", "ifVersion": read}
    screened = await a_world.ask("privacy-desk", SCREEN, {"input": given})
    assert screened["data"]["screenAnswer"]["outcome"] == "CLEARED"
    told = (await a_world.ask("employer-a", TEXT, {"id": user}))["data"]["user"]["answers"]
    assert told == [{"value": "I am diligent."}]
    assert a_world.codes(await a_world.ask("privacy-desk", SCREEN, {"input": given})) == ["BAD_INPUT"]
    await a_world.ask("frontend", update, {"id": user, "text": "My religion is my own."}, user=user)
    unread = await a_world.ask("privacy-desk", SCREEN, {"input": given})
    assert [error["extensions"]["reason"] for error in unread["errors"]] == ["STALE_VERSION"]
    given["ifVersion"] = await version()
    removed = await a_world.ask("privacy-desk", SCREEN, {"input": {**given, "outcome": "REMOVED"}})
    assert removed["data"]["screenAnswer"]["user"]["answers"] == [{"value": None}]


async def test_nobody_but_the_desk_holds_or_screens(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    given = {"input": {"user": user, "purposes": ["service"], "ground": "HARM"}}
    for client, asker, purpose in (
        ("frontend", None, "service.account"),
        ("frontend", user, "service.account"),
        ("employer-a", None, "service.application"),
        ("auditor", None, "compliance.security"),
    ):
        document = HOLD.replace("compliance.requests", purpose)
        answer = await a_world.ask(client, document, given, user=asker)
        assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"], client


async def test_applying_twice_at_once_makes_one_application(a_world: World) -> None:
    user = a_world.demo.users["newsletter"]
    given = {"input": {"user": user, "stage": "APPLIED", "employer": "employer-b"}}
    answers = await asyncio.gather(*(a_world.ask("frontend", OWN, given, user=user) for _ in range(6)))
    assert sum("errors" not in answer for answer in answers) == 1
    assert await steps(a_world, user) == ["APPLIED"]


async def test_whoever_was_hired_is_not_turned_down_after(a_world: World) -> None:
    user = a_world.demo.users["offered-employer-a"]
    assert "errors" not in await move(a_world, "HIRED", user)
    assert a_world.codes(await move(a_world, "REJECTED", user)) == ["BAD_INPUT"]


@pytest.mark.parametrize("scope", ["category:name", "category:initials"])
async def test_a_narrow_token_moves_holds_and_corrects_nothing(a_world: World, scope: str) -> None:
    user = a_world.demo.users["offered-employer-a"]
    for client, document, given in (
        ("employer-a", EMPLOYER, {"user": user, "stage": "HIRED"}),
        ("privacy-desk", HOLD, {"user": user, "purposes": ["service"], "ground": "HARM"}),
    ):
        answer = await a_world.ask(client, document, {"input": given}, scope=(scope,))
        assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"], client
    update = """mutation($id: ID!) @purpose(id: "service.account") {
      updateUser(input: {id: $id, user: {phone: "+819012340007"}}) { user { id } } }"""
    answer = await a_world.ask("frontend", update, {"id": user}, user=user, scope=(scope,))
    assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]
