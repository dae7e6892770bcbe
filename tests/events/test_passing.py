"""What a browser did reaches the companies that may have it, and nobody else, with the record made before."""

from datetime import UTC, datetime

from models.day import today_in_japan
from models.derived import years_before
from models.events.event import WaitingEvent
from tests.events.site import COOKIE, EVENT, PAGE, Site, records
from tests.notices.receivers import Receiver


async def test_an_event_goes_to_the_announced_company_and_is_on_record_before(
    site: Site, taking: Receiver
) -> None:
    before = await records()
    (result,) = await site.results({**EVENT, "browser": "FIREFOX"})
    assert (result["outcome"], result["passedTo"]) == ("ACCEPTED", ["analytics"])
    assert [(each["recipient"], each.get("field"), each["code"]) for each in result["withheld"]] == [
        ("ad-network", None, "NOTICE_MISSING"),
        ("analytics", "Event.browser", "NOTICE_MISSING"),
    ]
    await site.due()
    await taking.until(1)
    (record,) = await records(before)
    claims = await site.claims(taking.came[0])
    assert (claims["aud"], claims["jti"], claims["purpose"]) == ("analytics", record.id, "insight.analytics")
    assert claims["events"] == [
        {"url": PAGE, "content": "job:1234", "order": 1, "terminal": "PC", "cookieId": COOKIE}
    ]
    today = today_in_japan(datetime.now(UTC))
    assert (record.recipient_name, record.recipient_representative) == (
        "Example Analytics LLC",
        "Jane Example, Manager",
    )
    assert (record.events, record.first_on, record.last_on) == (1, today, today)
    assert record.items == ["Event.content", "Event.cookieId", "Event.order", "Event.terminal", "Event.url"]
    assert (len(record.notices), record.confirmation) == (1, None)
    assert record.retain_until == years_before(today, -3)
    await site.emptied()


async def test_unregister_the_provider_and_passing_on_stops_at_intake_and_for_what_waits(
    site: Site, taking: Receiver
) -> None:
    before = await records()
    await site.results(EVENT)
    assert await WaitingEvent.all().count() == 1
    await site.end_notices("analytics")
    (result,) = await site.results(EVENT)
    assert result["outcome"] == "NOT_PASSED_ON"
    reasons = {each["recipient"]: (each["code"], each["clause"]) for each in result["withheld"]}
    assert reasons["analytics"][0] == "NOTICE_MISSING"
    assert "Clause 6" in reasons["analytics"][1]
    await site.due()
    await site.emptied()
    assert not taking.came
    assert not await records(before)
