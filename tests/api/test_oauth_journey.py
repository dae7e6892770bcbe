"""A token's journey through the whole gateway, on each database: proved, exchanged, used, asked about, taken back."""

import asyncio
import time
from secrets import token_urlsafe
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from models.clients.client import ClientSecret
from models.clients.public_key import ALGORITHMS
from models.ledger.history import AccessQuery, History
from tests.api.oauth import JWT_BEARER, SECRET, letter, public, refused, register, register_key, told
from tests.api.test_unwritable import locked
from tests.world import World

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
USER = "urn:mokuteki:params:oauth:token-type:user"
ACCOUNT = '@purpose(id: "service.account")'
ME = f"query {ACCOUNT} {{ me {{ id email }} }}"


def proof_of(world: World, name: str) -> dict[str, str]:
    found = world.demo.clients[name]
    return {"client_id": found.client_id, "client_secret": found.client_secret}


async def exchanged(world: World, user: str) -> httpx.Response:
    asked = {"grant_type": EXCHANGE, "subject_token": user, "subject_token_type": USER}
    return await world.http.post("/oauth/token", data={**proof_of(world, "frontend"), **asked})


async def asks(world: World, token: str, query: str, **variables: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    return await world.http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)


async def test_a_person_whom_a_frontend_signed_in_reads_themself_and_nobody_else(a_world: World) -> None:
    plain, busy = a_world.demo.users["plain"], a_world.demo.users["busy"]
    token = (await exchanged(a_world, plain)).json()["access_token"]
    me = (await asks(a_world, token, ME)).json()["data"]["me"]
    assert me["id"] == plain
    assert me["email"]
    other = await asks(
        a_world, token, f"query ($id: ID!) {ACCOUNT} {{ user(id: $id) {{ id email }} }}", id=busy
    )
    assert (other.json().get("data") or {}).get("user") is None


async def test_the_exchange_and_the_reading_stand_in_the_ledger_one_after_the_other(a_world: World) -> None:
    user = a_world.demo.users["newsletter"]
    response = await exchanged(a_world, user)
    await asks(a_world, response.json()["access_token"], ME)
    reader = History(a_world.house.store, a_world.house.inforce.bits)
    found = await reader.accesses(AccessQuery(client="frontend", limit=2))
    assert [(each.role, each.operation, each.users) for each in found] == [
        ("user", None, 1),
        ("user", "token exchange", 0),
    ]
    assert found[1].request_id == response.headers["x-request-id"]


async def test_who_asks_about_another_finds_it_in_their_own_history(a_world: World) -> None:
    """The other is nobody to them; who tried stands in the ledger all the same, answered or refused."""
    plain, busy = a_world.demo.users["plain"], a_world.demo.users["busy"]
    token = (await exchanged(a_world, plain)).json()["access_token"]
    reader = History(a_world.house.store, a_world.house.inforce.bits)
    (ref,) = await reader.refs([plain])
    asked = [
        f'query {ACCOUNT} {{ user(id: "{busy}") {{ id }} }}',
        f'query {ACCOUNT} {{ users(filter: {{ids: ["{busy}"]}}) {{ edges {{ node {{ id }} }} }} }}',
        f'query @purpose(id: "service.matching") {{ user(id: "{busy}") {{ id }} }}',
        f'query {ACCOUNT} {{ user(id: "{busy}") {{ nothing }} }}',
    ]
    for query in asked:
        response = await asks(a_world, token, query)
        (latest, *_) = await reader.accesses(AccessQuery(ref=ref, limit=1))
        assert latest.request_id == response.headers["x-request-id"], query
        assert latest.users == 0


async def test_an_erased_person_is_nobody_to_exchange_for(a_world: World) -> None:
    response = await exchanged(a_world, a_world.demo.users["erased"])
    assert refused(response) == (400, "invalid_request")


async def test_a_token_taken_back_opens_nothing_within_a_second(a_world: World) -> None:
    token = (await exchanged(a_world, a_world.demo.users["plain"])).json()["access_token"]
    held = {**proof_of(a_world, "frontend"), "token": token}
    assert (await asks(a_world, token, ME)).status_code == 200
    assert (await a_world.http.post("/oauth/introspect", data=held)).json()["active"] is True
    assert (await a_world.http.post("/oauth/revoke", data=held)).status_code == 200
    since = time.monotonic()
    assert (await a_world.http.post("/oauth/introspect", data=held)).json() == {"active": False}
    status = 200
    async with asyncio.timeout(30):
        while status != 401:
            asked_after = time.monotonic() - since
            status = (await asks(a_world, token, ME)).status_code
            assert status != 200 or asked_after < 1
    again = {**held, "grant_type": EXCHANGE, "subject_token": token}
    again["subject_token_type"] = "urn:ietf:params:oauth:token-type:access_token"
    assert refused(await a_world.http.post("/oauth/token", data=again)) == (400, "invalid_request")


async def test_a_revocation_that_had_to_be_given_up_blinds_nobody(a_world: World, database_url: str) -> None:
    """What was asked of a locked database leaves nothing open that later requests would look through."""
    token = (await exchanged(a_world, a_world.demo.users["plain"])).json()["access_token"]
    held = {**proof_of(a_world, "frontend"), "token": token}
    async with locked(database_url, whole=False, table="revoked_tokens"):
        assert refused(await a_world.http.post("/oauth/revoke", data=held)) == (
            503,
            "temporarily_unavailable",
        )
    assert (await a_world.http.post("/oauth/introspect", data=held)).json()["active"] is True
    assert (await a_world.http.post("/oauth/revoke", data=held)).status_code == 200
    assert (await a_world.http.post("/oauth/introspect", data=held)).json() == {"active": False}
    name = f"new-{token_urlsafe(6)}"
    await register(name, recipients=["employer-a"])
    again = {"grant_type": "client_credentials", "client_id": name, "client_secret": SECRET}
    assert (await a_world.http.post("/oauth/token", data=again)).status_code == 200
    await ClientSecret.filter(client_id=name).delete()
    assert refused(await a_world.http.post("/oauth/token", data=again)) == (401, "invalid_client")


async def test_a_client_with_a_key_proves_itself_once_by_each_assertion(a_world: World) -> None:
    key = ECKey.generate_key("P-256")
    await register_key("by-key", public(key, kid="first"), recipients=["employer-a"])
    metadata = (await a_world.http.get("/.well-known/oauth-authorization-server")).json()
    claims = {
        "iss": "by-key",
        "sub": "by-key",
        "aud": metadata["issuer"],
        "exp": int(time.time()) + 60,
        "jti": token_urlsafe(12),
    }
    asked: dict[str, Any] = {
        "grant_type": "client_credentials",
        "client_assertion_type": JWT_BEARER,
        "client_assertion": letter(key, claims, head={"kid": "first"}),
    }
    first = await a_world.http.post("/oauth/token", data=asked)
    assert told(first.json()["access_token"])["client_id"] == "by-key"
    assert refused(await a_world.http.post("/oauth/token", data=asked)) == (401, "invalid_client")


@pytest.mark.parametrize("name", ["oauth-authorization-server", "oauth-protected-resource"])
async def test_the_gateway_tells_which_proofs_it_takes(name: str, a_world: World) -> None:
    metadata = (await a_world.http.get(f"/.well-known/{name}")).json()
    assert metadata["dpop_signing_alg_values_supported"] == list(ALGORITHMS)
    assert "tls_client_certificate_bound_access_tokens" not in metadata


async def test_what_was_asked_is_counted(a_world: World) -> None:
    await exchanged(a_world, "canary")
    shown = (await a_world.http.get("/metrics")).text
    assert 'mokuteki_token_requests_total{action="exchange",error="invalid_request"}' in shown
    assert "canary" not in shown
