"""Fair use of changes: whoever a change's course tells of is counted and on record, though it is refused or told again."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from api.fair.fair import Fair
from api.fair.memory import MemoryWindows
from api.fair.quotas import Quotas
from api.gateway.counted import Counted
from api.gateway.quota import grant_refused, unknown_use
from api.gateway.refusal import Code, Refusal
from models.ledger.usage import Usages
from models.registry import Registry
from tests.api.fair_use import ACCOUNT, APPLICATION, agree, listing, on_record
from tests.api.test_register import MANY, REGISTER, body
from tests.world import World

TO = 'purpose: "service.application", recipient: "support-org"'
WITHDRAW = f"mutation($id: ID!) {ACCOUNT} {{ withdrawConsent(input: {{user: $id, {TO}}}) {{ __typename }} }}"
STAGES = f"""mutation($a: SetApplicationStageInput!, $b: SetApplicationStageInput!) {APPLICATION} {{
  a: setApplicationStage(input: $a) {{ __typename }} b: setApplicationStage(input: $b) {{ __typename }} }}"""


async def used(world: World, client: str) -> int:
    """How many people are counted in the hour."""
    _, hour, _ = await world.house.fair.used(world.house.inforce.registry, client)
    return hour.used


async def recalled(world: World, client: str) -> int:
    """How many people a process that begins now takes from the ledger."""
    told = await Usages(world.house.store).people_by_window(client, 86_400, datetime.now(UTC))
    return sum(told)


def reasons(response: httpx.Response) -> list[str]:
    return [error["extensions"].get("reason") for error in response.json().get("errors", ())]


def everybody(*emails: str) -> dict[str, Any]:
    return {"input": {"people": [body({"email": email})["input"] for email in emails]}}


async def registered(world: World, *emails: str) -> None:
    for email in emails:
        assert "errors" not in await world.ask("frontend", REGISTER, body({"email": email}))


async def test_a_refused_change_counts_whom_it_found_and_with_nothing_left_tells_nothing(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, company_people_per_hour=2, company_people_per_day=100)
    before = await recalled(a_world, "frontend")
    user = a_world.demo.users["plain"]
    nobody = await a_world.send("frontend", WITHDRAW, {"id": "nobody"})
    assert (reasons(nobody), await used(a_world, "frontend")) == (["NOBODY_HERE"], 0)
    for count in (1, 2):
        found = await a_world.send("frontend", WITHDRAW, {"id": user})
        assert (reasons(found), await used(a_world, "frontend")) == (["CONSENT_NOT_GIVEN"], count)
        assert "people-hour" in found.headers["ratelimit"]
    over = [await a_world.send("frontend", WITHDRAW, {"id": each}) for each in (user, "nobody")]
    assert [(each.status_code, reasons(each)) for each in over] == [(429, ["PEOPLE_QUOTA"])] * 2
    assert await recalled(a_world, "frontend") == before + 2
    monkeypatch.undo()
    kept = await on_record(a_world, found.headers["x-request-id"])
    assert (kept["outcome"], kept["code"], kept["users"]) == ("REFUSED", "BAD_INPUT", 1)
    (part,) = [edge["node"] for edge in kept["releases"]["edges"]]
    assert (part["released"], part["withheld"]) == ([], ["Mutation.withdrawConsent"])


async def test_whoever_is_beside_a_field_that_fails_is_counted_once(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people_per_hour=100)
    user = a_world.demo.users["consented-employer-a"]
    moved = {"user": user, "stage": "INTERVIEW"}
    for second in (moved, {**moved, "user": "nobody"}):
        response = await a_world.send("employer-a", STAGES, {"a": moved, "b": second})
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"
    assert await used(a_world, "employer-a") == 2


async def test_a_refused_change_that_tells_of_too_many_is_refused_for_the_quota_and_counts_nobody(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, company_people_per_hour=1, company_people_per_day=100)
    before = await recalled(a_world, "frontend")
    query = f"""mutation($a: ID!, $b: ID!) {ACCOUNT} {{
      a: recordConsent(input: {{user: $a, {TO}, noticeVersion: "1", language: "en", method: CLICK}}) {{ __typename }}
      b: withdrawConsent(input: {{user: $b, {TO}}}) {{ __typename }} }}"""
    given = {"a": a_world.demo.users["plain"], "b": a_world.demo.users["newsletter"]}
    over = await a_world.send("frontend", query, given)
    assert (over.status_code, reasons(over)) == (429, ["PEOPLE_QUOTA"])
    assert (await used(a_world, "frontend"), await recalled(a_world, "frontend")) == (0, before)
    told = await a_world.ask("frontend", "{ usage { accesses(first: 1) { code users } } }")
    assert told["data"]["usage"]["accesses"] == [{"code": "RATE_LIMITED", "users": 0}]
    monkeypatch.undo()
    kept = await on_record(a_world, over.headers["x-request-id"])
    assert (kept["reason"], kept["users"]) == ("PEOPLE_QUOTA", 2)


async def test_an_address_that_is_told_to_be_taken_counts_whose_it_is(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await registered(a_world, "met-taken@mail.example")
    agree(a_world, monkeypatch, company_people_per_hour=2, company_people_per_day=100)
    taken = [
        await a_world.send("frontend", REGISTER, body({"email": "Met-Taken@mail.example"})) for _ in "12"
    ]
    over = await a_world.send("frontend", REGISTER, body({"email": "met-taken@mail.example"}))
    assert [reasons(each) for each in (*taken, over)] == [["EMAIL_TAKEN"], ["EMAIL_TAKEN"], ["PEOPLE_QUOTA"]]
    monkeypatch.undo()
    kept = await on_record(a_world, taken[0].headers["x-request-id"])
    parts = [edge["node"] for edge in kept["releases"]["edges"]]
    assert [(each["released"], each["withheld"]) for each in parts] == [([], ["Mutation.register"])]


async def test_a_correction_to_a_taken_address_counts_both(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await registered(a_world, "met-other@mail.example")
    agree(a_world, monkeypatch)
    user = a_world.demo.users["plain"]
    query = f"mutation($i: UpdateUserInput!) {ACCOUNT} {{ updateUser(input: $i) {{ __typename }} }}"
    desk = query.replace("service.account", "compliance.requests")
    given = {"i": {"id": user, "user": {"email": "met-other@mail.example"}}}
    assert reasons(await a_world.send("privacy-desk", desk, given)) == ["EMAIL_TAKEN"]
    assert await used(a_world, "privacy-desk") == 2
    assert reasons(await a_world.send("frontend", query, given, user=user)) == ["EMAIL_TAKEN"]
    assert await used(a_world, "frontend") == 0


async def test_an_import_counts_whom_it_registers_and_whose_addresses_it_names_each_time(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = ("met-a@mail.example", "met-b@mail.example")
    await registered(a_world, *known)
    agree(a_world, monkeypatch, company_people_per_hour=7, company_people_per_day=100)
    before = await recalled(a_world, "frontend")
    given, headers = everybody(*known, "met-new@mail.example", known[0]), {"Idempotency-Key": "met-import"}
    first = await a_world.send("frontend", MANY, given, headers=headers)
    assert first.json()["data"]["registerMany"]["registered"] == 1
    assert await used(a_world, "frontend") == 3
    again = await a_world.send("frontend", MANY, given, headers=headers)
    assert (again.json(), await used(a_world, "frontend")) == (first.json(), 6)
    over = await a_world.send("frontend", MANY, given, headers=headers)
    assert (over.status_code, reasons(over)) == (429, ["PEOPLE_QUOTA"])
    assert await recalled(a_world, "frontend") == before + 6
    monkeypatch.undo()
    for response in (first, again):
        kept = await on_record(a_world, response.headers["x-request-id"])
        assert (kept["outcome"], kept["users"]) == ("RELEASED", 3)


async def test_an_import_of_a_hundred_taken_addresses_counts_a_hundred(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    emails = [f"met-hundred{place}@mail.example" for place in range(100)]
    assert "errors" not in await a_world.ask("frontend", MANY, everybody(*emails))
    agree(a_world, monkeypatch, company_people_per_hour=150)
    answers = [await a_world.send("frontend", MANY, everybody(*emails)) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 429]
    assert answers[0].json()["data"]["registerMany"]["registered"] == 0
    assert await used(a_world, "frontend") == 100


async def test_a_change_that_is_told_again_counts_again_though_nothing_of_the_person_is_asked(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch)
    query = f"""mutation($id: ID!) {ACCOUNT} {{ recordConsent(input: {{user: $id, {TO}, noticeVersion: "1",
      language: "en", method: CLICK}}) {{ __typename }} }}"""
    given, headers = {"id": a_world.demo.users["newsletter"]}, {"Idempotency-Key": "met-consent"}
    answers = [await a_world.send("frontend", query, given, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert await used(a_world, "frontend") == 2
    monkeypatch.undo()
    first, again = [await on_record(a_world, each.headers["x-request-id"]) for each in answers]
    assert [edge["node"]["withheld"] for edge in first["releases"]["edges"]] == [[]]
    assert [edge["node"]["withheld"] for edge in again["releases"]["edges"]] == [["Mutation.recordConsent"]]


async def test_who_acts_on_themself_in_vain_is_not_counted(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, company_people_per_hour=1)
    before = await recalled(a_world, "frontend")
    user = a_world.demo.users["plain"]
    for _ in range(3):
        assert reasons(await a_world.send("frontend", WITHDRAW, {"id": user}, user=user)) == [
            "CONSENT_NOT_GIVEN"
        ]
    assert (await used(a_world, "frontend"), await recalled(a_world, "frontend")) == (0, before)


async def test_a_read_that_breaks_off_counts_whom_it_had_read(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the usage of its client would tell of them, and nobody would count them."""
    agree(a_world, monkeypatch, people_per_hour=2)
    before = await recalled(a_world, "employer-a")
    query = (
        f'query {APPLICATION} {{ a: users(first: 2) {{ __typename }} b: users(after: "x") {{ __typename }} }}'
    )
    assert a_world.codes(await a_world.ask("employer-a", query)) == ["BAD_INPUT"]
    assert await recalled(a_world, "employer-a") == before + 2
    assert (await a_world.send("employer-a", listing(1))).status_code == 429


@pytest.mark.parametrize(
    ("refusals", "counted"),
    [
        ([Refusal(Code.BAD_INPUT, "")], 2),
        ([Refusal(Code.BAD_INPUT, ""), Refusal(Code.OPERATION_FORBIDDEN, "")], 2),
        ([unknown_use()], 0),
        ([Refusal(Code.FIELD_WITHHELD, ""), Refusal(Code.RATE_LIMITED, "")], 2),
    ],
)
async def test_a_request_counts_once_however_it_is_refused_and_never_for_the_quota_itself(
    refusals: list[Refusal], counted: int
) -> None:
    fair = Fair(Quotas(people_per_hour=9), requests=MemoryWindows(), people=MemoryWindows())
    registry = Registry({}, {})
    running: Any = SimpleNamespace(
        requester=SimpleNamespace(client="a", user=None),
        force=SimpleNamespace(registry=registry),
        record=SimpleNamespace(people=2),
        counted=Counted(),
    )
    for refusal in refusals:
        await grant_refused(fair, running, refusal)
    _, hour, _ = await fair.used(registry, "a")
    assert hour.used == counted
