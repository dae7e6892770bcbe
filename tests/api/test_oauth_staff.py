"""The tokens of staff: on the word of a trusted issuer, whose ID token is for us, fresh, and gives the role."""

import asyncio
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from api.tokens import issuer_keys
from api.tokens.issuer_keys import KEPT, PAUSE, SHORT_PAUSE, IssuerKeys, Unreachable
from api.tokens.trusted import Trusted, TrustedIssuer, trusted_issuers
from tests.api.oauth import (
    ISSUER,
    NOW,
    SECRET,
    Gateway,
    gateway,
    letter,
    public,
    refused,
    register,
    served,
    told,
)
from tests.api.proofs import coded

CORP = "https://login.corp.example/realm"
GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
ACCESS = "urn:ietf:params:oauth:token-type:access_token"
KEY = ECKey.generate_key("P-256")
NEW = RSAKey.generate_key(2048)
DISCOVERY = "/realm/.well-known/openid-configuration"


@dataclass
class Corp:
    """The issuer of a company: what it answers, and how often it was asked."""

    keys: list[Any] = field(default_factory=lambda: [public(KEY, kid="first", use="sig")])
    metadata: Any = field(default_factory=lambda: {"issuer": CORP, "jwks_uri": f"{CORP}/keys"})
    answer: Response | None = None
    asked: list[str] = field(default_factory=list)
    clock: list[float] = field(default_factory=lambda: [0.0])

    async def _discovery(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        return self.answer or JSONResponse(self.metadata)

    async def _keys(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        return JSONResponse({"keys": self.keys})

    def known(self, url: str = CORP) -> IssuerKeys:
        app = Starlette(routes=[Route(DISCOVERY, self._discovery), Route("/realm/keys", self._keys)])
        return IssuerKeys(url, clock=lambda: self.clock[0], transport=httpx.ASGITransport(app))

    def trusted(self) -> Trusted:
        return Trusted([TrustedIssuer("corp", CORP)], self.known)


@dataclass
class Office:
    """A gateway that trusts the company, and the company."""

    gateway: Gateway
    corp: Corp

    async def ask(self, token: str, client: str = "desk", **more: str) -> httpx.Response:
        return await self.gateway.ask(form(token, client, **more))


@pytest.fixture(scope="module")
async def clients(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[None]:
    async with gateway(tmp_path_factory.mktemp("staff")):
        await register("desk", role="privacy_officer", recipients=["internal", "person"])
        await register("editor", role="policy_admin", recipients=["internal"])
        await register("narrow", role="auditor", recipients=["internal"], scopes=["purpose:service.account"])
        await register("employer", role="employer")
        await register("site", role="frontend", recipients=["internal"])
        yield


@pytest.fixture
async def office(clients: None) -> AsyncIterator[Office]:  # noqa: ARG001 - the database is open
    corp = Corp()
    async with served(trusted=corp.trusted()) as made:
        yield Office(made, corp)


def claims(**more: Any) -> dict[str, Any]:
    """The claims of a good ID token; one that is None is left out."""
    plain = {
        "iss": CORP,
        "sub": "mori",
        "aud": "desk",
        "exp": int(NOW) + 300,
        "iat": int(NOW),
        "roles": ["privacy_officer", "something else"],
        "email": "canary@corp.example",
        **more,
    }
    return {name: value for name, value in plain.items() if value is not None}


def good(**more: Any) -> str:
    return letter(KEY, claims(**more), head={"kid": "first"})


def form(token: str, client: str, **more: str) -> dict[str, str]:
    return {
        "grant_type": GRANT,
        "client_id": client,
        "client_secret": SECRET,
        "subject_token": token,
        "subject_token_type": ID_TOKEN,
        **more,
    }


async def test_a_member_of_staff_receives_a_token_that_names_them_and_their_client(office: Office) -> None:
    response = await office.ask(good())
    answer = response.json()
    assert (response.status_code, answer["issued_token_type"], answer["expires_in"]) == (200, ACCESS, 300)
    requester = office.gateway.tokens.read(answer["access_token"], NOW)
    assert (requester.staff, requester.client, requester.role) == ("corp:mori", "desk", "privacy_officer")
    assert (requester.user, requester.recipients) == (None, ("internal", "person"))
    payload = told(answer["access_token"])
    assert (payload["sub"], payload["act"]) == ("corp:mori", {"sub": "desk"})
    assert "canary" not in json.dumps(payload)


async def test_the_exchange_of_staff_is_on_record_under_the_id_of_the_token(office: Office) -> None:
    before = len(office.gateway.book.entries)
    response = await office.ask(good())
    token = response.json()["access_token"]
    narrow = await office.ask(token, subject_token_type=ACCESS, scope="purpose:service.account")
    whole, less = office.gateway.book.entries[before:]
    assert (whole.staff, whole.client, whole.role) == ("corp:mori", "desk", "privacy_officer")
    assert (whole.operation, whole.outcome, whole.at.timestamp()) == ("token exchange", "RELEASED", NOW)
    assert (whole.purpose, whole.recipient, whole.sought, whole.users) == (None, None, (), 0)
    assert whole.request_id == told(token)["jti"] == response.headers["x-request-id"]
    assert (less.staff, less.request_id) == ("corp:mori", told(narrow.json()["access_token"])["jti"])


async def test_without_a_record_there_is_no_token_of_staff(office: Office) -> None:
    office.gateway.book.closed = True
    response = await office.ask(good())
    assert refused(response) == (503, "temporarily_unavailable")
    assert "access_token" not in response.text


async def test_the_token_of_staff_ends_with_what_the_issuer_said(office: Office) -> None:
    for ahead, lasting in ((60, 60), (7200, 900)):
        answer = (await office.ask(good(exp=int(NOW) + ahead))).json()
        assert told(answer["access_token"])["exp"] == NOW + lasting


async def test_the_token_of_staff_stays_within_the_scopes_of_its_client(office: Office) -> None:
    token = good(aud="narrow", roles=["auditor"])
    assert (await office.ask(token, "narrow")).json()["scope"] == "purpose:service.account"
    wider = await office.ask(token, "narrow", scope="purpose:service.application")
    assert refused(wider) == (400, "invalid_scope")


async def test_a_token_of_staff_is_narrowed_and_still_names_them(office: Office) -> None:
    token = (await office.ask(good())).json()["access_token"]
    narrow = await office.ask(token, subject_token_type=ACCESS, scope="purpose:service.account")
    requester = office.gateway.tokens.read(narrow.json()["access_token"], NOW)
    assert (requester.staff, requester.expires_at) == ("corp:mori", NOW + 300)


@pytest.mark.parametrize(
    "more",
    [
        {"aud": ISSUER},
        {"aud": ["desk"]},
        {"aud": ["desk", "elsewhere"], "azp": "desk"},
        {"aud": "desk", "azp": "desk"},
        {"roles": "privacy_officer"},
        {"roles": None, "mokuteki_roles": ["privacy_officer"]},
        {"nbf": int(NOW)},
    ],
)
async def test_an_id_token_may_be_written_in_these_ways(more: dict[str, Any], office: Office) -> None:
    assert (await office.ask(good(**more))).status_code == 200


WRONG: dict[str, Mapping[str, Any]] = {
    "no issuer": {"iss": None},
    "an issuer nobody trusts": {"iss": "https://canary.example"},
    "an issuer that begins like one": {"iss": CORP + ".canary.example"},
    "an issuer with one letter more": {"iss": CORP + "/"},
    "an issuer that is a list": {"iss": [CORP]},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject with a blank": {"sub": "mori canary"},
    "a subject too long": {"sub": "m" * 80},
    "no audience": {"aud": None},
    "another client": {"aud": "editor"},
    "another audience": {"aud": ["https://canary.example"]},
    "several audiences and no word of who asked": {"aud": ["desk", "elsewhere"]},
    "several audiences and another who asked": {"aud": ["desk", "elsewhere"], "azp": "elsewhere"},
    "another who asked": {"azp": "elsewhere"},
    "an asking party that is a list": {"azp": ["desk"]},
    "no end": {"exp": None},
    "an end that has passed": {"exp": int(NOW)},
    "no issue": {"iat": None},
    "an issue to come": {"iat": int(NOW) + 60},
    "a beginning to come": {"nbf": int(NOW) + 60},
    "no roles": {"roles": None},
    "another role": {"roles": ["auditor"]},
    "a role that begins like it": {"roles": ["privacy_officer_canary"]},
    "roles that are an object": {"roles": {"privacy_officer": True}},
    "roles that are numbers": {"roles": [1]},
}


@pytest.mark.parametrize("more", WRONG.values(), ids=WRONG.keys())
async def test_an_id_token_with_wrong_claims_is_exchanged_for_nothing(
    more: Mapping[str, Any], office: Office
) -> None:
    response = await office.ask(good(**more))
    assert refused(response) == (400, "invalid_request")
    sentence = "the subject token is not valid, or not for this client"
    assert response.json()["error_description"] == sentence


def unsigned() -> str:
    return b".".join((coded({"alg": "none", "typ": "JWT"}), coded(claims()), b"")).decode()


def confused() -> str:
    text = b".".join((coded({"alg": "HS256", "typ": "JWT", "kid": "first"}), coded(claims())))
    signature = urlsafe_b64encode(hmac.digest(KEY.as_pem(private=False), text, "sha256")).rstrip(b"=")
    return b".".join((text, signature)).decode()


FORGED = {
    "no algorithm": unsigned(),
    "the public key as a shared secret": confused(),
    "another's key under its key id": letter(ECKey.generate_key("P-256"), claims(), head={"kid": "first"}),
    "a key of its own in the header": letter(NEW, claims(), alg="RS256", head={"jwk": public(NEW)}),
    "the address of a key in the header": letter(KEY, claims(), head={"jku": "https://canary.example"}),
    "an access token of the same issuer": letter(KEY, claims(), head={"kid": "first", "typ": "at+jwt"}),
    "a logout token of the same issuer": letter(KEY, claims(), head={"kid": "first", "typ": "logout+jwt"}),
    "more than 8 KiB": good(canary="x" * 8192),
    "nothing": "canary",
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
async def test_a_forged_id_token_is_exchanged_for_nothing(token: str, office: Office) -> None:
    assert refused(await office.ask(token)) == (400, "invalid_request")


@pytest.mark.parametrize("client", ["employer", "site"])
async def test_only_a_client_in_a_role_of_staff_takes_an_id_token(client: str, office: Office) -> None:
    token = good(aud=client, roles=["employer", "frontend"])
    assert refused(await office.ask(token, client)) == (400, "unauthorized_client")
    assert office.corp.asked == []


async def test_an_id_token_is_no_access_token_and_an_access_token_no_id_token(office: Office) -> None:
    assert refused(await office.ask(good(), subject_token_type=ACCESS)) == (400, "invalid_request")
    token = (await office.ask(good())).json()["access_token"]
    assert refused(await office.ask(token)) == (400, "invalid_request")


@pytest.mark.usefixtures("clients")
async def test_where_nobody_is_trusted_no_id_token_is_taken() -> None:
    async with served() as made:
        assert refused(await made.ask(form(good(), "desk"))) == (400, "invalid_request")


async def test_the_keys_of_an_issuer_are_asked_for_once_in_a_while(office: Office) -> None:
    for _ in range(3):
        await office.ask(good())
    assert office.corp.asked == [DISCOVERY, "/realm/keys"]
    office.corp.clock[0] = KEPT
    await office.ask(good())
    assert len(office.corp.asked) == 4


async def test_a_new_key_of_the_issuer_is_found_but_not_looked_for_at_each_request(office: Office) -> None:
    await office.ask(good())
    token = letter(NEW, claims(), alg="RS256", head={"kid": "second"})
    for _ in range(3):
        assert refused(await office.ask(token)) == (400, "invalid_request")
    assert len(office.corp.asked) == 2
    office.corp.keys.append(public(NEW, kid="second"))
    office.corp.clock[0] = PAUSE
    assert (await office.ask(token)).status_code == 200
    assert len(office.corp.asked) == 4


async def test_a_key_that_the_issuer_withdrew_serves_no_more_once_its_keys_are_read_again(
    office: Office,
) -> None:
    assert (await office.ask(good())).status_code == 200
    office.corp.keys[:] = [public(NEW, kid="second")]
    office.corp.clock[0] = KEPT
    assert refused(await office.ask(good())) == (400, "invalid_request")


async def test_an_issuer_that_does_not_answer_makes_nobody_staff(office: Office) -> None:
    office.corp.answer = Response(status_code=500)
    assert refused(await office.ask(good())) == (503, "temporarily_unavailable")
    office.corp.answer = None
    assert refused(await office.ask(good())) == (503, "temporarily_unavailable")
    assert len(office.corp.asked) == 1
    office.corp.clock[0] = SHORT_PAUSE
    assert (await office.ask(good())).status_code == 200


async def test_keys_that_are_too_old_serve_nobody_while_the_issuer_does_not_answer(office: Office) -> None:
    assert (await office.ask(good())).status_code == 200
    office.corp.answer = Response(status_code=500)
    office.corp.clock[0] = KEPT - 1
    assert (await office.ask(good())).status_code == 200
    office.corp.clock[0] = KEPT
    assert refused(await office.ask(good())) == (503, "temporarily_unavailable")


BAD_METADATA: dict[str, Any] = {
    "another issuer's": {"issuer": "https://canary.example", "jwks_uri": f"{CORP}/keys"},
    "without an issuer": {"jwks_uri": f"{CORP}/keys"},
    "without keys": {"issuer": CORP},
    "with keys in the clear": {"issuer": CORP, "jwks_uri": "http://login.corp.example/realm/keys"},
    "with keys on this machine": {"issuer": CORP, "jwks_uri": "http://127.0.0.1/realm/keys"},
    "with keys in a file": {"issuer": CORP, "jwks_uri": "file:///etc/passwd"},
    "with keys nowhere": {"issuer": CORP, "jwks_uri": 7},
    "a list": [CORP],
}


@pytest.mark.parametrize("metadata", BAD_METADATA.values(), ids=BAD_METADATA.keys())
async def test_metadata_that_leads_nowhere_safe_is_not_followed(metadata: Any) -> None:
    corp = Corp(metadata=metadata)
    with pytest.raises(Unreachable, match="cannot be had"):
        await corp.known().known()
    assert corp.asked == [DISCOVERY]


@pytest.mark.parametrize(
    "answer",
    [
        RedirectResponse(f"{CORP}/keys"),
        Response("canary"),
        Response(b"[" * 2000),
        Response(b'{"issuer": "' + b"x" * 262_144),
        Response(status_code=404),
    ],
    ids=["a redirect", "no JSON", "deep", "too long", "not found"],
)
async def test_an_answer_that_is_no_document_is_not_believed(answer: Response) -> None:
    corp = Corp(answer=answer)
    with pytest.raises(Unreachable, match="cannot be had"):
        await corp.known().known()
    assert corp.asked == [DISCOVERY]


@pytest.mark.parametrize("keys", [[], None, "canary"])
async def test_a_set_without_keys_is_none(keys: Any) -> None:
    with pytest.raises(Unreachable, match="cannot be had"):
        await Corp(keys=keys).known().known()


@asynccontextmanager
async def listening(answer: bytes, *, again: bool) -> AsyncIterator[str]:
    """A server on this machine that answers with these bytes, once or without end, as a URL."""
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            writer.write(answer)
            while again and not done.is_set():
                writer.write(b" " * 65_536)
                await writer.drain()
            await done.wait()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        done.set()
        server.close()
        await server.wait_closed()


async def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    async with listening(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", again=True) as address:
        with pytest.raises(Unreachable, match="ValueError"):
            await IssuerKeys(address).known()


async def test_an_issuer_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuer_keys, "PATIENCE", 0.05)
    async with listening(b"HTTP/1.1 200 OK\r\n", again=False) as address:
        with pytest.raises(Unreachable, match="Timeout"):
            await IssuerKeys(address).known()


def test_the_trusted_issuers_are_read_by_name_as_they_write_themselves() -> None:
    text = " corp=https://login.corp.example/realm/  test=http://127.0.0.1:9000 "
    assert trusted_issuers(text) == (
        TrustedIssuer("corp", "https://login.corp.example/realm/"),
        TrustedIssuer("test", "http://127.0.0.1:9000"),
    )
    assert trusted_issuers("") == ()


@pytest.mark.parametrize(
    "text",
    [
        "https://login.example",
        "corp=",
        "corp=login.example",
        "=https://login.example",
        "co:rp=https://login.example",
        "corp=http://login.example",
        "corp=http://127.0.0.1.canary.example",
        "corp=https://user:secret@login.example",
        "corp=https://login.example?canary",
        "corp=https://login.example#canary",
        "corp=ftp://login.example",
        "corp=https://a.example corp=https://b.example",
        "a=https://a.example b=https://a.example",
        "cli=https://login.example",
        "CLI=https://login.example",
    ],
)
def test_an_issuer_that_cannot_be_trusted_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="issuer"):
        trusted_issuers(text)
