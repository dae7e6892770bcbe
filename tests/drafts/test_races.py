"""The races: who changes, approves and publishes at the same moment in two gateways; nobody silently wins."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from api.app import build_app
from api.house import House, open_house
from api.tokens.access_token import Holder
from models.clients.client import Client
from models.drafts.record import newest_edition, read_approvals, read_draft
from tests.drafts.desk import ADMIN, APPROVER, agreed, changing, do, drafted, row
from tests.drafts.test_story import NARROWER, WIDER
from tests.world import World

ROUNDS = 6


class Two:
    """Two gateways on one database."""

    def __init__(self, world: World, house: House, http: httpx.AsyncClient) -> None:
        self.world = world
        self.https = (world.http, http)
        self.house = house

    async def at_once(self, *asked: tuple[str, str, dict[str, Any]]) -> list[Any]:
        """Each asked of a gateway in turn, all at the same moment; the reason of each that was refused, else None."""
        tokens = [
            self.world.house.tokens.mint(Holder(client=await Client.get(name=client)), now=time.time())
            for client, _, _ in asked
        ]
        answers = await asyncio.gather(
            *(
                self.https[place % 2].post(
                    "/graphql",
                    json={"query": changing(name, "id state version hash"), "variables": {"i": said}},
                    headers={"Authorization": f"Bearer {token}"},
                )
                for place, ((_, name, said), token) in enumerate(zip(asked, tokens, strict=True))
            )
        )
        bodies = [each.json() for each in answers]
        return [
            body["errors"][0]["extensions"].get("reason", body["errors"][0]["extensions"]["code"])
            if "errors" in body
            else None
            for body in bodies
        ]


@pytest.fixture
async def two(rules: World) -> AsyncIterator[Two]:
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(rules.house.settings))
        transport = httpx.ASGITransport(build_app(house))
        http = await stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://gateway")
        )
        yield Two(rules, house, http)


async def test_of_two_edits_of_one_version_one_wins(two: Two) -> None:
    draft = await drafted(two.world)
    for version in range(1, ROUNDS):
        edits = [
            [row("rules", "application-form", note_en=f"{word} {version}")] for word in ("Mine", "Yours")
        ]
        said = [{"draft": draft["id"], "ifVersion": version, "edits": each} for each in edits]
        told = await two.at_once(*((ADMIN, "editDraft", each) for each in said))
        assert sorted(map(str, told)) == ["None", "STALE_VERSION"]
        found = await read_draft(two.house.store, draft["id"])
        assert found is not None
        assert found.version == version + 1


async def test_an_approval_beside_an_edit_is_never_of_what_was_edited(two: Two) -> None:
    for turn in range(ROUNDS):
        draft = await drafted(two.world, *WIDER)
        edit = [row("rules", "application-form", note_en=f"Turn {turn}")]
        told = agreed(draft)
        approved, edited = await two.at_once(
            (APPROVER, "approveDraft", told),
            (ADMIN, "editDraft", {"draft": draft["id"], "ifVersion": 2, "edits": edit}),
        )
        assert edited is None
        assert approved in {None, "HASH_CHANGED"}
        found = await read_draft(two.house.store, draft["id"])
        assert found is not None
        assert found.hash != draft["hash"]
        assert not any(each.counts_for(found) for each in await read_approvals(two.house.store, draft["id"]))


async def test_of_two_publications_one_wins_and_the_other_must_rebase(two: Two) -> None:
    first = await drafted(two.world, *NARROWER)
    other = await drafted(two.world, row("rules", "application-text", note_en="Other words"))
    _, number = await newest_edition(two.house.store)
    said = [{"draft": each["id"], "hash": each["hash"], "note": "x"} for each in (first, other)]
    told = await two.at_once(*((ADMIN, "publishEdition", each) for each in said))
    assert sorted(map(str, told)) == ["None", "STALE_BASE"]
    won = (first, other)[told.index(None)]
    assert await newest_edition(two.house.store) == (won["hash"], number + 1)


async def test_one_draft_published_twice_at_once_is_published_once(two: Two) -> None:
    draft = await drafted(two.world, *NARROWER)
    _, number = await newest_edition(two.house.store)
    said = {"draft": draft["id"], "hash": draft["hash"], "note": "x"}
    told = await two.at_once((ADMIN, "publishEdition", said), (ADMIN, "publishEdition", said))
    assert sorted(map(str, told)) == ["DRAFT_CLOSED", "None"]
    assert await newest_edition(two.house.store) == (draft["hash"], number + 1)


async def test_a_publication_beside_a_withdrawal_of_its_approval_is_one_or_the_other(two: Two) -> None:
    draft = await drafted(two.world, *WIDER)
    said = {"draft": draft["id"], "hash": draft["hash"], "note": "x"}
    await do(two.world, "approveDraft", APPROVER, **agreed(draft))
    published, withdrawn = await two.at_once(
        (ADMIN, "publishEdition", said), (APPROVER, "withdrawApproval", {"draft": draft["id"]})
    )
    assert (published, withdrawn) in {(None, "DRAFT_CLOSED"), ("APPROVAL_MISSING", None)}
