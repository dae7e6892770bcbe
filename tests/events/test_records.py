"""The records of transmission and the notices through the interface: who may, what is told, what is missing."""

from typing import Any

import pytest

from models.grounds.ground import TransmissionNotice
from tests.api.desks import ground, keep, newest, obeyed, wrong
from tests.events.site import EVENT, Site
from tests.world import World

PARTS = """id at recipient recipientName recipientAddress recipientRepresentative country purpose items events
  notices confirmation confirmedOn foreignInformed firstOn lastOn retainUntil edition"""
SAID: dict[str, Any] = {
    "recipient": "analytics",
    "from": "2026-01-01",
    "items": ["Event.url"],
    "recipientJa": "架空アナリティクス",
    "itemsJa": "ページのURL",
    "purposeJa": "利用状況の分析",
    "optOutUrl": "https://analytics.example/opt-out",
}


def query(purpose: str = '@purpose(id: "compliance.security")') -> str:
    return (
        "query($to: ID, $first: Int = 50, $after: String)"
        f" {purpose} {{ transmissions(recipient: $to, first: $first, after: $after) {{"
        f" edges {{ node {{ {PARTS} }} cursor }} pageInfo {{ hasNextPage endCursor }} }} }}"
    )


async def test_the_auditor_reads_what_was_passed_on_page_by_page_and_on_record(
    site: Site, a_world: World
) -> None:
    for _ in range(2):
        await site.results(EVENT)
        await site.due()
        await site.emptied()
    answer = await a_world.ask("auditor", query(), {"to": "analytics", "first": 1})
    assert "errors" not in answer, answer
    page = answer["data"]["transmissions"]
    (edge,) = page["edges"]
    node = edge["node"]
    assert (node["recipientName"], node["country"], node["events"]) == ("Example Analytics LLC", "US", 1)
    assert (node["purpose"], node["confirmation"]) == ("insight.analytics", None)
    assert node["notices"] == [(await TransmissionNotice.get(recipient="analytics")).id]
    assert page["pageInfo"]["hasNextPage"]
    record = await newest(a_world, "auditor")
    assert (record.purpose, record.outcome, record.users) == ("compliance.security", "RELEASED", 0)
    rest = await a_world.ask(
        "auditor", query(), {"to": "analytics", "first": 50, "after": page["pageInfo"]["endCursor"]}
    )
    told = [each["node"]["id"] for each in rest["data"]["transmissions"]["edges"]]
    assert told
    assert max(told) < node["id"]
    other = await a_world.ask("auditor", query(), {"after": page["pageInfo"]["endCursor"]})
    assert a_world.codes(other) == ["BAD_INPUT"]


async def test_nobody_else_reads_the_records(a_world: World) -> None:
    for client, purpose, code in (
        ("auditor", "", "PURPOSE_MISSING"),
        ("frontend", '@purpose(id: "service.account")', "OPERATION_FORBIDDEN"),
        ("analytics", '@purpose(id: "insight.analytics")', "PURPOSE_NOT_ALLOWED"),
        ("policy-admin", '@purpose(id: "compliance.security")', "PURPOSE_NOT_ALLOWED"),
    ):
        assert a_world.codes(await a_world.ask(client, query(purpose))) == [code], client


async def test_a_notice_is_drafted_published_and_ended_and_each_is_obeyed(site: Site, a_world: World) -> None:
    await site.end_notices("analytics")
    made = await keep(a_world, "draftTransmissionNotice", **SAID)
    assert (made["state"], made["publishedAt"]) == ("DRAFT", None)
    await obeyed(a_world)
    (result,) = await site.results(EVENT)
    assert result["passedTo"] == []
    published = await keep(a_world, "publishTransmissionNotice", id=made["id"])
    assert (published["state"], published["changes"][0]["what"]) == ("HOLDS", "PUBLISHED")
    await obeyed(a_world)
    (result,) = await site.results(EVENT)
    assert result["passedTo"] == ["analytics"]
    assert await wrong(a_world, ground("publishTransmissionNotice"), {"id": made["id"]}) == {
        "id": "TRANSMISSION_PUBLISHED"
    }
    ended = await keep(a_world, "endTransmissionNotice", id=made["id"])
    assert ended["state"] == "ENDED"
    await obeyed(a_world)
    (result,) = await site.results(EVENT)
    assert (result["passedTo"], {each["code"] for each in result["withheld"]}) == ([], {"NOTICE_MISSING"})
    listed = await a_world.ask(
        "auditor", '{ grounds(recipient: "analytics") { transmissionNotices { id state items } } }'
    )
    found = {each["id"]: each["state"] for each in listed["data"]["grounds"]["transmissionNotices"]}
    assert found[made["id"]] == "ENDED"


@pytest.mark.parametrize(
    ("lacking", "found"),
    [
        ({"items": []}, {"items": "TRANSMISSION_ITEMS"}),
        ({"itemsJa": "the page"}, {"itemsJa": "TRANSMISSION_ITEMS"}),
        ({"recipientJa": None}, {"recipientJa": "TRANSMISSION_WHO"}),
        ({"purposeJa": "analysis"}, {"purposeJa": "TRANSMISSION_PURPOSE"}),
        ({"optOutUrl": None}, {"optOutUrl": "TRANSMISSION_OPT_OUT"}),
        (
            {"items": None, "itemsJa": None, "recipientJa": " ", "purposeJa": None, "optOutUrl": ""},
            {
                "items": "TRANSMISSION_ITEMS",
                "recipientJa": "TRANSMISSION_WHO",
                "purposeJa": "TRANSMISSION_PURPOSE",
                "optOutUrl": "TRANSMISSION_OPT_OUT",
            },
        ),
    ],
)
async def test_a_draft_that_lacks_a_matter_is_not_published_and_each_is_told(
    site: Site, a_world: World, lacking: dict[str, Any], found: dict[str, str]
) -> None:
    assert site
    made = await keep(a_world, "draftTransmissionNotice", **{**SAID, **lacking})
    assert await wrong(a_world, ground("publishTransmissionNotice"), {"id": made["id"]}) == found


async def test_every_mistake_in_a_draft_is_told_at_once(site: Site, a_world: World) -> None:
    assert site
    said = {
        "recipient": "employer-a",
        "from": "2026-01-02",
        "until": "2026-01-01",
        "items": ["Event.url", "User.email", "Event.nothing"],
        "policyUrl": "http://analytics.example/",
        "optOutUrl": "javascript:alert(1)",
        "itemsJa": "x" * 501,
    }
    assert await wrong(a_world, ground("draftTransmissionNotice"), said) == {
        "recipient": "TRANSMISSION_RECIPIENT",
        "until": "GROUND_DAY_ORDER",
        "items.1": "EVENT_ITEM",
        "items.2": "EVENT_ITEM",
        "policyUrl": "TRANSMISSION_URL",
        "optOutUrl": "TRANSMISSION_URL",
        "itemsJa": "TEXT_TOO_LONG",
    }
