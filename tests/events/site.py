"""A site with pages that send events, and companies that take them, over a whole gateway."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet

from models.events.event import Transmission, WaitingEvent
from models.grounds.ground import Confirmation, TransmissionNotice
from models.person_row import new_id
from models.recipients.recipient import Recipient
from tests.notices.receivers import Came, Receiver, receiver
from tests.world import World

PAGE = "https://jobs.example/ja/jobs"
COOKIE = "3f0a1c9e-5b7d-4e21-9c3a-0d1e2f3a4b5c"
EVENT: dict[str, Any] = {"url": PAGE, "content": "job:1234", "order": 1, "terminal": "PC", "cookieId": COOKIE}
NOTICE: dict[str, Any] = {
    "items": [
        "Event.url",
        "Event.content",
        "Event.order",
        "Event.terminal",
        "Event.cookieId",
        "Event.location",
    ],
    "recipient_ja": "架空アナリティクス",
    "items_ja": "閲覧したページのURL、閲覧の順序、端末の種類",
    "purpose_ja": "サイトの利用状況の分析",
    "recipient_en": "",
    "items_en": "",
    "purpose_en": "",
    "policy_url": "https://analytics.example/privacy",
    "opt_out_url": "https://analytics.example/opt-out",
    "opt_out_ja": "",
    "limits_ja": "",
    "from_on": date(2026, 1, 1),
}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Site:
    """Sends what browsers do, and has the clock of what waits turned forward."""

    world: World

    async def send(self, *events: Any, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return await self.world.http.post("/events", json=list(events), headers=dict(headers or {}))

    async def results(self, *events: Any, headers: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        answer = await self.send(*events, headers=headers)
        assert answer.status_code == 202, answer.text
        found: list[dict[str, Any]] = answer.json()["results"]
        return found

    async def notice(self, recipient: str, **more: Any) -> str:
        """A notice in force, published long ago unless said otherwise."""
        row = {**NOTICE, "published_at": LONG_AGO, **more}
        made = await TransmissionNotice.create(id=new_id(), recipient=recipient, **row)
        self.world.house.inforce.outdate()
        return made.id

    async def end_notices(self, recipient: str) -> None:
        """End what announced it, as the desk does."""
        await TransmissionNotice.filter(recipient=recipient).update(ended_on=date(2026, 1, 2))
        self.world.house.inforce.outdate()

    async def company(self, name: str, **parts: Any) -> None:
        """Change what the register says of a company."""
        await Recipient.filter(id=name).update(**parts)
        self.world.house.inforce.outdate()

    async def due(self) -> None:
        """What waits is due now."""
        await WaitingEvent.all().update(due_at=LONG_AGO, lease=None, leased_until=None)
        self.world.house.passing.wake()

    async def emptied(self) -> None:
        """Nothing waits any more."""
        async with asyncio.timeout(30):
            while True:
                if not await WaitingEvent.all().exists():
                    return
                await asyncio.sleep(0.02)

    async def claims(self, came: Came) -> dict[str, Any]:
        """What a batch says, once one of the published keys has proved it."""
        keys = (await self.world.http.get("/.well-known/jwks.json")).json()
        token = jwt.decode(came.body, KeySet.import_key_set(keys), algorithms=["ES256"])
        assert token.header["typ"] == "events+jwt"
        return dict(token.claims)


@asynccontextmanager
async def open_site(world: World) -> AsyncIterator[tuple[Site, Receiver]]:
    """The analytics provider takes events at a receiver of its own and has a notice; nothing is left behind."""
    site = Site(world)
    async with receiver() as taking:
        await TransmissionNotice.all().delete()
        await site.company("analytics", events_url=taking.url, representative="Jane Example, Manager")
        await site.notice("analytics")
        try:
            yield site, taking
        finally:
            await WaitingEvent.all().delete()
            await TransmissionNotice.all().delete()
            await Confirmation.all().delete()
            await Recipient.filter(id__in=["analytics", "ad-network"]).update(
                events_url="",
                status="ACTIVE",
                identifying=False,
                contract_until=None,
                representative="A. Sample",
            )
            world.house.inforce.outdate()


async def records(but: Sequence[Transmission] = ()) -> list[Transmission]:
    """The records, oldest first, but for these."""
    known = {each.id for each in but}
    return [each for each in await Transmission.all().order_by("id") if each.id not in known]
