"""Attacks by broken requests: what is said twice, breaks off or cannot be read is refused before anything is read."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
import pytest

from api.app import build_app
from api.gateway.refusal import Code
from models.database.store import Row
from tests.world import World

ACCOUNT = '@purpose(id: "service.account")'
QUERY = f"query($id: ID!) {ACCOUNT} {{ user(id: $id) {{ id email }} }}"
BARE = "query($id: ID!) { user(id: $id) { id email } }"
CONSENT = f"""mutation($id: ID!) {ACCOUNT} {{ recordConsent(input: {{user: $id, purpose: "service.application",
  recipient: "employer-b", noticeVersion: "1", language: "en", method: CLICK}}) {{ user {{ id }} }} }}"""
RESPONSE = "application/graphql-response+json"


async def bearer(world: World, client: str = "frontend") -> tuple[str, str]:
    return "Authorization", f"Bearer {await world.token(client)}"


@contextmanager
def untouched(world: World) -> Iterator[None]:
    """Nothing of people is read or changed in this block."""
    asked: list[str] = []
    store = world.house.store
    rows = store.rows

    async def noted(text: str, args: Sequence[Any]) -> Sequence[Row]:
        asked.append(text)
        return await rows(text, args)

    def changing() -> Any:
        raise AssertionError("a transaction was begun")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "rows", noted)
        patch.setattr(store, "transaction", changing)
        yield
    assert [text for text in asked if "users" in text] == []


def refused(world: World, response: Any, status: int, code: Code) -> str:
    """The message of a request that is refused in one sentence."""
    assert response.status_code == status
    (error,) = response.json()["errors"]
    assert set(response.json()) == {"errors"}
    assert world.codes(response.json()) == [code]
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    return str(error["message"])


TWICE: Mapping[str, Sequence[tuple[str, str]]] = {
    "two purposes": (("Purpose", "service.matching"), ("Purpose", "service.account")),
    "one purpose two times": (("Purpose", "service.account"), ("purpose", "service.account")),
    "two recipients": (("Purpose", "service.account"), ("Recipient", "internal"), ("RECIPIENT", "person")),
    "two types": (("Content-Type", "text/plain"), ("Content-Type", "application/json")),
    "no token and a token": (("Authorization", "Bearer x"),),
    "a token after basic": (("Authorization", "Basic eDp4"),),
}


@pytest.mark.parametrize("twice", TWICE.values(), ids=TWICE)
@pytest.mark.parametrize("accept", ["application/json", RESPONSE])
async def test_of_two_headers_that_decide_neither_is_taken(
    a_world: World, twice: Sequence[tuple[str, str]], accept: str
) -> None:
    single = [("Content-Type", "application/json")] if twice[0][0] != "Content-Type" else []
    headers = [*single, ("Accept", accept), *twice, await bearer(a_world)]
    body = orjson.dumps({"query": BARE, "variables": {"id": a_world.demo.users["plain"]}})
    with untouched(a_world):
        response = await a_world.http.post("/graphql", content=body, headers=headers)
    name = twice[-1][0].title()
    told = f"the header `{name}` came more than once: send it once"
    assert refused(a_world, response, 400, Code.BAD_INPUT) == told


async def test_a_header_that_decides_nothing_may_come_twice(a_world: World) -> None:
    headers = [
        ("Accept-Language", "ja"),
        ("Accept-Language", "en"),
        ("Purpose", "service.account"),
        await bearer(a_world),
    ]
    asked = {"query": BARE, "variables": {"id": a_world.demo.users["plain"]}}
    response = await a_world.http.post("/graphql", json=asked, headers=headers)
    assert response.json()["data"]["user"]["email"]


@pytest.mark.parametrize(
    "broken", ['{"id": "', "{", "[]", '"x"', "null", '{"id": "\\ud800"}', '{"id": NaN}', "id=x", "{}{}"]
)
@pytest.mark.parametrize("name", ["variables", "extensions"])
async def test_a_get_with_a_broken_object_in_its_address_reads_nothing(
    a_world: World, name: str, broken: str
) -> None:
    given = {"variables": f'{{"id": "{a_world.demo.users["plain"]}"}}', "query": QUERY, name: broken}
    with untouched(a_world):
        response = await a_world.http.get(
            "/graphql", params=given, headers=[("Accept", RESPONSE), await bearer(a_world)]
        )
    assert refused(a_world, response, 400, Code.BAD_INPUT) == f"`{name}` is not a JSON object"


async def breaking_off(world: World, body: bytes, parts: int) -> list[dict[str, Any]]:
    """What is sent to a client that goes away in the middle of its request, though that part says it all."""

    async def coming() -> AsyncIterator[dict[str, Any]]:
        step = len(body) // parts
        for place in range(parts):
            piece = body[place * step : (place + 1) * step] if place < parts - 1 else body[place * step :]
            yield {"type": "http.request", "body": piece, "more_body": True}
        yield {"type": "http.disconnect"}

    told: list[dict[str, Any]] = []
    messages = coming()

    async def receive() -> dict[str, Any]:
        return await anext(messages)

    async def send(message: Any) -> None:
        told.append(message)

    name, token = await bearer(world)
    headers = [(b"content-type", b"application/json"), (name.lower().encode(), token.encode())]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": headers,
        "server": ("gateway", 80),
        "client": ("client", 1),
        "http_version": "1.1",
    }
    await build_app(world.house)(scope, receive, send)
    return told


@pytest.mark.parametrize("query", [QUERY, CONSENT], ids=["a query", "a mutation"])
@pytest.mark.parametrize("parts", [1, 3])
async def test_a_body_that_breaks_off_is_not_carried_out_though_it_could_be_read(
    a_world: World, query: str, parts: int
) -> None:
    body = orjson.dumps({"query": query, "variables": {"id": a_world.demo.users["plain"]}})
    with untouched(a_world):
        start, content = await breaking_off(a_world, body, parts)
    assert start["status"] == 400
    (error,) = orjson.loads(content["body"])["errors"]
    assert (error["extensions"]["code"], error["message"]) == (
        "BAD_INPUT",
        "the body breaks off: send it whole",
    )


@pytest.mark.parametrize("query", [QUERY, CONSENT], ids=["a query", "a mutation"])
async def test_half_a_body_is_no_operation(a_world: World, query: str) -> None:
    body = orjson.dumps({"query": query, "variables": {"id": a_world.demo.users["plain"]}})
    headers = [("Content-Type", "application/json"), await bearer(a_world)]
    for length in (1, 20, len(body) // 2, len(body) - 1):
        with untouched(a_world):
            response = await a_world.http.post("/graphql", content=body[:length], headers=headers)
        assert (
            refused(a_world, response, 400, Code.BAD_INPUT)
            == 'the body is not a JSON object: send `{ "query": … }`'
        )


@pytest.mark.parametrize("name", ["Content-Type", "Authorization"])
async def test_of_two_headers_of_a_token_request_neither_is_taken(a_world: World, name: str) -> None:
    form = "application/x-www-form-urlencoded"
    headers = [("Content-Type", form), (name, "Basic eDp4"), (name, form)]
    response = await a_world.http.post(
        "/oauth/token", content=b"grant_type=client_credentials", headers=headers
    )
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
