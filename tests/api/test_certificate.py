"""Tokens bound to a certificate (RFC 8705), which a trusted proxy hands on and nobody else can."""

from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
import pytest

from api.app import build_app
from api.tokens.certificate import BadCertificate, certificate_thumbprint
from models.clients.client import Binding
from policies.edition import Edition
from tests.api.certificates import as_pem, as_sequence, certificate, der, thumbprint
from tests.api.prover import QUERY
from tests.api.test_attack_tokens import registered
from tests.api.test_dpop_served import OTHER_KEY, refused, wrong
from tests.world import World, world

MINE, OTHER = certificate(), certificate()
PROXY, STRANGER = "10.0.0.7", "203.0.113.9"
HEADER = "Client-Cert"
BEHIND = {"MOKUTEKI_TRUSTED_PROXIES": "10.0.0.0/8 ::1", "MOKUTEKI_CLIENT_CERTIFICATE_HEADER": HEADER}


@pytest.mark.parametrize("write", [as_pem, as_sequence])
def test_a_certificate_has_one_thumbprint_in_either_form(write: object) -> None:
    assert callable(write)
    for made in (MINE, OTHER):
        assert certificate_thumbprint([write(made)]) == thumbprint(made)
        assert certificate_thumbprint([f" {write(made)} "]) == thumbprint(made)
    assert certificate_thumbprint([as_pem(MINE).replace("%0A", "\n")]) == thumbprint(MINE)


def test_no_header_and_an_empty_one_are_no_certificate() -> None:
    assert (certificate_thumbprint([]), certificate_thumbprint([""]), certificate_thumbprint([" "])) == (
        None,
    ) * 3


@pytest.mark.parametrize(
    "sent",
    [
        [as_pem(MINE), as_pem(MINE)],
        [as_pem(MINE), ""],
        [f"{as_sequence(MINE)}, {as_sequence(OTHER)}"],
        [as_pem(MINE) + as_pem(OTHER)],
        [as_sequence(MINE)[:-1]],
        [as_sequence(MINE)[1:]],
        [":canary:"],
        ["::"],
        [":"],
        ["canary"],
        [thumbprint(MINE)],
        ["(null)"],
        ["é"],
        [as_sequence(MINE).replace(":", "", 1)],
        [as_pem(MINE).replace("CERTIFICATE", "PRIVATE%20KEY")],
        [f":{'A' * 20_000}:"],
        [f":{b64encode(der(MINE)[:-1]).decode()}:"],
        [f":{b64encode(der(MINE) + b'!').decode()}:"],
    ],
)  # fmt: skip
def test_what_is_no_certificate_or_several_is_refused(sent: Sequence[str]) -> None:
    with pytest.raises(BadCertificate) as bad:
        certificate_thumbprint(sent)
    assert "canary" not in str(bad.value)
    assert str(bad.value).startswith("the proxy handed on ")


def test_a_certificate_with_more_behind_it_is_refused() -> None:
    doubled = der(MINE) + b"canary"
    with pytest.raises(BadCertificate):
        certificate_thumbprint([f":{b64encode(doubled).decode()}:"])


@pytest.fixture(scope="module")
async def proxied(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with world(database_url, tmp_path_factory.mktemp("var"), edition, people=12, **BEHIND) as made:
        yield made


@asynccontextmanager
async def calling(made: World, address: str) -> AsyncIterator[httpx.AsyncClient]:
    """Requests of whoever is connected from this address."""
    transport = httpx.ASGITransport(build_app(made.house), client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        yield http


async def grant(made: World, address: str, *shown: str, header: str = HEADER) -> httpx.Response:
    credential = made.demo.clients["employer-a"]
    form = {
        "grant_type": "client_credentials",
        "client_id": credential.client_id,
        "client_secret": credential.client_secret,
    }
    async with calling(made, address) as http:
        return await http.post("/oauth/token", data=form, headers=[(header, each) for each in shown])


async def ask(made: World, address: str, token: str, *shown: str, scheme: str = "Bearer") -> httpx.Response:
    headers = [("Authorization", f"{scheme} {token}"), *((HEADER, each) for each in shown)]
    async with calling(made, address) as http:
        return await http.post("/graphql", json={"query": QUERY}, headers=headers)


async def test_a_token_bound_to_a_certificate_serves_who_connects_with_it(proxied: World) -> None:
    async with registered(proxied, "employer-a", binding=Binding.CERTIFICATE):
        granted = await grant(proxied, PROXY, as_sequence(MINE))
        assert (granted.status_code, granted.json()["token_type"]) == (200, "Bearer")
        token = granted.json()["access_token"]
        for shown in (as_sequence(MINE), as_pem(MINE)):
            assert (await ask(proxied, PROXY, token, shown)).status_code == 200
        lost = wrong("Bearer", "invalid_token", OTHER_KEY)
        for sent in ([as_sequence(OTHER)], [], [""], ["canary"], [as_sequence(MINE), as_sequence(MINE)]):
            await refused(proxied, await ask(proxied, PROXY, token, *sent), lost)


async def test_a_header_spoofed_without_the_proxy_shows_nothing(proxied: World) -> None:
    async with registered(proxied, "employer-a", binding=Binding.CERTIFICATE):
        token = (await grant(proxied, PROXY, as_pem(MINE))).json()["access_token"]
        for address in (STRANGER, "11.0.0.7", "::2", "::ffff:203.0.113.9", "testclient"):
            spoofed = await ask(proxied, address, token, as_pem(MINE))
            await refused(proxied, spoofed, wrong("Bearer", "invalid_token", OTHER_KEY))
            granted = await grant(proxied, address, as_pem(MINE))
            assert (granted.status_code, granted.json()["error"]) == (400, "invalid_request")
            assert "connect with it" in granted.json()["error_description"]
        for address in (PROXY, "::ffff:10.0.0.7", "::1"):
            assert (await ask(proxied, address, token, as_pem(MINE))).status_code == 200


async def test_a_client_that_is_bound_to_its_certificate_gets_no_token_without_it(proxied: World) -> None:
    unbound = await proxied.token("employer-a")
    async with registered(proxied, "employer-a", binding=Binding.CERTIFICATE):
        for sent in ((), ("canary",), (as_pem(MINE), as_pem(OTHER))):
            granted = await grant(proxied, PROXY, *sent)
            assert (granted.status_code, granted.json()["error"]) == (400, "invalid_request")
            assert "canary" not in granted.text
        granted = await grant(proxied, PROXY, as_pem(MINE), header="X-Client-Cert")
        assert (granted.status_code, granted.json()["error"]) == (400, "invalid_request")
        older = await ask(proxied, PROXY, unbound, as_pem(MINE))
        assert (older.status_code, proxied.codes(older.json())) == (401, ["UNAUTHENTICATED"])
    assert (await ask(proxied, PROXY, unbound)).status_code == 200


async def test_a_certificate_that_nobody_asked_for_binds_nothing(proxied: World) -> None:
    granted = await grant(proxied, PROXY, as_pem(MINE))
    assert (await ask(proxied, STRANGER, granted.json()["access_token"])).status_code == 200


async def test_a_token_bound_to_a_certificate_is_none_for_dpop(proxied: World) -> None:
    async with registered(proxied, "employer-a", binding=Binding.CERTIFICATE):
        token = (await grant(proxied, PROXY, as_pem(MINE))).json()["access_token"]
        response = await ask(proxied, PROXY, token, as_pem(MINE), scheme="DPoP")
        described = "the access token is for the other scheme"
        await refused(proxied, response, wrong("DPoP", "invalid_token", described))
