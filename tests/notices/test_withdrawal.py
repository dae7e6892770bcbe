"""A withdrawal reaches those who hold the data: who they are, what they are told, and what the ledger says of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from models.recipient import Recipient
from models.withdrawal_notice import NoticeState, WithdrawalNotice
from tests.notices.receivers import documented
from tests.world import World

ACCOUNT = '@purpose(id: "service.account")'
APPLICATION = '@purpose(id: "service.application")'
SECURITY = '@purpose(id: "compliance.security")'
REQUESTS = '@purpose(id: "compliance.requests")'
TO = 'purpose: "service.application", recipient: "employer-a"'
READ = f"query($id: ID!) {APPLICATION} {{ user(id: $id) {{ id name {{ roman }} }} }}"
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
    served_world: World,
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
