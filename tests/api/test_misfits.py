"""What has no place: a key that an input object does not know is told by its path, a banned one with the law."""

from typing import Any

import pytest

from models.formats.wrong import SENTENCES
from tests.api.test_register import NOTICE, REGISTER, USER, body, people
from tests.world import World

WRITTEN = """
mutation @purpose(id: "service.account") {
  register(input: {user: {%s}, notice: {policyVersion: "1", language: "ja", purposes: ["service.account"],
                   shownAt: "2026-11-22T00:00:00Z"}}) { user { id } }
}
"""
BANNED = {
    "cardImage": "BANNED_IMAGE",
    "photo": "BANNED_IMAGE",
    "myNumber": "BANNED_INDIVIDUAL_NUMBER",
    "individualNumber": "BANNED_INDIVIDUAL_NUMBER",
    "placeOfBirth": "BANNED_ORIGIN",
    "honseki": "BANNED_ORIGIN",
    "creed": "BANNED_CREED",
    "religion": "BANNED_RELIGION",
    "race": "BANNED_RACE",
    "socialStatus": "BANNED_SOCIAL_STATUS",
    "unionMembership": "BANNED_UNION",
    "medicalHistory": "BANNED_HEALTH",
    "criminalRecord": "BANNED_CRIME",
    "creditCardNumber": "BANNED_PAYMENT",
}
SECRET = "Dhaka87654321"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(("name", "code"), BANNED.items())
async def test_what_may_not_be_collected_is_refused_with_the_law(
    a_world: World, name: str, code: str, language: str
) -> None:
    before = await people(a_world)
    headers = {"Accept-Language": language}
    by_variable = await a_world.send("frontend", REGISTER, body({name: SECRET}), headers=headers)
    by_document = await a_world.send("frontend", WRITTEN % f'{name}: "{SECRET}"', headers=headers)
    for response, place in ((by_variable, "$input.user."), (by_document, "input.user.")):
        (error,) = response.json()["errors"]
        assert error["message"] == getattr(SENTENCES[code], language)
        assert error["extensions"]["code"] == "BAD_INPUT"
        assert error["extensions"]["reason"] == code
        assert error["extensions"]["argument"] == place + name
        assert error["extensions"]["requestId"] == response.headers["x-request-id"]
        assert SECRET not in response.text
    assert await people(a_world) == before


async def test_what_is_unknown_is_told_by_its_path_and_what_there_is(a_world: World) -> None:
    given = body({"shoeSize": SECRET, "address": {"planet": SECRET}})
    answer = await a_world.ask("frontend", REGISTER, given)
    found = {error["extensions"]["argument"]: error for error in answer["errors"]}
    assert set(found) == {"$input.user.shoeSize", "$input.user.address.planet"}
    assert {error["extensions"]["reason"] for error in found.values()} == {"FIELD_UNKNOWN"}
    assert "birthDate" in found["$input.user.shoeSize"]["message"]
    assert "postalCode" in found["$input.user.address.planet"]["message"]
    (error,) = (await a_world.ask("frontend", WRITTEN % 'address: {planet: "x"}'))["errors"]
    assert error["extensions"]["argument"] == "input.user.address.planet"
    assert (error["extensions"]["line"], error["extensions"]["column"]) == (3, 37)


async def test_every_misfit_of_a_list_is_told_with_its_place(a_world: World) -> None:
    many = 'mutation($i: RegisterManyInput!) @purpose(id: "service.account") { registerMany(input: $i) { registered } }'
    everybody = [
        {"user": USER, "notice": NOTICE},
        {"user": {**USER, "creed": SECRET}, "notice": NOTICE},
        {"user": {**USER, "answers": [{"key": "education", "value": "MASTER", "photo": SECRET}]}},
    ]
    answer = await a_world.ask("frontend", many, {"i": {"people": everybody}})
    assert [error["extensions"]["argument"] for error in answer["errors"]] == [
        "$i.people.1.user.creed",
        "$i.people.2.user.answers.0.photo",
    ]
    written = 'answers: [{key: "education", value: "MASTER", photo: "x"}]'
    (error,) = (await a_world.ask("frontend", WRITTEN % written))["errors"]
    assert error["extensions"]["argument"] == "input.user.answers.0.photo"


@pytest.mark.parametrize(
    "key",
    [
        "Tanaka Hanako",
        "TANAKA",
        "AB12345678CD",
        "123456789018",
        "tel09012345678",
        "+819012345678",
        "田中",
        "",
    ],
)
async def test_a_key_that_may_be_a_value_is_told_by_where_it_stands(a_world: World, key: str) -> None:
    response = await a_world.send("frontend", REGISTER, body({key: "x"}))
    (error,) = response.json()["errors"]
    assert error["extensions"]["argument"] == "$input.user"
    assert error["extensions"]["reason"] == "FIELD_UNKNOWN"
    assert not key or key not in response.text


async def test_of_very_many_misfits_some_are_told(a_world: World) -> None:
    given: dict[str, Any] = {f"misfit{'a' * place}": "x" for place in range(30)}
    answer = await a_world.ask("frontend", REGISTER, body(given))
    assert len(answer["errors"]) == 20


async def test_a_banned_answer_is_refused_with_the_law_and_its_place(a_world: World) -> None:
    given = body({"answers": [{"key": "placeOfBirth", "value": SECRET}]})
    (error,) = (await a_world.ask("frontend", REGISTER, given))["errors"]
    assert error["extensions"]["reason"] == "BANNED_ORIGIN"
    assert error["extensions"]["argument"] == "input.user.answers.0"
    assert "Employment Security Act, Article 5-5" in error["message"]


async def test_the_ledger_holds_the_refusal_and_its_reason(a_world: World) -> None:
    response = await a_world.send("frontend", REGISTER, body({"placeOfBirth": SECRET}))
    rows = await a_world.house.store.fetch(
        "SELECT outcome, code, reason, users FROM accesses WHERE request_id = :id",
        {"id": response.headers["x-request-id"]},
    )
    assert [tuple(row) for row in rows] == [("REFUSED", "BAD_INPUT", "BANNED_ORIGIN", 0)]
