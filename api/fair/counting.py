"""The counting: where quotas are counted, and among how many processes they are divided."""

from collections.abc import Callable, Sequence
from datetime import datetime

from api.fair.fair import Fair
from api.fair.lenient import LenientWindows
from api.fair.memory import MemoryWindows
from api.fair.quotas import Quotas
from api.fair.shared import SharedWindows
from api.fair.window import Limit, Windows
from models.ledger.usage import Usages

MOST_SENDERS = 50_000
"""How many of those who send requests are remembered in one process."""


class Counting:
    """The places that count, for one process.

    Attributes:
        shares: among how many processes each quota is divided, as each counts alone; 1 where all count in one Redis.
        people: where the people told of are counted.
        requests: where requests are; this process goes on counting while Redis does not answer.
        floods: as `requests`, for what comes from anybody at all.
    """

    def __init__(self, quotas: Quotas, redis_url: str | None, workers: int) -> None:
        self._quotas = quotas
        self._shared = SharedWindows(redis_url) if redis_url else None
        self._here = MemoryWindows()
        self.shares = 1 if self._shared else workers
        self.people: Windows = self._shared or self._here
        self.requests, self.floods = self._lenient(), self._lenient()

    def fair(self, usages: Usages, clock: Callable[[], datetime], on_near: Callable[[str], None]) -> Fair:
        """What counts for the gateway; a process that counts alone begins with what the ledger tells."""

        async def recall(client: str, limits: Sequence[Limit]) -> None:
            told = [await usages.people_by_window(client, limit.seconds, clock()) for limit in limits]
            for limit, (before, now) in zip(limits, told, strict=True):
                self._here.recall(client, limit, -(-before // self.shares), -(-now // self.shares))

        return Fair(
            self._quotas,
            requests=self.requests,
            people=self.people,
            shares=self.shares,
            recall=None if self._shared else recall,
            on_near=on_near,
        )

    def _lenient(self) -> Windows:
        here = MemoryWindows(most=MOST_SENDERS)
        return LenientWindows(self._shared, here) if self._shared else here

    @property
    def is_shared(self) -> bool:
        """Whether several processes count together."""
        return self._shared is not None

    async def reachable(self) -> bool:
        """Whether the place where people are counted answers."""
        return self._shared is None or await self._shared.reachable()

    async def close(self) -> None:
        """Close what is open."""
        await self.people.close()
