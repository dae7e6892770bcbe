"""The form: a question comes by data alone, is answered at once, and is read by nobody before a rule says so."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from api.gateway.ledger_view import JAPAN
from api.house import utc_now
from models.recipient import Client
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
