"""A box of notices without a gateway: a database, keys that are known, a clock that stands, and senders."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from api.notices.post import Post
from api.notices.sender import Sender
from api.tokens.keys import Keyring, RingKey, new_key
from models.database.store import Store
from models.notices.box import put
from models.notices.withdrawal import WithdrawalNotice
from models.recipients.recipient import Recipient

ISSUER = "https://gateway.example"
PURPOSE = "service.application"
BEGAN = datetime(2026, 11, 22, 3, 0, 0, 250_000, tzinfo=UTC)
_people = itertools.count(1)


@dataclass
class Box:
    """Puts notices in, and has them sent."""

    store: Store
    now: datetime = BEGAN
    ring: Keyring = field(default_factory=lambda: Keyring.of([RingKey(new_key(), 0.0)]))
    told: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)

    @property
    def keys(self) -> dict[str, Any]:
        """The keys as the gateway publishes them."""
        return dict(self.ring.jwks(self.now.timestamp()))

    async def to(self, name: str, url: str) -> str:
        """A recipient that takes notices there."""
        plain = {"kind": "employer", "name": name, "address": "Tokyo", "representative": "A"}
        await Recipient.update_or_create(defaults={**plain, "notice_url": url}, id=name)
        return name

    async def put(self, recipient: str, user: str | None = None) -> str:
        """A notice about somebody new, or about this person; its id."""
        person = user or f"{next(_people):026d}"
        async with self.store.transaction() as transaction:
            return await put(transaction, person, recipient, PURPOSE, self.now)

    async def row(self, notice: str) -> WithdrawalNotice:
        return await WithdrawalNotice.get(id=notice)

    def sender(
        self, store: Store | None = None, *, longest: float = 10.0, development: bool = True
    ) -> Sender:
        return Sender(
            store or self.store,
            issuer=ISSUER,
            keyring=lambda: self.ring,
            post=Post(development=development, longest=longest),
            clock=lambda: self.now,
            ended=self.told.put_nowait,
            rest=0.01,
        )

    @asynccontextmanager
    async def sending(self, **more: Any) -> AsyncIterator[Sender]:
        """A sender at work."""
        sender = self.sender(**more)
        sender.start()
        try:
            yield sender
        finally:
            await sender.stop()

    async def outcome(self) -> str:
        """How the next try ends."""
        async with asyncio.timeout(30):
            return await self.told.get()

    def later(self, **more: float) -> None:
        self.now += timedelta(**more)
