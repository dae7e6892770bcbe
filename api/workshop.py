"""The workshop: a process of its own for heavy computing over editions, so that no request waits for it."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from api.line import Line
from models.asker import asker

MILDNESS = 10
"""How much the process gives way to those that answer requests (nice)."""

IDLE = 300.0
"""Seconds without work after which the process ends, and its memory with it."""

_WATCH = 1.0

Answer = TypeVar("Answer")


class WorkshopClosed(Exception):  # noqa: N818 - it names the state
    """The process ended while it worked: it was stopped, or taken down by what it was given."""


class WorkshopLate(Exception):  # noqa: N818 - it names the state
    """The work took longer than it may, and its process was ended."""


class Workshop:
    """Runs one function at a time in another process: functions at the top of a module, given and giving plain data.

    Those for whom it works take [turns](models.asker.asker). Work that takes longer than `seconds`, or for which
    nobody waits any more, is ended with its process.
    """

    def __init__(
        self,
        *,
        idle: float = IDLE,
        seconds: float | None = None,
        on_rest: Callable[[], object] = lambda: None,
    ) -> None:
        self._idle = idle
        self.seconds = seconds
        self._on_rest = on_rest
        self._line = Line()
        self._pool: ProcessPoolExecutor | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, function: Callable[..., Answer], /, *args: object) -> Answer:
        """What the function answers; one whose process died is run once more in another.

        Raises:
            WorkshopClosed: it was closed, or the process died twice.
            WorkshopLate: the function took too long.
            Exception: whatever the function raises.
        """
        async with self._line.turn(asker.get()):
            for again in (True, False):
                pool = self._open()
                try:
                    return await self._within(pool, function, *args)
                except BrokenProcessPool as error:
                    closed = self._pool is not pool
                    self._pool = None if not closed else self._pool
                    if closed or not again:
                        raise WorkshopClosed from error
                finally:
                    self._timer = asyncio.get_running_loop().call_later(self._idle, self._rest)
            raise WorkshopClosed

    async def _within(
        self, pool: ProcessPoolExecutor, function: Callable[..., Answer], *args: object
    ) -> Answer:
        try:
            async with asyncio.timeout(self.seconds) as time_limit:
                return await asyncio.get_running_loop().run_in_executor(pool, function, *args)
        except TimeoutError as error:
            if not time_limit.expired():
                raise
            self.close()
            raise WorkshopLate from error
        except asyncio.CancelledError:
            if self._pool is pool:
                self.close()
            raise

    def close(self) -> None:
        """End the process at once, whatever it does; whoever waits for it is told, and the next starts another."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        pool, self._pool = self._pool, None
        if pool is not None:
            for process in list((pool._processes or {}).values()):  # noqa: SLF001 - the only way to end one at work
                process.kill()
            pool.shutdown(wait=False, cancel_futures=True)

    def _rest(self) -> None:
        self.close()
        self._on_rest()

    def _open(self) -> ProcessPoolExecutor:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                1, mp_context=get_context("spawn"), initializer=_settle, initargs=(os.getpid(),)
            )
        return self._pool


def _settle(parent: int) -> None:
    """Give way to others, and end with the process that started this one."""
    os.nice(MILDNESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with who started it
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH)
    os._exit(1)
