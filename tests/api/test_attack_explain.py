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
