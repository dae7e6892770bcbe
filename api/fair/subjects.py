"""The subjects of exchanges: each person a client gets a token of is counted as one that it is told of.

With that token the client reads them as themselves, which no quota of people sees any more.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from api.fair.fair import Fair, Turn
from api.fair.outage import Outage
from api.fair.quotas import NEAR, OVER, UNKNOWN
from api.fair.window import QuotaUnavailable
from api.gateway.refusal import Code
from models.ledger.access import Outcome
from models.ledger.entry import Entry
from models.registry import Registry


class TooManyPeople(Exception):  # noqa: N818 - it is an answer, not a fault
    """The client may get nobody's token now.

    Attributes:
        wait: in how many seconds more people fit than now.
    """

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


class Subjects:
    """Counts the people of exchanges and puts exchanges on record.

    Args:
        registry: the registry in force.
        record: puts an access in the ledger, which counts nobody.
    """

    def __init__(
        self,
        fair: Fair,
        registry: Callable[[], Awaitable[Registry]],
        record: Callable[[Entry], Awaitable[None]],
    ) -> None:
        self._fair = fair
        self._registry = registry
        self.record = record

    @property
    def outage(self) -> Outage:
        """As that of `Fair`."""
        return self._fair.outage

    async def check(self, entry: Entry) -> None:
        """See that the client of this exchange may get anybody's token, before anything of the person is read.

        Raises:
            TooManyPeople: it may not, which is on record.
            QuotaUnavailable: what was used is not known, which is on record.
            PolicyUnavailable: what was agreed is not known.
            StoreUnavailable: the ledger did not tell what was used.
            LedgerUnavailable: the refusal is not on record.
        """
        await self._fair.ready(entry.client)
        await self._turn(entry, self._fair.used_up(await self._registry(), entry.client))

    async def enter(self, entry: Entry) -> None:
        """Count the person of an exchange that was checked, and return when it is on record.

        Raises:
            TooManyPeople: others were faster; as `check`.
            QuotaUnavailable: as `check`.
            PolicyUnavailable: as `check`.
            LedgerUnavailable: it is not on record, and the person stays counted.
        """
        turn = await self._turn(entry, self._fair.people(await self._registry(), entry.client, 1))
        await self.record(replace(entry, reason=NEAR) if turn.near else entry)

    async def _turn(self, entry: Entry, asked: Awaitable[Turn]) -> Turn:
        try:
            turn = await asked
        except QuotaUnavailable:
            await self.record(_refused(entry, UNKNOWN))
            raise
        if turn.over is not None:
            await self.record(_refused(entry, OVER))
            raise TooManyPeople(turn.wait)
        return turn


def _refused(entry: Entry, reason: str) -> Entry:
    return replace(entry, outcome=Outcome.REFUSED, code=Code.RATE_LIMITED.value, reason=reason)
