"""The slices: a long list a little at a time, so that others have their turn between."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final, TypeVar

SLICE: Final = 250
"""How many items are worked on before others have their turn: a few milliseconds, where one takes some microseconds."""

Item = TypeVar("Item")


async def slices(items: Sequence[Item], size: int = SLICE) -> AsyncIterator[Sequence[Item]]:
    """The items in order, so many at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
        await asyncio.sleep(0)
