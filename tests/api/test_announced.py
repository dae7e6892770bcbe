"""A purpose is declared from the day on which it is announced, in Japan, and not before."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from api.gateway.refusal import Refusal
from api.gateway.release.purpose import declared_purpose, recipient_of
from api.tokens.requester import Requester
from models.day import today_in_japan
from policies.edition import Edition
from policies.vocabulary import Role
from tests.editions import put_in_force
from tests.world import World

ASKED = '{ user(id: "nobody") { id } }'
HEADERS = {"Purpose": "service.matching"}
LISTED = "{ purposes { id announced } }"
DAY = date(2026, 12, 1)


def announcing(edition: Edition, day: date | None) -> Edition:
    """The edition whose purpose of matching is announced on this day."""
    purpose = replace(edition.purposes["service.matching"], announced_on=day)
    changed = replace(edition, purposes={**edition.purposes, purpose.id: purpose})
    return Edition.from_canonical(changed.canonical())


@pytest.fixture
async def today(a_world: World, edition: Edition) -> AsyncIterator[date]:
    """The day in Japan; the shipped edition is in force again afterwards."""
    yield today_in_japan(datetime.now(UTC))
    await put_in_force(a_world.house.store, a_world.house.inforce, edition)


async def told(world: World) -> tuple[Any, bool]:
    """What declaring it is answered with, and whether the list tells it as announced."""
    answer = await world.ask("frontend", ASKED, headers=HEADERS)
    listed = (await world.ask("frontend", LISTED))["data"]["purposes"]
    return answer, next(each["announced"] for each in listed if each["id"] == "service.matching")


async def test_it_is_refused_before_its_day_as_one_that_is_not_announced(
    a_world: World, edition: Edition, today: date
) -> None:
    store, inforce = a_world.house.store, a_world.house.inforce
    refused = []
    for day in (None, today + timedelta(days=2)):
        await put_in_force(store, inforce, announcing(edition, day))
        answer, announced = await told(a_world)
        assert (a_world.codes(answer), "data" in answer, announced) == (
            ["PURPOSE_NOT_ANNOUNCED"],
            False,
            False,
        )
        refused.append(answer["errors"])
    never, coming = ([{**each["extensions"], "requestId": ""} for each in errors] for errors in refused)
    assert {**never[0], "edition": ""} == {**coming[0], "edition": ""}
    await put_in_force(store, inforce, announcing(edition, today))
    assert await told(a_world) == ({"data": {"user": None}}, True)


CONSENT = """mutation($i: %sConsentInput!) @purpose(id: "%s") {
  %sConsent(input: $i) { user { id } } }"""


async def consent(world: World, name: str, **said: str) -> list[tuple[str, str]]:
    """Why a step of a consent to it is refused, and for which argument; nothing where it is on record."""
    user = world.demo.users["plain"]
    desk = name == "request"
    client, purpose = ("privacy-desk", "compliance.requests") if desk else ("frontend", "service.account")
    given = {"user": user, "purpose": "service.matching", "recipient": "internal", **said}
    document = CONSENT % (name.capitalize(), purpose, name)
    answer = await world.ask(client, document, {"i": given}, user=None if desk else user)
    return [
        (each["extensions"]["reason"], each["extensions"]["argument"]) for each in answer.get("errors", ())
    ]


async def test_nobody_agrees_to_it_before_its_day_as_nobody_was_shown_it(
    a_world: World, edition: Edition, today: date
) -> None:
    store, inforce = a_world.house.store, a_world.house.inforce
    shown = {"noticeVersion": "2", "language": "ja"}
    for day in (None, today + timedelta(days=2)):
        await put_in_force(store, inforce, announcing(edition, day))
        for name, said in (("record", {**shown, "method": "TICK"}), ("request", shown)):
            assert await consent(a_world, name, **said) == [("PURPOSE_UNANNOUNCED", "input.purpose")]
    await put_in_force(store, inforce, announcing(edition, today))
    assert await consent(a_world, "request", **shown) == []
    assert await consent(a_world, "record", **shown, method="TICK") == []
    await put_in_force(store, inforce, announcing(edition, today + timedelta(days=2)))
    assert await consent(a_world, "record", **shown, method="TICK") == [
        ("PURPOSE_UNANNOUNCED", "input.purpose")
    ]
    assert await consent(a_world, "withdraw") == []
    assert await consent(a_world, "refuse", **shown, method="TICK") == []


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (datetime(2026, 11, 30, 14, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 30, 15, 0, 0, tzinfo=UTC), True),
    ],
)
async def test_its_day_begins_at_midnight_in_japan(
    a_world: World, edition: Edition, now: datetime, opens: bool
) -> None:
    force = replace(await a_world.house.inforce.current(), edition=announcing(edition, DAY))
    requester = Requester(
        client="frontend",
        role=Role.FRONTEND,
        user=None,
        recipients=("internal",),
        expires_at=0,
        token_id="",
    )
    recipient = recipient_of(force, requester, None)
    today = today_in_japan(now)
    if opens:
        assert declared_purpose(force, requester, recipient, "service.matching", today).announced_on == DAY
    else:
        with pytest.raises(Refusal) as refusal:
            declared_purpose(force, requester, recipient, "service.matching", today)
        assert refusal.value.code == "PURPOSE_NOT_ANNOUNCED"
