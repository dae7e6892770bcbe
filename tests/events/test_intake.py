"""What comes in: a closed list of keys, no account, nothing personal, each event on its own."""

import base64
import logging
from typing import Any
from urllib.parse import quote

import pytest
import structlog

from models.database.store import StoreUnavailable
from models.events.event import WaitingEvent
from models.inforce import PolicyUnavailable
from tests.events.site import EVENT, PAGE, Site
from tests.world import World

ADDRESS = "taro.canary@mail.example"
PHONE = "090-1234-5678"
CARD = "4111 1111 1111 1111"
RESIDENCE = "AB12345678CD"
INDIVIDUAL = "123456789018"
PERSONAL: dict[str, dict[str, Any]] = {
    "in a query": {"url": f"{PAGE}?email=a@b.jp"},
    "by the name of a key": {"url": f"{PAGE}?tel=none"},
    "in a path": {"url": f"{PAGE}/{ADDRESS}"},
    "after the hash": {"url": f"{PAGE}#{ADDRESS}"},
    "percent": {"url": f"{PAGE}/{quote(ADDRESS, safe='')}"},
    "percent twice": {"url": f"{PAGE}/{quote(quote(ADDRESS, safe=''))}"},
    "base64": {"url": f"{PAGE}/{base64.urlsafe_b64encode(ADDRESS.encode()).decode()}"},
    "base64 of percent": {"url": f"{PAGE}/{base64.b64encode(quote(ADDRESS, safe='').encode()).decode()}"},
    "hexadecimal": {"url": f"{PAGE}/{ADDRESS.encode().hex()}"},
    "full width": {"content": "ｔａｒｏ＠ｍａｉｌ．ｅｘａｍｐｌｅ"},
    "html": {"content": "taro&#64;mail.example"},
    "a telephone": {"content": PHONE},
    "a telephone from abroad": {"url": f"{PAGE}/+819012345678"},
    "a payment card": {"gender": CARD},
    "a residence card": {"url": f"{PAGE}/{RESIDENCE}"},
    "an individual number": {"content": INDIVIDUAL},
    "nested": {"location": {"latitude": [{"a": ADDRESS}]}},
    "where a number goes": {"order": 4111111111111111},
    "where a random number goes": {"cookieId": ADDRESS},
}


@pytest.mark.parametrize("where", PERSONAL)
async def test_what_looks_personal_is_refused_by_its_path_and_its_siblings_go_on(
    site: Site, where: str
) -> None:
    given = PERSONAL[where]
    answer = await site.send({**EVENT, **given}, EVENT)
    refused, passed = answer.json()["results"]
    assert refused["outcome"] == "REFUSED"
    (mistake,) = refused["mistakes"]
    assert (mistake["path"], mistake["code"]) == (next(iter(given)), "PI_IN_PAYLOAD")
    assert passed["outcome"] == "ACCEPTED"
    assert await WaitingEvent.all().count() == 1
    for told in (ADDRESS, PHONE, CARD, RESIDENCE, INDIVIDUAL, "a@b.jp"):
        assert told not in answer.text


async def test_a_persons_own_number_and_registered_values_are_refused_and_told_nowhere(
    site: Site, a_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    user = a_world.demo.users["plain"]
    query = 'query($id: ID!) @purpose(id: "service.account") { user(id: $id) { email phone } }'
    known = (await a_world.ask("frontend", query, {"id": user}))["data"]["user"]
    values = (user, known["email"], known["phone"])
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    with structlog.testing.capture_logs() as logged:
        answer = await site.send(*({**EVENT, "url": f"{PAGE}/{quote(value)}"} for value in values))
    assert [each["mistakes"][0]["code"] for each in answer.json()["results"]] == ["PI_IN_PAYLOAD"] * 3
    metrics = (await a_world.http.get("/metrics")).text
    for value in values:
        assert value not in answer.text + caplog.text + str(logged) + metrics
    assert not await WaitingEvent.all().exists()


@pytest.mark.parametrize(
    ("event", "found"),
    [
        ({"url": f"{PAGE}?page=2"}, {"url": "EVENT_URL_QUERY"}),
        ({"url": f"{PAGE}#top"}, {"url": "EVENT_URL_QUERY"}),
        ({"url": "ftp://jobs.example/"}, {"url": "EVENT_URL"}),
        ({"url": "https://jobs.example/" + "x" * 500}, {"url": "EVENT_URL"}),
        ({"order": 1}, {"url": "REQUIRED"}),
        (
            {**EVENT, "order": -1, "content": "Job 1", "terminal": "FRIDGE", "cookieId": "1", "user": "x"},
            {
                "order": "ANSWER_NUMBER",
                "content": "EVENT_CONTENT",
                "terminal": "ANSWER_CHOICE",
                "cookieId": "EVENT_COOKIE",
                "user": "FIELD_UNKNOWN",
            },
        ),
        ({**EVENT, "location": {"latitude": 35.681, "longitude": 139.7}}, {"location": "EVENT_LOCATION"}),
        ({**EVENT, "location": {"latitude": 91, "longitude": 0}}, {"location": "EVENT_LOCATION"}),
        ({**EVENT, "location": {"latitude": True, "longitude": 0}}, {"location": "EVENT_LOCATION"}),
        ({**EVENT, "location": "Tokyo"}, {"location": "OBJECT_EXPECTED"}),
        ({**EVENT, "locationConsent": "yes"}, {"locationConsent": "EVENT_CONSENT"}),
        ({**EVENT, "account": "x", "location": None}, {"account": "FIELD_UNKNOWN"}),
        ("a text", {"": "OBJECT_EXPECTED"}),
    ],
)
async def test_every_mistake_in_an_event_is_told_at_once(
    site: Site, event: object, found: dict[str, str]
) -> None:
    (result,) = await site.results(event)
    assert result["outcome"] == "REFUSED"
    assert {each["path"]: each["code"] for each in result["mistakes"]} == found
    assert all(each["ja"] and each["en"] for each in result["mistakes"])
    assert not await WaitingEvent.all().exists()


@pytest.mark.parametrize("name", ["Authorization", "DPoP"])
async def test_what_would_tell_whose_browser_it_is_closes_the_request(
    site: Site, a_world: World, name: str
) -> None:
    token = await a_world.token("frontend")
    answer = await site.send(EVENT, headers={name: f"Bearer {token}", "Accept-Language": "ja"})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["reason"]) == (400, "EVENTS_ACCOUNT")
    assert "会員" in error["message"]
    assert not await WaitingEvent.all().exists()


async def test_a_session_cookie_is_not_read_and_nothing_of_the_asker_is_kept(site: Site) -> None:
    answer = await site.send(EVENT, headers={"Cookie": "session=canary", "User-Agent": "canary-browser"})
    assert answer.status_code == 202
    (row,) = await WaitingEvent.all().values()
    assert "canary" not in str(row)
    assert "127.0.0.1" not in str(row)
    assert not {"user", "user_id", "account", "client", "address", "agent"} & set(row)


@pytest.mark.parametrize("body", [b"{}", b"[]", b"nonsense", b"[" + b"{}," * 100 + b"{}]"])
async def test_anything_but_an_array_of_events_is_refused(site: Site, body: bytes) -> None:
    answer = await site.world.http.post("/events", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["reason"]) == (400, "EVENTS_ARRAY")


async def test_a_body_that_is_too_large_or_no_json_is_refused_unread(site: Site) -> None:
    large = await site.world.http.post(
        "/events", content=b"[" + b" " * 250_000 + b"]", headers={"Content-Type": "application/json"}
    )
    assert (large.status_code, large.json()["errors"][0]["extensions"]["code"]) == (413, "LIMIT_EXCEEDED")
    other = await site.world.http.post("/events", content=b"[]", headers={"Content-Type": "text/plain"})
    assert other.status_code == 415


@pytest.mark.parametrize("failure", [StoreUnavailable("down"), PolicyUnavailable("old")])
async def test_what_cannot_be_decided_or_kept_is_not_accepted(
    site: Site, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    async def fails(*_parts: object, **_more: object) -> None:
        raise failure

    if isinstance(failure, PolicyUnavailable):
        monkeypatch.setattr(site.world.house.inforce, "current", fails)
    else:
        monkeypatch.setattr("api.events.intake.put_event", fails)
    answer = await site.send(EVENT)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["reason"]) == (503, "EVENTS_UNAVAILABLE")
    monkeypatch.undo()
    assert not await WaitingEvent.all().exists()
