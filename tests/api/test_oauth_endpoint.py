"""The token endpoint, asked over HTTP by clients in a real database."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from api.fair.memory import MemoryWindows
from api.tokens import form, proving
from api.tokens.flood import flood
from models.clients.client import Client, ClientSecret
from models.clients.secret import hash_secret, matches
from models.inforce import PolicyUnavailable
from models.person_row import new_id
from tests.api.oauth import NOW, SECRET, Gateway, basic, gateway, refused, register, served

ASK = {"grant_type": "client_credentials"}
POSTED = {**ASK, "client_id": "employer-a", "client_secret": SECRET}


@pytest.fixture(scope="module")
async def asked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """One gateway for all of these tests; one that changes a client registers its own."""
    async with gateway(tmp_path_factory.mktemp("oauth")) as made:
        await register("employer-a")
        await register("narrow", scopes=["purpose:service.application"])
        await register("revoked", active=False)
        yield made


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
    assert [each.words for each in requester.scopes] == [("purpose:service.application", "category:card")]


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
    assert response.json()["error_description"] == "the client is not known, or did not prove itself"


async def test_as_many_secrets_are_compared_whoever_is_named(
    asked: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever measures must not learn which clients there are, nor whether one changes its secret."""
    await register("changing")
    second = {"client_id": "changing", "hash": hash_secret("another"), "created_at": datetime.now(UTC)}
    await ClientSecret.create(id=new_id(), **second)
    await Client.create(
        id="keyed", name="keyed", role="employer", recipients=[], created_at=datetime.now(UTC)
    )
    compared, read = list[str](), list[str]()

    def counted(secret: str, kept: str) -> bool:
        compared.append(secret)
        return matches(secret, kept)

    class Clients:
        @staticmethod
        def get_or_none(**named: str) -> Any:
            read.append(named["id"])
            return Client.get_or_none(**named)

    monkeypatch.setattr(proving, "matches", counted)
    monkeypatch.setattr(proving, "Client", Clients)
    for name in ("canary", "employer-a", "changing", "keyed", "revoked"):
        response = await asked.ask({**POSTED, "client_id": name, "client_secret": "canary"})
        assert refused(response) == (401, "invalid_client")
        assert (name, compared, read) == (name, ["canary"] * 2, [])
        compared.clear()
    assert (await asked.ask({**POSTED, "client_id": "changing"})).status_code == 200
    assert (compared, read) == ([SECRET] * 2, ["changing"])


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
        (b"canary=" + b"x" * 24_576, 413),
    ],
)
async def test_a_body_that_is_ambiguous_or_too_long_is_refused(
    body: bytes, status: int, asked: Gateway
) -> None:
    assert refused(await asked.ask_raw(body)) == (status, "invalid_request")


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data", ""])
async def test_a_body_of_another_type_is_refused(content_type: str, asked: Gateway) -> None:
    assert refused(await asked.ask_raw(b"{}", content_type)) == (400, "invalid_request")


async def test_a_body_that_does_not_come_is_not_waited_for(
    asked: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never() -> AsyncIterator[bytes]:
        yield b"grant_type="
        await asyncio.Event().wait()

    monkeypatch.setattr(form, "BODY_SECONDS", 0.05)
    headers = {"content-type": form.FORM_TYPE}
    response = await asked.http.post("/oauth/token", content=never(), headers=headers)
    assert refused(response) == (408, "invalid_request")


async def test_an_empty_form_proves_nothing(asked: Gateway) -> None:
    assert refused(await asked.ask_raw(b"")) == (401, "invalid_client")


async def test_a_token_is_only_ever_posted_for(asked: Gateway) -> None:
    response = await asked.http.get("/oauth/token", params=POSTED)
    assert response.status_code == 405


async def test_the_keys_in_use_are_published(asked: Gateway) -> None:
    response = await asked.http.get("/.well-known/jwks.json")
    assert response.json() == asked.tokens.keyring.jwks(NOW)
    assert response.headers["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize("name", ["resource", "audience"])
@pytest.mark.parametrize("ours", ["https://gateway.example", "https://gateway.example/"])
async def test_a_token_may_be_asked_for_this_gateway_by_its_name(
    name: str, ours: str, asked: Gateway
) -> None:
    response = await asked.ask({**POSTED, name: ours})
    assert asked.tokens.read(response.json()["access_token"], NOW).client == "employer-a"


@pytest.mark.parametrize("name", ["resource", "audience"])
@pytest.mark.parametrize(
    "other",
    [
        "https://canary.example",
        "https://gateway.example.canary.example",
        "canary",
        "https://gateway.example//",
    ],
)
async def test_a_token_for_another_resource_is_not_made(name: str, other: str, asked: Gateway) -> None:
    assert refused(await asked.ask({**POSTED, name: other})) == (400, "invalid_target")


async def test_every_answer_names_its_request_as_the_log_does(asked: Gateway) -> None:
    with capture_logs() as logs:
        good = await asked.ask(POSTED)
        bad = await asked.ask({**POSTED, "scope": "purpose:canary"})
        unproved = await asked.ask({**POSTED, "client_secret": "canary"})
    known = {"client": "employer-a", "role": "employer", "action": "issue"}
    assert logs == [
        {"event": "tokens.issued", "log_level": "info", "request_id": good.headers["x-request-id"], **known},
        {
            "event": "tokens.refused",
            "log_level": "warning",
            "request_id": bad.headers["x-request-id"],
            "code": "INVALID_SCOPE",
            "status": 400,
            **known,
        },
        {
            "event": "tokens.refused",
            "log_level": "warning",
            "request_id": unproved.headers["x-request-id"],
            "code": "INVALID_CLIENT",
            "status": 401,
            "action": "issue",
        },
    ]


async def test_every_answer_is_counted_by_what_was_asked_and_how_it_ended(asked: Gateway) -> None:
    asked.counts.seen.clear()
    await asked.ask(POSTED)
    await asked.ask({**POSTED, "client_secret": "canary"})
    await asked.post("revoke", {**POSTED, "token": "canary"})
    await asked.post("introspect", {**POSTED, "token": "canary"})
    assert asked.counts.seen == [
        ("issue", None),
        ("issue", "invalid_client"),
        ("revoke", None),
        ("introspect", None),
    ]


@pytest.mark.usefixtures("asked")
async def test_without_an_edition_in_force_no_token_is_made() -> None:
    def unknown() -> None:
        raise PolicyUnavailable("no edition was ever read")

    async with served(edition=unknown) as dark:
        assert refused(await dark.ask(POSTED)) == (503, "temporarily_unavailable")


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("path", ["token", "revoke", "introspect"])
async def test_a_flood_from_one_address_is_stopped_before_anybody_is_looked_up(path: str) -> None:
    form = {**POSTED, "client_id": "canary", "token": "canary"}
    async with served(flood=flood(3, MemoryWindows(now=lambda: NOW + 30))) as small:
        before = [refused(await small.post(path, form)) for _ in range(3)]
        with capture_logs() as logs:
            over = await small.post(path, form)
        assert logs == []
        assert small.counts.seen[-1][1] == "temporarily_unavailable"
        assert before == [(401, "invalid_client")] * 3
        assert refused(over) == (429, "temporarily_unavailable")
        assert over.headers["retry-after"] == "50"


@pytest.mark.usefixtures("asked")
async def test_who_only_names_a_client_uses_up_nothing_of_its_share() -> None:
    wrong = {**POSTED, "client_secret": "canary"}
    async with served(flood=flood(1, MemoryWindows(now=lambda: NOW))) as small:
        for number in range(8):
            assert refused(await small.ask_from(f"192.0.2.{number}", wrong)) == (401, "invalid_client")
        assert (await small.ask_from("192.0.2.9", POSTED)).status_code == 200


@pytest.mark.usefixtures("asked")
async def test_the_addresses_of_one_subscriber_are_counted_together() -> None:
    """An address of IPv6 counts as its /64, and one of IPv4 within IPv6 as itself."""
    wrong = {**POSTED, "client_secret": "canary"}
    async with served(flood=flood(1, MemoryWindows(now=lambda: NOW))) as small:
        for address, status in (
            ("2001:db8:1:2::1", 401),
            ("2001:db8:1:2:ffff::9", 429),
            ("2001:db8:1:3::1", 401),
            ("192.0.2.1", 401),
            ("::ffff:192.0.2.1", 429),
            ("::ffff:192.0.2.2", 401),
            ("canary", 401),
            ("canary", 429),
        ):
            assert (await small.ask_from(address, wrong)).status_code == status, address


@pytest.mark.usefixtures("asked")
async def test_a_flood_in_the_name_of_one_client_from_everywhere_is_stopped() -> None:
    async with served(flood=flood(1, MemoryWindows(now=lambda: NOW))) as small:
        for number in range(5):
            assert (await small.ask_from(f"192.0.2.{number}", POSTED)).status_code == 200
        assert refused(await small.ask_from("192.0.2.9", POSTED)) == (429, "temporarily_unavailable")
        other = {**POSTED, "client_id": "narrow"}
        assert (await small.ask_from("192.0.2.10", other)).status_code == 200
