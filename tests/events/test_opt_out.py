"""Opting out: kept by the browser alone, obeyed at once, only ever added to, taken back by a call of its own."""

from typing import Any

from models.events.event import WaitingEvent
from tests.events.site import COOKIE, EVENT, Site
from tests.notices.receivers import Receiver, receiver


async def opt(
    site: Site, recipients: Any, *tokens: str, path: str = "opt-out", **more: Any
) -> dict[str, Any]:
    headers = {"Opt-Out": ", ".join(tokens)} if tokens else {}
    answer = await site.world.http.post(
        f"/events/{path}", json={"recipients": recipients, **more}, headers=headers
    )
    site.world.http.cookies.clear()
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def passed(site: Site, *tokens: str) -> list[str]:
    (result,) = await site.results(EVENT, headers={"Opt-Out": ",".join(tokens)} if tokens else {})
    told: list[str] = result["passedTo"]
    return told


async def test_opt_out_of_one_company_and_the_next_event_goes_to_the_others_only(
    site: Site, taking: Receiver
) -> None:
    async with receiver() as ads:
        await site.company("ad-network", events_url=ads.url)
        await site.notice("ad-network")
        assert await passed(site) == ["ad-network", "analytics"]
        await WaitingEvent.all().delete()
        told = await opt(site, ["ad-network"])
        assert (told["all"], told["recipients"]) == (False, ["ad-network"])
        (result,) = await site.results(EVENT, headers={"Opt-Out": told["token"]})
        assert result["passedTo"] == ["analytics"]
        (withheld,) = result["withheld"]
        assert (withheld["recipient"], withheld["code"], withheld["rule"]) == (
            "ad-network",
            "OPTED_OUT",
            "events-opted-out",
        )
        await site.due()
        await taking.until(1)
        await site.emptied()
        assert not ads.came


async def test_opt_outs_add_up_and_only_the_call_for_it_takes_them_back(site: Site) -> None:
    one = (await opt(site, ["ad-network"]))["token"]
    assert await passed(site, one) == ["analytics"]
    both = await opt(site, ["analytics"], one)
    assert both["recipients"] == ["ad-network", "analytics"]
    assert await passed(site, both["token"]) == []
    assert (await opt(site, ["ad-network"], both["token"]))["recipients"] == ["ad-network", "analytics"]
    back = await opt(site, ["analytics"], both["token"], path="opt-in")
    assert back["recipients"] == ["ad-network"]
    assert await passed(site, back["token"]) == ["analytics"]
    assert await passed(site, back["token"], both["token"]) == []
    every = await opt(site, "all", back["token"])
    assert every["all"]
    assert await passed(site, every["token"]) == []
    left = await opt(site, ["analytics"], every["token"], path="opt-in")
    assert (left["all"], left["recipients"]) == (False, ["ad-network"])
    nothing = await opt(site, "all", every["token"], path="opt-in")
    assert await passed(site, nothing["token"]) == ["analytics"]


async def test_a_token_that_cannot_be_read_passes_nothing_on_to_anybody_and_says_so(site: Site) -> None:
    good = (await opt(site, ["ad-network"]))["token"]
    head, claims, _ = good.split(".")
    unsigned = f"{head}.{claims}."
    for token in (
        unsigned,
        good[:-4] + "AAAA",
        "canary",
        f"{good},canary",
        await site.world.token("frontend"),
    ):
        (result,) = await site.results(EVENT, headers={"Opt-Out": token})
        assert (result["outcome"], result["passedTo"]) == ("NOT_PASSED_ON", [])
        assert [each["code"] for each in result["withheld"]] == ["OPT_OUT_TOKEN"]
    assert not await WaitingEvent.all().exists()
    assert (await opt(site, ["analytics"], "canary"))["all"]


async def test_the_cookie_counts_like_the_header_and_both_together(site: Site) -> None:
    one = (await opt(site, ["analytics"]))["token"]
    other = (await opt(site, ["ad-network"]))["token"]
    for headers in (
        {"Cookie": f"mokuteki_opt_out={one}"},
        {"Cookie": f"mokuteki_opt_out={one}", "Opt-Out": other},
    ):
        (result,) = await site.results(EVENT, headers=headers)
        assert result["passedTo"] == []
    answer = await site.world.http.post("/events/opt-out", json={"recipients": "all"})
    site.world.http.cookies.clear()
    kept = answer.headers["set-cookie"]
    assert kept.startswith(f"mokuteki_opt_out={answer.json()['token']};")
    assert all(each in kept for each in ("HttpOnly", "SameSite=Lax", "Path=/events", "Max-Age="))


async def test_what_waits_of_a_browser_goes_when_it_opts_out(site: Site, taking: Receiver) -> None:
    other = "3f0a1c9e-5b7d-4e21-9c3a-000000000001"
    await site.results(EVENT, {**EVENT, "cookieId": other})
    await opt(site, ["analytics"], cookieId=COOKIE)
    assert [row.cookie_id for row in await WaitingEvent.all()] == [other]
    await site.due()
    await taking.until(1)
    await site.emptied()


async def test_what_waits_goes_though_the_company_may_not_have_the_number_of_the_browser(
    site: Site, taking: Receiver
) -> None:
    await site.end_notices("analytics")
    await site.notice("analytics", items=["Event.url"])
    await site.results(EVENT)
    (waiting,) = await WaitingEvent.all()
    assert set(waiting.told) == {"Event.url"}
    await opt(site, ["analytics"], cookieId=COOKIE)
    assert not await WaitingEvent.all().exists()
    assert not taking.came


async def test_what_is_wrong_with_an_opt_out_is_told(site: Site) -> None:
    for body, code in (
        ({}, "OPT_OUT_RECIPIENTS"),
        ({"recipients": []}, "OPT_OUT_RECIPIENTS"),
        ({"recipients": "some"}, "OPT_OUT_RECIPIENTS"),
        ({"recipients": [1]}, "OPT_OUT_RECIPIENTS"),
        ({"recipients": "all", "user": "x"}, "OPT_OUT_RECIPIENTS"),
        ({"recipients": ["unlisted"]}, "OPT_OUT_UNKNOWN"),
        ({"recipients": ["employer-a"]}, "OPT_OUT_UNKNOWN"),
        ({"recipients": "all", "cookieId": "1"}, "EVENT_COOKIE"),
    ):
        answer = await site.world.http.post("/events/opt-out", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["reason"]) == (400, code), body
