"""A consent to a purpose that goes: it can be taken back always, and is not given again."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from policies.edition import Edition
from tests.editions import put_in_force
from tests.world import World

NEWSLETTER, APPLICATION, ELIGIBILITY = "promotion.newsletter", "service.application", "service.eligibility"
SHOWN = {"noticeVersion": "2", "language": "ja", "method": "TICK"}
MUTATION = """mutation($i: %sConsentInput!) @purpose(id: "%s") { %sConsent(input: $i) {
  user { consents { purpose recipient state } } %s } }"""


def without(edition: Edition, *gone: str) -> Edition:
    """The edition without these purposes and whatever names them."""
    tables = edition.tables()
    tables = {name: [row for row in rows if not {*gone} & {*row}] for name, rows in tables.items()}
    return Edition.from_tables(tables, edition.model)


@pytest.fixture
async def edition_again(a_world: World, edition: Edition) -> AsyncIterator[Edition]:
    """The shipped edition, in force again afterwards."""
    yield edition
    await put_in_force(a_world.house.store, a_world.house.inforce, edition)


async def act(
    world: World, name: str, purpose: str, recipient: str, *, by_desk: bool = False, **said: Any
) -> Any:
    user = world.demo.users["plain"]
    who = ("privacy-desk", "compliance.requests") if by_desk else ("frontend", "service.account")
    told = "holders { recipient }" if name == "withdraw" else ""
    document = MUTATION % (name.capitalize(), who[1], name, told)
    i = {"user": user, "purpose": purpose, "recipient": recipient, **said}
    return await world.ask(who[0], document, {"i": i}, user=None if by_desk else user)


def state(answer: Any, purpose: str, recipient: str) -> str:
    (payload,) = answer["data"].values()
    found = {(each["purpose"], each["recipient"]): each["state"] for each in payload["user"]["consents"]}
    return str(found[purpose, recipient])


def reasons(answer: Any) -> list[tuple[str, str]]:
    return [(each["extensions"]["reason"], each["extensions"].get("argument")) for each in answer["errors"]]


@pytest.mark.parametrize("name", ["withdraw", "invalidate"])
@pytest.mark.parametrize("gone", [(NEWSLETTER,), (APPLICATION, ELIGIBILITY)])
async def test_a_consent_ends_though_its_purpose_went(
    a_world: World, edition_again: Edition, name: str, gone: tuple[str, ...]
) -> None:
    purpose = gone[0]
    recipient = {NEWSLETTER: "internal", APPLICATION: "employer-b"}[purpose]
    given = await act(a_world, "record", purpose, recipient, **SHOWN)
    assert state(given, purpose, recipient) in {"GIVEN", "RENEWED"}
    store, inforce = a_world.house.store, a_world.house.inforce
    await put_in_force(store, inforce, without(edition_again, *gone))
    by_desk = name == "invalidate"
    said = {"end": "REVOKED", "reason": "利用目的の廃止"} if by_desk else {}
    ended = await act(a_world, name, purpose, recipient, by_desk=by_desk, **said)
    assert state(ended, purpose, recipient) == ("REVOKED" if by_desk else "WITHDRAWN")
    await put_in_force(store, inforce, edition_again)
    again = await act(a_world, "withdraw", purpose, recipient)
    assert reasons(again) == [("CONSENT_NOT_GIVEN", "input")]


async def test_of_a_purpose_that_went_nothing_is_given(a_world: World, edition_again: Edition) -> None:
    await act(a_world, "record", NEWSLETTER, "internal", **SHOWN)
    await put_in_force(a_world.house.store, a_world.house.inforce, without(edition_again, NEWSLETTER))
    for name, purpose in (("record", NEWSLETTER), ("withdraw", "service.never")):
        refused = await act(a_world, name, purpose, "internal", **(SHOWN if name == "record" else {}))
        assert reasons(refused) == [("PURPOSE_NOT_DECLARABLE", "input.purpose")]
