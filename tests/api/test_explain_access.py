"""Explaining a record: under the edition of its time, with the standing it was decided on, to whoever may read the ledger."""

import json
from typing import Any

import pytest

from policies.edition import Edition
from tests.editions import put_in_force, without
from tests.world import World

PHONE = """query($id: ID!) @purpose(id: "service.account") { user(id: $id) { id phone } }"""
APPLICATION = """query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id email } }"""
WHY = """query($access: ID!, $facts: [ID!]) %s {
  explain(purpose: "service.application", role: "employer", recipient: "employer-a", field: "User.email",
          access: $access, facts: $facts) {
    allowed rule reason edition nearest { rule failed missing } text(lang: "en")
    inNames: text(lang: "en", audience: DEVELOPER)
  }
}"""
SECURITY = '@purpose(id: "compliance.security")'


async def access_of(world: World, client: str, query: str, user: str) -> str:
    response = await world.send(client, query, {"id": world.demo.users[user]})
    found = await world.house.store.fetch(
        "SELECT id FROM accesses WHERE request_id = :id", {"id": response.headers["X-Request-Id"]}
    )
    return str(found[0][0])


async def why(
    world: World, client: str, access: str, purpose: str = SECURITY, facts: list[str] | None = None
) -> Any:
    return await world.ask(client, WHY % purpose, {"access": access, "facts": facts})


async def test_a_record_is_explained_by_the_standing_it_was_decided_on(a_world: World) -> None:
    access = await access_of(a_world, "employer-a", APPLICATION, "consented-employer-a")
    told = (await why(a_world, "privacy-desk", access))["data"]["explain"]
    assert (told["allowed"], told["rule"]) == (True, "application-contact")
    assert told["text"].startswith("the rule `application-contact` allows it (Clause 7; APPI Art 27(1)): ")
    assert told["inNames"] == "allow `application-contact` needs `noticed+consented+interview`"
    named = (await why(a_world, "privacy-desk", access, facts=["noticed"]))["data"]["explain"]
    assert named["allowed"] is False


@pytest.mark.parametrize(
    ("client", "named"),
    [
        ("privacy-desk", ("`compliance.requests`", "`compliance.security`")),
        ("auditor", ("`compliance.security`",)),
    ],
)
async def test_without_a_purpose_nothing_is_said_of_the_person_and_the_purposes_are_named(
    a_world: World, client: str, named: tuple[str, ...]
) -> None:
    access = await access_of(a_world, "employer-a", APPLICATION, "held")
    for asked in (access, "12"):
        for language, comma in {"en": ", ", "ja": "、"}.items():
            answer = await a_world.ask(
                client, WHY % "", {"access": asked}, headers={"Accept-Language": language}
            )
            (error,) = answer["errors"]
            assert answer["data"] is None
            assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_INPUT", "facts")
            assert comma.join(named) in error["message"]
            assert "`facts`" in error["message"]


async def test_whom_no_purpose_opens_the_ledger_is_told_to_name_facts(a_world: World) -> None:
    access = await access_of(a_world, "employer-a", APPLICATION, "consented-employer-a")
    (error,) = (await why(a_world, "policy-admin", access, ""))["errors"]
    assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_INPUT", "facts")
    assert error["message"] == (
        "what an access was decided on is told only to those who may read the ledger: name the `facts` to ask about"
    )


async def test_the_edition_of_a_record_is_asked_with_named_facts_and_without_a_purpose(
    a_world: World, edition: Edition
) -> None:
    access = await access_of(a_world, "employer-a", APPLICATION, "consented-employer-a")
    for client in ("privacy-desk", "policy-admin"):
        told = (await why(a_world, client, access, "", ["noticed"]))["data"]["explain"]
        assert (told["allowed"], told["edition"]) == (False, edition.id)


OTHERWISE = """query($access: ID!, $role: ID!, $purpose: ID!, $recipient: ID!, $action: Action, $facts: [ID!])
  @purpose(id: "compliance.security") {
  explain(purpose: $purpose, role: $role, recipient: $recipient, field: "User.email", action: $action,
          access: $access, facts: $facts) { allowed reason }
}"""
OF_RECORD = {"role": "employer", "purpose": "service.application", "recipient": "employer-a"}


@pytest.mark.parametrize(
    ("argument", "other", "held"),
    [
        ("role", "support_org", "employer"),
        ("purpose", "service.matching", "service.application"),
        ("recipient", "employer-b", "employer-a"),
        ("action", "CORRECT", "READ"),
    ],
)
async def test_a_question_that_is_not_that_of_the_record_is_refused(
    a_world: World, argument: str, other: str, held: str
) -> None:
    access = await access_of(a_world, "employer-a", APPLICATION, "consented-employer-a")
    asked = {**OF_RECORD, "access": access, argument: other}
    for language in ("en", "ja"):
        answer = await a_world.ask("auditor", OTHERWISE, asked, headers={"Accept-Language": language})
        (error,) = answer["errors"]
        assert "data" not in answer
        assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_INPUT", argument)
        assert f"`{argument}`" in error["message"]
        assert f"`{held}`" in error["message"]
    named = await a_world.ask("auditor", OTHERWISE, {**asked, "facts": ["noticed"]})
    assert named["data"]["explain"]["allowed"] is False
    right = await a_world.ask("auditor", OTHERWISE, {**asked, argument: held})
    assert right["data"]["explain"] == {"allowed": True, "reason": None}


async def test_what_was_done_is_taken_from_the_record_and_another_act_is_refused(a_world: World) -> None:
    stage = """query($access: ID!, $action: Action) @purpose(id: "compliance.security") {
      explain(purpose: "service.application", role: "employer", recipient: "employer-a", action: $action,
              field: "Mutation.setApplicationStage.HIRED", access: $access) { allowed rule reason } }"""
    access = await access_of(a_world, "employer-a", STAGE, "consented-employer-a")
    told = (await a_world.ask("auditor", stage, {"access": access}))["data"]["explain"]
    assert told == {"allowed": True, "rule": "stage-employer", "reason": None}
    refused = await a_world.ask("auditor", stage, {"access": access, "action": "READ"})
    assert [each["extensions"]["argument"] for each in refused["errors"]] == ["action"]
    assert "`INVOKE`" in refused["errors"][0]["message"]


async def test_whoever_is_in_an_explained_record_is_shown_on_record(a_world: World) -> None:
    access = await access_of(a_world, "employer-a", APPLICATION, "consented-employer-a")
    user = a_world.demo.users["consented-employer-a"]
    listed = """query($user: ID!) @purpose(id: "compliance.security") {
      accesses(user: $user, client: "auditor", first: 1) { edges { node { id releases(user: $user) {
        edges { node { released basis } } } } } } }"""
    await why(a_world, "auditor", access)
    (edge,) = (await a_world.ask("auditor", listed, {"user": user}))["data"]["accesses"]["edges"]
    (release,) = edge["node"]["releases"]["edges"]
    assert release["node"] == {"released": ["User.accesses"], "basis": ["DUTY"]}


async def test_last_weeks_record_answers_under_last_weeks_edition(a_world: World, edition: Edition) -> None:
    access = await access_of(a_world, "employer-a", APPLICATION, "consented-employer-a")
    store, inforce = a_world.house.store, a_world.house.inforce
    later = without(edition, "application-contact")
    await put_in_force(store, inforce, later)
    try:
        then = (await why(a_world, "privacy-desk", access))["data"]["explain"]
        assert (then["allowed"], then["edition"]) == (True, edition.id)
        after = await access_of(a_world, "employer-a", APPLICATION, "consented-employer-a")
        now = (await why(a_world, "privacy-desk", after))["data"]["explain"]
        assert (now["allowed"], now["reason"], now["edition"]) == (False, "FIELD_NOT_NECESSARY", later.id)
    finally:
        await put_in_force(store, inforce, edition)


NUMBERED = """query($first: Int) @purpose(id: "compliance.security") {
  accesses(client: "employer-a", first: $first) { edges { node { id edition editionNumber } } } }"""


async def test_an_access_tells_under_which_number_its_edition_was_in_force(
    a_world: World, edition: Edition
) -> None:
    store, inforce = a_world.house.store, a_world.house.inforce
    told: list[tuple[str, str, int]] = []
    for each in (edition, without(edition, "application-contact"), edition):
        await put_in_force(store, inforce, each)
        number = (await inforce.current()).number
        access = await access_of(a_world, "employer-a", APPLICATION, "consented-employer-a")
        told.append((access, each.id, number))
    answer = await a_world.ask("auditor", NUMBERED, {"first": 3})
    found = [edge["node"] for edge in answer["data"]["accesses"]["edges"]]
    assert [(each["id"], each["edition"], each["editionNumber"]) for each in reversed(found)] == told
    assert told[0][2] < told[1][2] < told[2][2]


async def test_a_hold_is_told_to_the_privacy_desk_and_not_to_an_employer(a_world: World) -> None:
    held = """{ explain(purpose: "service.application", role: "employer", recipient: "employer-a",
      field: "User.email", facts: ["noticed", "consented", "interview", "held"]) { reason nearest { rule missing matched } } }"""
    told = (await a_world.ask("privacy-desk", held))["data"]["explain"]
    near = {"rule": "held-service", "missing": [], "matched": ["held"]}
    assert (told["reason"], told["nearest"]) == ("SUSPENDED", [near])
    access = await access_of(a_world, "employer-a", APPLICATION, "held")
    refused = await why(a_world, "employer-a", access, "")
    assert [error["extensions"]["reason"] for error in refused["errors"]] == ["ROLE_NOT_ALLOWED"]
    assert "held" not in str(refused)
    person = """query($user: ID!) { explain(purpose: "service.application", role: "employer",
      recipient: "employer-a", field: "User.email", user: $user) { allowed } }"""
    unsaid = await a_world.ask("employer-a", person, {"user": a_world.demo.users["held"]})
    assert a_world.codes(unsaid) == ["BAD_INPUT"]


async def test_a_standing_is_kept_from_staff_who_may_not_read_the_ledger(a_world: World) -> None:
    access = await access_of(a_world, "employer-a", APPLICATION, "consented-employer-a")
    for purpose in (SECURITY, '@purpose(id: "compliance.requests")'):
        refused = await why(a_world, "policy-admin", access, purpose)
        assert set(a_world.codes(refused)) <= {"OPERATION_FORBIDDEN", "PURPOSE_NOT_ALLOWED"}
        assert "data" not in refused


async def test_a_record_of_several_standings_asks_for_facts(a_world: World) -> None:
    query = (
        """query @purpose(id: "service.application") { users(first: 50) { edges { node { id email } } } }"""
    )
    access = await access_of(a_world, "employer-a", query, "plain")
    told = await why(a_world, "privacy-desk", access)
    (error,) = told["errors"]
    assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_INPUT", "facts")
    assert error["message"].startswith("this access holds no standing, or several")
    nobody = await why(a_world, "privacy-desk", "12")
    assert a_world.codes(nobody) == ["BAD_INPUT"]


LIST = """query($id: ID!) @purpose(id: "service.application") {
  users(filter: {ids: [$id]}) { edges { node { id email } } } }"""
STAGE = """mutation($id: ID!) @purpose(id: "service.application") {
  setApplicationStage(input: {user: $id, stage: HIRED}) { stage } }"""
HISTORY = """query($user: ID!) @purpose(id: "compliance.security") { accesses(user: $user, first: 1000) { edges { node {
  id users outcome releases { edges { node { user released withheld } } } } } } }"""
OWN = """query @purpose(id: "service.account") { me { accesses(first: 1000) { edges { node {
  id users releases { edges { node { user } } } } } } } }"""


@pytest.mark.parametrize("query", [APPLICATION, LIST, STAGE], ids=["by id", "in a list", "a change"])
async def test_why_somebody_was_not_found_is_told_to_the_privacy_desk(a_world: World, query: str) -> None:
    access = await access_of(a_world, "employer-a", query, "held")
    told = (await why(a_world, "privacy-desk", access))["data"]["explain"]
    assert (told["allowed"], told["reason"], told["rule"]) == (False, "SUSPENDED", "held-service")
    assert told["text"].startswith("the rule `held-service` refuses it because use is suspended")
    for client in ("employer-a", "policy-admin"):
        refused = await why(a_world, client, access)
        assert "data" not in refused
        assert "held" not in str(refused)


async def test_what_hides_somebody_is_kept_whole_and_told_by_nothing_else(a_world: World) -> None:
    access = await access_of(a_world, "employer-a", APPLICATION, "held")
    user = a_world.demo.users["held"]
    (row,) = await a_world.house.store.fetch(
        "SELECT users, groups, touched FROM accesses WHERE id = :id", {"id": int(access)}
    )
    (group,) = json.loads(row[1])
    assert {"noticed", "consented", "interview", "held", "!erased"} <= set(group["standing"].split("+"))
    assert (group["n"], group["guard"], group["released"], group["withheld"]) == (1, "Query.user", "", "")
    assert (row[0], row[2].strip()) == (0, "")
    told = {"id": access, "users": 0, "outcome": "REFUSED", "releases": {"edges": []}}
    history = await a_world.ask("auditor", HISTORY, {"user": user})
    assert told in [edge["node"] for edge in history["data"]["accesses"]["edges"]]
    own = await a_world.ask("frontend", OWN, user=user)
    mine = {edge["node"]["id"]: edge["node"] for edge in own["data"]["me"]["accesses"]["edges"]}
    assert (mine[access]["users"], mine[access]["releases"]) == (0, {"edges": []})


async def test_other_reasons_not_to_be_found_are_told_too_and_nobody_has_none(a_world: World) -> None:
    for situation, reason in {"erased": "ERASED", "withdrawn-employer-a": "NO_BASIS"}.items():
        access = await access_of(a_world, "employer-a", APPLICATION, situation)
        told = (await why(a_world, "privacy-desk", access))["data"]["explain"]
        assert (told["allowed"], told["reason"]) == (False, reason)
    response = await a_world.send("employer-a", APPLICATION, {"id": "nobody"})
    (row,) = await a_world.house.store.fetch(
        "SELECT id, groups FROM accesses WHERE request_id = :id", {"id": response.headers["X-Request-Id"]}
    )
    assert json.loads(row[1]) == []
    assert a_world.codes(await why(a_world, "privacy-desk", str(row[0]))) == ["BAD_INPUT"]


async def test_who_is_visible_and_only_left_out_of_a_list_is_hidden_by_nothing(a_world: World) -> None:
    none = LIST.replace("ids: [$id]", "ids: [$id], ageBand: {in: []}")
    access = await access_of(a_world, "employer-a", none, "consented-employer-a")
    (row,) = await a_world.house.store.fetch(
        "SELECT groups FROM accesses WHERE id = :id", {"id": int(access)}
    )
    assert json.loads(row[0]) == []


async def test_a_hold_of_last_week_is_told_under_the_edition_of_last_week(
    a_world: World, edition: Edition
) -> None:
    access = await access_of(a_world, "employer-a", APPLICATION, "held")
    store, inforce = a_world.house.store, a_world.house.inforce
    await put_in_force(store, inforce, without(edition, "held-service"))
    try:
        told = (await why(a_world, "privacy-desk", access))["data"]["explain"]
        assert (told["reason"], told["edition"]) == ("SUSPENDED", edition.id)
    finally:
        await put_in_force(store, inforce, edition)
