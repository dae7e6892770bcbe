"""A withdrawal reaches those who hold the data: who they are, what they are told, and what the ledger says of it."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from api.notices.event import signed
from api.tokens.access_token import InvalidToken
from models.notices.box import Letter, counts
from models.notices.withdrawal import NoticeState, WithdrawalNotice
from models.recipients.recipient import Recipient
from tests.notices.receivers import documented
from tests.world import World

ACCOUNT = '@purpose(id: "service.account")'
APPLICATION = '@purpose(id: "service.application")'
NEWSLETTER = '@purpose(id: "promotion.newsletter")'
SECURITY = '@purpose(id: "compliance.security")'
REQUESTS = '@purpose(id: "compliance.requests")'
TO = 'purpose: "service.application", recipient: "employer-a"'
READ = f"query($id: ID!) {APPLICATION} {{ user(id: $id) {{ id name {{ roman }} }} }}"
NOBODY = "http://127.0.0.1:9/notices"
"""Where nobody listens."""

HOLDERS = "holders { recipient name since lastProvidedOn notified }"
GIVE = f"""
mutation($id: ID!) {ACCOUNT} {{
  recordConsent(input: {{user: $id, {TO}, noticeVersion: "1", language: "ja", method: CLICK}}) {{ user {{ id }} }}
}}
"""
STORY = f"""
query($id: ID!) {SECURITY} {{ accesses(user: $id, first: 6) {{ edges {{ node {{
  client purpose recipient operation outcome
  releases(user: $id) {{ edges {{ node {{ released withheld written basis provision {{ items }} }} }} }}
}} }} }} }}
"""


def withdrawal(purpose: str = ACCOUNT, asked: str = HOLDERS) -> str:
    return f"mutation($id: ID!) {purpose} {{ withdrawConsent(input: {{user: $id, {TO}}}) {{ {asked} }} }}"


@asynccontextmanager
async def noticed_at(recipient: str, url: str) -> AsyncIterator[None]:
    """The recipient takes notices there."""
    await Recipient.filter(id=recipient).update(notice_url=url)
    try:
        yield
    finally:
        await Recipient.filter(id=recipient).update(notice_url="")


async def ended(notice: str, state: NoticeState = NoticeState.TAKEN) -> WithdrawalNotice:
    """The notice once it is in this state."""
    async with asyncio.timeout(30):
        while (found := await WithdrawalNotice.get(id=notice)).state is not state:  # noqa: ASYNC110 - another task writes
            await asyncio.sleep(0.02)
    return found


async def test_before_consent_with_consent_after_withdrawal_the_ledger_tells_the_story_and_the_webhook_received_the_notice(
    served_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    user = served_world.demo.users["plain"]
    issuer = served_world.house.settings.issuer
    named = {"id": user}
    async with documented(issuer, "employer-a") as (url, withdrawn), noticed_at("employer-a", url):
        assert await served_world.ask("employer-a", READ, named) == {"data": {"user": None}}
        assert "errors" not in await served_world.ask("frontend", GIVE, named)
        answer = await served_world.ask("employer-a", READ, named)
        assert answer["data"]["user"]["id"] == user
        taken_back = await served_world.ask("frontend", withdrawal(), named)
        (holder,) = taken_back["data"]["withdrawConsent"]["holders"]
        known = (await served_world.house.inforce.current()).registry.recipients["employer-a"]
        assert (holder["recipient"], holder["name"], holder["notified"]) == ("employer-a", known.name, True)
        assert holder["since"] == holder["lastProvidedOn"]
        assert await served_world.ask("employer-a", READ, named) == {"data": {"user": None}}
        (row,) = await WithdrawalNotice.filter(user_id=user)
        kept = await ended(row.id)
    assert withdrawn == {row.id: (user, "service.application", int(row.withdrawn_at.timestamp()))}
    assert f"withdrawn: {user} service.application " in capsys.readouterr().out
    assert (kept.tries, kept.trouble) == (1, None)
    story = (await served_world.ask("auditor", STORY, named))["data"]["accesses"]["edges"]
    assert [line(each["node"]) for each in story[:5]] == [
        ("employer-a", "employer-a", None, "REFUSED", []),
        ("frontend", "employer-a", "notice of withdrawal", "RELEASED", ["User.id", "User.consents"]),
        ("frontend", "internal", None, "RELEASED", ["Mutation.withdrawConsent.holders"]),
        ("employer-a", "employer-a", None, "RELEASED", ["User.id", "User.name.roman"]),
        ("frontend", "internal", None, "RELEASED", ["User.id"]),
    ]
    provision = story[3]["node"]["releases"]["edges"][0]["node"]["provision"]
    assert provision == {"items": ["User.id", "User.name.roman"]}
    assert story[2]["node"]["releases"]["edges"][0]["node"]["written"] == ["User.consents"]


def line(access: dict[str, Any]) -> tuple[Any, ...]:
    released = sorted(
        {field for each in access["releases"]["edges"] for field in each["node"]["released"]},
        key=lambda path: (path != "User.id", path),
    )
    return access["client"], access["recipient"], access["operation"], access["outcome"], released


async def consented(world: World, situation: str, *, given: bool = True) -> dict[str, str]:
    """Somebody whose consent is given, and to whose employer something was given on it."""
    named = {"id": world.demo.users[situation]}
    assert "errors" not in await world.ask("frontend", GIVE, named)
    if given:
        assert (await world.ask("employer-a", READ, named))["data"]["user"] is not None
    await WithdrawalNotice.filter(user_id=named["id"]).delete()
    return named


async def withdrawn_by(world: World, client: str, named: dict[str, str], purpose: str, **more: Any) -> Any:
    answer = await world.ask(client, withdrawal(purpose), named, **more)
    assert "errors" not in answer, answer
    return answer["data"]["withdrawConsent"]["holders"]


@pytest.mark.parametrize(
    ("client", "purpose", "own"),
    [("frontend", ACCOUNT, True), ("frontend", ACCOUNT, False), ("privacy-desk", REQUESTS, False)],
)
async def test_the_person_the_frontend_and_the_desk_are_told_who_holds_data(
    served_world: World, client: str, purpose: str, *, own: bool
) -> None:
    named = await consented(served_world, "plain")
    holders = await withdrawn_by(served_world, client, named, purpose, user=named["id"] if own else None)
    assert [(each["recipient"], each["notified"]) for each in holders] == [("employer-a", False)]
    assert await WithdrawalNotice.filter(user_id=named["id"]).count() == 0
    story = (await served_world.ask("auditor", STORY, named))["data"]["accesses"]["edges"]
    bases = {
        path: each["node"]["basis"]
        for each in story[0]["node"]["releases"]["edges"]
        for path in each["node"]["released"]
    }
    assert bases["Mutation.withdrawConsent.holders"] == ["SELF" if own else "DUTY"]


async def test_who_was_given_nothing_holds_nothing_and_gets_no_notice(served_world: World) -> None:
    named = await consented(served_world, "newsletter", given=False)
    async with noticed_at("employer-a", NOBODY):
        assert await withdrawn_by(served_world, "frontend", named, ACCOUNT) == []
    assert await WithdrawalNotice.filter(user_id=named["id"]).count() == 0


async def test_what_was_given_for_a_purpose_within_the_withdrawn_one_counts_too(served_world: World) -> None:
    user = served_world.demo.users["offered-employer-a"]
    query = 'query($id: ID!) @purpose(id: "service.eligibility") { user(id: $id) { workEligibility } }'
    assert (await served_world.ask("employer-a", query, {"id": user}))["data"]["user"] is not None
    holders = await withdrawn_by(served_world, "frontend", {"id": user}, ACCOUNT)
    assert [each["recipient"] for each in holders] == ["employer-a"]
    assert "errors" not in await served_world.ask("frontend", GIVE, {"id": user})


async def test_a_withdrawal_sent_twice_under_one_key_queues_one_notice_and_tells_twice(
    served_world: World,
) -> None:
    named = await consented(served_world, "plain")
    key = {"Idempotency-Key": "withdrawn-once"}
    async with noticed_at("employer-a", NOBODY):
        first = await withdrawn_by(served_world, "frontend", named, ACCOUNT, headers=key)
        again = await withdrawn_by(served_world, "frontend", named, ACCOUNT, headers=key)
    assert first == again
    assert await WithdrawalNotice.filter(user_id=named["id"]).count() == 1
    story = (await served_world.ask("auditor", STORY, named))["data"]["accesses"]["edges"]
    told = [line(each["node"])[4] for each in story[:3]]
    assert told.count(["Mutation.withdrawConsent.holders"]) == 2


async def test_a_withdrawal_that_is_refused_queues_nothing(served_world: World) -> None:
    named = await consented(served_world, "plain")
    async with noticed_at("employer-a", NOBODY):
        refused = await served_world.ask("employer-a", withdrawal(APPLICATION), named)
        assert served_world.codes(refused) == ["OPERATION_FORBIDDEN"]
        bad = f"""mutation($id: ID!) {ACCOUNT} {{
          a: withdrawConsent(input: {{user: $id, {TO}}}) {{ __typename }}
          b: withdrawConsent(input: {{user: $id, {TO}}}) {{ __typename }}
        }}"""
        assert served_world.codes(await served_world.ask("frontend", bad, named)) == ["BAD_INPUT"]
    assert await WithdrawalNotice.filter(user_id=named["id"]).count() == 0


async def test_holders_that_nobody_asked_for_are_on_record_as_not_told(served_world: World) -> None:
    named = await consented(served_world, "plain")
    answer = await served_world.ask("frontend", withdrawal(asked="__typename"), named)
    assert answer == {"data": {"withdrawConsent": {"__typename": "WithdrawConsentPayload"}}}
    (newest, *_) = (await served_world.ask("auditor", STORY, named))["data"]["accesses"]["edges"]
    assert line(newest["node"]) == ("frontend", "internal", None, "RELEASED", [])


async def test_a_notice_is_no_access_token(served_world: World) -> None:
    house = served_world.house
    letter = Letter(
        id="0" * 26,
        user="frontend",
        recipient=house.settings.issuer,
        purpose="service.account",
        withdrawn_at=datetime.now(UTC),
        tries=1,
        lease="",
        url="",
    )
    token = signed(letter, house.settings.issuer, house.tokens.keyring, datetime.now(UTC))
    with pytest.raises(InvalidToken):
        house.tokens.read(token, time.time())


async def test_what_waits_and_what_is_dead_is_measured(served_world: World) -> None:
    named = await consented(served_world, "plain")
    async with noticed_at("employer-a", NOBODY):
        await withdrawn_by(served_world, "frontend", named, ACCOUNT)
        found, seen = await counts(served_world.house.store), datetime.now(UTC)
        served_world.house.metrics.notices(found, seen)
    assert found.waiting == 1
    assert found.oldest is not None
    text = (await served_world.http.get("/metrics")).text
    assert 'mokuteki_notices{state="WAITING"} 1.0' in text
    assert f'mokuteki_notices{{state="DEAD"}} {float(found.dead)}' in text
    assert re.search(r"^mokuteki_notice_oldest_seconds \d", text, re.MULTILINE)
    assert 'mokuteki_notice_tries_total{outcome="TAKEN"}' in text


async def test_who_works_on_the_companys_behalf_holds_data_by_the_ledger_and_is_told_too(
    served_world: World,
) -> None:
    user = served_world.demo.users["newsletter"]
    mailing = f"query($id: ID!) {NEWSLETTER} {{ user(id: $id) {{ email }} }}"
    assert (await served_world.ask("mail-sender", mailing, {"id": user}))["data"]["user"] is not None
    back = f"""mutation($id: ID!) {ACCOUNT} {{
      withdrawConsent(input: {{user: $id, purpose: "promotion.newsletter", recipient: "internal"}}) {{ {HOLDERS} }}
    }}"""
    issuer = served_world.house.settings.issuer
    async with documented(issuer, "mail-sender") as (url, withdrawn), noticed_at("mail-sender", url):
        answer = await served_world.ask("frontend", back, {"id": user})
        (holder,) = answer["data"]["withdrawConsent"]["holders"]
        assert (holder["recipient"], holder["notified"]) == ("mail-sender", True)
        (row,) = await WithdrawalNotice.filter(user_id=user, recipient="mail-sender")
        await ended(row.id)
    assert [(who, why) for who, why, _ in withdrawn.values()] == [(user, "promotion.newsletter")]
