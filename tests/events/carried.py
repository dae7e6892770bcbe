"""A passing on of its own, beside a gateway whose own rests: with a clock that is set, and each outcome told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from api.events.passing import Passing
from api.notices.post import Post
from models.database.store import Store
from tests.world import World


@dataclass
class Carried:
    """Passes on by its own clock, which begins two minutes ahead: what came is due."""

    world: World
    ahead: timedelta = timedelta(minutes=2)
    told: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def passing(self, store: Store | None = None, *, longest: float = 10.0) -> Passing:
        house = self.world.house
        return Passing(
            store or house.store,
            inforce=house.inforce,
            issuer=house.settings.issuer,
            keyring=lambda: house.tokens.keyring,
            post=Post(development=True, longest=longest),
            clock=lambda: self.now,
            ended=self.told.put_nowait,
            rest=0.01,
        )

    @asynccontextmanager
    async def going(self, *, longest: float = 10.0) -> AsyncIterator[Passing]:
        passing = self.passing(longest=longest)
        passing.start()
        try:
            yield passing
        finally:
            await passing.stop()

    async def outcome(self) -> str:
        """How the next try ends."""
        async with asyncio.timeout(30):
            return await self.told.get()

    def later(self, **more: float) -> None:
        self.ahead += timedelta(**more)
