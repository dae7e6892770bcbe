"""The form: a question comes by data alone, is answered at once, and is read by nobody before a rule says so."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from api.gateway.told import SENTENCES
from api.gateway.views.ledger import JAPAN
from api.house import utc_now
from models.clients.client import Client
from policies.edition import Edition
from policies.table import COLUMNS
from tests.api.test_attack_waiting import publish
from tests.api.test_register import REGISTER, USER, body, people
from tests.world import World

FORM = """{ form {
  key kind category required askedFrom askedUntil labelJa labelEn choices { value labelJa labelEn }
} }"""
ANSWER = "MKLEFTHANDED"
CONSENT = """
mutation($input: RecordConsentInput!) @purpose(id: "service.account") {
  recordConsent(input: $input) { user { id } }
}
"""
CORRECT = """
mutation($i: UpdateUserInput!) @purpose(id: "service.account") { updateUser(input: $i) { user { id } } }
"""
APPLY = """
mutation($input: SetApplicationStageInput!) @purpose(id: "%s") {
  setApplicationStage(input: $input) { stage }
}
"""


def question(key: str = "favouriteTool", **cells: str) -> list[str]:
    """A row of `questions.csv`."""
    row = {
        **dict.fromkeys(COLUMNS["questions"], ""),
        "key": key,
        "kind": "choice",
        "category": "unsorted",
        "choices": f"{ANSWER}|OTHER",
        "choices_ja": "左|他",
        "choices_en": "left|other",
        "label_ja": "道具",
        "label_en": "Tool",
        **cells,
    }
    return list(row.values())


def asking(edition: Edition, *questions: list[str], rules: list[list[str]] | None = None) -> Edition:
    sheets = edition.sheets()
    sheets["questions"] += questions
    sheets["rules"] += rules or []
    return Edition.of(sheets, edition.model, edition.declared)


@pytest.fixture
async def back(a_world: World, edition: Edition) -> AsyncIterator[None]:
    """The shipped form is asked again afterwards."""
    yield
    await publish(a_world, edition)


async def registered(world: World, email: str, key: str = "favouriteTool") -> str:
    """Somebody who answered the question, agreed that employer-a sees them, and was hired."""
    notice = {**body()["input"]["notice"], "purposes": leaves(world)}
    answers = [*USER["answers"], {"key": key, "value": ANSWER}]
    given = body({"email": email, "answers": answers}, notice=notice)
    answer = await world.ask("frontend", REGISTER, given)
    assert "errors" not in answer, answer
    user: str = answer["data"]["register"]["user"]["id"]
    for purpose in leaves(world):
        for recipient in ("employer-a", "internal", "support-org"):
            consent = {"user": user, "purpose": purpose, "recipient": recipient, "noticeVersion": "1"}
            consent |= {"language": "ja", "method": "CLICK"}
            told = await world.ask("frontend", CONSENT, {"input": consent}, user=user)
            assert "errors" not in told, told
    step = {"user": user, "employer": "employer-a"}
    own, theirs = APPLY % "service.account", APPLY % "service.application"
    for client, document, stage, asker in (
        ("frontend", own, "APPLIED", user),
        ("employer-a", theirs, "HIRED", None),
    ):
        told = await world.ask(client, document, {"input": {**step, "stage": stage}}, user=asker)
        assert "errors" not in told, told
    return user


def leaves(world: World) -> list[str]:
    edition = world.house.inforce.edition_in_force
    return [each.id for each in edition.purposes.values() if not each.abstract]


async def readers(world: World, user: str, key: str = "favouriteTool") -> set[tuple[str, str, str]]:
    """Every client (or `me`), recipient and purpose under which the answer is read."""
    found = set()
    query = """query($id: ID!, $keys: [ID!]) @purpose(id: "%s", recipient: "%s") {
      user(id: $id) { answers(keys: $keys) { key value } all: answers { value } } }"""
    variables = {"id": user, "keys": [key]}
    clients = await Client.filter(active=True)
    for client in clients:
        for recipient in client.recipients:
            for purpose in leaves(world):
                sent = await world.send(client.name, query % (purpose, recipient), variables)
                assert sent.status_code == 200
                if ANSWER in sent.text:
                    found.add((client.name, recipient, purpose))
    own = query.replace("user(id: $id)", "me").replace("$id: ID!, ", "")
    for purpose in leaves(world):
        sent = await world.send("frontend", own % (purpose, "person"), {"keys": [key]}, user=user)
        assert sent.status_code == 200
        if ANSWER in sent.text:
            found.add(("me", "person", purpose))
    assert len(clients) == 13
    return found


RULE = [
    *("tool", "allow", "employer", "read", "service.application", "User.answers.favouriteTool"),
    *("employer", "noticed+consented", "Clause 7", "試験", "for a test"),
]


@pytest.mark.usefixtures("back")
async def test_a_new_question_is_asked_answered_and_read_by_nobody_until_one_rule_says_by_whom(
    a_world: World, edition: Edition
) -> None:
    await publish(a_world, asking(edition, question()))
    asked = {each["key"]: each for each in (await a_world.ask("employer-a", FORM))["data"]["form"]}
    assert asked["favouriteTool"] == {
        "key": "favouriteTool",
        "kind": "choice",
        "category": "unsorted",
        "required": False,
        "askedFrom": None,
        "askedUntil": None,
        "labelJa": "道具",
        "labelEn": "Tool",
        "choices": [
            {"value": ANSWER, "labelJa": "左", "labelEn": "left"},
            {"value": "OTHER", "labelJa": "他", "labelEn": "other"},
        ],
    }
    user = await registered(a_world, "tool@form.example")
    assert await readers(a_world, user) == set()
    assert await readers(a_world, user, "education") == set()
    await publish(a_world, asking(edition, question(), rules=[RULE]))
    assert await readers(a_world, user) == {("employer-a", "employer-a", "service.application")}


@pytest.mark.usefixtures("back")
async def test_a_question_moved_to_a_category_is_read_by_those_who_read_the_category(
    a_world: World, edition: Edition
) -> None:
    await publish(a_world, asking(edition, question()))
    user = await registered(a_world, "moved@form.example")
    assert await readers(a_world, user) == set()
    await publish(a_world, asking(edition, question(category="form")))
    assert await readers(a_world, user) == {
        ("frontend", "internal", "service.account"),
        ("frontend", "internal", "service.matching"),
        ("employer-a", "employer-a", "service.application"),
        ("privacy-desk", "internal", "compliance.requests"),
        ("privacy-desk", "person", "compliance.requests"),
        ("me", "person", "service.account"),
        ("me", "person", "compliance.requests"),
    }


@pytest.mark.usefixtures("back")
async def test_a_required_question_must_be_answered_by_whoever_registers(
    a_world: World, edition: Edition
) -> None:
    await publish(a_world, asking(edition, question(required="yes")))
    before = await people(a_world)
    (error,) = (await a_world.ask("frontend", REGISTER, body({"email": "r@form.example"})))["errors"]
    assert error["extensions"]["argument"] == "input.user.answers.favouriteTool"
    assert error["extensions"]["reason"] == "REQUIRED"
    assert await people(a_world) == before
    answers = [{"key": "favouriteTool", "value": "OTHER"}]
    good = await a_world.ask("frontend", REGISTER, body({"email": "r@form.example", "answers": answers}))
    assert "errors" not in good, good


def days(before: int, after: int) -> dict[str, str]:
    """The first and last day, so many days from today; none for 0."""
    today = utc_now().astimezone(JAPAN).date()
    first, last = (day(today, count) for count in (before, after))
    return {"asked_from": first, "asked_until": last}


def day(today: date, count: int) -> str:
    return (today + timedelta(days=count)).isoformat() if count else ""


@pytest.mark.usefixtures("back")
@pytest.mark.parametrize(
    ("first", "last", "asked"),
    [(-30, 0, True), (0, 30, True), (-30, 30, True), (30, 0, False), (0, -30, False), (30, 60, False)],
)
async def test_a_question_is_asked_on_its_days_alone(
    a_world: World,
    edition: Edition,
    first: int,
    last: int,
    asked: bool,
) -> None:
    await publish(a_world, asking(edition, question(required="yes", **days(first, last))))
    shown = {each["key"] for each in (await a_world.ask("frontend", FORM))["data"]["form"]}
    assert ("favouriteTool" in shown) is asked
    email = f"day{first}{last}@form.example"
    answered: dict[str, Any] = {"email": email, "answers": [{"key": "favouriteTool", "value": "OTHER"}]}
    for fields, wrong in (
        ({"email": email, "answers": []}, "REQUIRED" if asked else None),
        ({**answered, "email": f"2{email}"}, None if asked else "ANSWER_NOT_ASKED"),
    ):
        answer = await a_world.ask("frontend", REGISTER, body(fields))
        reasons = [error["extensions"]["reason"] for error in answer.get("errors", ())]
        assert reasons == ([wrong] if wrong else [])


async def test_an_answer_stays_when_its_question_is_asked_no_more(a_world: World, edition: Edition) -> None:
    try:
        await publish(a_world, asking(edition, question(category="form")))
        user = await registered(a_world, "stays@form.example")
        await publish(a_world, asking(edition, question(category="form", **days(0, -1))))
        seen = await readers(a_world, user)
        assert ("me", "person", "service.account") in seen
        assert ("employer-a", "employer-a", "service.application") in seen
    finally:
        await publish(a_world, edition)


@pytest.mark.usefixtures("back")
@pytest.mark.parametrize("over", [days(0, -1), days(30, 0)], ids=["over", "to come"])
async def test_an_answer_is_corrected_and_taken_away_though_its_question_is_asked_no_more(
    a_world: World, edition: Edition, over: dict[str, str]
) -> None:
    await publish(a_world, asking(edition, question(category="form", required="yes")))
    user = await registered(a_world, f"corrects{len(over['asked_from'])}@form.example")
    other = await registered(a_world, f"empties{len(over['asked_from'])}@form.example")
    await publish(a_world, asking(edition, question(category="form", required="yes", **over)))

    async def correct(user: str, answers: list[dict[str, str]] | None) -> tuple[list[str], dict[str, str]]:
        """What is wrong with it, and the answers as they stand."""
        given = {"i": {"id": user, "user": {"answers": answers}}}
        told = await a_world.ask("frontend", CORRECT, given, user=user)
        read = await a_world.ask("frontend", ALL % ("", ""), user=user)
        stand = {each["key"]: each["value"] for each in read["data"]["me"]["answers"]}
        return [each["extensions"]["reason"] for each in told.get("errors", ())], stand

    key = "favouriteTool"
    wrong, stand = await correct(user, [{"key": key, "value": "OTHER"}])
    assert (wrong, stand[key]) == ([], "OTHER")
    wrong, stand = await correct(user, [{"key": key}])
    assert (wrong, stand[key]) == ([], None)
    wrong, stand = await correct(user, [{"key": key, "value": "OTHER"}])
    assert (wrong, stand[key]) == (["ANSWER_NOT_ASKED"], None)
    wrong, stand = await correct(other, None)
    assert (wrong, stand[key]) == ([], None)


@pytest.mark.usefixtures("back")
async def test_a_required_question_answered_wrongly_is_told_once(a_world: World, edition: Edition) -> None:
    await publish(a_world, asking(edition, question(required="yes")))
    answers = [{"key": "favouriteTool", "value": "NEITHER"}]
    plain = a_world.demo.users["plain"]
    for answer in (
        await a_world.ask("frontend", REGISTER, body({"email": "w@form.example", "answers": answers})),
        await a_world.ask(
            "frontend", CORRECT, {"i": {"id": plain, "user": {"answers": answers}}}, user=plain
        ),
    ):
        (error,) = answer["errors"]
        assert error["extensions"]["argument"] == "input.user.answers.favouriteTool"
        assert error["extensions"]["reason"] == "ANSWER_CHOICE"


@pytest.mark.usefixtures("back")
async def test_an_answer_that_is_not_asked_is_told_beside_the_other_mistakes(
    a_world: World, edition: Edition
) -> None:
    await publish(a_world, asking(edition, question(**days(0, -1))))
    given = {"email": "nobody", "answers": [{"key": "favouriteTool", "value": "OTHER"}]}
    plain = a_world.demo.users["plain"]
    correction = {"i": {"id": plain, "user": given}}
    for answer in (
        await a_world.ask("frontend", REGISTER, body(given)),
        await a_world.ask("frontend", CORRECT, correction, user=plain),
    ):
        assert {
            each["extensions"]["argument"]: each["extensions"]["reason"] for each in answer["errors"]
        } == {
            "input.user.email": "EMAIL_SHAPE",
            "input.user.answers.favouriteTool": "ANSWER_NOT_ASKED",
        }


ALL = 'query @purpose(id: "service.account"%s) { me { answers%s { key value } } }'


@pytest.mark.usefixtures("back")
async def test_a_new_question_leaves_all_answers_whole_and_is_refused_by_its_name(
    a_world: World, edition: Edition
) -> None:
    plain = a_world.demo.users["plain"]
    before = await a_world.ask("frontend", ALL % ("", ""), user=plain)
    assert "errors" not in before
    await publish(a_world, asking(edition, question()))
    for more in ("", ", strict: true"):
        sent = await a_world.send("frontend", ALL % (more, ""), user=plain)
        assert sent.json() == before
        ledger = "SELECT outcome FROM accesses WHERE request_id = :id"
        rows = await a_world.house.store.fetch(ledger, {"id": sent.headers["x-request-id"]})
        assert [row[0] for row in rows] == ["RELEASED"]
    keys = '(keys: ["favouriteTool", "education"])'
    (error,) = (await a_world.ask("frontend", ALL % ("", keys), user=plain))["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == (
        "FIELD_FORBIDDEN",
        "User.answers.favouriteTool",
    )


@pytest.mark.usefixtures("back")
async def test_a_question_in_no_category_and_an_unknown_field_are_explained_with_what_to_do(
    a_world: World, edition: Edition
) -> None:
    await publish(a_world, asking(edition, question()))
    explain = """query($field: String!) { explain(purpose: "service.account", role: "frontend", recipient: "internal",
      field: $field, facts: ["noticed"]) { reason rule nearest { rule } ja: advice en: advice(lang: "en") } }"""
    for field, reason in (
        ("User.answers.favouriteTool", "FIELD_UNSORTED"),
        ("User.shoeSize", "FIELD_UNKNOWN"),
    ):
        told = (await a_world.ask("frontend", explain, {"field": field}))["data"]["explain"]
        sentence = SENTENCES[reason]
        assert told == {
            "reason": reason,
            "rule": None,
            "nearest": [],
            "ja": sentence.ja.format(),
            "en": sentence.en.format(),
        }
    user = a_world.demo.users["plain"]
    read = 'query($id: ID!) @purpose(id: "service.account") { user(id: $id) { answers(keys: "favouriteTool") { key } } }'
    (error,) = (await a_world.ask("frontend", read, {"id": user}))["errors"]
    assert error["message"] == SENTENCES["FIELD_UNSORTED"].en
    assert error["extensions"]["reason"] == "FIELD_UNSORTED"


async def test_where_no_answer_is_open_to_anybody_it_is_told_why(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    asked = 'query($id: ID!) @purpose(id: "service.billing") { user(id: $id) { id answers { key } } }'
    answer = await a_world.ask("frontend", asked, {"id": user})
    assert answer["data"]["user"] == {"id": user, "answers": None}
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"FIELD_FORBIDDEN"}


async def test_an_answer_withheld_of_this_person_is_told_without_keys(a_world: World) -> None:
    user = a_world.demo.users["consented-employer-a"]
    asked = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { answers { key } } }'
    given = [{"key": "selfIntroduction", "value": "I build things."}]
    changed = await a_world.ask(
        "frontend", CORRECT, {"i": {"id": user, "user": {"answers": given}}}, user=user
    )
    assert "errors" not in changed
    answer = await a_world.ask("employer-a", asked, {"id": user})
    found = {(each["extensions"]["code"], each["extensions"]["field"]) for each in answer["errors"]}
    assert found == {
        ("FIELD_WITHHELD", "User.answers.selfIntroduction"),
        ("FIELD_WITHHELD", "User.answers.workHistoryText"),
    }
