"""Attacks by explanation: who else is registered is told to nobody who may not read the register of recipients."""

from typing import Any

import pytest

from tests.world import World

QUESTION = """query($role: ID!, $to: ID!, $purpose: ID!, $field: String!, $facts: [ID!]) {
  explain(role: $role, recipient: $to, purpose: $purpose, field: $field, facts: $facts) {
    allowed rule clause edition reason nearest { rule failed missing text(lang: "en") }
  }
}"""
ASKERS = {
    "employer-a": ("employer", "service.application"),
    "support-org": ("support_org", "service.support"),
    "mail-sender": ("entrustee", "promotion.newsletter"),
    "analytics": ("analytics", "insight.analytics"),
    "ad-network": ("ad_network", "promotion.ads"),
    "authority": ("authority", "compliance.authority"),
    "frontend": ("frontend", "service.account"),
}
NOBODY = "nobody"


async def told(  # noqa: PLR0913 - a question has these parts
    world: World,
    client: str,
    recipient: str,
    *,
    facts: tuple[str, ...] = ("noticed", "consented"),
    user: str | None = None,
    role: str | None = None,
    purpose: str | None = None,
) -> Any:
    own, usual = ASKERS.get(client, ("", "service.account"))
    answer = await world.ask(
        client,
        QUESTION,
        {
            "role": role or own,
            "to": recipient,
            "purpose": purpose or usual,
            "field": "User.id",
            "facts": list(facts),
        },
        user=user,
    )
    assert "errors" not in answer
    return answer["data"]["explain"]


NEAR = """query($role: ID!, $purpose: ID!, $field: String!, $facts: [ID!]) {
  explain(role: $role, recipient: "employer-a", purpose: $purpose, field: $field, facts: $facts) {
    allowed ja: advice en: advice(lang: "en") } }"""
RIGHT = {"role": "employer", "purpose": "service.application", "field": "User.email", "facts": ["noticed"]}


@pytest.mark.parametrize(
    ("wrong", "en", "ja"),
    [
        ({"purpose": "service.aplication"}, "`service.application`", "`purpose`に、登録されていない名前"),
        ({"field": "User.emial"}, "`User.email`", "`field`に、登録されていない名前"),
        ({"field": "Mutation.recordConsen"}, "`Mutation.recordConsent`", "`field`に、登録されていない名前"),
        ({"role": "employre"}, "`employer`", "`role`に、登録されていない名前"),
        ({"purpose": "zzz"}, "`{ purposes { id } }` lists them", "一覧を確認できます"),
        ({"role": "zzz"}, "no role has this name", "この名前の役割はありません"),
    ],
)
async def test_a_misspelt_name_is_told_with_the_nearest_known_one(
    a_world: World, wrong: dict[str, Any], en: str, ja: str
) -> None:
    answer = await a_world.ask("privacy-desk", NEAR, {**RIGHT, **wrong})
    told = answer["data"]["explain"]
    assert told["allowed"] is False
    assert en in told["en"]
    assert ja in told["ja"]
    assert all(f"`{name}`" not in told["en"] for name in wrong.values())


async def test_all_names_that_are_misspelt_are_told_and_right_ones_are_not(a_world: World) -> None:
    two = {**RIGHT, "purpose": "service.aplication", "field": "User.emial"}
    told = (await a_world.ask("privacy-desk", NEAR, two))["data"]["explain"]
    assert told["en"].startswith("`purpose` names nothing that is known; perhaps `service.application`")
    assert "; `field` names nothing that is known; perhaps `User.email`" in told["en"]
    right = (await a_world.ask("privacy-desk", NEAR, RIGHT))["data"]["explain"]
    assert (right["en"], right["ja"]) == (None, None)
    wide = (await a_world.ask("privacy-desk", NEAR, {**RIGHT, "purpose": "service"}))["data"]["explain"]
    assert wide["en"] == "`service` is abstract: declare one of the purposes below it"


async def test_a_misspelt_fact_is_refused_with_the_nearest_known_one(a_world: World) -> None:
    for word, told in {"consent": "perhaps `consented`", "zzz": "something that is no fact"}.items():
        answer = await a_world.ask("privacy-desk", NEAR, {**RIGHT, "facts": ["noticed", word]})
        (error,) = answer["errors"]
        assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_INPUT", "facts")
        assert told in error["message"]
        assert "[" not in error["message"]


@pytest.mark.parametrize("client", ASKERS)
async def test_another_recipient_is_explained_as_one_that_nobody_registered(
    a_world: World, client: str
) -> None:
    registry = (await a_world.house.inforce.current()).registry
    own = set(registry.clients[client].recipients)
    unknown = await told(a_world, client, NOBODY)
    assert (unknown["allowed"], unknown["rule"], unknown["nearest"]) == (False, None, [])
    others = {*registry.recipients, "internal", "person", "employer", "third_party", ""} - own
    assert {"employer-b", "support-org"} & others
    for other in sorted(others):
        assert await told(a_world, client, other) == unknown, other


async def test_ones_own_recipient_is_explained(a_world: World) -> None:
    answer = await told(a_world, "employer-a", "employer-a")
    assert (answer["allowed"], answer["rule"]) == (True, "application-introduction")
    refused = await told(a_world, "employer-a", "employer-a", facts=("noticed",))
    assert (refused["allowed"], refused["reason"]) == (False, "NO_BASIS")
    assert refused["nearest"][0]["rule"] == "application-introduction"


async def test_a_person_asks_about_themself_as_recipient_alone(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    own = await told(a_world, "frontend", "person", facts=("self",), user=user, role="user")
    assert (own["allowed"], own["rule"]) == (True, "own-account")
    unknown = await told(a_world, "frontend", NOBODY, facts=("self",), user=user, role="user")
    for other in ("internal", "employer-a"):
        assert await told(a_world, "frontend", other, facts=("self",), user=user, role="user") == unknown


@pytest.mark.parametrize("client", ["privacy-desk", "policy-admin", "policy-approver", "auditor"])
async def test_whoever_may_read_the_register_may_ask_about_all_in_it(a_world: World, client: str) -> None:
    for employer in ("employer-a", "employer-b"):
        answer = await told(a_world, client, employer, role="employer", purpose="service.application")
        assert (answer["allowed"], answer["rule"]) == (True, "application-introduction")
