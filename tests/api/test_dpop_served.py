"""DPoP over HTTP (RFC 9449): how a token is bound, how it is used, and how it is stolen in vain."""

import time
from typing import Any

import httpx
import pytest

from api.tokens.access_token import Holder
from api.tokens.replay import MemoryReplays, StoreReplays
from models.clients.client import Binding, Client
from models.clients.public_key import ALGORITHMS
from models.database.store import StoreUnavailable
from tests.api.proofs import ath, claims, new_key, signed
from tests.api.prover import QUERY, Prover
from tests.api.test_attack_tokens import ONE, counted, registered
from tests.world import World

METADATA = 'resource_metadata="http://127.0.0.1:8000/.well-known/oauth-protected-resource/graphql"'
ALGS = f'algs="{" ".join(ALGORITHMS)}"'
OFFERED_DPOP = f'DPoP realm="mokuteki", {ALGS}, {METADATA}'
OFFERED_BEARER = f'Bearer realm="mokuteki", {METADATA}'


def wrong(scheme: str, error: str, described: str) -> list[str]:
    """The challenges that tell this error under this scheme."""
    said = f'{scheme} realm="mokuteki", error="{error}", error_description="{described}"'
    if scheme == "DPoP":
        return [f"{said}, {ALGS}, {METADATA}"]
    return [f"{said}, {METADATA}", OFFERED_DPOP]


INVALID = "the access token is not valid, or not any more"
OTHER_SCHEME = "the access token is for the other scheme"
OTHER_KEY = "the access token is bound to another key or certificate than was shown"
NONCE = "make the proof with the `nonce` of the header `DPoP-Nonce`"
REPLAYED = "the proof was shown before: make one for each request"


@pytest.fixture
async def prover(a_world: World) -> Prover:
    made = Prover(a_world, "employer-a")
    await made.get_token()
    return made


async def refused(world: World, response: httpx.Response, challenges: list[str]) -> None:
    """Refused with these challenges, without data, and recorded nowhere."""
    assert (response.status_code, set(response.json())) == (401, {"errors"})
    assert world.codes(response.json()) == ["UNAUTHENTICATED"]
    assert response.headers.get_list("www-authenticate") == challenges


async def test_a_token_is_got_and_used_with_a_key_and_the_nonces_that_are_told(a_world: World) -> None:
    prover = Prover(a_world, "employer-a")
    first = await prover.grant(prover.proof("POST", "/oauth/token"))
    assert (first.status_code, first.json()["error"]) == (400, "use_dpop_nonce")
    assert first.headers["cache-control"] == "no-store"
    assert prover.nonce
    second = await prover.grant(prover.proof("POST", "/oauth/token"))
    assert (second.status_code, second.json()["token_type"]) == (200, "DPoP")
    assert second.headers["dpop-nonce"] == prover.nonce
    prover.token = second.json()["access_token"]
    answer = await prover.ask(prover.for_query())
    assert (answer.status_code, answer.headers["dpop-nonce"]) == (200, prover.nonce)
    assert "errors" not in answer.json()
    requester = a_world.house.tokens.read(prover.token, time.time())
    assert requester.bound is not None
    assert (requester.bound.way, requester.bound.thumbprint) == ("jkt", prover.key.thumbprint())


async def test_a_query_by_get_has_a_proof_for_get(a_world: World, prover: Prover) -> None:
    for method, status in (("GET", 200), ("POST", 401)):
        headers = {"Authorization": f"DPoP {prover.token}", "DPoP": prover.for_query(method=method)}
        response = await a_world.http.get("/graphql", params={"query": QUERY}, headers=headers)
        assert response.status_code == status


async def test_without_a_token_both_schemes_are_offered(a_world: World) -> None:
    for headers in ({}, {"Authorization": "Basic eDp4"}, {"Authorization": "none"}, {"DPoP": "x"}):
        response = await a_world.http.post("/graphql", json={"query": QUERY}, headers=headers)
        await refused(a_world, response, [OFFERED_BEARER, OFFERED_DPOP])


async def test_a_token_that_is_none_is_told_so_under_its_own_scheme(a_world: World) -> None:
    for scheme in ("Bearer", "DPoP"):
        for token in ("canary", ""):
            headers = {"Authorization": f"{scheme} {token}"}
            response = await a_world.http.post("/graphql", json={"query": QUERY}, headers=headers)
            await refused(a_world, response, wrong(scheme, "invalid_token", INVALID))


async def test_a_stolen_token_serves_nobody_without_its_key(a_world: World, prover: Prover) -> None:
    before = await counted(a_world)
    unbound = await a_world.token("employer-a")
    await refused(a_world, await prover.ask(scheme="Bearer"), wrong("Bearer", "invalid_token", OTHER_SCHEME))
    bearer = await prover.ask(prover.for_query(), scheme="bearer")
    await refused(a_world, bearer, wrong("Bearer", "invalid_token", OTHER_SCHEME))
    missing = "a proof is missing: send it in the header `DPoP`"
    await refused(a_world, await prover.ask(), wrong("DPoP", "invalid_dpop_proof", missing))
    thief = Prover(a_world, "employer-a", token=prover.token, nonce=prover.nonce)
    theirs = await thief.ask(thief.for_query())
    await refused(a_world, theirs, wrong("DPoP", "invalid_token", OTHER_KEY))
    thief.token = unbound
    upgraded = await thief.ask(thief.for_query())
    await refused(a_world, upgraded, wrong("DPoP", "invalid_token", OTHER_SCHEME))
    assert await counted(a_world) == ((before[0] or 0) + 5, before[1])


async def test_a_replayed_proof_is_refused(a_world: World, prover: Prover) -> None:
    proof = prover.for_query()
    assert (await prover.ask(proof)).status_code == 200
    await refused(a_world, await prover.ask(proof), wrong("DPoP", "invalid_dpop_proof", REPLAYED))
    asked = prover.proof("POST", "/oauth/token")
    assert (await prover.grant(asked)).status_code == 200
    again = await prover.grant(asked)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_dpop_proof")
    assert again.json()["error_description"] == REPLAYED


@pytest.mark.parametrize(
    ("changed", "described"),
    [
        ({"htm": "GET"}, "`htm` is not the method of the request"),
        ({"htu": "http://127.0.0.1:8000/oauth/token"}, "`htu` is not the address of the request, as the metadata names it"),
        ({"htu": "http://gateway/graphql"}, "`htu` is not the address of the request, as the metadata names it"),
        ({"ath": ath("another token")}, "`ath` is not the hash of the access token"),
        ({"ath": None}, "`ath` is not the hash of the access token"),
        ({"iat": int(time.time()) - 3600}, "`iat` is not about now: look at the clock"),
        ({"iat": int(time.time()) + 3600}, "`iat` is not about now: look at the clock"),
        ({"jti": None}, "`jti` is not a text of 1 to 256 characters"),
    ],
    ids=["method", "path", "host", "token", "no-token", "old", "early", "nameless"],
)  # fmt: skip
async def test_a_proof_stolen_from_elsewhere_is_refused(
    a_world: World, prover: Prover, changed: dict[str, Any], described: str
) -> None:
    response = await prover.ask(prover.for_query(**changed))
    await refused(a_world, response, wrong("DPoP", "invalid_dpop_proof", described))


async def test_a_proof_without_a_nonce_of_this_installation_is_asked_to_be_made_again(
    a_world: World, prover: Prover
) -> None:
    for nonce in (None, "canary", "xG0nQ3c0m1xYB1ZQ7mE0Jw1fWc2Q5d8L"):
        response = await prover.ask(prover.for_query(nonce=nonce))
        assert len(response.headers["dpop-nonce"]) == 32
        await refused(a_world, response, wrong("DPoP", "use_dpop_nonce", NONCE))


async def test_two_proofs_are_one_too_many(a_world: World, prover: Prover) -> None:
    response = await prover.ask(prover.for_query(), prover.for_query())
    await refused(a_world, response, wrong("DPoP", "invalid_dpop_proof", "send one `DPoP` header"))
    granted = await prover.grant(prover.proof("POST", "/oauth/token"), prover.proof("POST", "/oauth/token"))
    assert (granted.status_code, granted.json()["error"]) == (400, "invalid_dpop_proof")


async def test_a_client_that_must_bind_its_tokens_gets_no_other(a_world: World) -> None:
    prover = Prover(a_world, "employer-b")
    unbound = await a_world.token("employer-b")
    headers = {"Authorization": f"Bearer {unbound}"}
    async with registered(a_world, "employer-b", binding=Binding.DPOP):
        response = await prover.grant()
        assert (response.status_code, response.json()["error"]) == (400, "invalid_dpop_proof")
        assert "send a proof in the header `DPoP`" in response.json()["error_description"]
        before = await counted(a_world)
        older = await a_world.http.post("/graphql", json={"query": QUERY}, headers=headers)
        await refused(a_world, older, wrong("Bearer", "invalid_token", INVALID))
        assert await counted(a_world) == ((before[0] or 0) + 1, before[1])
        await prover.get_token()
        assert (await prover.ask(prover.for_query())).status_code == 200
    assert (await a_world.http.post("/graphql", json={"query": QUERY}, headers=headers)).status_code == 200


async def test_where_nobody_can_tell_whether_a_proof_is_new_nothing_is_answered(
    a_world: World, prover: Prover, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> bool:
        raise StoreUnavailable

    for kind in (MemoryReplays, StoreReplays):
        monkeypatch.setattr(kind, "first", away)
    response = await prover.ask(prover.for_query())
    assert (response.status_code, a_world.codes(response.json())) == (503, ["LEDGER_UNAVAILABLE"])
    assert response.headers["retry-after"] == "1"
    granted = await prover.grant(prover.proof("POST", "/oauth/token"))
    assert (granted.status_code, granted.json()["error"]) == (503, "temporarily_unavailable")
    monkeypatch.undo()
    assert (await prover.ask(prover.for_query())).status_code == 200


async def test_what_a_bound_token_releases_is_what_any_token_of_the_client_does(
    a_world: World, prover: Prover
) -> None:
    given = {"id": a_world.demo.users["busy"]}
    headers = {"Authorization": f"DPoP {prover.token}", "DPoP": prover.for_query()}
    body = {"query": ONE, "variables": given}
    answer = await a_world.http.post("/graphql", json=body, headers=headers)
    assert answer.json() == await a_world.ask("employer-a", ONE, given)


async def test_a_token_bound_by_hand_needs_its_key_too(a_world: World) -> None:
    row = await Client.get(name="frontend")
    key = new_key()
    prover = Prover(a_world, "frontend", key=key)
    mine = await prover.get_token()
    user = a_world.demo.users["plain"]
    bound = a_world.house.tokens.read(mine, time.time()).bound
    prover.token = a_world.house.tokens.mint(Holder(client=row, user=user, bound=bound), now=time.time())
    own = 'query @purpose(id: "service.account") { me { id } }'
    good = await prover.ask(prover.for_query(), query=own)
    assert good.json() == {"data": {"me": {"id": user}}}
    payload = claims("POST", f"{prover.issuer}/graphql", time.time(), nonce=prover.nonce, ath=ath(mine))
    stolen = await prover.ask(signed(key, payload), query=own)
    described = "`ath` is not the hash of the access token"
    await refused(a_world, stolen, wrong("DPoP", "invalid_dpop_proof", described))
