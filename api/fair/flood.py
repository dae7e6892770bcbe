"""The flood: how often one thing may be asked for in a minute, by whatever it is counted by."""

import hashlib
from collections.abc import Mapping
from math import ceil

from api.fair.quotas import MINUTE
from api.fair.window import Limit, Windows


class Flood:
    """Lets in so many of each kind in a minute, in this process where no other place counts."""

    def __init__(self, windows: Windows, most: Mapping[str, int]) -> None:
        """`most`: for each kind, such as `token`; 0 for any number."""
        self._windows = windows
        self._limits = {kind: (Limit(kind, count, MINUTE),) for kind, count in most.items() if count}

    async def take(self, kind: str, key: str) -> int:
        """Count one of a key: 0 where it is let in, else in how many seconds to come again.

        The key may be anything; what is kept of it is a hash.
        """
        limits = self._limits.get(kind)
        if limits is None:
            return 0
        taken = await self._windows.take(hidden(key), limits, 1)
        return 0 if taken.done else max(1, ceil(taken.states[0].wait(1)))


def hidden(key: str) -> str:
    """A key as it may be kept elsewhere."""
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
