"""Receiving: nobody without notice, history and consent; everybody once; the answer never tells who is known."""

import asyncio
from secrets import choice
from typing import Any

import pytest

from tests.api.sending import APPLICATION, SUPPORT, at, counted, found, person, results, send
from tests.world import World

ME = """
query @purpose(id: "service.account") {
  me { email consents { purpose recipient state givenAt method } notices { source policyVersion purposes } }
}
"""


async def test_with_a_notice_dated_after_acquisition_nobody_is_received_and_with_a_valid_one_once_however_often_sent(
    a_world: World,
) -> None:
    before = await counted(a_world)
    late = person("once@partner.example", acquiredAt=at(4))
    late["consent"]["givenAt"] = at(5)
    (refused,) = await results(a_world, late)
    assert refused["outcome"] == "REFUSED"
    assert [(each["path"], each["code"]) for each in refused["mistakes"]] == [
        ("input.people.0.notice.shownAt", "NOTICE_AFTER_ACQUISITION")
    ]
    assert await counted(a_world) == before
    good = person("once@partner.example")
    told = [(await results(a_world, good))[0] for _ in range(3)]
    told += await results(a_world, good, person("once@partner.example", history="Told otherwise"))
    assert {each["outcome"] for each in told} == {"RECEIVED"}
    assert len({each["received"] for each in told}) == 1
    after = await counted(a_world)
    grown = {table: after[table] - before[table] for table in before}
    assert grown == {"users": 1, "acquisitions": 1, "consents": 1, "receipts": 1, "received_items": 0}


async def test_who_was_accepted_and_is_sent_again_too_late_is_refused_under_another_number(
    a_world: World,
) -> None:
    sent = person("again-late@partner.example")
    (first,) = await results(a_world, sent)
    late = person("again-late@partner.example", acquiredAt=at(4))
    late["consent"]["givenAt"] = at(5)
    before = await counted(a_world)
    (refused,) = await results(a_world, late)
    assert (first["outcome"], refused["outcome"]) == ("RECEIVED", "REFUSED")
    assert refused["received"] != first["received"]
    assert (await counted(a_world))["users"] == before["users"]
    (again,) = await results(a_world, {**sent, "history": "Told by the person on the telephone"})
    assert (again["outcome"], again["received"]) == ("RECEIVED", first["received"])


async def test_an_import_at_ten_with_an_announcement_of_a_minute_later_is_refused(a_world: World) -> None:
    ten, later = "2026-11-20T10:00:00+09:00", "2026-11-20T10:01:00+09:00"
    before = await counted(a_world)
    sent = person("ten@partner.example", acquiredAt=ten, consent={"givenAt": ten, "method": "PAPER"})
    (refused,) = await results(a_world, {**sent, "notice": {**sent["notice"], "shownAt": later}})
    assert (refused["outcome"], [each["code"] for each in refused["mistakes"]]) == (
        "REFUSED",
        ["NOTICE_AFTER_ACQUISITION"],
    )
    assert await counted(a_world) == before
    (taken,) = await results(a_world, {**sent, "notice": {**sent["notice"], "shownAt": ten}})
    assert taken["outcome"] == "RECEIVED"


@pytest.mark.parametrize(
    ("client", "purpose", "source"),
    [("employer-a", APPLICATION, "EMPLOYER"), ("support-org", SUPPORT, "PARTNER")],
)
async def test_who_is_received_is_a_user_with_notice_source_and_a_consent_that_is_asked_of_them(
    a_world: World, client: str, purpose: str, source: str
) -> None:
    email = f"user@{client}.example"
    await results(a_world, person(email, purpose=purpose), client=client, purpose=purpose)
    (user,) = await found(a_world, email)
    me = (await a_world.ask("frontend", ME, user=user))["data"]["me"]
    assert me["notices"] == [
        {"source": source, "policyVersion": "1", "purposes": ["service.account", purpose]}
    ]
    assert me["consents"] == [
        {"purpose": purpose, "recipient": client, "state": "REQUESTED", "givenAt": None, "method": "NONE"}
    ]
    ask = 'query($id: ID!) @purpose(id: "%s") { user(id: $id) { id } }'
    for declared, noticed in (("service.account", True), ("service.matching", False)):
        answer = await a_world.ask("frontend", ask % declared, {"id": user})
        assert (answer["data"]["user"] is not None) is noticed, declared


GONE: Any = None


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"notice": GONE}, "notice", "NOTICE_REQUIRED"),
        ({"notice": {"purposes": ["service.account"]}}, "notice.purposes", "NOTICE_PURPOSE"),
        ({"notice": {"shownAt": "2199-01-01T00:00:00Z"}}, "notice.shownAt", "NOTICE_TIME"),
        ({"history": GONE}, "history", "HISTORY_REQUIRED"),
        ({"history": " "}, "history", "HISTORY_REQUIRED"),
        ({"history": "My Number 123456789018"}, "history", "INDIVIDUAL_NUMBER"),
        ({"consent": GONE}, "consent", "CONSENT_REQUIRED"),
        ({"consent": {"givenAt": "2199-01-01T00:00:00Z"}}, "consent.givenAt", "CONSENT_AFTER_ACQUISITION"),
        ({"acquiredAt": "2199-01-01T00:00:00Z"}, "acquiredAt", "ACQUIRED_TIME"),
        ({"acquiredAt": "2019-05-28T00:00:00Z"}, "acquiredAt", "ACQUIRED_TIME"),
        ({"evidence": {"reference": " "}}, "evidence.reference", "EVIDENCE_REFERENCE"),
        ({"user": {"phone": "0120-123-456"}}, "user.phone", "PHONE_FREE_DIAL"),
    ],
)
async def test_what_is_missing_or_wrong_refuses_one_and_keeps_nobody_else_out(
    a_world: World, change: dict[str, Any], path: str, code: str
) -> None:
    place = "".join(choice("abcdefghijklmnop") for _ in range(12))
    wrong = person(f"{place}@wrong.example")
    for name, value in change.items():
        wrong[name] = {**wrong[name], **value} if isinstance(value, dict) else value
    before = await counted(a_world)
    refused, taken = await results(a_world, wrong, person(f"{place}@right.example"))
    assert (refused["outcome"], taken["outcome"]) == ("REFUSED", "RECEIVED")
    assert (f"input.people.0.{path}", code) in [(each["path"], each["code"]) for each in refused["mistakes"]]
    assert taken["mistakes"] == []
    after = await counted(a_world)
    assert (after["users"] - before["users"], after["received_items"]) == (1, before["received_items"])
    rows = await a_world.house.store.fetch(
        "SELECT outcome, reasons, terms, digest FROM received WHERE id = :id", {"id": refused["received"]}
    )
    ((outcome, reasons, *nothing),) = rows
    assert (outcome, nothing) == ("REFUSED", [None, None])
    assert code in reasons


async def test_silence_is_no_consent(a_world: World) -> None:
    (told,) = await results(
        a_world, person("silent@partner.example", consent={"givenAt": at(2), "method": "DEEMED"})
    )
    assert (told["outcome"], [(each["path"], each["code"]) for each in told["mistakes"]]) == (
        "REFUSED",
        [("input.people.0.consent.method", "CONSENT_DEEMED")],
    )
    assert await found(a_world, "silent@partner.example") == []


@pytest.mark.parametrize(("language", "japanese"), [("ja", True), ("en", False)])
async def test_why_somebody_is_refused_is_told_in_the_language_asked(
    a_world: World, language: str, japanese: bool
) -> None:
    (told,) = await results(
        a_world, person("words@partner.example", history=None), headers={"Accept-Language": language}
    )
    assert any("\u3040" < sign < "\u30ff" for sign in told["mistakes"][0]["message"]) is japanese


async def test_no_answer_tells_whether_somebody_is_known(a_world: World) -> None:
    (one,) = await a_world.house.store.fetch(
        "SELECT email, name_roman, birth_date FROM users WHERE id = :id", {"id": a_world.demo.users["plain"]}
    )
    known_by_mail = person(str(one[0]), name="SOMEBODY ELSE")
    known_by_name = person("elsewhere@partner.example", name=str(one[1]), user={"birthDate": str(one[2])})
    before = await counted(a_world)
    told = await results(a_world, known_by_mail, known_by_name, person("nobody@partner.example"))
    assert [(each["outcome"], each["mistakes"]) for each in told] == [("RECEIVED", [])] * 3
    assert len({len(each["received"]) for each in told}) == 1
    after = await counted(a_world)
    assert after["users"] - before["users"] == 1
    assert after["receipts"] - before["receipts"] == 1
    sees = 'query @purpose(id: "service.application") { users(first: 1000) { edges { node { id } } } }'
    seen = {edge["node"]["id"] for edge in (await a_world.ask("employer-a", sees))["data"]["users"]["edges"]}
    assert seen.isdisjoint(await found(a_world, "nobody@partner.example"))
    again = await results(a_world, known_by_mail, known_by_name, person("nobody@partner.example"))
    assert [each["outcome"] for each in again] == ["RECEIVED"] * 3
    assert [each["received"] for each in again[:2]] == [each["received"] for each in told[:2]]


async def test_what_a_client_counts_of_itself_is_the_same_for_the_known_and_the_unknown(
    a_world: World,
) -> None:
    (address,) = (
        await a_world.house.store.fetch(
            "SELECT email FROM users WHERE id = :id", {"id": a_world.demo.users["newsletter"]}
        )
    )[0]
    usage = "{ usage { requests released partly refused people accesses { outcome code users operation } } }"
    counts: list[Any] = []
    for email in (str(address), "counted@partner.example"):
        before = (await a_world.ask("employer-b", usage))["data"]["usage"]
        key = {"Idempotency-Key": f"count-{len(counts)}"}
        one = person(email, name="COUNTED")
        for _ in range(2):
            (told,) = await results(a_world, one, client="employer-b", headers=key)
            assert told["outcome"] == "RECEIVED"
        after = (await a_world.ask("employer-b", usage))["data"]["usage"]
        counts.append(
            (
                [
                    after[name] - before[name]
                    for name in ("requests", "released", "partly", "refused", "people")
                ],
                after["accesses"][:2],
            )
        )
    assert counts[0] == counts[1]


async def test_the_same_sent_at_once_is_received_once(a_world: World) -> None:
    before = await counted(a_world)
    one = person("race@partner.example")
    told = await asyncio.gather(*(results(a_world, one) for _ in range(4)))
    assert {each[0]["outcome"] for each in told} == {"RECEIVED"}
    assert len({each[0]["received"] for each in told}) == 1
    after = await counted(a_world)
    assert (after["users"] - before["users"], after["receipts"] - before["receipts"]) == (1, 1)


async def test_the_same_address_from_two_partners_at_once_makes_one_user(a_world: World) -> None:
    before = await counted(a_world)
    two = (("employer-a", "ONE"), ("employer-b", "OTHER"))
    told = await asyncio.gather(
        *(
            results(a_world, person("shared@partner.example", name=name), client=client)
            for client, name in two
        )
    )
    assert [each[0]["outcome"] for each in told] == ["RECEIVED", "RECEIVED"]
    assert (await counted(a_world))["users"] - before["users"] == 1


@pytest.mark.parametrize(
    ("client", "user", "purpose"),
    [
        ("frontend", None, "service.account"),
        ("privacy-desk", None, "compliance.requests"),
        ("auditor", None, "compliance.security"),
        ("employer-a", None, "service.eligibility"),
        ("frontend", "plain", "service.account"),
    ],
)
async def test_nobody_sends_people_but_an_employer_or_a_support_organisation_for_its_own_purpose(
    a_world: World, client: str, user: str | None, purpose: str
) -> None:
    asker = a_world.demo.users[user] if user else None
    answer = await send(a_world, person("not@partner.example"), client=client, purpose=purpose, user=asker)
    assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]
    assert await found(a_world, "not@partner.example") == []


async def test_an_employer_sends_no_residence_card_and_a_support_organisation_does(a_world: World) -> None:
    card = {"number": "AB12345678CD", "validUntil": "2031-05-01"}
    sent = person("card@partner.example", user={"residenceCard": card})
    answer = await send(a_world, sent)
    assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]
    sent = person("card@partner.example", purpose=SUPPORT, user={"residenceCard": card})
    (told,) = await results(a_world, sent, client="support-org", purpose=SUPPORT)
    assert told["outcome"] == "RECEIVED"


@pytest.mark.parametrize("count", [0, 101])
async def test_a_sending_holds_one_to_a_hundred_people(a_world: World, count: int) -> None:
    answer = await send(a_world, *[{"user": {}}] * count)
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["extensions"]["reason"]) == ("BAD_INPUT", "PEOPLE_COUNT")


async def test_a_provider_whose_representative_is_unknown_sends_nobody(a_world: World) -> None:
    async def represented(name: str) -> None:
        async with a_world.house.store.transaction() as transaction:
            await transaction.execute(
                "UPDATE recipients SET representative = :name WHERE id = 'employer-b'", {"name": name}
            )
        inforce = a_world.house.inforce
        async with asyncio.timeout(10):
            while (await inforce.current()).registry.recipients["employer-b"].representative != name:
                await a_world.house.store.fetch("SELECT 1", {})

    rows = await a_world.house.store.fetch(
        "SELECT representative FROM recipients WHERE id = 'employer-b'", {}
    )
    await represented("")
    try:
        answer = await send(a_world, person("blank@partner.example"), client="employer-b")
        (error,) = answer["errors"]
        assert error["extensions"]["reason"] == "RECIPIENT_INCOMPLETE"
    finally:
        await represented(str(rows[0][0]))
    assert await found(a_world, "blank@partner.example") == []


async def test_what_has_no_place_is_told_beside_the_other_mistakes_of_the_same_person(a_world: World) -> None:
    wrong = person("misfit@partner.example", user={"phone": "0120-123-456", "favouriteColour": "red"})
    answer = await send(a_world, wrong)
    assert {(each["extensions"]["argument"], each["extensions"]["reason"]) for each in answer["errors"]} == {
        ("input.people.0.user.favouriteColour", "FIELD_UNKNOWN"),
        ("input.people.0.user.phone", "PHONE_FREE_DIAL"),
    }


async def test_the_sender_sees_nobody_it_sent_before_they_agree_themselves(a_world: World) -> None:
    await results(a_world, person("agrees@partner.example"))
    (user,) = await found(a_world, "agrees@partner.example")
    sees = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id name { roman } } }'
    agree = """
    mutation($input: RecordConsentInput!) @purpose(id: "service.account") {
      recordConsent(input: $input) { user { consents { purpose recipient state } } }
    }
    """
    assert (await a_world.ask("employer-a", sees, {"id": user}))["data"]["user"] is None
    given = {"user": user, "purpose": APPLICATION, "recipient": "employer-a"}
    shown = {"noticeVersion": "1", "language": "ja", "method": "CLICK"}
    answer = await a_world.ask("frontend", agree, {"input": {**given, **shown}}, user=user)
    assert answer["data"]["recordConsent"]["user"]["consents"] == [
        {"purpose": APPLICATION, "recipient": "employer-a", "state": "GIVEN"}
    ]
    seen = (await a_world.ask("employer-a", sees, {"id": user}))["data"]["user"]
    assert seen == {"id": user, "name": {"roman": "AGREESPARTNEREXAMPLE"}}
