"""Correction: what stood there before is kept, for those who may read the field; nobody corrects another."""

from typing import Any

import pytest

from tests.api.test_once import UPDATE
from tests.world import World

CARD_NUMBER, CARD_END = "input.user.residenceCard.number", "input.user.residenceCard.validUntil"
HISTORY = """
query($id: ID!) @purpose(id: "compliance.requests", recipient: "%s") {
  user(id: $id) { history { field was became by client purpose } }
}
"""


def change(user: str, **fields: Any) -> dict[str, Any]:
    return {"input": {"id": user, "user": fields}}


async def test_a_history_tells_what_was_and_became_and_who_and_why(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    before = await a_world.ask(
        "frontend", 'query @purpose(id: "service.account") { me { name { roman } } }', user=user
    )
    was = before["data"]["me"]["name"]["roman"]
    answer = await a_world.ask("frontend", UPDATE, change(user, name={"roman": "TANAKA MARIA"}), user=user)
    assert "errors" not in answer, answer
    (first, *_) = answer["data"]["updateUser"]["user"]["history"]
    assert first == {
        "field": "User.name.roman",
        "was": was,
        "became": "TANAKA MARIA",
        "by": user,
        "purpose": "service.account",
    }


async def test_a_history_hides_the_fields_that_may_not_be_read(a_world: World) -> None:
    user = a_world.demo.users["consented-employer-a"]
    fields = {"number": "ZZ98765432YY", "sex": "F"}
    answer = await a_world.ask("frontend", UPDATE, change(user, residenceCard=fields), user=user)
    assert "errors" not in answer, answer
    seen = {}
    for recipient in ("internal", "person"):
        told = await a_world.ask("privacy-desk", HISTORY % recipient, {"id": user})
        seen[recipient] = {each["field"] for each in told["data"]["user"]["history"]}
    assert "User.residenceCard.number" in seen["person"]
    assert "User.residenceCard.number" not in seen["internal"]
    told = await a_world.send(
        "auditor",
        'query($id: ID!) @purpose(id: "compliance.security") { user(id: $id) { id history { was } } }',
        {"id": user},
    )
    assert a_world.codes(told.json()) == ["FIELD_FORBIDDEN"]
    assert told.json()["data"]["user"] == {"id": user, "history": None}


async def test_nobody_corrects_another(a_world: World) -> None:
    other = a_world.demo.users["busy"]
    answer = await a_world.ask(
        "frontend", UPDATE, change(other, phone="+819012340009"), user=a_world.demo.users["plain"]
    )
    assert a_world.codes(answer) == ["BAD_INPUT"]
    answer = await a_world.ask("frontend", UPDATE, change(other, phone="+819012340009"))
    assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]


async def test_the_desk_corrects_on_request_and_the_ledger_says_what(a_world: World) -> None:
    user = a_world.demo.users["offered-employer-a"]
    document = UPDATE.replace("service.account", "compliance.requests")
    answer = await a_world.ask("privacy-desk", document, change(user, phone="03-1234-5678"))
    assert "errors" not in answer, answer
    assert answer["data"]["updateUser"]["user"]["phone"] == "+81312345678"
    ledger = """query($u: ID) @purpose(id: "compliance.security") {
      accesses(user: $u, field: "User.phone", first: 1) { edges { node {
        client purpose outcome releases(user: $u) { edges { node { written } } } } } } }"""
    (edge,) = (await a_world.ask("auditor", ledger, {"u": user}))["data"]["accesses"]["edges"]
    node = edge["node"]
    assert (node["client"], node["purpose"], node["outcome"]) == (
        "privacy-desk",
        "compliance.requests",
        "RELEASED",
    )
    assert node["releases"]["edges"][0]["node"]["written"] == ["User.phone"]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"email": None}, "input.user.email"),
        ({"residenceCard": {"number": "123456789018"}}, "input.user.residenceCard.number"),
        ({"birthDate": "昭和64年1月8日"}, "input.user.birthDate"),
        ({}, "input.user"),
        ({"address": {"prefecture": "JP-47"}}, "input.user.address.prefecture"),
        ({"residenceCard": {"number": None, "stayExpiresOn": None, "validUntil": None}}, None),
    ],
)
async def test_a_wrong_correction_changes_nothing(
    a_world: World, fields: dict[str, Any], place: str | None
) -> None:
    user = a_world.demo.users["busy"]
    count = "SELECT count(*) FROM amendments"
    before = (await a_world.house.store.fetch(count, {}))[0][0]
    answer = await a_world.ask("frontend", UPDATE, change(user, **fields), user=user)
    places = [error["extensions"]["argument"] for error in answer["errors"]]
    assert places == [place] if place else set(places) <= {CARD_NUMBER, CARD_END}
    assert (await a_world.house.store.fetch(count, {}))[0][0] == before


async def test_no_value_of_a_history_stands_in_clear(a_world: World) -> None:
    user = a_world.demo.users["busy"]
    await a_world.ask(
        "frontend", UPDATE, change(user, building="x", address={"building": "MARKED TOWER 7"}), user=user
    )
    await a_world.ask("frontend", UPDATE, change(user, address={"building": "MARKED TOWER 7"}), user=user)
    rows = await a_world.house.store.fetch(
        "SELECT was, became FROM amendments WHERE user_id = :u", {"u": user}
    )
    assert rows
    assert not any(b"MARKED" in bytes(cell) for row in rows for cell in row if cell is not None)


async def test_a_history_that_is_shown_is_on_record_with_its_fields(a_world: World) -> None:
    user = a_world.demo.users["newsletter"]
    await a_world.ask("frontend", UPDATE, change(user, phone="+819012340011"), user=user)
    shown = await a_world.send("privacy-desk", HISTORY % "internal", {"id": user})
    ledger = """query($id: ID, $u: ID) @purpose(id: "compliance.security") {
      accesses(requestId: $id) { edges { node { releases(user: $u) { edges { node { released } } } } } } }"""
    asked = {"id": shown.headers["x-request-id"], "u": user}
    (edge,) = (await a_world.ask("auditor", ledger, asked))["data"]["accesses"]["edges"]
    released = edge["node"]["releases"]["edges"][0]["node"]["released"]
    assert {"User.history", "User.phone"} <= set(released)


async def test_a_history_moved_to_another_person_does_not_open(a_world: World) -> None:
    user, other = a_world.demo.users["newsletter"], a_world.demo.users["held"]
    await a_world.ask("frontend", UPDATE, change(user, phone="+819012340012"), user=user)
    async with a_world.house.store.transaction() as transaction:
        moved = {"other": other, "user": user}
        await transaction.execute("UPDATE amendments SET user_id = :other WHERE user_id = :user", moved)
    answer = await a_world.ask("privacy-desk", HISTORY % "internal", {"id": other})
    assert a_world.codes(answer) == ["INTERNAL"]
    assert "data" not in answer
