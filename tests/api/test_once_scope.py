"""Once, and the scope: what a token may do belongs to the request that its `Idempotency-Key` holds for."""

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
