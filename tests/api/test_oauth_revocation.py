"""Taking tokens back (RFC 7009) and asking what they say (RFC 7662): a client's own, and nobody else's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey
from structlog.testing import capture_logs
from tortoise.exceptions import OperationalError

from api.tokens.access_token import Holder
from api.tokens.requester import Bound
from api.tokens.scope import Scope
from models.clients.client import Client
from models.clients.token_state import RevokedToken
from models.database.sqlite import SqliteStore
from models.database.store import StoreUnavailable, Transaction
from tests.api.oauth import (
    ISSUER,
    JWT_BEARER,
    NOW,
    SECRET,
    TOKEN_ENDPOINT,
    Gateway,
    basic,
    gateway,
    letter,
    public,
    refused,
    register,
    register_key,
    told,
)

KEY = ECKey.generate_key("P-256")
AT = datetime.fromtimestamp(NOW, UTC)


@pytest.fixture(scope="module")
async def asked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    async with gateway(tmp_path_factory.mktemp("revocation")) as made:
        await register("employer-a")
        await register("employer-b")
        await register("site", role="frontend", recipients=["internal"])
        await register("desk", role="privacy_officer", recipients=["internal"])
        await register_key("by-key", public(KEY, kid="first"))
        yield made


async def minted(asked: Gateway, client: str = "employer-a", *, now: float = NOW, **more: Any) -> str:
    return asked.tokens.mint(Holder(client=await Client.get(id=client), **more), now=now)


def form(token: str, client: str = "employer-a", **more: str) -> dict[str, str]:
    return {"client_id": client, "client_secret": SECRET, "token": token, **more}


async def gone(token: str) -> bool:
    return await RevokedToken.exists(token_id=told(token)["jti"])


async def active(asked: Gateway, token: str, client: str = "employer-a") -> bool:
    response = await asked.post("introspect", form(token, client))
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    answer = response.json()
    assert answer["active"] or answer == {"active": False}
    return bool(answer["active"])


@pytest.mark.parametrize("hint", ["", "access_token", "refresh_token", "canary"])
async def test_a_client_takes_its_own_token_back(hint: str, asked: Gateway) -> None:
    token = await minted(asked)
    response = await asked.post("revoke", form(token, token_type_hint=hint))
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["cache-control"] == "no-store"
    row = await RevokedToken.get(token_id=told(token)["jti"])
    assert (row.client_id, row.revoked_at, row.expires_at) == ("employer-a", AT, AT + timedelta(seconds=900))
    assert not await active(asked, token)


async def test_the_log_tells_whether_something_was_taken_back_and_never_what(asked: Gateway) -> None:
    token = await minted(asked)
    with capture_logs() as logs:
        for client in ("employer-b", "employer-a"):
            await asked.post("revoke", form(token, client))
    assert [(line["event"], line["client"], line["outcome"]) for line in logs] == [
        ("tokens.revoked", "employer-b", "NOTHING"),
        ("tokens.revoked", "employer-a", "TAKEN_BACK"),
    ]
    assert token not in str(logs)
    assert told(token)["jti"] not in str(logs)


async def test_a_token_may_be_taken_back_twice(asked: Gateway) -> None:
    token = await minted(asked)
    for _ in range(2):
        assert (await asked.post("revoke", form(token))).status_code == 200
    assert await RevokedToken.filter(token_id=told(token)["jti"]).count() == 1


async def test_a_client_takes_back_nobody_else_s_token_and_does_not_learn_that_it_was_one(
    asked: Gateway,
) -> None:
    token = await minted(asked)
    response = await asked.post("revoke", form(token, "employer-b"))
    assert (response.status_code, response.content) == (200, b"")
    assert not await gone(token)
    assert await active(asked, token)


@pytest.mark.parametrize("token", ["canary", "a.b.c", "x" * 9000])
async def test_what_is_no_token_is_answered_as_if_it_were_taken_back(token: str, asked: Gateway) -> None:
    response = await asked.post("revoke", form(token))
    assert (response.status_code, response.content) == (200, b"")


async def test_a_token_that_is_over_needs_no_taking_back(asked: Gateway) -> None:
    token = await minted(asked, now=NOW - 900)
    assert (await asked.post("revoke", form(token))).status_code == 200
    assert not await gone(token)


async def test_a_token_of_a_role_that_the_client_lost_can_still_be_taken_back(asked: Gateway) -> None:
    client = Client(id="employer-a", role="support_org", recipients=["support-org"])
    token = asked.tokens.mint(Holder(client=client), now=NOW)
    assert not await active(asked, token)
    await asked.post("revoke", form(token))
    assert await gone(token)


async def test_a_frontend_takes_back_the_token_of_a_person(asked: Gateway) -> None:
    token = await minted(asked, "site", user="u7Hd")
    assert await active(asked, token, "site")
    await asked.post("revoke", form(token, "site"))
    assert not await active(asked, token, "site")


async def test_tokens_that_have_expired_are_forgotten_now_and_then(asked: Gateway) -> None:
    later = AT + timedelta(seconds=600)
    ends = {"over": later - timedelta(seconds=61), "just over": later - timedelta(seconds=59), "good": later}
    for name, end in ends.items():
        await RevokedToken.create(token_id=name, client_id="employer-a", expires_at=end, revoked_at=AT)
    asked.clock[0] = NOW + 600
    try:
        await asked.post("revoke", form(await minted(asked, now=NOW + 600)))
    finally:
        asked.clock[0] = NOW
    kept = await RevokedToken.filter(token_id__in=list(ends)).values_list("token_id", flat=True)
    assert set(kept) == {"just over", "good"}


@pytest.mark.parametrize("path", ["revoke", "introspect"])
async def test_without_a_database_neither_is_answered(
    path: str, asked: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise OperationalError("canary")

    @asynccontextmanager
    async def unavailable(_: SqliteStore) -> AsyncIterator[Transaction]:
        raise StoreUnavailable("canary")
        yield  # type: ignore[unreachable] # which makes it a generator

    token = await minted(asked)
    monkeypatch.setattr(SqliteStore, "transaction", unavailable)
    monkeypatch.setattr(RevokedToken, "exists", broken)
    assert refused(await asked.post(path, form(token))) == (503, "temporarily_unavailable")


@pytest.mark.parametrize("path", ["revoke", "introspect"])
async def test_whoever_does_not_prove_itself_learns_and_changes_nothing(path: str, asked: Gateway) -> None:
    token = await minted(asked)
    for wrong in ({"client_secret": "canary"}, {"client_id": "canary"}, {"client_secret": ""}):
        assert refused(await asked.post(path, {**form(token), **wrong})) == (401, "invalid_client")
    bearer = await asked.post(path, {"token": token}, Authorization=f"Bearer {token}")
    assert refused(bearer) == (401, "invalid_client")
    assert not await gone(token)


@pytest.mark.parametrize("path", ["revoke", "introspect"])
async def test_a_request_without_a_token_is_none(path: str, asked: Gateway) -> None:
    assert refused(await asked.post(path, form(""))) == (400, "invalid_request")


@pytest.mark.parametrize("path", ["revoke", "introspect"])
async def test_a_token_is_never_sent_in_an_address(path: str, asked: Gateway) -> None:
    assert (await asked.http.get(f"/oauth/{path}", params=form("canary"))).status_code == 405


@pytest.mark.parametrize("path", ["revoke", "introspect"])
async def test_a_client_may_prove_itself_here_as_at_the_token_endpoint(path: str, asked: Gateway) -> None:
    token = await minted(asked)
    by_header = await asked.post(path, {"token": token}, Authorization=basic("employer-a", SECRET))
    claims = {"iss": "by-key", "sub": "by-key", "aud": TOKEN_ENDPOINT, "exp": int(NOW) + 60, "jti": path}
    asserted = {"client_assertion_type": JWT_BEARER, "client_assertion": letter(KEY, claims), "token": token}
    assert (by_header.status_code, (await asked.post(path, asserted)).status_code) == (200, 200)


async def test_a_client_may_know_what_its_token_says(asked: Gateway) -> None:
    words = ("purpose:service.application", "category:card")
    details = Scope.of_details([{"type": "personal_data", "recipients": ["employer-a"]}])
    bound = Bound("jkt", "k" * 43)
    token = await minted(asked, words=words, details=details, bound=bound)
    response = await asked.post("introspect", form(token, token_type_hint="access_token"))
    assert response.json() == {
        "active": True,
        "token_type": "DPoP",
        "iss": ISSUER,
        "sub": "employer-a",
        "aud": ISSUER,
        "client_id": "employer-a",
        "iat": int(NOW),
        "nbf": int(NOW),
        "exp": int(NOW) + 900,
        "jti": told(token)["jti"],
        "role": "employer",
        "recipients": ["employer-a"],
        "scope": " ".join(words),
        "authorization_details": details.details,
        "cnf": {"jkt": "k" * 43},
    }


async def test_the_token_of_a_person_tells_who_acts_for_them(asked: Gateway) -> None:
    answer = (await asked.post("introspect", form(await minted(asked, "site", user="u7Hd"), "site"))).json()
    assert (answer["sub"], answer["act"], answer["client_id"]) == ("u7Hd", {"sub": "site"}, "site")
    assert (answer["role"], answer["recipients"], answer["token_type"]) == ("user", ["person"], "Bearer")


async def test_the_token_of_staff_tells_who_uses_the_client(asked: Gateway) -> None:
    answer = (
        await asked.post("introspect", form(await minted(asked, "desk", staff="corp:mori"), "desk"))
    ).json()
    assert (answer["sub"], answer["act"], answer["role"]) == ("corp:mori", {"sub": "desk"}, "privacy_officer")


async def test_a_token_of_another_client_is_not_active_for_this_one(asked: Gateway) -> None:
    token = await minted(asked)
    assert await active(asked, token)
    assert not await active(asked, token, "employer-b")


async def test_a_client_of_the_same_role_and_recipients_learns_nothing_either(asked: Gateway) -> None:
    await register("twin", recipients=["employer-a"])
    assert not await active(asked, await minted(asked), "twin")
    await register("kiosk-2", role="frontend", recipients=["internal"])
    assert not await active(asked, await minted(asked, "site", user="u7Hd"), "kiosk-2")


@pytest.mark.parametrize("token", ["canary", "a.b.c", "e30.e30.AAAA"])
async def test_what_is_no_token_of_ours_is_not_active(token: str, asked: Gateway) -> None:
    assert not await active(asked, token)


async def test_a_token_is_active_between_its_beginning_and_its_end(asked: Gateway) -> None:
    token = await minted(asked)
    try:
        for now, good in ((NOW - 6, False), (NOW, True), (NOW + 899, True), (NOW + 900, False)):
            asked.clock[0] = now
            assert await active(asked, token) is good, now
    finally:
        asked.clock[0] = NOW


async def test_a_token_whose_claims_were_exchanged_is_not_active(asked: Gateway) -> None:
    header, _, signature = (await minted(asked)).split(".")
    other = (await minted(asked)).split(".")[1]
    assert not await active(asked, f"{header}.{other}.{signature}")


async def test_tokens_of_a_client_that_lost_its_role_or_a_recipient_are_not_active(asked: Gateway) -> None:
    client = await register("changing", recipients=["changing", "more"])
    token = asked.tokens.mint(Holder(client=client), now=NOW)
    assert await active(asked, token, "changing")
    for change in ({"recipients": ["changing"]}, {"recipients": ["changing", "more"], "role": "support_org"}):
        await Client.filter(id="changing").update(**change)
        assert not await active(asked, token, "changing")


async def test_the_token_of_a_person_is_not_active_once_its_client_is_no_frontend(asked: Gateway) -> None:
    client = await register("kiosk", role="frontend", recipients=["internal"])
    token = asked.tokens.mint(Holder(client=client, user="u7Hd"), now=NOW)
    assert await active(asked, token, "kiosk")
    await Client.filter(id="kiosk").update(role="entrustee")
    assert not await active(asked, token, "kiosk")


@pytest.mark.parametrize("more", [{}, {"user": "u7Hd"}, {"staff": "corp:mori"}], ids=["own", "user", "staff"])
async def test_tokens_of_a_client_from_before_its_restoration_are_not_active(
    more: dict[str, str], asked: Gateway
) -> None:
    """In the same second or not: the clock stands still here."""
    role = "frontend" if "user" in more else "auditor" if "staff" in more else "employer"
    name = f"restored-{role}"
    await register(name, role=role, recipients=["internal"])
    old = await minted(asked, name, **more)
    assert await active(asked, old, name)
    await Client.filter(id=name).update(term=1)
    new = await minted(asked, name, **more)
    assert [await active(asked, token, name) for token in (old, new)] == [False, True]
    await Client.filter(id=name).update(term=2)
    assert [await active(asked, token, name) for token in (old, new)] == [False, False]


@pytest.mark.parametrize("change", [{"active": False}, {"expires_at": AT}], ids=["revoked", "over"])
async def test_a_client_that_is_gone_learns_nothing_of_its_tokens(change: Any, asked: Gateway) -> None:
    name = f"gone-{next(iter(change))}"
    token = asked.tokens.mint(Holder(client=await register(name)), now=NOW)
    await Client.filter(id=name).update(**change)
    assert refused(await asked.post("introspect", form(token, name))) == (401, "invalid_client")


async def test_a_client_that_calls_from_elsewhere_is_nobody_here_either(asked: Gateway) -> None:
    client = await register("at-home", networks=["192.0.2.0/24"])
    token = asked.tokens.mint(Holder(client=client), now=NOW)
    for path in ("revoke", "introspect"):
        assert refused(await asked.post(path, form(token, "at-home"))) == (401, "invalid_client")
    assert not await gone(token)
    await Client.filter(id="at-home").update(networks=["127.0.0.0/8"])
    assert await active(asked, token, "at-home")
