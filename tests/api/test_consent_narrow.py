"""Consents that name categories open those alone, row by row, in answers, in filters and in what follows another."""

from typing import Any

import pytest

from tests.world import World

RECORD = """mutation($i: RecordConsentInput!) @purpose(id: "service.account") {
  recordConsent(input: $i) { user { id } warnings { code } } }"""
SEEN = """query($id: ID!) @purpose(id: "%s", recipient: "employer-a") { user(id: $id) {
  id name { roman } address { prefecture } email residenceCard { status } workEligibility } }"""
LISTED = """query($f: UserFilter, $o: UserOrder) @purpose(id: "service.application", recipient: "employer-a") {
  users(first: 1000, filter: $f, orderBy: $o) { edges { node { id } } } }"""
APPLICATION, ELIGIBILITY = "service.application", "service.eligibility"


async def consent(world: World, user: str, *categories: str, purpose: str = APPLICATION) -> None:
    said = {
        "user": user,
        "purpose": purpose,
        "recipient": "employer-a",
        "noticeVersion": "1",
        "language": "ja",
        "method": "TICK",
        "categories": list(categories) or None,
    }
    answer = await world.ask("frontend", RECORD, {"i": said})
    assert answer["data"]["recordConsent"]["user"]["id"] == user


async def seen(world: World, user: str, purpose: str = APPLICATION) -> Any:
    return await world.ask("employer-a", SEEN % purpose, {"id": user})


async def listed(world: World, **arguments: Any) -> set[str]:
    answer = await world.ask("employer-a", LISTED, arguments)
    return {edge["node"]["id"] for edge in answer["data"]["users"]["edges"]}


@pytest.fixture
async def applied(a_world: World) -> str:
    return a_world.demo.users["offered-employer-a"]


async def test_a_consent_without_categories_opens_what_its_purpose_opens(
    a_world: World, applied: str
) -> None:
    await consent(a_world, applied)
    user = (await seen(a_world, applied))["data"]["user"]
    assert user["name"]["roman"]
    assert user["address"]["prefecture"]
    assert user["email"]


async def test_a_consent_to_the_name_opens_the_name_alone(a_world: World, applied: str) -> None:
    await consent(a_world, applied, "name")
    answer = await seen(a_world, applied)
    user = answer["data"]["user"]
    assert user["id"] == applied
    assert user["name"]["roman"]
    assert (user["address"], user["email"], user["workEligibility"]) == (None, None, None)
    withheld = {e["extensions"]["field"]: e["extensions"]["code"] for e in answer["errors"]}
    assert withheld.items() >= {
        ("User.address.prefecture", "FIELD_WITHHELD"),
        ("User.email", "FIELD_WITHHELD"),
        ("User.workEligibility", "FIELD_WITHHELD"),
    }
    assert {e["extensions"].get("reason") for e in answer["errors"] if "email" in e["path"]} == {None}


async def test_a_wider_category_opens_those_it_holds(a_world: World, applied: str) -> None:
    await consent(a_world, applied, "particulars")
    user = (await seen(a_world, applied))["data"]["user"]
    assert user["address"]["prefecture"]
    assert user["email"]
    assert user["name"] is None


async def test_two_consents_narrow_together(a_world: World, applied: str) -> None:
    await consent(a_world, applied, "introduction", "card")
    await consent(a_world, applied, "name", "card-status", purpose=ELIGIBILITY)
    user = (await seen(a_world, applied, ELIGIBILITY))["data"]["user"]
    assert user["name"]["roman"]
    assert user["residenceCard"]["status"]
    assert user["workEligibility"] is None
    await consent(a_world, applied, "name")
    user = (await seen(a_world, applied, ELIGIBILITY))["data"]["user"]
    assert user["name"]["roman"]
    assert user["residenceCard"] is None


async def test_a_list_that_looks_at_a_field_has_nobody_who_left_it_out(a_world: World, applied: str) -> None:
    await consent(a_world, applied, "area")
    home = (await seen(a_world, applied))["data"]["user"]["address"]["prefecture"]
    here = {"prefecture": {"eq": home}}
    assert applied in await listed(a_world, f=here)
    await consent(a_world, applied, "name")
    assert applied in await listed(a_world)
    assert applied in await listed(a_world, f={"ids": [applied]})
    assert applied not in await listed(a_world, f=here)


async def test_to_consent_again_without_categories_opens_everything_again(
    a_world: World, applied: str
) -> None:
    await consent(a_world, applied, "name")
    await consent(a_world, applied)
    user = (await seen(a_world, applied))["data"]["user"]
    assert user["address"]["prefecture"]


async def test_the_ledger_tells_what_a_narrow_consent_kept_back(a_world: World, applied: str) -> None:
    await consent(a_world, applied, "name")
    await seen(a_world, applied)
    told = await a_world.ask(
        "auditor",
        """query($u: ID!) @purpose(id: "compliance.security") { accesses(user: $u, client: "employer-a", first: 1) {
        edges { node { releases { edges { node { released withheld basis provision { items } } } } } } } }""",
        {"u": applied},
    )
    release = told["data"]["accesses"]["edges"][0]["node"]["releases"]["edges"][0]["node"]
    assert "User.name.roman" in release["released"]
    assert {"User.email", "User.address.prefecture"} <= set(release["withheld"])
    assert release["basis"] == ["CONSENT"]
    assert set(release["provision"]["items"]) == {"User.id", "User.name.roman"}
