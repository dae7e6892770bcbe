"""Production: frontends of other origins, and who may read the schema."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from models.clients.client import Binding, Client
from policies.edition import Edition
from tests.world import World, world

FRONTEND = "https://app.example"
OTHER = "http://localhost:3000"
JSON = "application/json"
PRODUCTION = {
    "MOKUTEKI_ENVIRONMENT": "production",
    "MOKUTEKI_ISSUER": "https://gateway.example",
    "MOKUTEKI_DATA_KEY": "Y2FuYXJ5LWRhdGEta2V5LW9mLTMyLWJ5dGVzLWxvbmc=",
    "MOKUTEKI_CORS_ORIGINS": f"{FRONTEND} {OTHER}",
}


@pytest.fixture(scope="module")
async def production(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with world(database_url, tmp_path_factory.mktemp("var"), edition, people=12, **PRODUCTION) as made:
        await exempt(made)
        yield made


async def exempt(made: World) -> None:
    """Let every client use tokens that are bound to nothing, as soon as the gateway knows it."""
    force = await made.house.inforce.current()
    await Client.all().update(binding=Binding.EXEMPT)
    while (await made.house.inforce.current()) is force:
        await made.house.store.fetch("SELECT 1", {})


async def preflight(made: World, origin: str, **headers: str) -> httpx.Response:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    return await made.http.request("OPTIONS", "/graphql", headers={"Origin": origin, **asked, **headers})


def allowed(response: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name.startswith("access-control")}


async def test_a_browser_may_ask_for_a_frontend_that_is_configured(production: World) -> None:
    for origin in (FRONTEND, OTHER):
        response = await preflight(production, origin)
        assert (response.status_code, response.content) == (204, b"")
        told = allowed(response)
        assert told["access-control-allow-origin"] == origin
        assert told["access-control-allow-methods"] == "GET, POST"
        assert {"authorization", "content-type", "dpop", "purpose", "recipient"} <= set(
            told["access-control-allow-headers"].split(", ")
        )
        assert "access-control-allow-credentials" not in told
        assert "Origin" in response.headers["vary"]


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://app.example", "https://app.example:8443", "https://app.example.evil.example", "https://sub.app.example", "HTTPS://APP.EXAMPLE", "*", ""],
)  # fmt: skip
async def test_no_other_origin_is_told_anything(production: World, origin: str) -> None:
    response = await preflight(production, origin)
    assert (response.status_code, allowed(response)) == (204, {})
    assert response.headers["allow"] == "GET, POST, OPTIONS"
    headers = {"Origin": origin, "Authorization": f"Bearer {await production.token('frontend')}"}
    asked = await production.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    assert (asked.status_code, allowed(asked), asked.headers["vary"]) == (200, {}, "Origin")


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {}, 200),
        ("POST", {"Authorization": "none"}, 401),
        ("POST", {"Accept": "image/png"}, 406),
        ("POST", {"Content-Type": "text/plain"}, 415),
        ("PUT", {}, 405),
    ],
)
async def test_a_frontend_may_read_every_answer(
    production: World, method: str, headers: dict[str, str], status: int
) -> None:
    given = {
        "Origin": FRONTEND,
        "Content-Type": JSON,
        "Authorization": f"Bearer {await production.token('frontend')}",
        **headers,
    }
    response = await production.http.request(
        method, "/graphql", content=b'{"query": "{ __typename }"}', headers=given
    )
    assert response.status_code == status
    assert allowed(response) == {
        "access-control-allow-origin": FRONTEND,
        "access-control-expose-headers": "dpop-nonce, ratelimit, ratelimit-policy, retry-after, www-authenticate, x-request-id",
    }


@pytest.mark.parametrize(
    "query", ["{ __schema { queryType { name } } }", '{ __type(name: "User") { name } }']
)
async def test_in_production_no_third_party_reads_the_schema(production: World, query: str) -> None:
    for client, user, codes in (
        ("employer-a", None, ["OPERATION_FORBIDDEN"]),
        ("frontend", None, []),
        ("frontend", production.demo.users["plain"], []),
    ):
        assert production.codes(await production.ask(client, query, user=user)) == codes
    assert await production.ask("employer-a", "{ __typename }") == {"data": {"__typename": "Query"}}


async def test_in_production_the_schema_is_a_page_for_the_company_alone(production: World) -> None:
    for client, status in (("frontend", 200), ("employer-a", 404), (None, 404)):
        headers = {"Authorization": f"Bearer {await production.token(client)}"} if client else {}
        response = await production.http.get("/schema.graphql", headers=headers)
        assert response.status_code == status, client
        assert ("type Query" in response.text) is (status == 200)


SHAPES: list[tuple[str, dict[str, Any] | None]] = [
    ('query @purpose(id: "service.application") { users(filter: {shoe: {eq: "1"}}) { __typename } }', None),
    ('query($f: UserFilter) @purpose(id: "service.application") { users(filter: $f) { __typename } }', {"f": {"shoe": 1}}),
    ('query($f: UserFilter) @purpose(id: "service.application") { users(filter: $f) { __typename } }', {"f": {"email": {"shoe": 1}}}),
    ('query($f: UserFilter) @purpose(id: "service.application") { users(filter: $f) { __typename } }', {"f": {"workEligibility": {"eq": "SHOE"}}}),
    ('query($f: UserFilter) @purpose(id: "service.application") { users(filter: $f) { __typename } }', {"f": 5}),
    ('mutation($i: RecordConsentInput!) @purpose(id: "service.application") { recordConsent(input: $i) { __typename } }', {"i": {}}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "variables"), SHAPES)
async def test_a_third_party_learns_no_names_of_inputs_by_mistakes(
    production: World, text: str, variables: dict[str, Any] | None
) -> None:
    answer = await production.send("employer-a", text, variables)
    assert set(production.codes(answer.json())) == {"BAD_INPUT"}
    for name in (
        "phone",
        "nationality",
        "ageBand",
        "ELIGIBLE",
        "NEEDS_CHECK",
        "noticeVersion",
        '"eq"',
        "`eq`",
    ):
        assert name not in answer.text
    company = await production.send("frontend", text, variables)
    assert any(name in company.text for name in ("nationality", "eq, in", "NEEDS_CHECK", "noticeVersion"))
