"""The schedule: what is set for a time is published then, by one process, under the conditions of that time."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from api.gateway.drafting.drafting import Drafting
from api.gateway.told import Told
from api.publisher import Publisher
from api.workshop import WorkshopLate
from models.clients.client import Client
from models.database.store import StoreUnavailable
from models.drafts.draft import DraftState
from models.drafts.record import newest_edition, read_draft
from models.drafts.schedule import AGAIN, carry_out
from tests.drafts.desk import ADMIN, APPROVER, agreed, do, drafted, read, reasons, refused, row, send
from tests.drafts.test_rebasing import BESIDE, published
from tests.drafts.test_story import NARROWER, WIDER
from tests.world import World

LATER = datetime.now(UTC) + timedelta(days=30)


def of(draft: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"draft": draft["id"], "hash": draft["hash"], "note": "At its time", **more}


def publisher(world: World, at: datetime) -> Publisher:
    """Another process whose clock stands there."""
    house = world.house
    return Publisher(house.store, drafting=house.drafting, inforce=house.inforce, clock=lambda: at)


async def scheduled(world: World, *edits: dict[str, Any]) -> dict[str, Any]:
    draft = await drafted(world, *edits)
    return await do(world, "publishEdition", **of(draft), at=LATER.isoformat())


async def test_it_is_published_at_its_time_and_not_before(rules: World) -> None:
    draft = await scheduled(rules, *NARROWER)
    assert draft["state"] == "SCHEDULED"
    assert datetime.fromisoformat(draft["publishAt"]) == LATER
    edit = row("rules", "application-form", note_en="x")
    said = {"draft": draft["id"], "ifVersion": draft["version"], "edits": [edit]}
    assert await reasons(rules, "editDraft", **said) == ["DRAFT_SCHEDULED"]
    assert await publisher(rules, LATER - timedelta(seconds=1)).look() == 0
    assert await publisher(rules, LATER).look() == 1
    done = await read(rules, draft["id"])
    assert (done["state"], (await newest_edition(rules.house.store))[0]) == ("PUBLISHED", draft["hash"])
    assert (await rules.house.inforce.current()).edition.id == draft["hash"]


async def test_a_time_that_is_past_publishes_nothing(rules: World) -> None:
    draft = await drafted(rules, *NARROWER)
    before = await newest_edition(rules.house.store)
    (past,) = await refused(rules, "publishEdition", **of(draft), at="2020-11-01T00:00:00+09:00")
    assert (past["code"], past["reason"], past["argument"]) == ("BAD_INPUT", "AT_PAST", "input.at")
    assert ((await read(rules, draft["id"]))["state"], await newest_edition(rules.house.store)) == (
        "OPEN",
        before,
    )


async def test_two_processes_publish_it_once(rules: World) -> None:
    draft = await scheduled(rules, *NARROWER)
    _, before = await newest_edition(rules.house.store)
    looked = await asyncio.gather(*(publisher(rules, LATER).look() for _ in range(4)))
    assert sum(looked) == 1
    assert await newest_edition(rules.house.store) == (draft["hash"], before + 1)


async def test_it_is_not_published_if_who_set_the_time_may_publish_no_more(rules: World) -> None:
    draft = await scheduled(rules, *NARROWER)
    store = rules.house.store
    try:
        await Client.filter(name=ADMIN).update(active=False)
        rules.house.inforce.outdate()
        assert await publisher(rules, LATER).look() == 1
        found = await read_draft(store, draft["id"])
        assert found is not None
        assert (found.state, found.trouble) == (DraftState.OPEN, "SCHEDULER_GONE")
        assert (await newest_edition(store))[0] == draft["base"]
    finally:
        await Client.filter(name=ADMIN).update(active=True)
        rules.house.inforce.outdate()


async def test_who_may_publish_is_asked_anew_if_the_process_stood_still_before_it_was_done(
    rules: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = await scheduled(rules, *NARROWER)

    async def late(*given: Any) -> bool | None:
        await Client.filter(name=ADMIN).update(active=False)
        rules.house.inforce.outdate()  # as where the lease ran out
        return await carry_out(*given)

    try:
        with monkeypatch.context() as patch:
            patch.setattr("api.publisher.carry_out", late)
            assert await publisher(rules, LATER).look() == 0
        assert await publisher(rules, LATER).look() == 1
    finally:
        await Client.filter(name=ADMIN).update(active=True)
        rules.house.inforce.outdate()
    assert (await told(rules, draft))["trouble"] == "SCHEDULER_GONE"
    assert (await newest_edition(rules.house.store))[0] == draft["base"]


async def test_it_is_not_published_if_another_edition_came_into_force_meanwhile(rules: World) -> None:
    draft = await scheduled(rules, *NARROWER)
    other = await published(rules, BESIDE)
    assert await publisher(rules, LATER).look() == 1
    left = await read(rules, draft["id"])
    assert (left["state"], left["trouble"], left["publishAt"]) == ("OPEN", "STALE_BASE", None)
    assert (await newest_edition(rules.house.store))[0] == other["hash"]
    moved = await do(rules, "rebaseDraft", draft=draft["id"], ifVersion=left["version"])
    assert moved["trouble"] is None


async def test_it_is_not_published_if_its_approval_was_taken_back_meanwhile(rules: World) -> None:
    draft = await drafted(rules, *WIDER)
    at = LATER.isoformat()
    assert await reasons(rules, "publishEdition", **of(draft), at=at) == ["APPROVAL_MISSING"]
    await do(rules, "approveDraft", APPROVER, **agreed(draft))
    await do(rules, "publishEdition", **of(draft), at=at)
    await do(rules, "withdrawApproval", APPROVER, draft=draft["id"])
    assert await publisher(rules, LATER).look() == 1
    assert (await read(rules, draft["id"]))["trouble"] == "APPROVAL_MISSING"


async def test_a_publication_that_was_cancelled_does_not_happen(rules: World) -> None:
    draft = await scheduled(rules, *NARROWER)
    open_again = await do(rules, "cancelPublication", draft=draft["id"])
    assert (open_again["state"], open_again["publishAt"]) == ("OPEN", None)
    assert await reasons(rules, "cancelPublication", ADMIN, draft=draft["id"]) == ["NOT_SCHEDULED"]
    assert await publisher(rules, LATER).look() == 0


TROUBLE = (
    """query($d: ID!) { draft(id: $d) { state trouble en: why(lang: "en") ja: why changes { what } } }"""
)


async def told(world: World, draft: dict[str, Any]) -> dict[str, Any]:
    answer = await send(world, ADMIN, TROUBLE, {"d": draft["id"]})
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]["draft"]
    return found


def failing(patch: pytest.MonkeyPatch, fault: Exception, *names: str) -> None:
    """Whatever is published from now on ends so; or what the publisher calls by these names."""

    async def fail(*_args: object) -> None:
        raise fault

    if isinstance(fault, WorkshopLate):
        patch.setattr(Drafting, "worked", fail)
    for name in names or ("carry_out",):
        patch.setattr(f"api.publisher.{name}", fail)


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        (WorkshopLate(), "PUBLICATION_LATE"),
        (StoreUnavailable("gone"), "PUBLICATION_FAILED"),
        (LookupError("ours"), "PUBLICATION_FAILED"),
    ],
    ids=["late", "database", "fault"],
)
async def test_what_one_process_cannot_publish_says_so_and_another_publishes_it_at_once(
    rules: World, monkeypatch: pytest.MonkeyPatch, fault: Exception, trouble: str
) -> None:
    draft = await scheduled(rules, *NARROWER)
    with monkeypatch.context() as patch, capture_logs() as logs:
        failing(patch, fault)
        assert await publisher(rules, LATER).look() == 0
    (line,) = [each for each in logs if each["event"] == "edition.unpublished"]
    assert (line["draft"], line["trouble"], line["log_level"]) == (draft["id"], trouble, "error")
    left = await told(rules, draft)
    assert (left["state"], left["trouble"]) == ("SCHEDULED", trouble)
    assert (left["en"], left["ja"]) == tuple(map(Told(trouble).text, ("en", "ja")))
    assert "tried again each minute" in left["en"]
    assert left["changes"][0]["what"] == "NOT_PUBLISHED"
    assert await publisher(rules, LATER).look() == 1
    done = await told(rules, draft)
    assert (done["state"], done["trouble"], done["en"]) == ("PUBLISHED", None, None)
    assert (await newest_edition(rules.house.store))[0] == draft["hash"]


async def test_what_fails_in_every_process_is_tried_each_minute_and_keeps_no_other_waiting(
    rules: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, other = await scheduled(rules, *NARROWER), await drafted(rules, BESIDE)
    await do(rules, "publishEdition", **of(other), at=(LATER + AGAIN).isoformat())
    looked = []

    async def fail(_drafting: Drafting, found: Any) -> None:
        looked.append(found.id)
        raise WorkshopLate

    with monkeypatch.context() as patch:
        patch.setattr(Drafting, "worked", fail)
        for _ in range(3):
            assert await publisher(rules, LATER).look() == 0
        assert looked == [draft["id"]] * 2
        assert await publisher(rules, LATER + AGAIN).look() == 0
        assert looked[2:] == [other["id"]], "first what nobody tried yet"
    assert [each["what"] for each in (await told(rules, draft))["changes"]].count("NOT_PUBLISHED") == 1
    await do(rules, "cancelPublication", draft=other["id"])
    assert (await told(rules, draft))["trouble"] == "PUBLICATION_LATE"
    assert await publisher(rules, LATER + AGAIN).look() == 1
    assert (await told(rules, draft))["state"] == "PUBLISHED"


async def test_what_cannot_even_be_given_back_is_given_back_at_the_next_look(
    rules: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = await scheduled(rules, *NARROWER)
    first = publisher(rules, LATER)
    with monkeypatch.context() as patch:
        failing(patch, StoreUnavailable("gone"), "carry_out", "leave")
        with pytest.raises(StoreUnavailable):
            await first.look()
    assert await publisher(rules, LATER).look() == 0, "the first has it still"
    assert await first.look() == 1
    done = await told(rules, draft)
    assert (done["state"], done["changes"][1]["what"]) == ("PUBLISHED", "NOT_PUBLISHED")


async def test_what_a_process_had_begun_that_ends_another_publishes_at_once(
    rules: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = await scheduled(rules, *NARROWER)
    begun, ending = asyncio.Event(), publisher(rules, LATER)

    async def hang(*_args: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(Drafting, "worked", hang)
        ending.start()
        async with asyncio.timeout(20):
            await begun.wait()
            await ending.stop()
    assert (await told(rules, draft))["trouble"] is None
    assert await publisher(rules, LATER).look() == 1
    assert (await told(rules, draft))["state"] == "PUBLISHED"
