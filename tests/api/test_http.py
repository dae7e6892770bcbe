"""HTTP: what the client would rather have, and packed answers."""

import gzip

import httpx
import orjson
import pytest

from api.gateway.http.media import negotiated, takes_gzip
from tests.world import World

RESPONSE = "application/graphql-response+json"
JSON = "application/json"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, JSON),
        (b"*/*", JSON),
        (b"application/*", JSON),
        (b"application/json", JSON),
        (b"application/graphql-response+json", RESPONSE),
        (b"application/graphql-response+json, application/json;q=0.9", RESPONSE),
        (b"application/graphql-response+json;q=0.8, application/json;q=0.9", JSON),
        (b"application/json, application/graphql-response+json", RESPONSE),
        (b"*/*, application/graphql-response+json", RESPONSE),
        (b"application/graphql-response+json;q=0.5, */*", JSON),
        (b"application/graphql-response+json;q=0, */*", JSON),
        (b"application/json;q=0, */*", RESPONSE),
        (b"APPLICATION/JSON; charset=utf-8", JSON),
        (b"text/html, application/xhtml+xml, */*;q=0.8", JSON),
        (b"text/html", None),
        (b"application/json;q=0", None),
        (b"*/*;q=0", None),
        (b"application/json;q=x", None),
        (b"application/json;q=nan", None),
        (b"", None),
        (b",;=,", None),
    ],
)
def test_the_type_is_the_one_the_client_would_rather_have(accept: bytes | None, media: str | None) -> None:
    assert negotiated(accept) == (media and media.encode())


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [(b"gzip", True), (b"br, GZIP;q=0.5", True), (b"*", True), (b"gzip;q=0", False), (b"*;q=0", False), (b"gzip;q=0, *", False), (b"gzippy", False), (b"br", False), (b"identity", False), (b"", False)],
)  # fmt: skip
def test_gzip_is_taken_where_it_is_accepted(accepted: bytes, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


async def raw(made: World, query: str, accepted: str) -> tuple[httpx.Response, bytes]:
    """A response and its bytes as they came."""
    headers = {"Authorization": f"Bearer {await made.token('frontend')}", "Accept-Encoding": accepted}
    async with made.http.stream("POST", "/graphql", json={"query": query}, headers=headers) as response:
        return response, b"".join([part async for part in response.aiter_raw()])


@pytest.mark.parametrize("first", [20, 60])
async def test_a_long_answer_is_packed_for_whoever_unpacks_it(a_world: World, first: int) -> None:
    fields = " ".join(f"a{each}: email" for each in range(60))
    query = f'query @purpose(id: "service.account") {{ users(first: {first}) {{ edges {{ node {{ {fields} }} }} }} }}'
    plain, whole = await raw(a_world, query, "identity")
    packed, sent = await raw(a_world, query, "gzip")
    assert gzip.decompress(sent) == whole
    assert len(sent) < len(whole) / 2
    assert (packed.headers["content-encoding"], packed.headers["content-length"]) == ("gzip", str(len(sent)))
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert orjson.loads(whole)["data"]["users"]["edges"]


async def test_a_short_answer_is_sent_as_it_is(a_world: World) -> None:
    response, sent = await raw(a_world, "{ __typename }", "gzip")
    assert "content-encoding" not in response.headers
    assert orjson.loads(sent) == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("path", ["/oauth/token/", "/oauth/revoke/", "/graphql/", "/schema.graphql/"])
async def test_a_slash_too_many_leads_nowhere(a_world: World, path: str) -> None:
    """A redirect would name whatever host the request did."""
    response = await a_world.http.post(path, headers={"Host": "evil.example"})
    assert (response.status_code, response.headers.get("location")) == (404, None)


async def test_in_development_anybody_reads_the_schema(a_world: World) -> None:
    assert "type Query" in (await a_world.http.get("/schema.graphql")).text
