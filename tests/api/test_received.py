"""Those who wait: sealed, seen by the desk alone and on record, taken in or dropped; and the receipts of who came."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.acquisition import Announcement
from models.day import today_in_japan
from models.receiving.receipts import retained_until
from tests.api.sending import (
    ACCEPT,
    APPLICATION,
    HISTORY,
    RECEIPTS,
    REJECT,
    SUPPORT,
    WAITING,
    counted,
    found,
    person,
    results,
    waiting,
)
from tests.world import World

ILL = {"answers": [{"key": "selfIntroduction", "value": "I was in hospital for cancer last year."}]}
ACCESSES = """
query($id: ID!) @purpose(id: "compliance.security") {
  accesses(requestId: $id) { edges { node { operation users outcome releases { edges { node { user released withheld
    written } } } } } }
}
"""


async def quarantined(world: World, email: str, **more: Any) -> str:
    """The number of somebody who waits."""
    (told,) = await results(world, person(email, **{"evidence": None, **more}))
    assert told["outcome"] == "QUARANTINED", told
    return str(told["received"])


async def access_of(world: World, response: Any) -> Any:
    """The record of an operation, by its response."""
    told = await world.ask("auditor", ACCESSES, {"id": response.headers["x-request-id"]})
    (edge,) = told["data"]["accesses"]["edges"]
    return edge["node"]


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({"evidence": None}, ["EVIDENCE_MISSING"]),
        ({"fairMeans": False}, ["DECEIT_SUSPECTED"]),
        ({"fairMeans": None}, ["DECEIT_SUSPECTED"]),
        ({"user": ILL}, ["SPECIAL_CARE_NO_CONSENT"]),
        ({"user": ILL, "fairMeans": False}, ["DECEIT_SUSPECTED", "SPECIAL_CARE_NO_CONSENT"]),
    ],
)
async def test_who_is_doubtful_waits_and_waits_on_however_often_sent(
    a_world: World, change: dict[str, Any], reasons: list[str]
) -> None:
    email = f"doubt{abs(hash(str(change)))}@partner.example"
    before = await counted(a_world)
    (told,) = await results(a_world, person(email, **change))
    assert (told["outcome"], told["mistakes"]) == ("QUARANTINED", [])
    after = await counted(a_world)
    assert (after["users"], after["receipts"]) == (before["users"], before["receipts"])
    node = (await waiting(a_world))[told["received"]]
    assert (node["outcome"], node["reasons"]) == ("QUARANTINED", reasons)
    assert (node["provider"], node["acquisitionHistory"], node["known"]) == ("employer-a", HISTORY, [])
    (again,) = await results(a_world, person(email, **{**change, "fairMeans": True}))
    assert again == told
    assert await found(a_world, email) == []


async def test_with_consent_to_special_care_data_the_words_come_in_and_await_a_reader(a_world: World) -> None:
    sent = person("consented@partner.example", user=ILL, specialCareConsent=True)
    (told,) = await results(a_world, sent)
    assert told["outcome"] == "RECEIVED"
    (user,) = await found(a_world, "consented@partner.example")
    rows = await a_world.house.store.fetch(
        "SELECT answer, findings, screened_at FROM screenings WHERE user_id = :user", {"user": user}
    )
    assert [(row[0], bool(row[1]), row[2]) for row in rows] == [("selfIntroduction", True, None)]


async def test_nothing_of_those_who_wait_stands_in_clear(a_world: World) -> None:
    number = await quarantined(a_world, "sealed-marker@partner.example")
    dumped = []
    for table in ("received", "received_items"):
        rows = await a_world.house.store.fetch(f"SELECT * FROM {table}", {})
        dumped += [repr(tuple(row)) for row in rows if number in repr(tuple(row))]
    assert len(dumped) > 5
    for value in ("sealed-marker", "SEALEDMARKER", "1998-05-01", "816012345678", "千代田", "build things"):
        assert [row for row in dumped if value in row] == [], value
    items = {each["field"]: each["value"] for each in (await waiting(a_world))[number]["items"]}
    assert items["User.email"] == "sealed-marker@partner.example"
    assert items["User.birthDate"] == "1998-05-01"
    assert items["User.answers.desiredJobs"] == "IT, OFFICE"


async def test_the_desk_sees_who_waits_on_record_but_no_card_number_inside_the_company(
    a_world: World,
) -> None:
    card = {"number": "AB12345678CD", "validUntil": "2031-05-01"}
    sent = person("carded@partner.example", purpose=SUPPORT, user={"residenceCard": card}, evidence=None)
    (told,) = await results(a_world, sent, client="support-org", purpose=SUPPORT)
    response = await a_world.send("privacy-desk", WAITING)
    nodes = [edge["node"] for edge in response.json()["data"]["received"]["edges"]]
    (node,) = [each for each in nodes if each["id"] == told["received"]]
    (number,) = [each for each in node["items"] if each["field"] == "User.residenceCard.number"]
    assert number == {"field": "User.residenceCard.number", "value": None, "withheld": True}
    assert "AB12345678CD" not in response.text
    access = await access_of(a_world, response)
    releases = [edge["node"] for edge in access["releases"]["edges"]]
    ((one),) = [each for each in releases if "User.residenceCard.number" in each["withheld"]]
    assert one["user"].startswith("unlinked:")
    assert {"User.email", "User.birthDate"} <= set(one["released"])
    assert access["users"] >= len(nodes)


@pytest.mark.parametrize(
    ("client", "purpose"),
    [
        ("auditor", "compliance.security"),
        ("privacy-desk", "compliance.security"),
        ("employer-a", APPLICATION),
        ("frontend", "service.account"),
    ],
)
async def test_nobody_but_the_desk_sees_or_decides(a_world: World, client: str, purpose: str) -> None:
    number = await quarantined(a_world, f"guarded-{client}-{purpose.replace('.', '-')}@partner.example")
    for document, said in (
        (WAITING, None),
        (ACCEPT, {"received": number}),
        (REJECT, {"received": number, "reason": "no"}),
    ):
        asked = document.replace("compliance.requests", purpose)
        answer = await a_world.ask(client, asked, said and {"input": said})
        assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"], document
    assert number in await waiting(a_world)


async def test_a_token_that_is_narrower_opens_no_value_it_leaves_out(a_world: World) -> None:
    number = await quarantined(a_world, "narrow@partner.example")
    refused = await a_world.ask("privacy-desk", WAITING, scope=("category:birth",))
    assert [error["extensions"]["reason"] for error in refused["errors"]] == ["SCOPE_TOO_NARROW"]
    answer = await a_world.ask("privacy-desk", WAITING, scope=("category:birth", "category:consent"))
    (node,) = [e["node"] for e in answer["data"]["received"]["edges"] if e["node"]["id"] == number]
    assert [each["field"] for each in node["items"] if not each["withheld"]] == ["User.birthDate"]
    told = await a_world.ask(
        "privacy-desk", ACCEPT, {"input": {"received": number}}, scope=("category:birth",)
    )
    assert a_world.codes(told) == ["OPERATION_FORBIDDEN"]


async def test_who_waits_is_taken_in_once_with_the_evidence_that_was_shown(a_world: World) -> None:
    number = await quarantined(a_world, "taken@partner.example")
    assert number in await waiting(a_world)
    bare = await a_world.ask("privacy-desk", ACCEPT, {"input": {"received": number}})
    assert [error["extensions"]["reason"] for error in bare["errors"]] == ["EVIDENCE_REQUIRED"]
    shown = {"received": number, "evidence": {"kind": "DECLARATION", "reference": "Letter of 2026-11-20"}}
    response = await a_world.send("privacy-desk", ACCEPT, {"input": shown})
    told = response.json()["data"]["acceptReceived"]
    user = told["user"]
    assert (told["received"], user["email"], user["birthDate"]) == (
        number,
        "taken@partner.example",
        "1998-05-01",
    )
    assert user["consents"] == [{"purpose": APPLICATION, "recipient": "employer-a", "state": "REQUESTED"}]
    assert [each["source"] for each in user["notices"]] == ["EMPLOYER"]
    assert "compliance.requests" in [edge["node"]["purpose"] for edge in user["accesses"]["edges"]]
    assert number not in await waiting(a_world)
    rows = await a_world.house.store.fetch(
        "SELECT count(*) FROM received_items WHERE received_id = :id", {"id": number}
    )
    assert rows[0][0] == 0
    again = await a_world.ask("privacy-desk", ACCEPT, {"input": shown})
    assert [error["extensions"]["reason"] for error in again["errors"]] == ["RECEIVED_UNKNOWN"]
    (receipt,) = await receipts(a_world, user=user["id"])
    assert receipt["evidence"] == {"kind": "DECLARATION", "reference": "Letter of 2026-11-20"}
    (resent,) = await results(a_world, person("taken@partner.example"))
    assert (resent["outcome"], resent["received"]) == ("QUARANTINED", number)


async def receipts(world: World, **said: Any) -> list[dict[str, Any]]:
    answer = await world.ask("auditor", RECEIPTS, said)
    assert "errors" not in answer, answer
    return [edge["node"] for edge in answer["data"]["receipts"]["edges"]]


async def test_a_duplicate_changes_nothing_until_the_desk_says_who_it_is(a_world: World) -> None:
    user = a_world.demo.users["consented-employer-a"]
    sql = "SELECT email, version, shown FROM users WHERE id = :id"
    ((email, *row),) = await a_world.house.store.fetch(sql, {"id": user})
    sent = person(str(email), user={"phone": "090-9999-8888"})
    (told,) = await results(a_world, sent)
    number = told["received"]
    node = (await waiting(a_world))[number]
    assert (node["outcome"], node["known"]) == ("DUPLICATE", [user])
    ((_, *now),) = await a_world.house.store.fetch(sql, {"id": user})
    assert now == row
    as_new = await a_world.ask("privacy-desk", ACCEPT, {"input": {"received": number}})
    assert [error["extensions"]["reason"] for error in as_new["errors"]] == ["RECEIVED_KNOWN"]
    nobody = await a_world.ask("privacy-desk", ACCEPT, {"input": {"received": number, "user": "nobody"}})
    assert [error["extensions"]["reason"] for error in nobody["errors"]] == ["NOBODY_HERE"]
    answer = await a_world.ask("privacy-desk", ACCEPT, {"input": {"received": number, "user": user}})
    accepted = answer["data"]["acceptReceived"]["user"]
    assert (accepted["id"], accepted["email"]) == (user, email)
    ((_, version, _),) = await a_world.house.store.fetch(sql, {"id": user})
    assert version == row[0]
    states = {(each["purpose"], each["recipient"]): each["state"] for each in accepted["consents"]}
    assert states[APPLICATION, "employer-a"] == "GIVEN"
    (receipt,) = await receipts(a_world, user=user)
    assert (receipt["received"], receipt["user"]) == (number, user)


async def test_who_is_rejected_is_dropped_and_the_partner_is_told_as_before(a_world: World) -> None:
    number = await quarantined(a_world, "rejected@partner.example")
    before = await counted(a_world)
    blank = await a_world.ask("privacy-desk", REJECT, {"input": {"received": number, "reason": " "}})
    assert [error["extensions"]["argument"] for error in blank["errors"]] == ["input.reason"]
    response = await a_world.send(
        "privacy-desk", REJECT, {"input": {"received": number, "reason": "No evidence came."}}
    )
    assert response.json() == {"data": {"rejectReceived": {"received": number}}}
    access = await access_of(a_world, response)
    assert [edge["node"]["written"] for edge in access["releases"]["edges"]] == [["Mutation.rejectReceived"]]
    after = await counted(a_world)
    assert (after["users"], after["receipts"]) == (before["users"], before["receipts"])
    assert after["received_items"] < before["received_items"]
    rows = await a_world.house.store.fetch(
        "SELECT settled, settled_by, settled_for FROM received WHERE id = :id", {"id": number}
    )
    assert tuple(rows[0]) == ("REJECTED", "privacy-desk", "No evidence came.")
    (again,) = await results(a_world, person("rejected@partner.example"))
    assert (again["outcome"], again["received"]) == ("QUARANTINED", number)
    for document, said in ((ACCEPT, {}), (REJECT, {"reason": "again"})):
        answer = await a_world.ask("privacy-desk", document, {"input": {"received": number, **said}})
        assert [error["extensions"]["reason"] for error in answer["errors"]] == ["RECEIVED_UNKNOWN"]


async def test_a_receipt_holds_what_the_law_asks_and_reading_it_is_on_record(a_world: World) -> None:
    sent = person("receipt@partner.example")
    (told,) = await results(a_world, sent)
    (user,) = await found(a_world, "receipt@partner.example")
    response = await a_world.send("auditor", RECEIPTS, {"user": user})
    (edge,) = response.json()["data"]["receipts"]["edges"]
    receipt = edge["node"]
    provider = a_world.house.inforce.registry.recipients["employer-a"]
    today = today_in_japan(datetime.now(UTC))
    for name, expected in {
        "received": told["received"],
        "user": user,
        "provider": "employer-a",
        "providerName": provider.name,
        "providerAddress": provider.address,
        "providerRepresentative": provider.representative,
        "acquisitionHistory": HISTORY,
        "evidence": {"kind": "CONTRACT", "reference": "C-2026-7 of 2026-04-01"},
        "purpose": APPLICATION,
        "consentMethod": "TICK",
        "policyVersion": "1",
        "receivedOn": today.isoformat(),
        "retainUntil": retained_until(today).isoformat(),
    }.items():
        assert receipt[name] == expected, name
    assert {"User.email", "User.name.roman", "User.answers.japaneseLevel"} <= set(receipt["items"])
    assert "User.residenceCard.number" not in receipt["items"]
    for name, given in (("consentedAt", sent["consent"]["givenAt"]), ("acquiredAt", sent["acquiredAt"])):
        assert datetime.fromisoformat(receipt[name]) == datetime.fromisoformat(given)
    assert datetime.fromisoformat(receipt["noticeShownAt"]) == datetime.fromisoformat(
        sent["notice"]["shownAt"]
    )
    access = await access_of(a_world, response)
    assert [e["node"]["user"] for e in access["releases"]["edges"]] == [user]


async def test_receipts_come_a_page_at_a_time_and_by_provider(a_world: World) -> None:
    await results(a_world, *(person(f"page{n}@pages.example") for n in "abc"), client="employer-b")
    seen: list[str] = []
    after = None
    for _ in range(10):
        answer = await a_world.ask(
            "auditor", RECEIPTS, {"provider": "employer-b", "first": 2, "after": after}
        )
        page = answer["data"]["receipts"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) >= 3
    assert seen == sorted(seen, reverse=True)
    whole = await receipts(a_world, provider="employer-b", first=1000)
    assert [each["id"] for each in whole] == seen


@pytest.mark.parametrize(
    ("client", "purpose"),
    [("employer-a", APPLICATION), ("frontend", "service.account"), ("policy-admin", "x")],
)
async def test_receipts_are_for_the_desk_and_the_auditor(a_world: World, client: str, purpose: str) -> None:
    answer = await a_world.ask(client, RECEIPTS.replace("compliance.security", purpose), {})
    assert a_world.codes(answer)[0] in {"OPERATION_FORBIDDEN", "PURPOSE_UNKNOWN"}
    desk = await a_world.ask("privacy-desk", RECEIPTS.replace("compliance.security", "compliance.requests"))
    assert "errors" not in desk


async def test_what_is_announced_while_somebody_waits_was_not_announced_before(a_world: World) -> None:
    number = await quarantined(a_world, "announced@partner.example")
    row = await Announcement.create(purpose="service.billing", announced_at=datetime.now(UTC))
    try:
        shown = {"received": number, "evidence": {"kind": "DOCUMENT", "reference": "D-1"}}
        answer = await a_world.ask("privacy-desk", ACCEPT, {"input": shown})
        user = answer["data"]["acceptReceived"]["user"]["id"]
        ask = 'query($id: ID!) @purpose(id: "service.billing") { user(id: $id) { id } }'
        assert (await a_world.ask("frontend", ask, {"id": user}))["data"]["user"] is None
        row.announced_at = datetime.now(UTC) - timedelta(hours=2)
        await row.save()
        assert (await a_world.ask("frontend", ask, {"id": user}))["data"]["user"] is not None
    finally:
        await row.delete()


async def test_the_decision_under_a_key_is_made_once(a_world: World) -> None:
    number = await quarantined(a_world, "keyed@partner.example")
    said = {"input": {"received": number, "evidence": {"kind": "DOCUMENT", "reference": "D-2"}}}
    key = {"Idempotency-Key": "accept-keyed"}
    first = await a_world.ask("privacy-desk", ACCEPT, said, headers=key)
    again = await a_world.ask("privacy-desk", ACCEPT, said, headers=key)
    assert first["data"]["acceptReceived"]["user"]["id"] == again["data"]["acceptReceived"]["user"]["id"]
    assert len(await receipts(a_world, user=first["data"]["acceptReceived"]["user"]["id"])) == 1


def test_a_receipt_is_kept_three_years_the_last_day_included() -> None:
    for made, until in (
        ("2018-02-01", "2021-02-01"),
        ("2024-02-29", "2027-02-28"),
        ("2025-12-31", "2028-12-31"),
    ):
        assert retained_until(datetime.fromisoformat(made).date()).isoformat() == until
