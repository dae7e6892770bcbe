"""Attacks by HTTP: the method, the types, the body and the token are each refused before anything is read."""

from collections.abc import Mapping

import httpx
import pytest

from tests.world import World

QUERY = 'query($id: ID!) @purpose(id: "service.account") { user(id: $id) { id email } }'
MUTATION = """mutation($i: WithdrawConsentInput!) @purpose(id: "service.account") {
  withdrawConsent(input: $i) { user { id } } }"""


async def bearer(world: World) -> dict[str, str]:
    return {"Authorization": f"Bearer {await world.token('frontend')}"}


async def post(world: World, body: bytes, **headers: str) -> httpx.Response:
    given = {"Content-Type": "application/json", **await bearer(world), **headers}
    return await world.http.post("/graphql", content=body, headers=given)


def closed(response: httpx.Response, status: int) -> bool:
    return (
        response.status_code == status and "@example" not in response.text and '"data"' not in response.text
    )


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "HEAD", "TRACE", "QUERY"])
async def test_no_other_method_is_answered_and_no_other_site_is_let_in(a_world: World, method: str) -> None:
    headers = {
        **await bearer(a_world),
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "POST",
    }
    response = await a_world.http.request(method, "/graphql", headers=headers)
    assert closed(response, 405)
    assert response.headers["allow"] == "GET, POST"
    assert not [name for name in response.headers if name.startswith("access-control")]


async def test_a_get_asks_and_never_changes(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    asked = {"query": QUERY, "variables": f'{{"id": "{user}"}}'}
    response = await a_world.http.get("/graphql", params=asked, headers=await bearer(a_world))
    assert response.json()["data"]["user"]["id"] == user
    given = f'{{"i": {{"user": "{user}", "purpose": "promotion.newsletter", "recipient": "internal"}}}}'
    for media in ("application/json", "application/graphql-response+json"):
        change = await a_world.http.get(
            "/graphql",
            params={"query": MUTATION, "variables": given},
            headers={**await bearer(a_world), "Accept": media},
        )
        assert closed(change, 405)
        assert change.headers["allow"] == "POST"
        assert a_world.codes(change.json()) == ["OPERATION_FORBIDDEN"]


async def test_a_mutation_hidden_behind_a_query_does_not_run_by_get(a_world: World) -> None:
    both = "query a { purposes { id } } mutation b { __typename }"
    for name, code in (("a", None), ("b", "OPERATION_FORBIDDEN")):
        response = await a_world.http.get(
            "/graphql", params={"query": both, "operationName": name}, headers=await bearer(a_world)
        )
        assert a_world.codes(response.json()) == ([code] if code else [])


async def test_a_token_in_the_address_or_a_cookie_is_none(a_world: World) -> None:
    token = await a_world.token("frontend")
    asked = {"query": "{ purposes { id } }", "access_token": token}
    assert closed(await a_world.http.get("/graphql", params=asked), 401)
    cookie = {"Cookie": f"access_token={token}; Authorization={token}"}
    assert closed(await a_world.http.post("/graphql", json=asked, headers=cookie), 401)


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic ZnJvbnRlbmQ6eA==", "Bearer null", "Bearer a.b.c", "Token {t}", "{t}", "Bearer {t}x", "Bearer {t} {t}", "Bearer\t{t}", "Bearer " + "a" * 9000],
)  # fmt: skip
async def test_without_a_whole_bearer_token_nothing_is_parsed(a_world: World, authorization: str) -> None:
    headers = {"Authorization": authorization.format(t=await a_world.token("frontend"))}
    response = await a_world.http.post("/graphql", content=b"{" * 2_000_000, headers=headers)
    assert closed(response, 401)
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert a_world.codes(response.json()) == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    "media",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "text/json",
        "application/json-patch+json",
        "",
    ],
)
async def test_what_a_form_can_send_is_no_operation(a_world: World, media: str) -> None:
    response = await post(a_world, b'{"query": "{ purposes { id } }"}', **{"Content-Type": media})
    assert closed(response, 415)
    assert a_world.codes(response.json()) == ["BAD_INPUT"]


@pytest.mark.parametrize("media", ["application/json", "Application/JSON", "application/json; charset=utf-8"])
async def test_json_is_json_however_it_is_written(a_world: World, media: str) -> None:
    response = await post(a_world, b'{"query": "{ __typename }"}', **{"Content-Type": media})
    assert response.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"1",
        b'"{ purposes { id } }"',
        b"{",
        b"\xff\xfe",
        b'{"query": null}',
        b'{"query": ""}',
        b'{"query": 5}',
        b'{"query": ["{ purposes { id } }"]}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "variables": "x"}',
        b'{"query": "{ __typename }", "operationName": 5}',
        b'[{"query": "{ __typename }"}]',
        b'[{"query": "{ __typename }"}, {"query": "{ __typename }"}]',
        b'{"query": "{ __typename }"} {"query": "{ __typename }"}',
        b'{"query": "{ __typename }", "variables": {"a": NaN}}',
        b'{"query": "{ __typename }", "variables": {"a": "\\ud800"}}',
        '{"query": "{ __typename }"}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=range(22),
)
async def test_a_body_that_is_no_single_operation_is_refused(a_world: World, body: bytes) -> None:
    response = await post(a_world, body)
    assert closed(response, 400)
    assert a_world.codes(response.json()) == ["BAD_INPUT"]
    assert len(response.text) < 200


async def test_of_two_equal_keys_the_one_that_is_decided_is_the_one_that_runs(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    body = (
        '{"query": "{ purposes { id } }", "query": "query($id: ID!) @purpose(id: \\"service.matching\\") '
        f'{{ user(id: $id) {{ id email }} }}", "variables": {{"id": "nobody"}}, "variables": {{"id": "{user}"}}}}'
    )
    answer = (await post(a_world, body.encode())).json()
    assert answer["data"] == {"user": {"id": user, "email": None}}
    assert a_world.codes(answer) == ["FIELD_FORBIDDEN"]


@pytest.mark.parametrize("size", [1_000_001, 5_000_000])
async def test_a_huge_body_is_refused(a_world: World, size: int) -> None:
    body = b'{"query": "{ __typename }", "x": "' + b"a" * size + b'"}'
    whole = await post(a_world, body)
    assert closed(whole, 413)
    assert a_world.codes(whole.json()) == ["LIMIT_EXCEEDED"]

    async def drip() -> object:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    headers = {"Content-Type": "application/json", **await bearer(a_world)}
    response = await a_world.http.post("/graphql", content=drip(), headers=headers)
    assert closed(response, 413)


@pytest.mark.parametrize(
    ("accept", "status", "media"),
    [
        ("application/json", 200, "application/json"),
        ("application/graphql-response+json", 403, "application/graphql-response+json"),
        (
            "application/graphql-response+json, application/json;q=0.9",
            403,
            "application/graphql-response+json",
        ),
        ("*/*", 200, "application/json"),
        ("text/html", 406, "text/plain"),
        ("image/png", 406, "text/plain"),
        ("", 406, "text/plain"),
    ],
)
async def test_a_refusal_has_the_status_of_its_media_type(
    a_world: World, accept: str, status: int, media: str
) -> None:
    body = b'{"query": "query @purpose(id: \\"promotion.ads\\") { user(id: \\"x\\") { id } }"}'
    response = await post(a_world, body, Accept=accept)
    assert response.status_code == status
    assert response.headers["content-type"].startswith(media)
    assert '"data"' not in response.text


async def test_a_browser_that_asks_for_a_page_gets_no_data_with_it(a_world: World) -> None:
    headers = {**await bearer(a_world), "Accept": "text/html"}
    page = await a_world.http.get("/graphql", headers=headers)
    assert page.headers["content-type"].startswith("text/html")
    assert a_world.demo.users["plain"] not in page.text or "token" in page.text
    asked = await a_world.http.get("/graphql", params={"query": "{ purposes { id } }"}, headers=headers)
    assert closed(asked, 406)


async def test_no_answer_may_be_kept_by_anybody_on_the_way(a_world: World) -> None:
    response = await a_world.send("frontend", QUERY, {"id": a_world.demo.users["plain"]})
    assert response.headers["cache-control"] == "no-store"
    refused = await a_world.http.post("/graphql", json={})
    assert refused.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-User": "auditor"},
        {"X-HTTP-Method-Override": "GET"},
        {"X-Request-Id": "chosen"},
        {"Role": "auditor", "Client": "auditor"},
        {"Scope": "category:person"},
    ],
)
async def test_no_header_but_the_token_says_who_asks(a_world: World, headers: Mapping[str, str]) -> None:
    query = 'query @purpose(id: "compliance.security") { accesses(first: 1) { edges { node { id } } } }'
    response = await a_world.send("frontend", query, headers=headers)
    assert a_world.codes(response.json()) == ["PURPOSE_NOT_ALLOWED"]
    assert response.headers["x-request-id"] != "chosen"
