"""The workshop: heavy pure work in a process beside the one that answers, so that nobody waits behind it."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

NICE = 5
"""How much the work gives way to the answering of requests."""

Made = TypeVar("Made")


def _give_way() -> None:
    """Yield to those who answer, and leave it to them to end us."""
    os.nice(NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Workshop:
    """Runs functions of modules on plain data; its process starts with the first of them."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    async def run(self, function: Callable[..., Made], /, *args: object) -> Made:
        """What the function makes of its arguments, all of them plain data; a process that died is replaced once."""
        try:
            return await self._run(function, *args)
        except BrokenProcessPool:
            await self.close()
            return await self._run(function, *args)

    async def close(self) -> None:
        """End the process; what is under way there is given up."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)

    async def _run(self, function: Callable[..., Made], *args: object) -> Made:
        if self._pool is None:
            spawned = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(max_workers=1, mp_context=spawned, initializer=_give_way)
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *args)
