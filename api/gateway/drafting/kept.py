"""The kept: what was worked out of drafts, once however many wait for it, and for a while after."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final

MOST: Final = 16
"""How many results are kept of each process."""


class Kept:
    """The results of one process, those asked for last."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}

    async def once(self, key: Hashable, work: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 - what it makes
        """What the work makes, done once however many wait for it, and to its end though nobody should."""
        task = self._tasks.pop(key, None)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = asyncio.ensure_future(_awaited(work))
        self._tasks[key] = task
        while len(self._tasks) > MOST:
            del self._tasks[next(iter(self._tasks))]
        return await asyncio.shield(task)

    def forget(self, key: Hashable) -> None:
        """Work it out again for whoever asks next."""
        self._tasks.pop(key, None)


async def _awaited(work: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 - what it makes
    return await work()
