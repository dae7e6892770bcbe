"""What a change is refused for is told with its place and reason, in both languages."""

from typing import Any

import pytest

from api.gateway.told import SENTENCES
from tests.api.test_register import REGISTER, body
from tests.world import World

PURPOSE = {"frontend": "service.account", "privacy-desk": "compliance.requests"}
CHANGE = """
mutation($i: %sInput!) @purpose(id: "%s") { %s(input: $i) { %s } }
"""


async def told(
    world: World, language: str, name: str, given: dict[str, Any], **asking: Any
) -> dict[str, Any]:
    client = asking.pop("client", "frontend")
    selection = "stage" if "Stage" in name else "hold" if "Hold" in name else "user { id }"
    document = CHANGE % (name[0].upper() + name[1:], PURPOSE[client], name, selection)
    headers = {"Accept-Language": language, **asking.pop("headers", {})}
    sent = await world.send(client, document, {"i": given}, headers=headers, **asking)
    (error,) = sent.json()["errors"]
    assert error["extensions"]["code"] == "BAD_INPUT"
    sentence = SENTENCES[error["extensions"]["reason"]].of(language)
    assert error["message"] == sentence.format(argument=error["extensions"]["argument"])
    found: dict[str, Any] = error["extensions"]
    return found


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_somebody_who_is_nobody_here_is_told_where_the_input_names_them(
    a_world: World, language: str
) -> None:
    given = {"id": "nobody", "user": {"email": "x@mail.example"}}
    found = await told(a_world, language, "updateUser", given, client="privacy-desk")
    assert (found["argument"], found["reason"]) == ("input.id", "NOBODY_HERE")


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_what_cannot_be_done_is_told_by_its_reason(a_world: World, language: str) -> None:
    plain = a_world.demo.users["plain"]
    stage = {"user": plain, "employer": "employer-a", "stage": "WITHDRAWN"}
    found = await told(a_world, language, "setApplicationStage", stage, user=plain)
    assert (found["argument"], found["reason"]) == ("input.stage", "APPLICATION_NONE")
    found = await told(a_world, language, "updateUser", {"id": plain, "user": {}}, user=plain)
    assert (found["argument"], found["reason"]) == ("input.user", "NOTHING_CHANGED")
    given = {"id": plain, "ifVersion": "0", "user": {"phone": "090-1234-5678"}}
    found = await told(a_world, language, "updateUser", given, user=plain)
    assert (found["argument"], found["reason"]) == ("input.ifVersion", "STALE_VERSION")
    found = await told(a_world, language, "liftHold", {"hold": "none"}, client="privacy-desk")
    assert (found["argument"], found["reason"]) == ("input.hold", "HOLD_UNKNOWN")


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_key_that_came_with_another_request_is_told_in_the_language(
    a_world: World, language: str
) -> None:
    headers = {"Idempotency-Key": f"told-{language}", "Accept-Language": language}
    first = await a_world.send(
        "frontend", REGISTER, body({"email": f"told-{language}@mail.example"}), headers=headers
    )
    assert "errors" not in first.json()
    second = await a_world.send("frontend", REGISTER, body({"email": "told@mail.example"}), headers=headers)
    (error,) = second.json()["errors"]
    assert error["extensions"]["reason"] == "KEY_REUSED"
    assert error["message"] == SENTENCES["KEY_REUSED"].of(language).format(argument="Idempotency-Key")


async def test_an_impossible_day_and_too_many_years_are_told_as_what_they_are(a_world: World) -> None:
    answers = [{"key": "workExperienceYears", "value": "2147483647"}]
    given = body({"birthDate": "1998-02-30", "answers": answers})
    answer = await a_world.ask("frontend", REGISTER, given)
    found = {each["extensions"]["reason"]: each["message"] for each in answer["errors"]}
    assert found == {
        "DATE_IMPOSSIBLE": "This day does not exist, as 2019-02-30 does not: check month and day.",
        "ANSWER_NUMBER": "Write a whole number from 0 to 60 in digits.",
    }
