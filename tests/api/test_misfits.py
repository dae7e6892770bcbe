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
    for response, mistakes in ((by_variable, 1), (by_document, 4)):
        error, *others = response.json()["errors"]
        assert {each["extensions"]["reason"] for each in others} == ({"REQUIRED"} if mistakes > 1 else set())
        assert len(others) == mistakes - 1
        assert error["message"] == getattr(SENTENCES[code], language)
        assert error["extensions"]["code"] == "BAD_INPUT"
        assert error["extensions"]["reason"] == code
        assert error["extensions"]["argument"] == f"input.user.{name}"
        assert error["extensions"]["requestId"] == response.headers["x-request-id"]
        assert SECRET not in response.text
    assert await people(a_world) == before


async def test_what_is_unknown_is_told_by_its_path_and_what_there_is(a_world: World) -> None:
    given = body({"shoeSize": SECRET, "address": {"planet": SECRET}})
    answer = await a_world.ask("frontend", REGISTER, given)
    found = {error["extensions"]["argument"]: error for error in answer["errors"]}
    assert set(found) == {"input.user.shoeSize", "input.user.address.planet"}
    assert {error["extensions"]["reason"] for error in found.values()} == {"FIELD_UNKNOWN"}
    assert "birthDate" in found["input.user.shoeSize"]["message"]
    assert "postalCode" in found["input.user.address.planet"]["message"]
    error, *_ = (await a_world.ask("frontend", WRITTEN % 'address: {planet: "x"}'))["errors"]
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
        "input.people.1.user.creed",
        "input.people.2.user.answers.0.photo",
        "input.people.2.notice",
    ]
    written = 'answers: [{key: "education", value: "MASTER", photo: "x"}]'
    error, *_ = (await a_world.ask("frontend", WRITTEN % written))["errors"]
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
    assert error["extensions"]["argument"] == "input.user"
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


def told(answer: dict[str, Any]) -> dict[str, str]:
    """The reason at each path."""
    found = {error["extensions"]["argument"]: error["extensions"]["reason"] for error in answer["errors"]}
    assert len(found) == len(answer["errors"])
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_INPUT"}
    return found


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_mistake_of_shape_hides_none_of_the_others(a_world: World, language: str) -> None:
    given = body(
        {
            "nickname": SECRET,
            "myNumber": SECRET,
            "email": "nobody",
            "phone": 5,
            "name": "An",
            "answers": [{"key": "education", "value": "KINDERGARTEN"}],
            "residenceCard": {"number": ["AB12345678CD"], "validUntil": "2031-02-30"},
        },
        notice={**NOTICE, "shownAt": "yesterday", "language": "fr"},
    )
    response = await a_world.send("frontend", REGISTER, given, headers={"Accept-Language": language})
    answer = response.json()
    assert told(answer) == {
        "input.user.nickname": "FIELD_UNKNOWN",
        "input.user.myNumber": "BANNED_INDIVIDUAL_NUMBER",
        "input.user.phone": "TEXT_EXPECTED",
        "input.user.name": "OBJECT_EXPECTED",
        "input.user.residenceCard.number": "TEXT_EXPECTED",
        "input.user.residenceCard.validUntil": "DATE_IMPOSSIBLE",
        "input.user.email": "EMAIL_SHAPE",
        "input.user.answers.education": "ANSWER_CHOICE",
        "input.notice.shownAt": "TIME_EXPECTED",
        "input.notice.language": "NOTICE_LANGUAGE",
    }
    for error in answer["errors"]:
        sentence = getattr(SENTENCES[error["extensions"]["reason"]], language)
        assert error["message"][:8] == sentence[:8]
    assert SECRET not in response.text


@pytest.mark.parametrize(
    ("given", "mistakes"),
    [
        ({}, {"input": "REQUIRED"}),
        ({"input": None}, {"input": "REQUIRED"}),
        ({"input": "x"}, {"input": "OBJECT_EXPECTED"}),
        ({"input": {}}, {"input.user": "REQUIRED", "input.notice": "NOTICE_REQUIRED"}),
        ({"input": {"user": USER, "notice": 3}}, {"input.notice": "OBJECT_EXPECTED"}),
        (
            {"input": {"user": {**USER, "answers": [{"value": "x"}, "x"]}, "notice": NOTICE}},
            {"input.user.answers.0.key": "REQUIRED", "input.user.answers.1": "OBJECT_EXPECTED"},
        ),
        (
            {"input": {"user": {**USER, "email": "a\0b"}, "notice": {**NOTICE, "purposes": [None]}}},
            {"input.user.email": "TEXT_CHARACTERS", "input.notice.purposes.0": "REQUIRED"},
        ),
    ],
    ids=str,
)
async def test_what_is_missing_or_of_another_type_is_told_by_its_path(
    a_world: World, given: dict[str, Any], mistakes: dict[str, str]
) -> None:
    assert told(await a_world.ask("frontend", REGISTER, given)) == mistakes


async def test_a_variable_is_told_by_the_argument_it_stands_in(a_world: World) -> None:
    moved = (
        'mutation($who: ID!, $to: ApplicationStage!) @purpose(id: "service.account")'
        " { setApplicationStage(input: {user: $who, stage: $to}) { stage } }"
    )
    answer = await a_world.ask("frontend", moved, {"who": {"id": 1}, "to": "PROMOTED"})
    assert told(answer) == {"input.user": "TEXT_EXPECTED", "input.stage": "CHOICE_EXPECTED"}
    assert "INTERVIEW" in answer["errors"][1]["message"]
    listed = 'query($n: Int) @purpose(id: "service.account") { users(first: $n) { edges { cursor } } }'
    assert told(await a_world.ask("frontend", listed, {"n": "many"})) == {"first": "NUMBER_EXPECTED"}


async def test_what_is_written_into_the_document_is_told_as_that_of_variables_is(a_world: World) -> None:
    answer = await a_world.ask(
        "frontend", WRITTEN % 'nickname: "x", phone: 5, email: "nobody", name: {roman: "AN"}'
    )
    assert told(answer) == {
        "input.user.nickname": "FIELD_UNKNOWN",
        "input.user.phone": "TEXT_EXPECTED",
        "input.user.email": "EMAIL_SHAPE",
        "input.user.birthDate": "REQUIRED",
    }


async def test_a_correction_tells_every_mistake_of_shape_and_form_at_once(a_world: World) -> None:
    plain = a_world.demo.users["plain"]
    given = {"id": plain, "user": {"nickname": "x", "email": "nobody", "birthDate": None}}
    correct = (
        'mutation($i: UpdateUserInput!) @purpose(id: "service.account")'
        " { updateUser(input: $i) { user { id } } }"
    )
    answer = await a_world.ask("frontend", correct, {"i": given}, user=plain)
    assert told(answer) == {
        "input.user.nickname": "FIELD_UNKNOWN",
        "input.user.email": "EMAIL_SHAPE",
        "input.user.birthDate": "REQUIRED",
    }


@pytest.mark.parametrize(
    ("document", "en", "ja"),
    [
        (
            'query { user(id: "a", nickname: "SECRET") { id } }',
            "`Query.user` has no argument `nickname`",
            "`Query.user`に`nickname`という引数はありません。",
        ),
        (
            'query { user(id: "a", Dhaka87654321: 1) { id } }',
            "the document does not fit the schema here",
            "ドキュメントのこの箇所は、スキーマの定めと異なります。",
        ),
        (
            'query { users(first: "SECRET") { edges { node { id } } } }',
            "the argument `first` of `Query.users` holds a value that is not of its type",
            "`Query.users`の引数`first`に、型の合わない値が指定されています。",
        ),
        (
            "query { user { id } }",
            "`Query.user` needs the argument `id` of the type `ID!`",
            "`Query.user`には、型`ID!`の引数`id`が必要です。",
        ),
        (
            "query { me { shoe } }",
            "the type `User` has no field `shoe`",
            "型`User`に`shoe`という項目はありません。",
        ),
        (
            "query { me { address } }",
            "`address` is an object of the type `Address`: select fields of it, as in `address { … }`",
            "`address`は型`Address`のオブジェクトです。`address { … }`のように、中の項目を指定してください。",
        ),
        (
            "query { me { id { x } } }",
            "`id` is a single value of the type `ID!`: select nothing within it",
            "`id`は型`ID!`の値です。中の項目は指定できません。",
        ),
        (
            "query Q($who: Int!) { user(id: $who) { id } }",
            "the variable `$who` is declared as `Int!`, and `ID!` is needed where it is used",
            "変数`$who`は`Int!`と宣言されていますが、使われている箇所では`ID!`が必要です。",
        ),
        (
            "query Q { user(id: $who) { id } }",
            "the variable `$who` is used and not declared: declare it with its type beside the operation's name",
            "変数`$who`が宣言されていません。操作の宣言に、型とともに加えてください。",
        ),
        (
            "query Q($who: ID) { me { id } }",
            "the variable `$who` is declared and used nowhere: remove it",
            "変数`$who`は宣言されていますが、使われていません。宣言を取り除いてください。",
        ),
    ],
)
async def test_a_document_that_does_not_fit_is_told_by_its_names_and_by_no_value(
    a_world: World, document: str, en: str, ja: str
) -> None:
    for language, sentence in (("en", en), ("ja", ja)):
        headers = {"Accept-Language": language}
        response = await a_world.send("frontend", document.replace("SECRET", SECRET), headers=headers)
        (error,) = response.json()["errors"]
        assert error["message"] == sentence
        assert error["extensions"]["code"] == "DOCUMENT_INVALID"
        assert error["extensions"]["line"] == 1
        assert SECRET not in response.text
