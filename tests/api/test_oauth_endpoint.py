"""The token endpoint, asked over HTTP by clients in a real database."""

from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest
from starlette.applications import Starlette

from api.tokens.access_token import AccessTokens
from api.tokens.endpoint import routes
from api.tokens.keys import load_keys
from models.recipient import Client
from models.secret import hash_secret
from tests.api.opened import opened

NOW = 1_800_000_000.0
ISSUER = "https://gateway.example"
SCOPES = frozenset({"purpose:service.application", "purpose:service.eligibility", "category:card"})
SECRET = "canary:secret+of%20employer-a"
ASK = {"grant_type": "client_credentials"}
POSTED = {**ASK, "client_id": "employer-a", "client_secret": SECRET}


async def register(name: str, **more: Any) -> None:
    await Client.create(
        id=name,
        name=name,
        created_at=datetime.now(UTC),
        **{"role": "employer", "recipients": [name], "secret_hash": hash_secret(SECRET), **more},
    )


class Gateway:
    """The application, and what it mints read back."""

    def __init__(self, tokens: AccessTokens, http: httpx.AsyncClient) -> None:
        self.tokens = tokens
        self.http = http

    async def ask(self, form: Mapping[str, str], **headers: str) -> httpx.Response:
        return await self.http.post("/oauth/token", data=form, headers=headers)

    async def ask_raw(
        self, body: bytes, content_type: str = "application/x-www-form-urlencoded"
    ) -> httpx.Response:
        return await self.http.post("/oauth/token", content=body, headers={"content-type": content_type})


@pytest.fixture(scope="module")
async def asked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """One gateway for all of these tests; one that changes a client registers its own."""
    async with opened(tmp_path_factory.mktemp("oauth")):
        await register("employer-a")
        await register("narrow", scopes=["purpose:service.application"])
        await register("revoked", active=False)
        tokens = AccessTokens(await load_keys("a secret key of the installation"), ISSUER, ISSUER, 900)
        app = Starlette(routes=list(routes(tokens, lambda: SCOPES, lambda: NOW)))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER) as http:
            yield Gateway(tokens, http)


def basic(client: str, secret: str) -> str:
    pair = f"{quote_plus(client)}:{quote_plus(secret)}"
    return f"Basic {b64encode(pair.encode()).decode()}"


def refused(response: httpx.Response) -> tuple[int, str]:
    """The status and the error of a refusal, once it is sure that nothing of the request comes back."""
    assert response.headers["cache-control"] == "no-store"
    assert "canary" not in response.text
    assert ("www-authenticate" in response.headers) is (response.status_code == 401)
    answer = response.json()
    assert set(answer) == {"error", "error_description"}
    return response.status_code, answer["error"]


async def test_a_client_proves_itself_in_the_body_and_receives_a_token(asked: Gateway) -> None:
    response = await asked.ask(POSTED)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    answer = response.json()
    assert (answer["token_type"], answer["expires_in"], set(answer)) == (
        "Bearer",
        900,
        {"access_token", "token_type", "expires_in"},
    )
    requester = asked.tokens.read(answer["access_token"], NOW)
    assert (requester.client, requester.role, requester.recipients) == (
        "employer-a",
        "employer",
        ("employer-a",),
    )


async def test_a_client_proves_itself_in_the_header_with_any_letters_in_its_secret(asked: Gateway) -> None:
    response = await asked.ask(ASK, Authorization=basic("employer-a", SECRET))
    assert asked.tokens.read(response.json()["access_token"], NOW).client == "employer-a"


async def test_a_token_is_narrowed_as_asked_and_the_answer_says_so(asked: Gateway) -> None:
    response = await asked.ask({**POSTED, "scope": "purpose:service.application category:card"})
    answer = response.json()
    assert answer["scope"] == "purpose:service.application category:card"
    requester = asked.tokens.read(answer["access_token"], NOW)
    assert requester.purposes == frozenset({"service.application"})
    assert requester.categories == frozenset({"card"})


async def test_the_scopes_of_a_client_hold_when_it_asks_for_none(asked: Gateway) -> None:
    response = await asked.ask({**POSTED, "client_id": "narrow"})
    assert response.json()["scope"] == "purpose:service.application"


@pytest.mark.parametrize(
    ("client", "scope"),
    [
        ("employer-a", "purpose:canary"),
        ("employer-a", "openid"),
        ("employer-a", "category:card "),
        ("employer-a", "purpose:service.application purpose:canary"),
        ("narrow", "purpose:service.eligibility"),
    ],
)
async def test_a_scope_that_is_unknown_or_wider_is_refused(client: str, scope: str, asked: Gateway) -> None:
    response = await asked.ask({**POSTED, "client_id": client, "scope": scope})
    assert refused(response) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        (ASK, {}),
        ({**POSTED, "client_secret": "canary"}, {}),
        ({**POSTED, "client_secret": ""}, {}),
        ({**POSTED, "client_id": "canary"}, {}),
        ({**POSTED, "client_id": "revoked"}, {}),
        (ASK, {"Authorization": basic("employer-a", "canary")}),
        (ASK, {"Authorization": basic("revoked", SECRET)}),
        (ASK, {"Authorization": "Basic canary"}),
        (ASK, {"Authorization": f"Basic {b64encode(b'employer-a').decode()}"}),
        (ASK, {"Authorization": f"Basic {b64encode(b'employer-a:%ff').decode()}"}),
        (ASK, {"Authorization": "Bearer canary"}),
    ],
)
async def test_a_client_that_proves_nothing_always_hears_the_same(
    form: dict[str, str], headers: dict[str, str], asked: Gateway
) -> None:
    response = await asked.ask(form, **headers)
    assert refused(response) == (401, "invalid_client")
    assert response.json()["error_description"] == "the client is not known, or its secret is wrong"


async def test_a_client_revoked_a_moment_ago_receives_no_token(asked: Gateway) -> None:
    form = {**POSTED, "client_id": "leaving"}
    await register("leaving")
    assert (await asked.ask(form)).status_code == 200
    await Client.filter(id="leaving").update(active=False)
    assert refused(await asked.ask(form)) == (401, "invalid_client")


async def test_a_client_may_not_be_a_user(asked: Gateway) -> None:
    await register("impostor", role="user", recipients=["person"])
    response = await asked.ask({**POSTED, "client_id": "impostor"})
    assert refused(response) == (400, "unauthorized_client")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_id": "employer-a", "client_secret": SECRET}, "invalid_request"),
        ({**POSTED, "grant_type": ""}, "invalid_request"),
        ({**POSTED, "grant_type": "password"}, "unsupported_grant_type"),
        ({**POSTED, "grant_type": "canary"}, "unsupported_grant_type"),
    ],
)
async def test_only_client_credentials_are_granted(form: dict[str, str], error: str, asked: Gateway) -> None:
    assert refused(await asked.ask(form)) == (400, error)


@pytest.mark.parametrize(
    ("form", "client"), [(POSTED, "employer-a"), ({**ASK, "client_id": "narrow"}, "employer-a")]
)
async def test_two_ways_to_prove_oneself_are_one_too_many(
    form: dict[str, str], client: str, asked: Gateway
) -> None:
    response = await asked.ask(form, Authorization=basic(client, SECRET))
    assert refused(response) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"grant_type=client_credentials&grant_type=client_credentials", 400),
        (b"grant_type=client_credentials&scope=&scope=canary", 400),
        (b"canary", 400),
        (b"client_id=%ff", 400),
        ("client_id=\u540d".encode(), 400),
        (b"&".join(b"canary%d=1" % number for number in range(21)), 400),
        (b"canary=" + b"x" * 8192, 413),
    ],
)
async def test_a_body_that_is_ambiguous_or_too_long_is_refused(
    body: bytes, status: int, asked: Gateway
) -> None:
    assert refused(await asked.ask_raw(body)) == (status, "invalid_request")


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data", ""])
async def test_a_body_of_another_type_is_refused(content_type: str, asked: Gateway) -> None:
    assert refused(await asked.ask_raw(b"{}", content_type)) == (400, "invalid_request")


async def test_an_empty_form_proves_nothing(asked: Gateway) -> None:
    assert refused(await asked.ask_raw(b"")) == (401, "invalid_client")


async def test_a_token_is_only_ever_posted_for(asked: Gateway) -> None:
    response = await asked.http.get("/oauth/token", params=POSTED)
    assert response.status_code == 405


async def test_the_keys_in_use_are_published(asked: Gateway) -> None:
    response = await asked.http.get("/.well-known/jwks.json")
    assert response.json() == asked.tokens.keyring.jwks()
    assert response.headers["cache-control"] == "public, max-age=300"


async def test_the_metadata_says_what_there_is(asked: Gateway) -> None:
    response = await asked.http.get("/.well-known/oauth-authorization-server")
    assert response.json() == {
        "issuer": ISSUER,
        "token_endpoint": "https://gateway.example/oauth/token",
        "jwks_uri": "https://gateway.example/.well-known/jwks.json",
        "scopes_supported": ["category:card", "purpose:service.application", "purpose:service.eligibility"],
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }
