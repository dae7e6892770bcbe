"""Where a client calls from: told by trusted proxies alone, and held against its record."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.types import Message, Scope

from api.proxy import BehindProxies
from api.tokens.networks import address_of, calls_from, network_of
from models.ledger.access import Access
from policies.edition import Edition
from tests.api.prover import QUERY
from tests.api.test_attack_tokens import registered
from tests.api.test_certificate import calling
from tests.world import World, world

PROXY, STRANGER, OWN = "10.0.0.7", "203.0.113.9", "192.0.2.44"
NETWORKS = ["192.0.2.0/24", "2001:db8:1::/48"]
BEHIND = {"MOKUTEKI_TRUSTED_PROXIES": "10.0.0.0/8"}
ENGLISH = "this client may not call from here: its record names the networks it calls from"


@pytest.mark.parametrize(
    ("address", "networks", "inside"),
    [
        (None, [], True),
        ("canary", [], True),
        (OWN, NETWORKS, True),
        ("::ffff:192.0.2.44", NETWORKS, True),
        ("2001:db8:1:ffff::1", NETWORKS, True),
        ("2001:0DB8:0001::1", NETWORKS, True),
        ("192.0.3.1", NETWORKS, False),
        ("2001:db8:2::1", NETWORKS, False),
        ("::192.0.2.44", NETWORKS, False),
        (STRANGER, NETWORKS, False),
        (None, NETWORKS, False),
        ("", NETWORKS, False),
        ("canary", NETWORKS, False),
        ("192.0.2.44, 192.0.2.45", NETWORKS, False),
        (" 192.0.2.44", NETWORKS, False),
        ("192.0.2.044", NETWORKS, False),
        (OWN, ["192.0.2.44"], True),
        (OWN, ["::ffff:192.0.2.0/120"], True),
        ("::ffff:192.0.2.44", ["::ffff:192.0.2.44"], True),
        (OWN, ["canary"], False),
        (OWN, ["192.0.2.1/24"], False),
        (OWN, ["canary", "192.0.2.0/24"], True),
        (OWN, ["::/0"], False),
        (OWN, ["0.0.0.0/0"], True),
    ],
)
def test_an_address_lies_in_a_network_or_not(address: str | None, networks: list[str], inside: bool) -> None:
    assert calls_from(address, networks) is inside


def test_an_address_or_a_network_that_cannot_be_read_is_none() -> None:
    assert (address_of("canary"), address_of(None), network_of("canary"), network_of("")) == (None,) * 4
    assert str(address_of("::ffff:10.0.0.7")) == PROXY
    assert str(network_of("::ffff:10.0.0.0/104")) == "10.0.0.0/8"


async def seen(peer: tuple[str, int] | None, *headers: tuple[str, str], kind: str = "http") -> Scope:
    """What an application behind proxies sees of a request."""
    found: list[Scope] = []

    async def application(scope: Scope, _receive: Any, _send: Any) -> None:
        found.append(scope)

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    async def ignore(_: Message) -> None:
        return

    sent = [(name.lower().encode(), value.encode()) for name, value in headers]
    behind = BehindProxies(application, trusted=["10.0.0.0/8", "::1"], certificate_header="client-cert")
    await behind({"type": kind, "client": peer, "headers": sent, "scheme": "http"}, nothing, ignore)
    return found[0]


FORWARDED = "X-Forwarded-For"


@pytest.mark.parametrize(
    ("peer", "headers", "client"),
    [
        ((STRANGER, 1), [], STRANGER),
        ((STRANGER, 1), [(FORWARDED, OWN)], STRANGER),
        ((PROXY, 1), [], PROXY),
        ((PROXY, 1), [(FORWARDED, OWN)], OWN),
        (("::ffff:10.0.0.7", 1), [(FORWARDED, OWN)], OWN),
        ((PROXY, 1), [(FORWARDED, f"{OWN}, {STRANGER}")], STRANGER),
        ((PROXY, 1), [(FORWARDED, f"{OWN}, {STRANGER}, 10.1.1.1")], STRANGER),
        ((PROXY, 1), [(FORWARDED, OWN), (FORWARDED, STRANGER)], STRANGER),
        ((PROXY, 1), [(FORWARDED, f"{STRANGER}:4711")], STRANGER),
        ((PROXY, 1), [(FORWARDED, "[2001:db8:1::1]:4711")], "2001:db8:1::1"),
        ((PROXY, 1), [(FORWARDED, f"{OWN}, canary")], "canary"),
        (("127.0.0.1", 1), [(FORWARDED, OWN)], "127.0.0.1"),
        (None, [(FORWARDED, OWN)], None),
    ],
)
async def test_the_address_is_the_right_most_that_no_trusted_proxy_has(
    peer: tuple[str, int] | None, headers: list[tuple[str, str]], client: str | None
) -> None:
    scope = await seen(peer, *headers)
    assert (scope["client"] and scope["client"][0]) == client


async def test_a_certificate_is_taken_away_from_whoever_is_no_trusted_proxy() -> None:
    sent = (("Client-Cert", "x"), ("Other", "y"))
    for peer, names in (
        ((PROXY, 1), [b"client-cert", b"other"]),
        (("::1", 1), [b"client-cert", b"other"]),
        ((STRANGER, 1), [b"other"]),
        (None, [b"other"]),
        (("canary", 1), [b"other"]),
    ):
        assert [name for name, _ in (await seen(peer, *sent))["headers"]] == names
    forwarded = await seen((STRANGER, 1), *sent, (FORWARDED, PROXY))
    assert b"client-cert" not in dict(forwarded["headers"])
    assert (await seen(None, kind="lifespan"))["type"] == "lifespan"


@pytest.fixture(scope="module")
async def proxied(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with world(database_url, tmp_path_factory.mktemp("var"), edition, people=12, **BEHIND) as made:
        yield made


async def grant(made: World, peer: str, forwarded: str | None = None) -> httpx.Response:
    credential = made.demo.clients["employer-a"]
    form = {
        "grant_type": "client_credentials",
        "client_id": credential.client_id,
        "client_secret": credential.client_secret,
    }
    headers = {FORWARDED: forwarded} if forwarded else {}
    async with calling(made, peer) as http:
        return await http.post("/oauth/token", data=form, headers=headers)


async def ask(made: World, peer: str, forwarded: str | None = None) -> httpx.Response:
    headers = {
        "Authorization": f"Bearer {await made.token('employer-a')}",
        "Accept": "application/graphql-response+json",
        **({FORWARDED: forwarded} if forwarded else {}),
    }
    async with calling(made, peer) as http:
        return await http.post("/graphql", json={"query": QUERY}, headers=headers)


FROM_HOME = (
    (OWN, None),
    (PROXY, OWN),
    (PROXY, f"{STRANGER}, {OWN}"),
    ("::ffff:192.0.2.44", None),
    (PROXY, "2001:db8:1::5"),
)
FROM_ELSEWHERE = ((STRANGER, None), (STRANGER, OWN), (PROXY, None), (PROXY, STRANGER), (PROXY, f"{OWN}, {STRANGER}"), (PROXY, "canary"), (PROXY, f"{OWN}, canary"))  # fmt: skip


async def test_a_client_gets_tokens_from_its_own_networks_only(proxied: World) -> None:
    async with registered(proxied, "employer-a", networks=NETWORKS):
        for place in FROM_HOME:
            assert (await grant(proxied, *place)).status_code == 200, place
        for place in FROM_ELSEWHERE:
            response = await grant(proxied, *place)
            assert (response.status_code, response.json()["error"]) == (401, "invalid_client"), place
            assert response.json()["error_description"] == "the client is not known, or did not prove itself"
    for place in FROM_ELSEWHERE:
        assert (await grant(proxied, *place)).status_code == 200


async def test_a_token_used_from_elsewhere_is_refused_and_recorded(proxied: World) -> None:
    async with registered(proxied, "employer-a", networks=NETWORKS):
        for place in FROM_HOME:
            assert "errors" not in (await ask(proxied, *place)).json(), place
        before = await Access.all().count()
        for place in FROM_ELSEWHERE:
            response = await ask(proxied, *place)
            (error,) = response.json()["errors"]
            assert (response.status_code, error["message"]) == (403, ENGLISH)
            known = error["extensions"]
            assert (known["code"], known["reason"]) == ("OPERATION_FORBIDDEN", "NETWORK_NOT_ALLOWED")
        assert await Access.all().count() == before + len(FROM_ELSEWHERE)
        newest = await Access.all().order_by("-id").first()
        assert newest is not None
        client = proxied.demo.clients["employer-a"].client_id
        assert (newest.client, newest.code) == (client, "OPERATION_FORBIDDEN")


async def test_a_client_without_networks_calls_from_anywhere(proxied: World) -> None:
    for place in (*FROM_HOME, *FROM_ELSEWHERE):
        assert (await ask(proxied, *place)).status_code == 200
