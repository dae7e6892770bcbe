"""Registration: every mistake at once, in the language asked; a good body makes a person who sees their own data."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.acquisition import Announcement
from tests.world import World

REGISTER = """
mutation Register($input: RegisterInput!) @purpose(id: "service.account") {
  register(input: $input) { user { id version email phone birthDate address { prefecture city } } }
}
"""
ME = """
query @purpose(id: "service.account") {
  me {
    name { roman } residenceCard { number nationality } answers { key value }
    notices { policyVersion language purposes source }
    accesses { edges { node { client purpose releases { edges { node { written } } } } } }
  }
}
"""
NOTICE = {
    "policyVersion": "1",
    "language": "ja",
    "purposes": ["service.account", "service.matching"],
    "shownAt": "2026-11-22T00:00:00Z",
}
USER: dict[str, Any] = {
    "name": {"roman": "NGUYEN VAN AN", "kana": "グエン"},
    "email": "an.nguyen@mail.example",
    "phone": "+81 60-1234-5678",
    "birthDate": "平成10年5月1日",
    "address": {"postalCode": "１００−０００１", "block": "1-1"},
    "residenceCard": {
        "number": "ab12345678cd",
        "status": "技術・人文知識・国際業務",
        "stayExpiresOn": "2031-05-01",
        "nationality": "VNM",
        "sex": "M",
    },
    "answers": [
        {"key": "japaneseLevel", "value": "N2"},
        {"key": "desiredJobs", "values": ["IT", "OFFICE"]},
        {"key": "selfIntroduction", "value": "I like to build things."},
    ],
}


def body(user: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"input": {"user": {**USER, **(user or {})}, "notice": NOTICE, **more}}


async def test_a_good_body_makes_a_person_whose_data_and_notice_me_shows(a_world: World) -> None:
    answer = await a_world.ask("frontend", REGISTER, body({"email": "one@mail.example"}))
    assert "errors" not in answer, answer
    user = answer["data"]["register"]["user"]
    assert user["phone"] == "+816012345678"
    assert user["birthDate"] == "1998-05-01"
    assert user["address"] == {"prefecture": "JP-13", "city": "千代田区"}
    me = (await a_world.ask("frontend", ME, user=user["id"]))["data"]["me"]
    assert me["name"] == {"roman": "NGUYEN VAN AN"}
    assert me["residenceCard"] == {"number": "AB12345678CD", "nationality": "VN"}
    assert me["notices"] == [
        {
            "policyVersion": "1",
            "language": "ja",
            "purposes": ["service.account", "service.matching"],
            "source": "SERVICE_FORM",
        }
    ]
    (first,) = me["accesses"]["edges"]
    assert "User.email" in first["node"]["releases"]["edges"][0]["node"]["written"]


WRONG = {
    "name": {"roman": "グエン"},
    "email": "not an address",
    "phone": "0120-123-456",
    "birthDate": "昭和64年1月8日",
    "address": {"postalCode": "000-0000"},
    "residenceCard": {"number": "ABC2345678CD", "validUntil": "2031-05-01"},
    "answers": [{"key": "japaneseLevel", "value": "N6"}],
}
PLACES = {
    "input.user.name.roman",
    "input.user.email",
    "input.user.phone",
    "input.user.birthDate",
    "input.user.address.postalCode",
    "input.user.residenceCard.number",
    "input.user.answers.japaneseLevel",
}


async def people(world: World) -> int:
    return int((await world.house.store.fetch("SELECT count(*) FROM users", {}))[0][0])


@pytest.mark.parametrize(("language", "said"), [("ja", True), ("en", False), ("ja;q=0.5, en", False)])
async def test_seven_mistakes_are_told_at_once_in_the_language_asked(
    a_world: World, language: str, said: bool
) -> None:
    before = await people(a_world)
    given = {"input": {"user": WRONG, "notice": NOTICE}}
    answer = await a_world.ask("frontend", REGISTER, given, headers={"Accept-Language": language})
    errors = answer["errors"]
    assert {error["extensions"]["argument"] for error in errors} == PLACES
    assert len(errors) == len(PLACES)
    for error in errors:
        assert error["path"] == ["register"]
        assert error["extensions"]["code"] == "BAD_INPUT"
        assert error["extensions"]["reason"]
        assert any("\u3040" < sign < "\u30ff" for sign in error["message"]) is said
    assert await people(a_world) == before


@pytest.mark.parametrize(
    ("notice", "place", "reason"),
    [
        (None, "input.notice", "NOTICE_REQUIRED"),
        ({**NOTICE, "purposes": ["service.matching"]}, "input.notice.purposes", "NOTICE_PURPOSE"),
        ({**NOTICE, "purposes": []}, "input.notice.purposes", "NOTICE_PURPOSES"),
        ({**NOTICE, "purposes": ["service"]}, "input.notice.purposes", "NOTICE_PURPOSES"),
        ({**NOTICE, "policyVersion": " "}, "input.notice.policyVersion", "NOTICE_VERSION"),
        ({**NOTICE, "language": "vi"}, "input.notice.language", "NOTICE_LANGUAGE"),
        ({**NOTICE, "shownAt": "2199-01-01T00:00:00Z"}, "input.notice.shownAt", "NOTICE_TIME"),
    ],
)
async def test_without_a_notice_that_names_the_purpose_nobody_is_registered(
    a_world: World, notice: object, place: str, reason: str
) -> None:
    before = await people(a_world)
    answer = await a_world.ask("frontend", REGISTER, {"input": {"user": USER, "notice": notice}})
    (error,) = answer["errors"]
    assert (error["extensions"]["argument"], error["extensions"]["reason"]) == (place, reason)
    assert await people(a_world) == before


async def test_an_address_that_is_registered_is_not_registered_again(a_world: World) -> None:
    first = await a_world.ask("frontend", REGISTER, body({"email": "same@mail.example"}))
    assert first["data"]["register"]["user"]["id"]
    before = await people(a_world)
    answer = await a_world.ask("frontend", REGISTER, body({"email": "SAME@MAIL.example"}))
    (error,) = answer["errors"]
    assert error["extensions"]["reason"] == "EMAIL_TAKEN"
    assert await people(a_world) == before


async def test_two_at_once_with_one_address_make_one_person(a_world: World) -> None:
    before = await people(a_world)
    given = body({"email": "race@mail.example"})
    answers = await asyncio.gather(*(a_world.ask("frontend", REGISTER, given) for _ in range(4)))
    assert sum("errors" not in answer for answer in answers) == 1
    assert {code for answer in answers for code in a_world.codes(answer)} == {"BAD_INPUT"}
    assert await people(a_world) == before + 1


@pytest.mark.parametrize(
    ("client", "user", "purpose"),
    [
        ("employer-a", None, "service.application"),
        ("privacy-desk", None, "compliance.requests"),
        ("frontend", "plain", "service.account"),
        ("frontend", None, "service.matching"),
        ("auditor", None, "compliance.security"),
    ],
)
async def test_nobody_but_a_frontend_registers_people(
    a_world: World, client: str, user: str | None, purpose: str
) -> None:
    before = await people(a_world)
    document = REGISTER.replace("service.account", purpose)
    asker = a_world.demo.users[user] if user else None
    answer = await a_world.ask(client, document, body(), user=asker)
    assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]
    assert await people(a_world) == before


MANY = """
mutation($input: RegisterManyInput!) @purpose(id: "service.account") {
  registerMany(input: $input) {
    registered results { index user { id email } mistakes { path code message } __typename }
  }
}
"""


async def test_a_mistake_in_one_keeps_nobody_else_out(a_world: World) -> None:
    before = await people(a_world)
    everybody = [
        body({"email": "many0@mail.example"})["input"],
        {"user": {**WRONG}, "notice": NOTICE},
        body({"email": "many2@mail.example"})["input"],
        body({"email": "many0@mail.example"})["input"],
        {"user": USER},
    ]
    told = (await a_world.ask("frontend", MANY, {"input": {"people": everybody}}))["data"]["registerMany"]
    assert told["registered"] == 2
    results = told["results"]
    assert [result["index"] for result in results] == [0, 1, 2, 3, 4]
    assert [result["user"] and result["user"]["email"] for result in results] == [
        "many0@mail.example",
        None,
        "many2@mail.example",
        None,
        None,
    ]
    assert {each["path"] for each in results[1]["mistakes"]} == {
        place.replace("input.", "input.people.1.") for place in PLACES
    }
    assert [each["code"] for each in results[3]["mistakes"]] == ["EMAIL_TAKEN"]
    assert "NOTICE_REQUIRED" in [each["code"] for each in results[4]["mistakes"]]
    assert await people(a_world) == before + 2


@pytest.mark.parametrize("count", [0, 101])
async def test_an_import_holds_one_to_a_hundred_people(a_world: World, count: int) -> None:
    answer = await a_world.ask("frontend", MANY, {"input": {"people": [{"user": {}}] * count}})
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_INPUT", "input.people")


async def test_a_new_persons_words_await_a_reader(a_world: World) -> None:
    answer = await a_world.ask("frontend", REGISTER, body({"email": "words@mail.example"}))
    user = answer["data"]["register"]["user"]["id"]
    rows = await a_world.house.store.fetch(
        "SELECT answer, screened_at FROM screenings WHERE user_id = :user", {"user": user}
    )
    assert [tuple(row) for row in rows] == [("selfIntroduction", None)]


async def test_an_address_lost_to_another_import_keeps_nobody_else_out(a_world: World) -> None:
    before = await people(a_world)

    def batch(name: str) -> dict[str, Any]:
        both = (f"{name}@mail.example", "contested@mail.example")
        return {"input": {"people": [body({"email": email})["input"] for email in both]}}

    answers = await asyncio.gather(*(a_world.ask("frontend", MANY, batch(f"batch{n}")) for n in range(4)))
    assert sorted(answer["data"]["registerMany"]["registered"] for answer in answers) == [1, 1, 1, 2]
    assert await people(a_world) == before + 5


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
async def test_nobodys_date_is_one_that_a_database_takes_for_infinity(a_world: World, day: str) -> None:
    card = {**USER["residenceCard"], "stayExpiresOn": day}
    answer = await a_world.ask(
        "frontend", REGISTER, body({"email": "far@mail.example", "residenceCard": card})
    )
    assert "input.user.residenceCard.stayExpiresOn" in {
        error["extensions"]["argument"] for error in answer["errors"]
    }


async def test_no_notice_and_no_scope_tell_of_an_address(a_world: World) -> None:
    await a_world.ask("frontend", REGISTER, body({"email": "known@mail.example"}))
    given = {"input": {"user": {**USER, "email": "known@mail.example"}, "notice": None}}
    unshown = await a_world.ask("frontend", REGISTER, given)
    assert [error["extensions"]["reason"] for error in unshown["errors"]] == ["NOTICE_REQUIRED"]
    narrow = await a_world.ask(
        "frontend", REGISTER, body({"email": "known@mail.example"}), scope=("category:name",)
    )
    assert a_world.codes(narrow) == ["OPERATION_FORBIDDEN"]


async def test_a_purpose_is_noticed_by_being_shown_or_announced_before_and_not_by_being_listed(
    a_world: World,
) -> None:
    made = await a_world.ask("frontend", REGISTER, body({"email": "notice@mail.example"}))
    user = made["data"]["register"]["user"]["id"]
    ask = 'query($id: ID!) @purpose(id: "%s") { user(id: $id) { id } }'
    listed = a_world.house.inforce.edition_in_force.purposes["service.billing"].announced_on
    assert listed is not None
    assert listed.isoformat() == "2019-05-29"

    async def found(purpose: str) -> bool:
        answer = await a_world.ask("frontend", ask % purpose, {"id": user})
        assert "errors" not in answer, answer
        return answer["data"]["user"] is not None

    assert await found("service.matching")
    assert not await found("service.billing")
    now = datetime.now(UTC)
    for announced_at, counts in ((now + timedelta(days=1), False), (now - timedelta(days=1), True)):
        row = await Announcement.create(purpose="service.billing", announced_at=announced_at)
        try:
            assert await found("service.billing") is counts
        finally:
            await row.delete()
