"""Attacks on the declaration: what is not said plainly, on the operation that runs, by one who may, is not said."""

import time

import httpx
import pytest

from api.tokens.access_token import AccessTokens, Holder
from api.tokens.keys import Keyring, RingKey, new_key
from models.clients.client import Client
from tests.world import World

MATCHING = '@purpose(id: "service.matching")'
ACCOUNT = '@purpose(id: "service.account")'
ASKED = '{ user(id: "nobody") { id } }'


async def refused(
    world: World, query: str, code: str, client: str = "frontend", **more: object
) -> httpx.Response:
    response = await world.send(client, query, **more)
    answer = response.json()
    assert world.codes(answer) == [code]
    assert "data" not in answer
    return response


@pytest.mark.parametrize(
    "document",
    [
        f"query($p: ID!) @purpose(id: $p) {ASKED}",
        f'query($p: ID) @purpose(id: "service.account", recipient: $p) {ASKED}',
        f'query($p: Boolean) @purpose(id: "service.account", strict: $p) {ASKED}',
        f"query @purpose(id: null) {ASKED}",
        f"query @purpose {ASKED}",
        f'query @purpose(id: ["service.account"]) {ASKED}',
        f"query @purpose(id: service_account) {ASKED}",
        f'query @purpose(id: "service.account", id: "service.matching") {ASKED}',
        f'query @purpose(id: "service.account", why: "x") {ASKED}',
        f"query {ACCOUNT} {MATCHING} {ASKED}",
        f"query {ACCOUNT} {ACCOUNT} {ASKED}",
        f'{{ user(id: "nobody") {ACCOUNT} {{ id }} }}',
        f'{{ ... {ACCOUNT} {{ user(id: "nobody") {{ id }} }} }}',
        f"query {{ ...doors }} fragment doors on Query {ACCOUNT} {ASKED}",
        f"query {{ ...doors {ACCOUNT} }} fragment doors on Query {ASKED}",
        f'query($x: ID {ACCOUNT}) {{ user(id: "nobody") {{ id }} }}',
        f'query {ASKED} directive @purpose(id: ID = "service.account") on QUERY',
        f"query {ASKED} extend schema {ACCOUNT}",
    ],
)
async def test_a_purpose_is_one_literal_on_the_operation_itself(a_world: World, document: str) -> None:
    variables = {"p": True if "$p: Boolean" in document else "service.account"} if "$p" in document else {}
    headers = {"Purpose": "service.account"}
    await refused(a_world, document, "DOCUMENT_INVALID", variables=variables, headers=headers)


async def test_the_purpose_of_another_operation_of_the_document_does_not_count(a_world: World) -> None:
    document = f"query bare {ASKED} query declared {ACCOUNT} {ASKED}"
    await refused(a_world, document, "PURPOSE_MISSING", operation="bare")
    assert (await a_world.ask("frontend", document, operation="declared")) == {"data": {"user": None}}


@pytest.mark.parametrize("name", [None, "", "nothing", "Declared", " declared", "declared\0", "__proto__"])
async def test_the_operation_that_runs_must_be_named_exactly(a_world: World, name: str | None) -> None:
    document = f"query declared {ACCOUNT} {ASKED} query other {MATCHING} {ASKED}"
    await refused(a_world, document, "DOCUMENT_INVALID", operation=name)


async def test_a_wrong_name_runs_nothing_even_if_there_is_only_one_operation(a_world: World) -> None:
    await refused(a_world, f"query declared {ACCOUNT} {ASKED}", "DOCUMENT_INVALID", operation="other")


async def test_two_operations_of_one_name_or_of_none_are_no_document(a_world: World) -> None:
    await refused(
        a_world, f"query a {ACCOUNT} {ASKED} query a {MATCHING} {ASKED}", "DOCUMENT_INVALID", operation="a"
    )
    await refused(a_world, f"query {ACCOUNT} {ASKED} query {MATCHING} {ASKED}", "DOCUMENT_INVALID")


@pytest.mark.parametrize(
    "purpose", ["none", "service", "any", "person", "", "SERVICE.ACCOUNT", "service.account ", "*"]
)
async def test_a_word_that_is_no_leaf_purpose_opens_nothing(a_world: World, purpose: str) -> None:
    response = await a_world.send("frontend", f'query @purpose(id: "{purpose}") {ASKED}')
    (code,) = a_world.codes(response.json())
    assert code in {"PURPOSE_UNKNOWN", "PURPOSE_ABSTRACT", "PURPOSE_MISSING", "PURPOSE_NOT_ALLOWED"}
    assert "data" not in response.json()


async def test_the_directive_wins_over_the_header(a_world: World) -> None:
    query = 'query($id: ID!) @purpose(id: "service.matching") { user(id: $id) { email } }'
    answer = await a_world.ask(
        "frontend", query, {"id": a_world.demo.users["plain"]}, headers={"Purpose": "service.account"}
    )
    assert answer["data"] == {"user": {"email": None}}
    (error,) = answer["errors"]
    assert error["extensions"]["purpose"] == "service.matching"


async def test_the_header_alone_declares_as_the_directive_does(a_world: World) -> None:
    query = "query($id: ID!) { user(id: $id) { email } }"
    given = {"id": a_world.demo.users["plain"]}
    answer = await a_world.ask("frontend", query, given, headers={"Purpose": "service.account"})
    assert answer["data"]["user"]["email"]
    await refused(a_world, query, "PURPOSE_MISSING", variables=given)


@pytest.mark.parametrize(
    "purpose", ["service.acc\xffount", "service.account,service.matching", "'; --", "x" * 5000]
)
async def test_a_strange_header_is_an_unknown_purpose_and_is_not_echoed(a_world: World, purpose: str) -> None:
    response = await refused(
        a_world, ASKED, "PURPOSE_UNKNOWN", headers={"Purpose": purpose.encode("latin-1")}
    )
    assert purpose not in response.text


@pytest.mark.parametrize(
    "recipient", ["internal", "employer-b", "person", "mail-sender", "any", "employer", "nobody"]
)
@pytest.mark.parametrize("way", ["header", "directive"])
async def test_a_client_cannot_ask_for_a_recipient_that_is_not_its_own(
    a_world: World, recipient: str, way: str
) -> None:
    purpose = "service.application"
    if way == "header":
        sent = {"query": f'query @purpose(id: "{purpose}") {ASKED}', "headers": {"Recipient": recipient}}
    else:
        sent = {"query": f'query @purpose(id: "{purpose}", recipient: "{recipient}") {ASKED}'}
    response = await a_world.send("employer-a", **sent)
    assert a_world.codes(response.json()) == ["PURPOSE_NOT_ALLOWED"]
    assert response.json()["errors"][0]["extensions"]["reason"] == "RECIPIENT_NOT_ALLOWED"


async def test_the_number_is_not_shown_to_the_desk_itself_only_handed_to_the_person(a_world: World) -> None:
    query = (
        'query($id: ID!) @purpose(id: "compliance.requests") { user(id: $id) { residenceCard { number } } }'
    )
    given = {"id": a_world.demo.users["plain"]}
    inside = await a_world.ask("privacy-desk", query, given)
    assert inside["data"]["user"]["residenceCard"] == {"number": None}
    to_the_person = await a_world.ask("privacy-desk", query, given, headers={"Recipient": "person"})
    assert to_the_person["data"]["user"]["residenceCard"]["number"]


async def test_a_persons_token_cannot_use_the_purpose_of_another_role(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    for purpose in ("service.matching", "service.application", "compliance.security", "promotion.newsletter"):
        await refused(
            a_world, f'query @purpose(id: "{purpose}") {{ me {{ id }} }}', "PURPOSE_NOT_ALLOWED", user=user
        )


async def test_a_persons_token_finds_themself_and_nobody_else(a_world: World) -> None:
    user, other = a_world.demo.users["plain"], a_world.demo.users["busy"]
    asked = f"""query($id: ID!, $other: ID!) {ACCOUNT} {{
      own: user(id: $id) {{ id }} other: user(id: $other) {{ id }}
      users(first: 1000) {{ edges {{ node {{ id }} }} pageInfo {{ hasNextPage }} }}
    }}"""
    answer = await a_world.ask("frontend", asked, {"id": user, "other": other}, user=user)
    assert answer["data"] == {
        "own": {"id": user},
        "other": None,
        "users": {"edges": [{"node": {"id": user}}], "pageInfo": {"hasNextPage": False}},
    }


@pytest.mark.parametrize(
    ("client", "purpose"),
    [
        ("frontend", "service.application"),
        ("frontend", "compliance.security"),
        ("employer-a", "service.account"),
        ("employer-a", "service.matching"),
        ("support-org", "service.application"),
        ("mail-sender", "service.billing"),
        ("payment-processor", "promotion.newsletter"),
        ("ad-network", "promotion.ads"),
        ("analytics", "insight.analytics"),
        ("authority", "compliance.requests"),
        ("auditor", "compliance.requests"),
        ("policy-admin", "compliance.security"),
        ("policy-approver", "service.account"),
    ],
)
async def test_no_role_declares_what_no_rule_lets_it(a_world: World, client: str, purpose: str) -> None:
    await refused(a_world, f'query @purpose(id: "{purpose}") {ASKED}', "PURPOSE_NOT_ALLOWED", client)


async def test_a_scope_narrows_purposes_and_categories(a_world: World) -> None:
    query = 'query($id: ID!) @purpose(id: "service.account") { user(id: $id) { id email name { roman } } }'
    given = {"id": a_world.demo.users["plain"]}
    narrow = await a_world.ask("frontend", query, given, scope=("purpose:service.account", "category:name"))
    assert narrow["data"]["user"]["name"]["roman"]
    assert (narrow["data"]["user"]["id"], narrow["data"]["user"]["email"]) == (given["id"], None)
    (error,) = narrow["errors"]
    assert error["extensions"]["reason"] == "SCOPE_TOO_NARROW"
    await refused(a_world, query, "PURPOSE_NOT_ALLOWED", variables=given, scope=("purpose:service.matching",))


async def test_a_narrow_token_cannot_filter_by_what_it_may_not_read(a_world: World) -> None:
    query = f'query {ACCOUNT} {{ users(filter: {{email: {{eq: "x"}}}}) {{ edges {{ node {{ id }} }} }} }}'
    await refused(a_world, query, "FILTER_FORBIDDEN", scope=("category:name",))


async def test_a_token_that_is_over_or_of_another_issuer_is_no_token(a_world: World) -> None:
    client = await Client.get(name="frontend")
    ours = a_world.house.tokens
    now = time.time()
    foreign = issued_by(ours.issuer + ".example", ours.keyring)
    stranger = issued_by(ours.issuer, Keyring.of([RingKey(new_key(), 0.0)]))
    minted = {
        "over": ours.mint(Holder(client=client), now=now - ours.seconds - 1),
        "not yet begun": ours.mint(Holder(client=client), now=now + 3600),
        "of another issuer": foreign.mint(Holder(client=client), now=now),
        "of another key": stranger.mint(Holder(client=client), now=now),
    }
    for why, token in minted.items():
        response = await a_world.http.post(
            "/graphql", json={"query": "{ purposes { id } }"}, headers={"Authorization": f"Bearer {token}"}
        )
        assert response.status_code == 401, why
        assert 'error="invalid_token"' in response.headers["www-authenticate"]
        assert a_world.codes(response.json()) == ["UNAUTHENTICATED"]
        assert "data" not in response.json()


def issued_by(issuer: str, keyring: Keyring) -> AccessTokens:
    return AccessTokens(keyring, issuer, issuer, 900)


async def test_a_client_that_is_revoked_is_refused_within_the_lease_though_its_token_lives(
    a_world: World,
) -> None:
    await refused(
        a_world, f'query @purpose(id: "service.support") {ASKED}', "PURPOSE_NOT_ALLOWED", "employer-b"
    )
    await Client.filter(name="employer-b").update(active=False)
    try:
        force = await a_world.house.inforce.current()
        until = time.monotonic() + 1.5
        while "employer-b" in force.registry.clients and time.monotonic() < until:
            await a_world.house.store.fetch("SELECT 1", {})
            force = await a_world.house.inforce.current()
        response = await refused(a_world, "{ purposes { id } }", "UNAUTHENTICATED", "employer-b")
        assert response.status_code == 401
        assert "www-authenticate" in response.headers
    finally:
        await Client.filter(name="employer-b").update(active=True)


async def test_an_operation_without_personal_data_declares_nothing(a_world: World) -> None:
    answer = await a_world.ask("employer-a", "{ purposes { id } edition { id } fields { path } }")
    assert "errors" not in answer
    with_purpose = await a_world.ask("employer-a", f"query {ACCOUNT} {{ purposes {{ id }} }}")
    assert "errors" not in with_purpose
