"""Documents by their hash: learned from a client, or the only ones it may send."""

from hashlib import sha256
from typing import Any

import httpx
import orjson
import pytest

from models.clients.client import Client
from tests.world import World

QUERY = 'query($id: ID!) @purpose(id: "service.account") { user(id: $id) { id email } }'


async def persisted(made: World, client: str, text: str | None, said: Any, **more: Any) -> httpx.Response:
    token = await made.token(client)
    body: dict[str, Any] = {"extensions": {"persistedQuery": said}, **more}
    if text is not None:
        body["query"] = text
    return await made.http.post("/graphql", json=body, headers={"Authorization": f"Bearer {token}"})


def named(text: str) -> dict[str, Any]:
    return {"version": 1, "sha256Hash": sha256(text.encode()).hexdigest()}


async def test_a_document_that_was_sent_once_may_be_sent_by_its_hash(a_world: World) -> None:
    variables = {"id": a_world.demo.users["plain"]}
    text = f"# {a_world.house.store.dialect}\n{QUERY}"
    unknown = await persisted(a_world, "frontend", None, named(text), variables=variables)
    (error,) = unknown.json()["errors"]
    assert (error["message"], error["extensions"]["code"]) == (
        "PersistedQueryNotFound",
        "PERSISTED_QUERY_NOT_FOUND",
    )
    assert "data" not in unknown.json()
    learned = await persisted(a_world, "frontend", text, named(text), variables=variables)
    again = await persisted(a_world, "frontend", None, named(text), variables=variables)
    assert learned.json() == again.json()
    assert again.json()["data"]["user"]["id"] == variables["id"]
    by_get = await a_world.http.get(
        "/graphql",
        params={
            "variables": orjson.dumps(variables).decode(),
            "extensions": orjson.dumps({"persistedQuery": named(text)}).decode(),
        },
        headers={"Authorization": f"Bearer {await a_world.token('frontend')}"},
    )
    assert by_get.json() == again.json()
    elsewhere = await persisted(a_world, "employer-a", None, named(text), variables=variables)
    assert a_world.codes(elsewhere.json()) == ["PERSISTED_QUERY_NOT_FOUND"]


async def test_only_a_valid_document_is_learned(a_world: World) -> None:
    for text in ("{ nothing }", "{ purposes {", "# x" * 40_000):
        assert a_world.codes((await persisted(a_world, "frontend", text, named(text))).json()) != []
        told = (await persisted(a_world, "frontend", None, named(text))).json()
        assert a_world.codes(told) == ["PERSISTED_QUERY_NOT_FOUND"]
    text = f"# never with a token {a_world.house.store.dialect}\n{{ __typename }}"
    body = {"query": text, "extensions": {"persistedQuery": named(text)}}
    assert (await a_world.http.post("/graphql", json=body)).status_code == 401
    told = (await persisted(a_world, "frontend", None, named(text))).json()
    assert a_world.codes(told) == ["PERSISTED_QUERY_NOT_FOUND"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (named("another"), "is not the hash of `query`"),
        ({"version": 2, "sha256Hash": "0" * 64}, "version 1"),
        ({"version": 1, "sha256Hash": "xyz"}, "SHA-256"),
        ({"version": 1}, "SHA-256"),
        ("hash", "version 1"),
    ],
)
async def test_a_hash_that_names_another_document_is_refused(a_world: World, said: Any, told: str) -> None:
    response = await persisted(a_world, "frontend", "{ __typename }", said)
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert told in error["message"]


async def test_learned_documents_are_forgotten_oldest_first(a_world: World) -> None:
    learned = a_world.house.gateway._learned  # noqa: SLF001 - its memory is the point
    for each in range(300):
        text = f"# {each}\n{{ __typename }}"
        assert (await persisted(a_world, "employer-b", text, named(text))).json() == {
            "data": {"__typename": "Query"}
        }
    assert len(learned._kept["employer-b"]) == 250  # noqa: SLF001 - the same
    for each, codes in ((0, ["PERSISTED_QUERY_NOT_FOUND"]), (299, [])):
        text = f"# {each}\n{{ __typename }}"
        assert a_world.codes((await persisted(a_world, "employer-b", None, named(text))).json()) == codes


async def test_a_client_is_held_to_its_registered_documents(a_world: World) -> None:
    variables = {"id": a_world.demo.users["consented-employer-a"]}
    mine = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id } }'
    other = mine.replace("{ id }", "{ id email }")
    await Client.filter(id="employer-a").update(documents=[sha256(mine.encode()).hexdigest()])
    try:
        await a_world.house.inforce._read()  # noqa: SLF001 - what the lease does within a second
        for text in (mine, f"\n{mine}\n"):
            assert (await a_world.ask("employer-a", text, variables))["data"]["user"]["id"] == variables["id"]
        response = await a_world.send("employer-a", other, variables)
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "OPERATION_FORBIDDEN"
        assert error["extensions"]["reason"] == "DOCUMENT_NOT_REGISTERED"
        assert "mokuteki client documents" in error["message"]
        told = await a_world.ask(
            "auditor",
            """query($r: ID) @purpose(id: "compliance.security") {
              accesses(requestId: $r) { edges { node { outcome code client } } } }""",
            {"r": response.headers["x-request-id"]},
        )
        assert [each["node"] for each in told["data"]["accesses"]["edges"]] == [
            {"outcome": "REFUSED", "code": "OPERATION_FORBIDDEN", "client": "employer-a"}
        ]
        learning = await persisted(a_world, "employer-a", other, named(other), variables=variables)
        assert a_world.codes(learning.json()) == ["OPERATION_FORBIDDEN"]
    finally:
        await Client.filter(id="employer-a").update(documents=None)
        await a_world.house.inforce._read()  # noqa: SLF001 - the same
    assert (await a_world.ask("employer-a", other, variables))["data"]["user"]["id"] == variables["id"]
