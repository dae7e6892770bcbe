"""The bill: what the long lists of one operation cost, added up when their lengths are known, before any is told."""

import asyncio

from api.gateway.limits import USUAL
from api.gateway.refusal import exceeded

AT_ONCE = 1_000
"""How many values are put together before others have their turn."""


class Bill:
    """What an operation's long lists cost: rows times the names they are asked under."""

    def __init__(self, most: int = USUAL.cost) -> None:
        self._most = most
        self._sum = 0
        self._since = 0

    def add(self, rows: int, names: int = 1) -> None:
        """Count a list.

        Raises:
            Refusal: `LIMIT_EXCEEDED`, with what all lists so far cost.
        """
        self._sum += rows * max(names, 1)
        if self._sum > self._most:
            raise exceeded("cost", self._sum, self._most)

    async def tell(self, values: int = 1) -> None:
        """Let others have their turn where many values were put together since they had it."""
        self._since += values
        if self._since >= AT_ONCE:
            self._since = 0
            await asyncio.sleep(0)
