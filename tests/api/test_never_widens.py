"""A stop, lapse, end or narrower case file never widens anything: drawn at random, asked of the gateway before and after."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from models.cases.casefile import CaseFile, CasePerson
from models.grounds.ground import Confirmation, Entrustment, ForeignCheck
from models.recipients.recipient import Recipient
from tests.api.desks import obeyed
from tests.world import World

PERSON = """id initials name { roman kanji } email emailMasked phone birthDate ageBand registeredAt workEligibility
 address { prefecture city block } residenceCard { number status validUntil nationality }"""
ITEMS = (
    *("identifier", "name", "initials", "contact", "birth", "residence", "area", "card", "card-terms"),
    *("User.email", "User.birthDate", "User.residenceCard.number", "registration"),
)
HOUR = timedelta(hours=1)
Narrower = Callable[[CaseFile, Random], Awaitable[None]]


def page(purpose: str) -> str:
    return (
        f'query Page @purpose(id: "{purpose}") {{ users(first: 1000) {{ edges {{ node {{ {PERSON} }} }} }} }}'
    )


def leaves(value: Any, path: str = "") -> set[str]:
    """The paths of everything that is told."""
    if isinstance(value, dict):
        return {leaf for name, part in value.items() for leaf in leaves(part, f"{path}.{name}")}
    return set() if value is None else {path}


async def told(world: World, client: str, purpose: str) -> set[tuple[str, str]]:
    """Each field of each person that a client is told, and nothing of anybody if it is refused whole."""
    answer = await world.ask(client, page(purpose))
    people = ((answer.get("data") or {}).get("users") or {}).get("edges") or []
    return {(each["node"]["id"], leaf) for each in people for leaf in leaves(each["node"])}


async def fewer_items(file: CaseFile, dice: Random) -> None:
    file.items = dice.sample(file.items, dice.randint(0, len(file.items) - 1))
    await file.save()


async def fewer_people(file: CaseFile, dice: Random) -> None:
    named = await CasePerson.filter(case_id=file.id)
    for each in dice.sample(named, dice.randint(1, len(named))):
        await each.delete()


async def shorter(file: CaseFile, dice: Random) -> None:
    now = datetime.now(UTC)
    file.valid_until = now + dice.choice((-HOUR, HOUR / 2))
    await file.save()


async def later(file: CaseFile, dice: Random) -> None:
    file.valid_from = datetime.now(UTC) + dice.choice((HOUR, HOUR / 2))
    await file.save()


async def closed(file: CaseFile, _dice: Random) -> None:
    file.closed_at = datetime.now(UTC)
    await file.save()


async def disapproved(file: CaseFile, dice: Random) -> None:
    file.approver = dice.choice((None, "", file.opened_by))
    await file.save()


async def unfounded(file: CaseFile, dice: Random) -> None:
    part = dice.choice(("reference", "office", "requester", "basis", "consent_obstacle"))
    if part == "basis":
        file.basis = dice.choice(("27-1-5", "27-1-6", "27-1-7", ""))
    elif part == "consent_obstacle":
        setattr(file, part, None)
    else:
        setattr(file, part, "")
    await file.save()


@pytest.mark.parametrize(
    "narrow", [fewer_items, fewer_people, shorter, later, closed, disapproved, unfounded]
)
async def test_a_narrower_case_file_never_widens_anything(a_world: World, narrow: Narrower) -> None:
    dice = Random(narrow.__name__)  # noqa: S311 - nothing secret is drawn
    users = list(a_world.demo.users.values())
    narrowed = 0
    for turn in range(6):
        now = datetime.now(UTC)
        file = await CaseFile.create(
            id=f"drawn-{turn}",
            recipient="authority",
            basis=dice.choice(("27-1-1", "27-1-2", "27-1-4")),
            reference="架空",
            office="架空",
            requester="架空",
            approver="corp:hayashi",
            consent_obstacle="架空の理由",
            items=dice.sample(ITEMS, dice.randint(1, 5)),
            valid_from=now - HOUR,
            valid_until=now + HOUR,
            opened_by="corp:mori",
        )
        for user in dice.sample(users, 3):
            await CasePerson.create(id=f"{turn}-{user}"[:26], case_id=file.id, user_id=user)
        before = await told(a_world, "authority", "compliance.authority")
        await narrow(file, dice)
        after = await told(a_world, "authority", "compliance.authority")
        assert after <= before
        narrowed += after < before
        await CasePerson.filter(case_id=file.id).delete()
        await file.delete()
    assert narrowed


PARTNERS = (
    ("mail-sender", "promotion.newsletter"),
    ("payment-processor", "service.billing"),
    ("employer-a", "service.application"),
    ("support-org", "service.support"),
)
CLOSING: tuple[tuple[str, dict[str, Any]], ...] = (
    ("status", {"status": "STOPPED"}),
    ("status", {"status": "PENDING"}),
    ("contract", {"contract_until": datetime(2020, 1, 1, tzinfo=UTC).date()}),
    ("country", {"country": "US"}),
    ("route", {"country": "US", "foreign_route": "EQUIVALENT"}),
    ("identifying", {"identifying": True}),
    ("name", {"representative": " "}),
)


@pytest.mark.parametrize(("client", "purpose"), PARTNERS)
async def test_a_recipient_that_is_stopped_lapsed_or_moved_gets_nothing_more(
    a_world: World, client: str, purpose: str
) -> None:
    before = await told(a_world, client, purpose)
    assert before
    (row,) = await Recipient.filter(id=client).values()
    closed_by = 0
    for _, changed in CLOSING:
        await Recipient.filter(id=client).update(**changed)
        await obeyed(a_world)
        after = await told(a_world, client, purpose)
        assert after <= before, changed
        closed_by += after < before
        await Recipient.filter(id=client).update(**{name: row[name] for name in changed})
        await obeyed(a_world)
        assert await told(a_world, client, purpose) == before
    assert closed_by >= 5


@pytest.mark.parametrize(("client", "purpose"), PARTNERS[:2])
async def test_an_entrustment_that_ended_lapsed_or_was_narrowed_opens_nothing_more(
    a_world: World, client: str, purpose: str
) -> None:
    before = await told(a_world, client, purpose)
    assert before
    (row,) = await Entrustment.filter(recipient=client).values()
    changes: tuple[dict[str, Any], ...] = (
        {"ended_on": row["from_on"]},
        {"until_on": row["from_on"]},
        {"supervised_on": row["from_on"], "supervise_days": 1},
        {"purposes": []},
        {"contract": " "},
    )
    for changed in changes:
        await Entrustment.filter(recipient=client).update(**changed)
        await obeyed(a_world)
        assert await told(a_world, client, purpose) == set(), changed
        await Entrustment.filter(recipient=client).update(**{name: row[name] for name in changed})
        await obeyed(a_world)
    assert await told(a_world, client, purpose) == before


async def test_a_look_abroad_that_lapsed_and_a_confirmation_that_ended_open_nothing_more(
    a_world: World,
) -> None:
    client, purpose = "payment-processor", "service.billing"
    before = await told(a_world, client, purpose)
    changed = {"country": "US", "foreign_route": "EQUIVALENT", "identifying": True}
    (row,) = await Recipient.filter(id=client).values(*changed)
    await Recipient.filter(id=client).update(**changed)
    day = datetime.now(UTC).date()
    parts = {"recipient": client, "regime": "架空", "measures": "架空", "at": datetime.now(UTC)}
    await ForeignCheck.create(
        id="good", checked_on=day, next_due_on=day + timedelta(days=9), maintained=True, **parts
    )
    made = await Confirmation.create(
        id="confirmed",
        recipient=client,
        how="架空",
        foreign_informed=True,
        confirmed_on=day - timedelta(days=1),
    )
    await obeyed(a_world)
    assert await told(a_world, client, purpose) == before
    for narrowed in ({"ended_on": day}, {"until_on": day - timedelta(days=1)}, {"foreign_informed": False}):
        kept = {name: getattr(made, name) for name in narrowed}
        await Confirmation.filter(id="confirmed").update(**narrowed)
        await obeyed(a_world)
        assert await told(a_world, client, purpose) == set(), narrowed
        await Confirmation.filter(id="confirmed").update(**kept)
    await ForeignCheck.create(
        id="bad",
        checked_on=day + timedelta(days=1),
        next_due_on=day + timedelta(days=9),
        maintained=False,
        **parts,
    )
    await obeyed(a_world)
    assert await told(a_world, client, purpose) == set()
    await Recipient.filter(id=client).update(**row)
    await obeyed(a_world)
    assert await told(a_world, client, purpose) == before
