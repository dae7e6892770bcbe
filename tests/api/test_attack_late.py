"""Attacks by a late record: what was decided under an edition does not leave once another one is in force."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from models.clients.client import Client
from models.database.store import Table, Transaction
from models.user import User
from policies.edition import Edition
from tests.api.test_attack_waiting import ACCOUNT, CONSENT, PATIENCE, Gate, back, denying, ledger_of, publish
from tests.api.test_register import NOTICE, REGISTER, USER
from tests.world import World

__all__ = ["back"]

ONE = f"query($id: ID!) {ACCOUNT} {{ user(id: $id) {{ id email }} }}"

PAST = """past: explain(role: "frontend", purpose: "service.account", recipient: "internal", field: "User.email",
  edition: "EDITION") { allowed }"""


@pytest.fixture
def gate(a_world: World, monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Where the first record that nothing else is written beside is kept waiting."""
    gate, store = Gate(), a_world.house.store
    append = store.append

    async def appending(rows: dict[Table, Sequence[Any]]) -> None:
        await gate.keep()
        await append(rows)

    monkeypatch.setattr(store, "append", appending)
    return gate


@pytest.mark.usefixtures("back")
async def test_an_answer_that_waits_for_its_record_is_decided_again_by_a_new_edition(
    a_world: World, edition: Edition, gate: Gate
) -> None:
    changed = denying(edition, "no-mail", "read", "User.email")
    async with asyncio.timeout(PATIENCE):
        asked = asyncio.create_task(a_world.send("frontend", ONE, {"id": a_world.demo.users["plain"]}))
        await gate.reached.wait()
        await publish(a_world, changed)
        gate.opened.set()
        response = await asked
    assert "@example" not in response.text
    assert set(a_world.codes(response.json())) == {"FIELD_FORBIDDEN"}
    under = {(each["edition"], each["outcome"]) for each in await ledger_of(a_world, response)}
    assert under == {(edition.id, "RELEASED"), (changed.id, "PARTLY")}


@pytest.mark.usefixtures("back")
async def test_what_asks_about_a_past_edition_for_long_leaves_under_the_newest(
    a_world: World, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_of, gate = a_world.house.inforce.edition, Gate()

    async def slowly(name: str) -> Edition:
        await gate.keep()
        return await asked_of(name)

    monkeypatch.setattr(a_world.house.inforce, "edition", slowly)
    await publish(a_world, denying(edition, "no-phone", "read", "User.phone"))
    changed = denying(edition, "no-mail", "read", "User.email")
    query = ONE.replace("{ user", f"{{ {PAST.replace('EDITION', edition.id)} user")
    async with asyncio.timeout(PATIENCE):
        asked = asyncio.create_task(a_world.send("frontend", query, {"id": a_world.demo.users["plain"]}))
        await gate.reached.wait()
        await publish(a_world, changed)
        gate.opened.set()
        response = await asked
    assert "@example" not in response.text
    assert "FIELD_FORBIDDEN" in a_world.codes(response.json())


@pytest.mark.usefixtures("back")
async def test_a_change_whose_commit_took_long_is_made_and_tells_nothing_of_the_person(
    a_world: World, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    transaction, gate = a_world.house.store.transaction, Gate()

    @asynccontextmanager
    async def committing() -> AsyncIterator[Transaction]:
        async with transaction() as made:
            yield made
        await gate.keep()

    monkeypatch.setattr(a_world.house.store, "transaction", committing)
    count = "SELECT count(*) FROM consent_events"
    before = (await a_world.house.store.fetch(count, {}))[0][0]
    async with asyncio.timeout(PATIENCE):
        asked = asyncio.create_task(a_world.send("frontend", CONSENT, {"id": a_world.demo.users["plain"]}))
        await gate.reached.wait()
        await publish(a_world, denying(edition, "no-mail", "read", "User.email"))
        gate.opened.set()
        response = await asked
    assert (response.status_code, a_world.codes(response.json())) == (503, ["POLICY_UNAVAILABLE"])
    assert response.json()["errors"][0]["extensions"]["reason"] == "CHANGED_UNTOLD"
    assert "@example" not in response.text
    assert (await a_world.house.store.fetch(count, {}))[0][0] == before + 1


@pytest.mark.usefixtures("back")
async def test_a_refusal_that_tells_of_somebody_does_not_leave_under_an_edition_that_was_replaced(
    a_world: World, edition: Edition, gate: Gate
) -> None:
    taken = (await User.get(id=a_world.demo.users["plain"])).email
    said = {"input": {"user": {**USER, "email": taken}, "notice": NOTICE}}
    async with asyncio.timeout(PATIENCE):
        asked = asyncio.create_task(a_world.send("frontend", REGISTER, said))
        await gate.reached.wait()
        await publish(a_world, denying(edition, "no-mail", "read", "User.email"))
        gate.opened.set()
        response = await asked
    assert (response.status_code, a_world.codes(response.json())) == (503, ["POLICY_UNAVAILABLE"])
    assert "EMAIL_TAKEN" not in response.text
    again = await a_world.send("frontend", REGISTER, said)
    assert "EMAIL_TAKEN" in again.text


async def test_a_change_of_a_register_does_not_outdate_itself(a_world: World) -> None:
    mutation = """mutation($r: UpdateRecipientInput!, $u: UpdateUserInput!) @purpose(id: "compliance.requests") {
      updateRecipient(input: $r) { recipient { id } } updateUser(input: $u) { user { id phone } } }"""
    user = a_world.demo.users["plain"]
    for number in range(3):
        said = {
            "r": {"recipient": "employer-b", "address": f"東京都架空市{number}"},
            "u": {"id": user, "user": {"phone": f"+81901234567{number}"}},
        }
        response = await a_world.send("privacy-desk", mutation, said)
        assert (response.status_code, response.json().get("errors")) == (200, None)
        assert response.json()["data"]["updateUser"]["user"] == {
            "id": user,
            "phone": f"+81901234567{number}",
        }


async def test_a_client_that_is_revoked_while_its_record_is_made_is_told_nothing(
    a_world: World, gate: Gate
) -> None:
    inforce = a_world.house.inforce
    try:
        async with asyncio.timeout(PATIENCE):
            asked = asyncio.create_task(a_world.send("frontend", ONE, {"id": a_world.demo.users["plain"]}))
            await gate.reached.wait()
            await Client.filter(name="frontend").update(active=False)
            while "frontend" in (await inforce.current()).registry.clients:
                await a_world.house.store.fetch("SELECT 1", {})
            gate.opened.set()
            response = await asked
        assert (response.status_code, a_world.codes(response.json())) == (401, ["UNAUTHENTICATED"])
        assert "@example" not in response.text
    finally:
        await Client.filter(name="frontend").update(active=True)
        while "frontend" not in (await inforce.current()).registry.clients:
            await a_world.house.store.fetch("SELECT 1", {})


@pytest.mark.usefixtures("back")
@pytest.mark.parametrize(
    "query", [ONE, CONSENT, f"query($id: ID!) {ACCOUNT} {{ user(id: $id) {{ id email }} purposes {{ id }} }}"]
)
@pytest.mark.parametrize("media", ["application/json", "application/graphql-response+json"])
async def test_what_is_ready_when_the_process_stands_still_does_not_leave_once_it_goes_on(
    a_world: World, monkeypatch: pytest.MonkeyPatch, query: str, media: str
) -> None:
    inforce = a_world.house.inforce
    measured = a_world.house.metrics.operation

    def standing_still(**told: Any) -> None:
        inforce._until = 0.0  # noqa: SLF001 - as when the lease ran out meanwhile
        measured(**told)

    with monkeypatch.context() as patch:
        patch.setattr(a_world.house.metrics, "operation", standing_still)
        asked = {"id": a_world.demo.users["plain"]}
        response = await a_world.send("frontend", query, asked, headers={"Accept": media})
    assert (response.status_code, a_world.codes(response.json())) == (503, ["POLICY_UNAVAILABLE"])
    (error,) = response.json()["errors"]
    assert error["extensions"].get("reason") == ("CHANGED_UNTOLD" if query == CONSENT else None)
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    assert "retry-after" in response.headers
    assert "@example" not in response.text
