"""What a company may have of an event: each refusal with its reason, when it comes in and when it would leave."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.day import today_in_japan
from models.events.event import WaitingEvent
from models.grounds.ground import Confirmation
from models.person_row import new_id
from policies.edition import Edition
from tests.api.desks import explained
from tests.editions import put_in_force
from tests.events.site import EVENT, Site, records
from tests.notices.receivers import Receiver, receiver
from tests.world import World

YESTERDAY = today_in_japan(datetime.now(UTC)) - timedelta(days=1)


def reason(result: dict[str, Any], company: str, field: str | None = None) -> str | None:
    """Why a company does not get a field of an event, or any of it."""
    found = [
        each["code"]
        for each in result["withheld"]
        if each.get("recipient") == company and each.get("field") == field
    ]
    return found[0] if found else None


@pytest.mark.parametrize(
    "lacking",
    [
        {"recipient_ja": " "},
        {"items_ja": ""},
        {"items_ja": "only in English"},
        {"purpose_ja": ""},
        {"purpose_ja": "analysis"},
        {"opt_out_url": ""},
        {"items": []},
        {"published_at": None},
        {"from_on": date(2099, 1, 1)},
        {"until_on": YESTERDAY},
        {"ended_on": YESTERDAY},
    ],
    ids=lambda each: "-".join(f"{name} {value}" for name, value in each.items()),
)
async def test_a_notice_that_lacks_a_matter_or_is_not_in_force_opens_nothing(
    site: Site, lacking: dict[str, Any]
) -> None:
    await site.end_notices("analytics")
    await site.notice("analytics", **lacking)
    (result,) = await site.results(EVENT)
    assert (result["outcome"], reason(result, "analytics")) == ("NOT_PASSED_ON", "NOTICE_MISSING")
    assert not await WaitingEvent.all().exists()


@pytest.mark.parametrize("kept", [False, True], ids=["gone", "for another day"])
async def test_a_purpose_that_is_gone_or_announced_for_another_day_opens_nothing(
    a_world: World, site: Site, edition: Edition, kept: bool
) -> None:
    ads = edition.purposes["promotion.ads"]
    later = replace(ads, announced_on=date(2099, 1, 1))
    purposes = {name: each for name, each in edition.purposes.items() if name != ads.id}
    made = replace(
        edition,
        purposes={**purposes, ads.id: later} if kept else purposes,
        rules=tuple(each for each in edition.rules if kept or each.purpose != ads.id),
    )
    house = a_world.house
    await put_in_force(house.store, house.inforce, Edition.from_canonical(made.canonical()))
    try:
        await site.notice("ad-network")
        (result,) = await site.results(EVENT)
        assert result["passedTo"] == ["analytics"]
        assert reason(result, "ad-network") == "PURPOSE_UNANNOUNCED"
        assert not await WaitingEvent.filter(recipient="ad-network").exists()
    finally:
        await put_in_force(house.store, house.inforce, edition)


async def test_only_companies_in_the_register_are_passed_anything(site: Site) -> None:
    await site.notice("unlisted")
    await site.notice("employer-a")
    await site.company("employer-a", events_url="http://127.0.0.1:9/events")
    (result,) = await site.results(EVENT)
    await site.company("employer-a", events_url="")
    assert result["passedTo"] == ["analytics"]
    assert {each["recipient"] for each in result["withheld"]} == {"ad-network"}


async def test_each_company_gets_what_was_announced_for_it(site: Site, taking: Receiver) -> None:
    async with receiver() as ads:
        await site.company("ad-network", events_url=ads.url)
        await site.notice("ad-network", items=["Event.url"])
        (result,) = await site.results(EVENT)
        assert result["passedTo"] == ["ad-network", "analytics"]
        await site.due()
        await ads.until(1)
        await taking.until(1)
        claims = await site.claims(ads.came[0])
        assert (claims["purpose"], claims["events"]) == ("promotion.ads", [{"url": EVENT["url"]}])
        await site.emptied()


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"status": "STOPPED"}, "RECIPIENT_CLOSED"),
        ({"status": "PENDING"}, "RECIPIENT_CLOSED"),
        ({"contract_until": YESTERDAY}, "RECIPIENT_CLOSED"),
        ({"representative": " "}, "RECIPIENT_INCOMPLETE"),
        ({"identifying": True}, "IRI_NOT_CONFIRMED"),
        ({"events_url": ""}, "NOT_REACHABLE"),
    ],
)
async def test_a_closed_or_unconfirmed_company_gets_nothing_new_and_nothing_that_waits(
    site: Site, taking: Receiver, parts: dict[str, Any], code: str
) -> None:
    before = await records()
    await site.results(EVENT)
    await site.company("analytics", **parts)
    (result,) = await site.results(EVENT)
    assert (result["outcome"], reason(result, "analytics")) == ("NOT_PASSED_ON", code)
    await site.due()
    await site.emptied()
    assert not taking.came
    assert not await records(before)


async def test_a_confirmed_company_is_passed_events_with_the_confirmation_on_record(
    site: Site, taking: Receiver
) -> None:
    before = await records()
    made = await Confirmation.create(
        id=new_id(), recipient="analytics", how="申告", foreign_informed=True, confirmed_on=YESTERDAY
    )
    await site.company("analytics", identifying=True)
    (result,) = await site.results(EVENT)
    assert result["outcome"] == "ACCEPTED"
    await site.due()
    await taking.until(1)
    (record,) = await records(before)
    assert (record.confirmation, record.confirmed_on, record.foreign_informed) == (made.id, YESTERDAY, True)
    await site.emptied()


@pytest.mark.parametrize("consent", [None, False])
async def test_a_location_without_the_devices_consent_stays_here(site: Site, consent: bool | None) -> None:
    event = {**EVENT, "location": {"latitude": 35.68, "longitude": 139.77}}
    if consent is not None:
        event["locationConsent"] = consent
    (result,) = await site.results(event)
    assert (result["passedTo"], reason(result, "analytics", "Event.location")) == (
        ["analytics"],
        "LOCATION_NOT_CONSENTED",
    )
    (row,) = await WaitingEvent.all()
    assert "Event.location" not in row.told
    (result,) = await site.results({**event, "locationConsent": True})
    assert reason(result, "analytics", "Event.location") is None
    assert [len(row.told) for row in await WaitingEvent.all()].count(len(EVENT) + 1) == 1


@pytest.mark.parametrize(("browsers", "alike"), [(9, False), (10, True)])
async def test_attributes_leave_only_in_a_crowd_of_ten(
    site: Site, taking: Receiver, browsers: int, alike: bool
) -> None:
    await site.notice("analytics", items=["Event.ageBand", "Event.area"])
    crowd = [
        {**EVENT, "cookieId": f"3f0a1c9e-5b7d-4e21-9c3a-{number:012x}", "ageBand": "25-29", "area": "JP-13"}
        for number in range(browsers)
    ]
    await site.results(*crowd, {**crowd[0], "order": 2})
    await site.due()
    await taking.until(1)
    events = (await site.claims(taking.came[0]))["events"]
    assert len(events) == browsers + 1
    assert {("ageBand" in each, "area" in each) for each in events} == {(alike, alike)}
    await site.emptied()


async def test_explain_names_the_missing_announcement_and_no_query_names_an_event(a_world: World) -> None:
    query = """{ explain(role: "analytics", purpose: "insight.analytics", recipient: "analytics",
      action: TRANSMIT, field: "Event.url", facts: []) { allowed reason clause nearest { rule missing } } }"""
    answer = await a_world.ask("privacy-desk", query)
    assert "errors" not in answer, answer
    why = answer["data"]["explain"]
    assert (why["allowed"], why["reason"]) == (False, "NOTICE_MISSING")
    assert why["nearest"][0] == {"rule": "events-analytics", "missing": ["transmission-announced"]}
    read = await explained(
        a_world, "analytics", "insight.analytics", "analytics", "Event.url", ["transmission-announced"]
    )
    assert not read["allowed"]
    asked = await a_world.ask(
        "analytics", '{ users(first: 1) @purpose(id: "insight.analytics") { edges { node { url } } } }'
    )
    assert a_world.codes(asked) == ["DOCUMENT_INVALID"]
    whole = 'query @purpose(id: "insight.analytics") { users(first: 1) { edges { node { id } } } }'
    assert a_world.codes(await a_world.ask("analytics", whole)) == ["PURPOSE_NOT_ALLOWED"]
