"""Once, and who asks: a key is its owner's alone, and holds for what their token may do."""

import time
from typing import Any

import httpx
import pytest

from api.tokens.access_token import Holder
from api.tokens.scope import Scope
from models.clients.client import Client
from tests.world import World

STAGE = """
mutation($input: SetApplicationStageInput!) @purpose(id: "service.application") {
  setApplicationStage(input: $input) { stage user { id } }
}
"""
APPLICATION = "purpose:service.application"
NARROW: dict[str, dict[str, Any]] = {
    "words of other categories": {"words": (APPLICATION, "category:name")},
    "the word of the purpose": {"words": (APPLICATION,)},
    "details": {
        "details": Scope.of_details([{"type": "personal_data", "purposes": ["service.application"]}])
    },
}


async def changed(world: World, key: str, **narrowed: Any) -> httpx.Response:
    """What the change is answered to a token that is narrowed so."""
    holder = Holder(client=await Client.get(name="employer-a"), **narrowed)
    token = world.house.tokens.mint(holder, now=time.time())
    given = {"input": {"user": world.demo.users["consented-employer-a"], "stage": "OFFER_ACCEPTED"}}
    return await world.http.post(
        "/graphql",
        json={"query": STAGE, "variables": given},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
    )


async def test_a_narrower_token_is_not_told_what_a_wider_one_did(a_world: World) -> None:
    first = await changed(a_world, "of-a-wide-token")
    assert first.json()["data"]["setApplicationStage"]["stage"] == "OFFER_ACCEPTED"
    for narrowed in NARROW.values():
        answer = (await changed(a_world, "of-a-wide-token", **narrowed)).json()
        assert "data" not in answer
        assert [error["extensions"]["reason"] for error in answer["errors"]] == ["KEY_REUSED"]
    assert (await changed(a_world, "of-a-wide-token")).json() == first.json()


@pytest.mark.parametrize("situation", ["consented-employer-a"])
async def test_another_token_of_the_same_scope_is_told_it(a_world: World, situation: str) -> None:
    words = (APPLICATION, "category:acts", "category:identifier")
    given = {"input": {"user": a_world.demo.users[situation], "stage": "HIRED"}}
    headers = {"Idempotency-Key": "of-two-tokens"}
    answers = [
        await a_world.ask("employer-a", STAGE, given, scope=scope, headers=headers)
        for scope in (words, words[::-1])
    ]
    assert answers[0]["data"]["setApplicationStage"]["stage"] == "HIRED"
    assert answers[0] == answers[1]


CREATE = "mutation($i: CreateDraftInput!) { createDraft(input: $i) { draft { id createdBy } } }"


async def test_two_members_of_staff_behind_one_client_do_not_share_a_key(a_world: World) -> None:
    async def begun(staff: str) -> dict[str, Any]:
        holder = Holder(client=await Client.get(name="policy-admin"), staff=staff)
        token = a_world.house.tokens.mint(holder, now=time.time())
        answer = await a_world.http.post(
            "/graphql",
            json={"query": CREATE, "variables": {"i": {"note": "The same words"}}},
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "of-two-of-the-staff"},
        )
        draft: dict[str, Any] = answer.json()["data"]["createDraft"]["draft"]
        return draft

    first, second, again = [await begun(staff) for staff in ("corp:yamada", "corp:suzuki", "corp:yamada")]
    assert (first["createdBy"], second["createdBy"]) == ("corp:yamada", "corp:suzuki")
    assert first["id"] != second["id"]
    assert again == first
