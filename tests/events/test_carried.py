"""On the way: receivers that fail, hang, redirect or lie, several processes at once, and what is on record of it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from api.events.passing import decided
from models.database.store import StoreUnavailable, WrongValue
from models.events.box import LIFE, claim_events
from models.events.event import WaitingEvent
from tests.events.carried import Carried
from tests.events.site import EVENT, Site, open_site, records
from tests.notices.receivers import Receiver, answer
from tests.notices.test_sender import hang
from tests.world import World


@pytest.fixture
async def opened(a_world: World) -> AsyncIterator[tuple[Site, Receiver]]:
    await a_world.house.passing.stop()
    async with open_site(a_world) as both:
        yield both


@pytest.fixture
def carried(a_world: World) -> Carried:
    return Carried(a_world)


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        (answer("500 Internal Server Error"), "UNEXPECTED"),
        (answer("200 OK"), "UNEXPECTED"),
        (answer("302 Found", Location="http://127.0.0.1:1/elsewhere"), "REDIRECTED"),
        (answer("307 Temporary Redirect", Location="http://127.0.0.1:1/elsewhere"), "REDIRECTED"),
        (answer("400 Bad Request", b"<html>"), "UNEXPECTED"),
        (b"nonsense\r\n\r\n", "UNREACHABLE"),
        (b"", "UNREACHABLE"),
    ],
)
async def test_a_receiver_that_fails_is_tried_again_with_the_same_batch_and_one_record(
    site: Site, taking: Receiver, carried: Carried, said: bytes, trouble: str
) -> None:
    before = await records()
    taking.answers.append(said)
    await site.results(EVENT, {**EVENT, "order": 2})
    async with carried.going() as passing:
        assert await carried.outcome() == trouble
        assert await WaitingEvent.all().count() == 2
        await site.results({**EVENT, "order": 3})
        carried.later(minutes=1)
        passing.wake()
        assert {await carried.outcome(), await carried.outcome()} == {"TAKEN"}
    first, *others = [await site.claims(came) for came in taking.came]
    assert len(others) == 2
    (again,) = [each for each in others if each["jti"] == first["jti"]]
    assert first["events"] == again["events"]
    made = await records(before)
    assert [record.events for record in made] == [2, 1]
    assert made[0].id == first["jti"]
    assert not await WaitingEvent.all().exists()


async def test_a_receiver_that_hangs_is_left_and_tried_again(
    site: Site, taking: Receiver, carried: Carried
) -> None:
    taking.handler = hang
    await site.results(EVENT)
    async with carried.going(longest=0.3):
        assert await carried.outcome() == "TOO_SLOW"
        assert await WaitingEvent.all().count() == 1
        taking.handler = None
        carried.later(minutes=1)
        assert await carried.outcome() == "TAKEN"


async def test_a_receiver_that_refuses_gets_nothing_of_it_again(
    site: Site, taking: Receiver, carried: Carried
) -> None:
    taking.answers.append(answer("400 Bad Request", b'{"err": "access_denied"}'))
    await site.results(EVENT)
    async with carried.going():
        assert await carried.outcome() == "ACCESS_DENIED"
    assert not await WaitingEvent.all().exists()
    assert len(taking.came) == 1


async def test_an_address_that_leads_inwards_is_not_posted_to(site: Site, carried: Carried) -> None:
    await site.company("analytics", events_url="https://169.254.169.254/latest")
    await site.results(EVENT)
    async with carried.going():
        assert await carried.outcome() == "ADDRESS_REFUSED"


async def test_what_nobody_took_for_a_day_is_deleted(site: Site, taking: Receiver, carried: Carried) -> None:
    await site.results(EVENT)
    carried.later(hours=LIFE.total_seconds() / 3600)
    async with carried.going():
        await site.emptied()
    assert not taking.came


async def test_what_ends_between_two_tries_is_not_sent_and_a_smaller_batch_has_its_own_record(
    site: Site, taking: Receiver, carried: Carried
) -> None:
    before = await records()
    taking.answers.append(answer("503 Service Unavailable"))
    await site.results({**EVENT, "browser": "EDGE"})
    async with carried.going() as passing:
        assert await carried.outcome() == "UNEXPECTED"
        await site.end_notices("analytics")
        await site.notice("analytics", items=["Event.url"])
        carried.later(minutes=1)
        passing.wake()
        assert await carried.outcome() == "TAKEN"
    first, second = [await site.claims(came) for came in taking.came]
    assert "order" in first["events"][0]
    assert second["events"] == [{"url": EVENT["url"]}]
    made = await records(before)
    assert [record.id for record in made] == [first["jti"], second["jti"]]
    assert made[1].items == ["Event.url"]


async def test_processes_at_once_pass_each_event_on_once_in_its_lease(
    site: Site, taking: Receiver, carried: Carried
) -> None:
    await site.results(*({**EVENT, "order": number} for number in range(60)))
    several = [carried.passing() for _ in range(4)]
    for passing in several:
        passing.start()
    try:
        await site.emptied()
    finally:
        await asyncio.gather(*(passing.stop() for passing in several))
    sent = [each["order"] for came in taking.came for each in (await site.claims(came))["events"]]
    assert sorted(sent) == list(range(60))


async def test_a_lease_keeps_events_from_others_until_it_is_over(site: Site, carried: Carried) -> None:
    await site.results(EVENT)
    store = site.world.house.store
    first = await claim_events(store, "analytics", carried.now)
    assert first is not None
    assert [each.told["Event.url"] for each in first.events] == [EVENT["url"]]
    assert await claim_events(store, "analytics", carried.now) is None
    carried.later(seconds=61)
    again = await claim_events(store, "analytics", carried.now)
    assert again is not None
    assert (again.tries, again.lease != first.lease) == (2, True)


async def test_a_process_that_ends_after_the_record_leaves_the_batch_to_another(
    site: Site, taking: Receiver, carried: Carried
) -> None:
    before = await records()
    await site.results(EVENT)
    house = site.world.house
    claimed = await claim_events(house.store, "analytics", carried.now)
    assert claimed is not None
    force = await house.inforce.current()
    batch, _ = decided(force, claimed, carried.now)
    number = await carried.passing()._recorded(force, claimed, batch)  # noqa: SLF001 - one that goes no further
    carried.later(seconds=61)
    async with carried.going():
        assert await carried.outcome() == "TAKEN"
    (record,) = await records(before)
    assert record.id == number == (await site.claims(taking.came[0]))["jti"]


async def test_what_changed_while_the_record_was_made_is_decided_again(
    site: Site, taking: Receiver, carried: Carried, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.results(EVENT)
    passing = carried.passing()
    claimed = await claim_events(site.world.house.store, "analytics", carried.now)
    assert claimed is not None
    monkeypatch.setattr(site.world.house.inforce, "holds", lambda _force: False)
    assert await passing._try(claimed)  # noqa: SLF001 - one try
    assert not taking.came
    assert carried.told.empty()
    monkeypatch.undo()
    await site.end_notices("analytics")
    async with carried.going():
        assert await carried.outcome() == "NOTICE_MISSING"
    assert not taking.came


async def test_where_as_many_wait_as_may_no_more_are_taken_in(
    site: Site, carried: Carried, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.events.box.MOST_WAITING", 2)
    passing = site.world.house.passing
    await site.results(EVENT)
    await passing._count(carried.now)  # noqa: SLF001 - as it does from time to time
    assert not passing.full
    await site.results(EVENT)
    await passing._count(carried.now)  # noqa: SLF001
    answered = await site.send(EVENT)
    (error,) = answered.json()["errors"]
    assert (answered.status_code, error["extensions"]["reason"]) == (503, "EVENTS_UNAVAILABLE")
    await WaitingEvent.all().delete()
    await passing._count(carried.now)  # noqa: SLF001
    assert (await site.send(EVENT)).status_code == 202


async def test_no_record_no_batch(
    site: Site, taking: Receiver, carried: Carried, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_parts: object, **_more: object) -> str:
        raise WrongValue("full")

    await site.results(EVENT)
    monkeypatch.setattr("api.events.passing.keep_transmission", failing)
    passing = carried.passing()
    claimed = await claim_events(site.world.house.store, "analytics", carried.now)
    assert claimed is not None
    with pytest.raises(WrongValue):
        await passing._try(claimed)  # noqa: SLF001 - one try
    assert not taking.came
    assert await WaitingEvent.all().count() == 1


async def test_a_record_is_never_changed_or_deleted(site: Site, carried: Carried) -> None:
    await site.results(EVENT)
    async with carried.going():
        assert await carried.outcome() == "TAKEN"
    store = site.world.house.store
    made = await records()
    for sql in ("UPDATE transmissions SET events = 0", "DELETE FROM transmissions"):
        with pytest.raises((WrongValue, StoreUnavailable)):
            async with store.transaction() as transaction:
                await transaction.execute(sql, {})
    assert [each.events for each in await records()] == [each.events for each in made]
