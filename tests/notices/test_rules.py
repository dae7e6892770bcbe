"""Rules decide who is told of whom: a deny on either part of a withdrawal is obeyed, whatever fact it needs."""

from collections.abc import AsyncIterator

import pytest

from models.notices.withdrawal import WithdrawalNotice
from policies.edition import Edition
from tests.api.test_attack_waiting import publish
from tests.notices.test_withdrawal import ACCOUNT, NOBODY, STORY, consented, line, noticed_at, withdrawal
from tests.world import World

PARTS = ("Mutation.withdrawConsent.holders", "Mutation.withdrawConsent.notice")
HOLD = """mutation($i: PlaceHoldInput!) @purpose(id: "compliance.requests") {
  placeHold(input: $i) { hold } }"""
LIFT = """mutation($i: LiftHoldInput!) @purpose(id: "compliance.requests") {
  liftHold(input: $i) { hold } }"""


def denying(edition: Edition, part: str, needs: str) -> Edition:
    sheets = edition.sheets()
    sheets["rules"].append(
        ["not-told", "deny", "any", "invoke", "any", part, "any", needs, "7", "試験", "a test"]
    )
    return Edition.of(sheets, edition.model, edition.declared)


@pytest.fixture
async def back(a_world: World, edition: Edition) -> AsyncIterator[None]:
    yield
    await publish(a_world, edition)


@pytest.mark.usefixtures("back")
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("held", [False, True])
async def test_a_part_that_a_rule_denies_of_the_held_is_left_out_of_theirs_alone(
    a_world: World, edition: Edition, part: str, *, held: bool
) -> None:
    await publish(a_world, denying(edition, part, "held"))
    named = await consented(a_world, "plain")
    given = {"user": named["id"], "purposes": ["service"], "recipients": ["any"], "ground": "HARM"}
    hold = None
    if held:
        placed = await a_world.ask("privacy-desk", HOLD, {"i": given})
        hold = placed["data"]["placeHold"]["hold"]
    async with noticed_at("employer-a", NOBODY):
        answer = await a_world.ask("frontend", withdrawal(ACCOUNT), named, user=named["id"])
    if hold:
        assert "errors" not in await a_world.ask("privacy-desk", LIFT, {"i": {"hold": hold}})
    holders = answer["data"]["withdrawConsent"]["holders"]
    queued = await WithdrawalNotice.filter(user_id=named["id"]).count()
    if held and part == PARTS[0]:
        assert (holders, queued) == (None, 1)
        story = (await a_world.ask("auditor", STORY, named))["data"]["accesses"]["edges"]
        (told,) = [each["node"] for each in story if each["node"]["outcome"] == "PARTLY"]
        assert line(told)[4] == []
    else:
        notified = not held
        assert ([each["notified"] for each in holders], queued) == ([notified], int(notified))
