"""Case files: opened by one, approved by another, for named people, items and a time; what goes out rests on them."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.settings import CHECKOUT
from models.cases.casefile import CaseFile, CasePerson
from models.clients.client import Client
from models.ledger.access import Outcome
from models.ledger.recorded import AccessRecord
from models.recipients.recipient import Recipient
from models.register import RegisterChange
from tests.api.desks import (
    CASE,
    DESK,
    REQUESTS,
    as_staff,
    asked_by_law,
    case,
    newest,
    obeyed,
    open_case,
    wrong,
)
from tests.world import World

AUTHORITY = '@purpose(id: "compliance.authority")'
ONE = f"""query One($id: ID!) {AUTHORITY} {{
  user(id: $id) {{ id name {{ roman }} birthDate email registeredAt address {{ city }} residenceCard {{ number }} }}
}}"""
EXPLAIN = """query { explain(purpose: "compliance.authority", role: "authority", recipient: "authority",
  field: "User.name.roman") { allowed reason clause nearest { rule failed missing } } }"""
CASES_PAGE = f"""query List($to: ID, $first: Int, $after: String) {REQUESTS} {{
  cases(recipient: $to, first: $first, after: $after) {{ edges {{ node {{ id }} }} pageInfo {{ hasNextPage endCursor }} }}
}}"""
LIST = f"query List {REQUESTS} {{ cases(first: 1000) {{ edges {{ node {{ {CASE} openedAt approvedAt closedAt }} }} }} }}"


async def told(world: World, user: str) -> Any:
    """What the authority is told of somebody, and the errors."""
    answer = await world.ask("authority", ONE, {"id": user})
    return answer["data"]["user"]


async def listed(world: World, case_id: str, client: str = DESK, query: str = LIST) -> Any:
    answer = await world.ask(client, query)
    assert "errors" not in answer, answer
    return next(each["node"] for each in answer["data"]["cases"]["edges"] if each["node"]["id"] == case_id)


async def test_an_authority_without_a_case_file_is_refused(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    assert await told(a_world, user) is None
    record = await newest(a_world, "authority")
    assert (record.outcome, record.purpose) == (Outcome.REFUSED, "compliance.authority")
    why = (await a_world.ask(DESK, EXPLAIN))["data"]["explain"]
    assert (why["allowed"], why["reason"]) == (False, "EXCEPTION_INCOMPLETE")
    assert why["nearest"][0] == {"rule": "authority-name", "failed": "FACTS", "missing": ["lawful"]}


async def test_a_complete_case_file_for_one_person_and_two_items_gives_just_those(a_world: World) -> None:
    one, other = a_world.demo.users["newsletter"], a_world.demo.users["plain"]
    opened = await open_case(a_world, asked_by_law(one))
    person = await told(a_world, one)
    assert person["name"]["roman"]
    assert person["birthDate"]
    others = {name: value for name, value in person.items() if name not in {"id", "name", "birthDate"}}
    assert others == {"email": None, "registeredAt": None, "address": None, "residenceCard": None}
    record = await newest(a_world, "authority")
    (release,) = record.releases
    assert set(release.released) == {"User.id", "User.name.roman", "User.birthDate"}
    assert release.basis == ("27-1-1",)
    assert await provided(a_world, record) == 0
    assert await told(a_world, other) is None
    await a_world.ask(DESK, case("closeCase"), {"i": {"case": opened}})
    assert await told(a_world, one) is None


async def provided(world: World, record: AccessRecord) -> int:
    rows = await world.house.store.fetch(
        "SELECT count(*) FROM provisions WHERE access_id = :access", {"access": record.id}
    )
    return int(rows[0][0])


async def test_a_case_file_tells_who_opened_approved_and_closed_it_and_whom_it_names(a_world: World) -> None:
    user = a_world.demo.users["busy"]
    opened = await open_case(a_world, asked_by_law(user, whyNoConsent=None))
    kept = await listed(a_world, opened)
    assert (kept["recipient"], kept["basis"], kept["reference"], kept["items"], kept["people"]) == (
        "authority",
        "27-1-1",
        "架空第1号",
        ["name", "birth"],
        [user],
    )
    assert (kept["openedBy"], kept["approvedBy"], kept["closedBy"], kept["state"]) == (
        "corp:mori",
        "corp:hayashi",
        None,
        "OPEN",
    )
    record = await newest(a_world, DESK)
    refs = await a_world.house.store.fetch("SELECT ref FROM users WHERE id = :id", {"id": user})
    shown = {each.ref: each.released for each in record.releases}
    assert shown[refs[0][0]] == ("Query.cases",)
    closed = await as_staff(a_world, "corp:ito", case("closeCase"), {"i": {"case": opened}})
    told_last = closed["data"]["closeCase"]["case"]
    assert (told_last["state"], told_last["closedBy"], told_last["people"]) == ("CLOSED", "corp:ito", [user])
    changes = await RegisterChange.filter(register="case", record=opened).order_by("at")
    assert [(each.what, each.by) for each in changes] == [
        ("OPENED", "corp:mori"),
        ("APPROVED", "corp:hayashi"),
        ("CLOSED", "corp:ito"),
    ]
    assert not any(user in str((each.was, each.became)) for each in changes)


async def test_opening_approving_and_closing_are_on_record_about_the_people_named(a_world: World) -> None:
    user = a_world.demo.users["busy"]
    ref = (await a_world.house.store.fetch("SELECT ref FROM users WHERE id = :id", {"id": user}))[0][0]
    opened = await open_case(a_world, asked_by_law(user))
    approved = await newest(a_world, DESK)
    await as_staff(a_world, "corp:ito", case("closeCase", "id"), {"i": {"case": opened}})
    closed = await newest(a_world, DESK)
    for record, path, staff in (
        (approved, "Mutation.approveCase", "corp:hayashi"),
        (closed, "Mutation.closeCase", "corp:ito"),
    ):
        assert {each.ref for each in record.releases} == {ref}
        assert [each.written for each in record.releases if each.written] == [(path,)]
        assert record.staff == staff
        assert (record.purpose, record.users) == ("compliance.requests", 1)


async def test_every_mistake_in_a_case_file_is_told_at_once_and_nothing_is_kept(a_world: World) -> None:
    before = await kept_now()
    said = {
        "recipient": "employer-a",
        "reference": " ",
        "office": "x" * 201,
        "requester": "\u0007",
        "people": [a_world.demo.users["plain"], "nobody"],
        "items": ["name", "person", "Query.users", "canary"],
        "until": "2020-01-01T00:00:00Z",
    }
    assert await wrong(a_world, case("openCase"), said) == {
        "recipient": "CASE_RECIPIENT",
        "basis": "CASE_BASIS_MISSING",
        "reference": "REQUIRED",
        "office": "TEXT_TOO_LONG",
        "requester": "TEXT_CHARACTERS",
        "people.1": "NOBODY_HERE",
        "items.1": "GROUND_ITEM",
        "items.2": "GROUND_ITEM",
        "items.3": "GROUND_ITEM",
        "until": "CASE_UNTIL",
    }
    empty = {"people": [], "items": [], "recipient": "internal"}
    assert await wrong(a_world, case("openCase"), asked_by_law(**empty)) == {
        "recipient": "GROUND_RECIPIENT",
        "people": "LIST_NEEDED",
        "items": "LIST_NEEDED",
    }
    many = {"people": ["nobody"] * 101, "items": ["name"] * 101}
    found = await wrong(a_world, case("openCase"), asked_by_law(**many))
    assert (found["people"], found["items"]) == ("LIST_LONG", "LIST_LONG")
    assert await kept_now() == before


async def kept_now() -> list[int]:
    return [await model.all().count() for model in (CaseFile, CasePerson, RegisterChange)]


@pytest.mark.parametrize(
    ("basis", "reason"),
    [
        (None, "CASE_BASIS_MISSING"),
        (" ", "CASE_BASIS_MISSING"),
        ("permitted by law", "CASE_BASIS_UNKNOWN"),
        ("27-1-8", "CASE_BASIS_UNKNOWN"),
        ("27-1-5", "CASE_BASIS_ACADEMIC"),
        ("27-1-6", "CASE_BASIS_ACADEMIC"),
        ("27-1-7", "CASE_BASIS_RESEARCH"),
    ],
)
async def test_permitted_by_law_alone_is_no_basis_and_the_items_for_academic_bodies_never_are(
    a_world: World, basis: str | None, reason: str
) -> None:
    user = a_world.demo.users["plain"]
    said = asked_by_law(user, basis=basis, whyNoConsent="架空の理由")
    assert await wrong(a_world, case("openCase"), said) == {"basis": reason}


@pytest.mark.parametrize("basis", ["27-1-5", "27-1-6", "27-1-7"])
async def test_an_item_for_academic_bodies_lets_nothing_out_however_it_was_written(
    a_world: World, basis: str
) -> None:
    user = a_world.demo.users["plain"]
    now = datetime.now(UTC)
    row = await CaseFile.create(
        id=f"written-{basis}",
        recipient="authority",
        basis=basis,
        reference="架空第9号",
        office="架空",
        requester="架空",
        approver="corp:hayashi",
        consent_obstacle="架空の理由",
        items=["name"],
        valid_from=now - timedelta(hours=1),
        valid_until=now + timedelta(hours=1),
        opened_by="corp:mori",
    )
    await CasePerson.create(id=f"written-{basis}", case_id=row.id, user_id=user)
    assert await told(a_world, user) is None
    row.basis = "27-1-1"
    await row.save()
    assert (await told(a_world, user))["name"]["roman"]
    await row.delete()


@pytest.mark.parametrize("basis", ["27-1-2", "27-1-3", "27-1-4"])
async def test_items_two_to_four_say_why_consent_is_hard_to_get(a_world: World, basis: str) -> None:
    user = a_world.demo.users["plain"]
    assert await wrong(a_world, case("openCase"), asked_by_law(user, basis=basis)) == {
        "whyNoConsent": "CASE_OBSTACLE"
    }
    opened = await open_case(a_world, asked_by_law(user, basis=basis, whyNoConsent="急を要する\nため"))
    assert (await told(a_world, user))["name"]["roman"]
    (release,) = (await newest(a_world, "authority")).releases
    assert release.basis == (basis,)
    await a_world.ask(DESK, case("closeCase"), {"i": {"case": opened}})
    assert await told(a_world, user) is None


async def test_who_opened_a_case_file_does_not_approve_it(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    said = asked_by_law(user)
    opened = await open_case(a_world, said, approved=False)
    for staff in ("corp:mori", None):
        answer = (
            await as_staff(a_world, staff, case("approveCase"), {"i": {"case": opened}})
            if staff
            else await a_world.ask(DESK, case("approveCase"), {"i": {"case": opened}})
        )
        assert [each["extensions"]["reason"] for each in answer["errors"]] == ["CASE_FOUR_EYES"], staff
        assert await told(a_world, user) is None
    unsigned = await a_world.ask(DESK, case("openCase"), {"i": said})
    alone = unsigned["data"]["openCase"]["case"]
    assert alone["openedBy"] == DESK
    for staff in ("corp:mori", None):
        answer = (
            await as_staff(a_world, staff, case("approveCase"), {"i": {"case": alone["id"]}})
            if staff
            else await a_world.ask(DESK, case("approveCase"), {"i": {"case": alone["id"]}})
        )
        assert [each["extensions"]["reason"] for each in answer["errors"]] == ["CASE_FOUR_EYES"], staff
    assert await told(a_world, user) is None


async def test_another_client_of_the_desk_may_approve_what_one_opened(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    second = {
        "name": "second-desk",
        "role": "privacy_officer",
        "recipients": ["internal"],
        "owner": "架空",
        "contact": "desk@example.jp",
    }
    adding = "mutation($i: AddClientInput!) { addClient(input: $i) { client { id } } }"
    assert "errors" not in await a_world.ask("policy-admin", adding, {"i": second})
    assert await Client.exists(id="second-desk")
    await obeyed(a_world)
    answer = await a_world.ask(DESK, case("openCase"), {"i": asked_by_law(user)})
    opened = answer["data"]["openCase"]["case"]["id"]
    answer = await a_world.ask("second-desk", case("approveCase"), {"i": {"case": opened}})
    assert answer["data"]["approveCase"]["case"]["approvedBy"] == "second-desk"
    assert (await told(a_world, user))["name"]["roman"]
    await a_world.ask(DESK, case("closeCase"), {"i": {"case": opened}})


async def test_the_case_file_of_the_page_is_opened_approved_and_closed_and_the_person_sees_what_went_out(
    a_world: World,
) -> None:
    page = (CHECKOUT / "docs" / "grounds.md").read_text(encoding="utf-8")
    documents = next(
        each for each in re.findall(r"```graphql\n(.*?)```", page, re.DOTALL) if "openCase" in each
    )
    (said,) = (json.loads(each) for each in re.findall(r"```json\n(.*?)```", page, re.DOTALL))
    user = a_world.demo.users["newsletter"]
    said["input"]["people"] = [user]

    async def moved(staff: str, name: str, variables: Any) -> Any:
        (one,) = (each for each in documents.split("\n\n") if f"mutation {name}" in each)
        answer = await as_staff(a_world, staff, one, variables)
        return next(iter(answer["data"].values()))["case"]

    opened = await moved("corp:mori", "Open", said)
    named = {"input": {"case": opened["id"]}}
    assert (await moved("corp:hayashi", "Approve", named))["state"] == "OPEN"
    assert (await told(a_world, user))["name"]["roman"]
    own = """query @purpose(id: "service.account") { me { accesses(first: 1) { edges { node {
      recipient releases(first: 1) { edges { node { basis } } } } } } } }"""
    answer = await a_world.ask("frontend", own, {}, user=user)
    (seen,) = answer["data"]["me"]["accesses"]["edges"]
    assert seen["node"]["recipient"] == "authority"
    assert seen["node"]["releases"]["edges"][0]["node"]["basis"] == ["27-1-1"]
    assert (await moved("corp:ito", "Close", named))["state"] == "CLOSED"


async def test_the_demonstration_has_a_case_file_to_use_and_one_that_waits(a_world: World) -> None:
    query = f"query {REQUESTS} {{ cases(first: 1000) {{ edges {{ node {{ reference state people }} }} }} }}"
    answer = await a_world.ask(DESK, query)
    found = {
        each["node"]["reference"].rpartition("-")[2]: (each["node"]["state"], len(each["node"]["people"]))
        for each in answer["data"]["cases"]["edges"]
        if each["node"]["reference"].startswith("架空入管審第20")
    }
    assert found["0104号"] == ("OPEN", 4)
    assert found["0117号"][0] == "TO_APPROVE"


async def test_a_case_file_is_approved_once_in_its_time_and_closed_once(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    opened = await open_case(a_world, asked_by_law(user))
    for name, staff, reason in (
        ("approveCase", "corp:ito", "CASE_APPROVED"),
        ("closeCase", "corp:ito", None),
        ("closeCase", "corp:ito", "CASE_CLOSED"),
        ("approveCase", "corp:ito", "CASE_CLOSED"),
    ):
        answer = await as_staff(a_world, staff, case(name), {"i": {"case": opened}})
        found = [each["extensions"]["reason"] for each in answer.get("errors", ())]
        assert found == ([reason] if reason else []), (name, answer)
    late = await open_case(a_world, asked_by_law(user), approved=False)
    await CaseFile.filter(id=late).update(valid_until=datetime.now(UTC) - timedelta(seconds=1))
    for case_id, reason in ((late, "CASE_OVER"), ("canary", "CASE_UNKNOWN")):
        answer = await as_staff(a_world, "corp:ito", case("approveCase"), {"i": {"case": case_id}})
        assert [each["extensions"]["reason"] for each in answer["errors"]] == [reason]


async def test_a_case_file_counts_only_in_its_time(a_world: World) -> None:
    user = a_world.demo.users["held"]
    now = datetime.now(UTC)
    opened = await open_case(a_world, asked_by_law(user))
    assert (await told(a_world, user))["name"]["roman"]
    await CaseFile.filter(id=opened).update(valid_from=now + timedelta(hours=1))
    assert await told(a_world, user) is None
    assert (await listed(a_world, opened))["state"] == "TO_COME"
    await CaseFile.filter(id=opened).update(valid_from=now - timedelta(hours=2), valid_until=now)
    assert await told(a_world, user) is None
    assert (await listed(a_world, opened))["state"] == "OVER"


async def test_the_erased_are_named_to_nobody_and_keep_no_case_file_from_closing(a_world: World) -> None:
    user, other = a_world.demo.users["erased"], a_world.demo.users["plain"]
    answer = await a_world.ask(DESK, case("openCase"), {"i": asked_by_law(user)})
    assert a_world.codes(answer) == ["BAD_INPUT"]
    opened = await open_case(a_world, asked_by_law(other))
    await CasePerson.filter(case_id=opened).update(user_id=user)
    assert (await listed(a_world, opened))["people"] == []
    assert await told(a_world, user) is None
    answer = await a_world.ask(DESK, case("closeCase"), {"i": {"case": opened}})
    assert answer["data"]["closeCase"]["case"]["state"] == "CLOSED"


OTHERS = ("policy-admin", "policy-approver", "auditor", "frontend", "employer-a", "authority")


@pytest.mark.parametrize("name", ["openCase", "approveCase", "closeCase"])
async def test_nobody_but_the_privacy_officer_opens_approves_or_closes_a_case_file(
    a_world: World, name: str
) -> None:
    opened = await open_case(a_world, asked_by_law(a_world.demo.users["plain"]), approved=False)
    said = asked_by_law(a_world.demo.users["plain"]) if name == "openCase" else {"case": opened}
    before = await kept_now()
    for client in OTHERS:
        answer = await a_world.ask(client, case(name), {"i": said})
        assert a_world.codes(answer) == ["PURPOSE_NOT_ALLOWED"], client
    purposes = {"auditor": "compliance.security", DESK: "compliance.security", "frontend": "service.account"}
    for client, purpose in purposes.items():
        answer = await a_world.ask(client, case(name).replace("compliance.requests", purpose), {"i": said})
        assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"], client
        assert answer["errors"][0]["extensions"]["reason"] in {"ROLE_NOT_ALLOWED", "FIELD_NOT_NECESSARY"}
    narrow = await a_world.ask(DESK, case(name), {"i": said}, scope=("category:contact",))
    assert narrow["errors"][0]["extensions"]["reason"] == "SCOPE_TOO_NARROW"
    assert await kept_now() == before


async def test_case_files_are_read_by_the_desk_and_the_auditor_and_by_nobody_else(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    opened = await open_case(a_world, asked_by_law(user))
    audit = LIST.replace("compliance.requests", "compliance.security")
    assert (await listed(a_world, opened, "auditor", audit))["people"] == [user]
    assert (await newest(a_world, "auditor")).users >= 1
    for client in ("employer-a", "authority", "frontend", "policy-admin"):
        answer = await a_world.ask(client, LIST)
        assert a_world.codes(answer) == ["PURPOSE_NOT_ALLOWED"], client
    account = LIST.replace("compliance.requests", "service.account")
    assert a_world.codes(await a_world.ask("frontend", account)) == ["OPERATION_FORBIDDEN"]
    narrow = await a_world.ask(DESK, LIST, scope=("category:contact",))
    assert narrow["errors"][0]["extensions"]["reason"] == "SCOPE_TOO_NARROW"


async def test_whoever_is_not_asked_for_is_not_told_of_nor_recorded(a_world: World) -> None:
    await open_case(a_world, asked_by_law(a_world.demo.users["plain"]))
    answer = await a_world.ask(DESK, f"query {REQUESTS} {{ cases {{ edges {{ node {{ id state }} }} }} }}")
    assert answer["data"]["cases"]["edges"]
    record = await newest(a_world, DESK)
    assert (record.users, record.releases) == (0, ())


async def test_case_files_come_page_by_page_newest_first(a_world: World) -> None:
    names = [await open_case(a_world, asked_by_law(a_world.demo.users["plain"])) for _ in range(3)]
    found: list[str] = []
    after: str | None = None
    query = CASES_PAGE
    for _ in range(2):
        page = (await a_world.ask(DESK, query, {"to": "authority", "first": 2, "after": after}))["data"][
            "cases"
        ]
        found += [each["node"]["id"] for each in page["edges"]]
        after = page["pageInfo"]["endCursor"]
    assert found[:3] == names[::-1]
    assert len(set(found)) == 4
    assert page["pageInfo"]["hasNextPage"] or len(found) >= await CaseFile.all().count()
    other = await a_world.ask(DESK, query, {"to": "employer-a", "first": 2, "after": after})
    assert a_world.codes(other) == ["BAD_INPUT"]
    none = await a_world.ask(DESK, query, {"to": "employer-a", "first": 2})
    assert none["data"]["cases"]["edges"] == []


async def test_a_case_file_opened_twice_under_one_key_is_one(a_world: World) -> None:
    said = {"i": asked_by_law(a_world.demo.users["plain"])}
    first, again = [
        (await a_world.send(DESK, case("openCase"), said, headers={"Idempotency-Key": "once-1"})).json()
        for _ in range(2)
    ]
    assert first["data"]["openCase"]["case"]["id"] == again["data"]["openCase"]["case"]["id"]
    assert first == again


async def test_a_recipient_that_is_stopped_gets_nothing_though_its_case_file_is_open(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    opened = await open_case(a_world, asked_by_law(user))
    assert (await told(a_world, user))["name"]["roman"]
    await Recipient.filter(id="authority").update(status="STOPPED")
    await obeyed(a_world)
    answer = await a_world.ask("authority", ONE, {"id": user})
    assert answer.get("data") is None
    assert answer["errors"][0]["extensions"]["reason"] == "RECIPIENT_STOPPED"
    await Recipient.filter(id="authority").update(status="ACTIVE")
    await obeyed(a_world)
    await a_world.ask(DESK, case("closeCase"), {"i": {"case": opened}})


async def test_a_record_of_provision_names_the_file_that_holds_what_was_given(a_world: World) -> None:
    user = a_world.demo.users["unnoticed"]
    change = 'mutation { updateRecipient(input: {recipient: "authority", stateOrgan: false}) { recipient { id } } }'
    assert "errors" not in await a_world.ask("privacy-desk", change)
    await open_case(a_world, asked_by_law(user, items=["name"], basis="27-1-1"))
    await open_case(
        a_world, asked_by_law(user, items=["birth"], basis="27-1-4", whyNoConsent="nobody answers")
    )
    for fields, basis in (
        ("birthDate", "27-1-4"),
        ("name { roman }", "27-1-1"),
        ("birthDate name { roman }", "27-1-1"),
    ):
        query = f'query($id: ID!) @purpose(id: "compliance.authority") {{ user(id: $id) {{ {fields} }} }}'
        assert (await a_world.ask("authority", query, {"id": user}))["data"]["user"]
        answer = await a_world.ask(
            "auditor",
            'query @purpose(id: "compliance.security") { provisions(recipient: "authority", first: 1) {'
            " edges { node { basis } } } }",
        )
        assert answer["data"]["provisions"]["edges"][0]["node"]["basis"] == basis, fields
