"""Attacks with tokens that are too narrow, of a client that was stopped, or of a person through another client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from api.tokens import form
from api.tokens.fault import Fault
from models.clients.client import Client
from tests.api.test_attack_mutations import NAMED, RECORD, SHOWN, WITHDRAW, kept, refused
from tests.world import World

OWN = 'query @purpose(id: "service.account") { me { id } }'
ONE = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id } }'
OTHERS = ("employer-a", "support-org", "mail-sender", "analytics", "authority", "privacy-desk", "auditor")


@pytest.mark.parametrize("act", [RECORD, WITHDRAW])
async def test_a_token_narrowed_to_other_categories_changes_no_consent(a_world: World, act: str) -> None:
    before = await kept(a_world)
    user = a_world.demo.users["plain"]
    given = {**NAMED, **(SHOWN if act is RECORD else {}), "user": user}
    query = act.format(purpose="service.account").replace("consents { purpose recipient state }", "")
    for scope in (("category:name",), ("purpose:service.account", "category:card")):
        for own in (None, user):
            response = await a_world.send("frontend", query, {"i": given}, user=own, scope=scope)
            await refused(a_world, response, "OPERATION_FORBIDDEN", before)
            before = await kept(a_world)


async def test_a_token_narrowed_to_consents_changes_them(a_world: World) -> None:
    user = a_world.demo.users["newsletter"]
    given = {**NAMED, "user": user, "recipient": "support-org"}
    for act, shown in ((RECORD, SHOWN), (WITHDRAW, {})):
        query = act.format(purpose="service.account")
        scope = ("purpose:service.account", "category:consent")
        answer = await a_world.ask("frontend", query, {"i": {**given, **shown}}, scope=scope)
        assert "errors" not in answer


async def counted(world: World) -> tuple[float | None, int]:
    """How many requests had no valid token, and how many accesses were recorded."""
    count = world.house.metrics.registry.get_sample_value("mokuteki_unauthenticated_total")
    return count, (await kept(world))[2]


async def unauthenticated(world: World, response: httpx.Response, before: tuple[float | None, int]) -> None:
    """Refused without data, counted, and in no history."""
    assert response.status_code == 401
    assert world.codes(response.json()) == ["UNAUTHENTICATED"]
    assert set(response.json()) == {"errors"}
    assert await counted(world) == ((before[0] or 0) + 1, before[1])


@pytest.mark.parametrize("client", OTHERS)
async def test_a_persons_token_speaks_through_a_frontend_only(a_world: World, client: str) -> None:
    user = a_world.demo.users["plain"]
    assert await a_world.ask("frontend", OWN, user=user) == {"data": {"me": {"id": user}}}
    for query in (OWN, "{ purposes { id } }"):
        before = await counted(a_world)
        await unauthenticated(a_world, await a_world.send(client, query, user=user), before)


@asynccontextmanager
async def registered(world: World, name: str, **changed: object) -> AsyncIterator[None]:
    """The client is registered so, as the gateway knows it, within the block."""
    before = await Client.get(name=name)
    inforce = world.house.inforce

    async def become(**values: object) -> None:
        force = await inforce.current()
        await Client.filter(name=name).update(**values)
        while (await inforce.current()) is force:
            await world.house.store.fetch("SELECT 1", {})

    await become(**changed)
    try:
        yield
    finally:
        await become(**{column: getattr(before, column) for column in changed})


async def test_a_persons_token_speaks_no_more_when_its_frontend_becomes_something_else(
    a_world: World,
) -> None:
    user = a_world.demo.users["plain"]
    await a_world.token("frontend", user)
    async with registered(a_world, "frontend", role="employer"):
        before = await counted(a_world)
        await unauthenticated(a_world, await a_world.send("frontend", OWN, user=user), before)
    assert await a_world.ask("frontend", OWN, user=user) == {"data": {"me": {"id": user}}}


async def test_what_a_stopped_client_asks_is_counted_and_not_recorded(a_world: World) -> None:
    given = {"id": a_world.demo.users["busy"]}
    assert (await a_world.ask("employer-b", ONE, given))["data"]["user"] == given
    async with registered(a_world, "employer-b", active=False):
        for query in (ONE, "{ purposes { id } }", "no document"):
            before = await counted(a_world)
            await unauthenticated(a_world, await a_world.send("employer-b", query, given), before)
    assert (await a_world.ask("employer-b", ONE, given))["data"]["user"] == given


async def test_a_form_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form, "BODY_SECONDS", 0.05)
    parts = [{"type": "http.request", "body": b"grant_", "more_body": True}]

    async def receive() -> Any:
        if parts:
            return parts.pop()
        return await asyncio.Event().wait()

    headers = [(b"content-type", form.FORM_TYPE.encode())]
    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
    with pytest.raises(Fault) as told:
        await form.read_form(request)
    assert (told.value.error, told.value.status) == ("invalid_request", 408)
