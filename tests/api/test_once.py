"""Once: the same change under one key is carried out once; a stale version changes nothing."""

import asyncio
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from api.gateway.changes.once import KEPT, TIDIED, Keys
from tests.api.test_register import NOTICE, REGISTER, USER, body, people
from tests.world import World

UPDATE = """
mutation($input: UpdateUserInput!) @purpose(id: "service.account") {
  updateUser(input: $input) { user { id version phone history { field was became by purpose } } }
}
"""
VERSION = 'query @purpose(id: "service.account") { me { version phone } }'


async def test_the_same_key_registers_once_and_answers_both_times(a_world: World) -> None:
    before = await people(a_world)
    given = body({"email": "once@mail.example"})
    headers = {"Idempotency-Key": '"first-key"'}
    first = await a_world.send("frontend", REGISTER, given, headers=headers)
    second = await a_world.send("frontend", REGISTER, given, headers=headers)
    assert first.json() == second.json()
    assert "errors" not in first.json()
    assert await people(a_world) == before + 1


async def test_the_same_key_at_once_registers_once(a_world: World) -> None:
    before = await people(a_world)
    given = body({"email": "once-at-once@mail.example"})
    headers = {"Idempotency-Key": "second-key"}
    answers = await asyncio.gather(
        *(a_world.ask("frontend", REGISTER, given, headers=headers) for _ in range(4))
    )
    assert len({answer["data"]["register"]["user"]["id"] for answer in answers}) == 1
    assert await people(a_world) == before + 1


async def test_a_key_belongs_to_one_request_and_one_client(a_world: World) -> None:
    headers = {"Idempotency-Key": "third-key"}
    await a_world.ask("frontend", REGISTER, body({"email": "third@mail.example"}), headers=headers)
    before = await people(a_world)
    other = await a_world.ask("frontend", REGISTER, body({"email": "fourth@mail.example"}), headers=headers)
    (error,) = other["errors"]
    assert (error["extensions"]["code"], error["extensions"]["reason"]) == ("BAD_INPUT", "KEY_REUSED")
    assert await people(a_world) == before
    user = a_world.demo.users["plain"]
    own = {"input": {"id": user, "user": {"phone": "+819012340001"}}}
    answer = await a_world.ask("frontend", UPDATE, own, user=user, headers=headers)
    assert answer["data"]["updateUser"]["user"]["phone"] == "+819012340001"


async def test_a_refused_change_leaves_its_key_free(a_world: World) -> None:
    headers = {"Idempotency-Key": "fifth-key"}
    given = {"input": {"user": {**USER, "email": "fifth@mail.example"}, "notice": None}}
    assert "errors" in await a_world.ask("frontend", REGISTER, given, headers=headers)
    again = {"input": {"user": {**USER, "email": "fifth@mail.example"}, "notice": NOTICE}}
    assert "errors" not in await a_world.ask("frontend", REGISTER, again, headers=headers)


async def test_a_key_is_free_again_after_a_day(a_world: World) -> None:
    headers = {"Idempotency-Key": "sixth-key"}
    await a_world.ask("frontend", REGISTER, body({"email": "sixth@mail.example"}), headers=headers)
    store = a_world.house.store
    later = body({"email": "seventh@mail.example"})
    for ago, codes in ((KEPT - timedelta(minutes=1), ["BAD_INPUT"]), (KEPT + timedelta(minutes=1), [])):
        async with store.transaction() as transaction:
            await transaction.execute("UPDATE answered SET at = :at", {"at": datetime.now(UTC) - ago})
        assert a_world.codes(await a_world.ask("frontend", REGISTER, later, headers=headers)) == codes


async def test_keys_of_yesterday_are_deleted_once_an_hour_and_not_with_each_request(a_world: World) -> None:
    store, now, keys = a_world.house.store, datetime.now(UTC), Keys("secret")
    old = {"id": "yesterday", "digest": "", "at": now - KEPT - timedelta(minutes=1)}
    put = "INSERT INTO answered (id, digest, done, at) VALUES (:id, :digest, NULL, :at)"
    left = []
    for after in (timedelta(0), TIDIED - timedelta(seconds=1), TIDIED):
        async with store.transaction() as transaction:
            if not await transaction.fetch("SELECT id FROM answered WHERE id = :id", {"id": old["id"]}):
                await transaction.execute(put, old)
            await keys.tidy(transaction, now + after)
            left.append(
                len(await transaction.fetch("SELECT id FROM answered WHERE id = :id", {"id": old["id"]}))
            )
    assert left == [0, 1, 0]


@pytest.mark.parametrize("key", ["", "x" * 201])
async def test_a_key_is_a_short_text(a_world: World, key: str) -> None:
    response = await a_world.send("frontend", REGISTER, body(), headers={"Idempotency-Key": key})
    assert a_world.codes(response.json()) == ["BAD_INPUT"]


async def test_a_stale_version_changes_nothing(a_world: World) -> None:
    user = a_world.demo.users["newsletter"]
    read = (await a_world.ask("frontend", VERSION, user=user))["data"]["me"]
    first = {"input": {"id": user, "ifVersion": read["version"], "user": {"phone": "+819012340002"}}}
    answer = await a_world.ask("frontend", UPDATE, first, user=user)
    assert "errors" not in answer, answer
    changed = answer["data"]["updateUser"]["user"]
    assert changed["version"] != read["version"]
    stale = {"input": {"id": user, "ifVersion": read["version"], "user": {"phone": "+819012340003"}}}
    response = await a_world.send(
        "frontend", UPDATE, stale, user=user, headers={"Accept": "application/graphql-response+json"}
    )
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["reason"]) == (409, "STALE_VERSION")
    assert (await a_world.ask("frontend", VERSION, user=user))["data"]["me"] == {
        "version": changed["version"],
        "phone": "+819012340002",
    }


async def test_of_two_who_read_the_same_version_one_changes_it(a_world: World) -> None:
    user = a_world.demo.users["busy"]
    version = (await a_world.ask("frontend", VERSION, user=user))["data"]["me"]["version"]
    answers = await asyncio.gather(
        *(
            a_world.ask(
                "frontend",
                UPDATE,
                {"input": {"id": user, "ifVersion": version, "user": {"phone": f"+81901234010{place}"}}},
                user=user,
            )
            for place in range(3)
        )
    )
    assert sum("errors" not in answer for answer in answers) == 1
    reasons = [e["extensions"]["reason"] for answer in answers for e in answer.get("errors", ())]
    assert reasons == ["STALE_VERSION"] * 2


STAGE = """
mutation($input: SetApplicationStageInput!) @purpose(id: "service.application") {
  setApplicationStage(input: $input) { stage }
}
"""
WITHDRAW = """
mutation($user: ID!) @purpose(id: "service.account") {
  withdrawConsent(input: {user: $user, purpose: "service.application", recipient: "employer-a"}) { user { id } }
}
"""


async def test_what_was_done_is_not_told_again_of_one_who_is_nobody_here_now(a_world: World) -> None:
    user = a_world.demo.users["consented-employer-a"]
    given, headers = {"input": {"user": user, "stage": "OFFER_ACCEPTED"}}, {"Idempotency-Key": "stage-key"}
    first = await a_world.ask("employer-a", STAGE, given, headers=headers)
    assert first["data"]["setApplicationStage"]["stage"] == "OFFER_ACCEPTED"
    assert "errors" not in await a_world.ask("frontend", WITHDRAW, {"user": user}, user=user)
    again = await a_world.ask("employer-a", STAGE, given, headers=headers)
    assert a_world.codes(again) == ["BAD_INPUT"]
    assert "data" not in again


async def test_variables_nested_too_deep_are_told_as_such(a_world: World) -> None:
    deep: object = 1
    for _ in range(300):
        deep = [deep]
    given = {**body({"email": "deep@mail.example"}), "more": deep}
    answer = await a_world.ask("frontend", REGISTER, given, headers={"Idempotency-Key": "deep-key"})
    assert a_world.codes(answer) == ["BAD_INPUT"]


def by_hash(text: str) -> dict[str, object]:
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256(text.encode()).hexdigest()}}


async def test_a_key_holds_for_one_document_also_where_it_is_named_by_its_hash(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    other = UPDATE.replace("id version phone", "id email")
    token = await a_world.token("frontend", user)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "eighth-key"}
    given = {"input": {"id": user, "user": {"phone": "+819012340008"}}}

    async def post(text: str, *, whole: bool) -> Any:
        body = {"variables": given, "extensions": by_hash(text), **({"query": text} if whole else {})}
        return (await a_world.http.post("/graphql", json=body, headers=headers)).json()

    for text in (UPDATE, other):
        learned = {"query": text, "variables": {"input": {"id": "nobody", "user": {}}}}
        await a_world.http.post(
            "/graphql",
            json={**learned, "extensions": by_hash(text)},
            headers={"Authorization": f"Bearer {token}"},
        )
    first = await post(UPDATE, whole=False)
    assert first["data"]["updateUser"]["user"]["phone"] == "+819012340008"
    assert await post(UPDATE, whole=True) == first
    reused = await post(other, whole=False)
    assert reused["errors"][0]["extensions"]["reason"] == "KEY_REUSED"
