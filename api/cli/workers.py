"""The workers: processes that serve one port together, each replaced when it dies or hangs, all ended with the first."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import closing, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from signal import SIGINT, SIGTERM
from typing import TypeAlias

import structlog

from api.cli.shared import CommandError

GRACE = 30.0
"""Seconds that workers have for the operations in flight, before they are killed."""

PAUSE = 1.0
"""Seconds before a worker is replaced that died before it served."""

BEAT = 5.0
"""Seconds between two signs of life of a worker."""

SILENCE = 60.0
"""Seconds without one after which a worker is taken to hang, and is killed."""

CHANCES = 6
"""In how many parts it is waited for, so that a pause of the whole machine counts as one of them."""

Work: TypeAlias = Callable[[socket.socket, Connection], None]
"""What a worker does until it is asked to leave: serve the socket, and say so on the connection once it listens.

From then on it says so again every `BEAT` seconds.
"""

_SPAWN = get_context("spawn")
_log = structlog.get_logger()


class _Worker:
    """One process, and what is known of it."""

    def __init__(self, work: Work, taken: socket.socket) -> None:
        self._heard, told = _SPAWN.Pipe(duplex=False)
        self.process = _SPAWN.Process(target=work, args=(taken, told))
        self.process.start()
        told.close()
        self.gone = asyncio.create_task(self._gone())

    async def serves(self) -> bool:
        """Whether it came to serve; else it ended before."""
        await _readable(self._heard.fileno())
        if not self._hear():
            self._heard.close()
            return False
        return True

    async def watch(self) -> None:
        """Listen for its signs of life until there are no more, and kill it when it hangs."""
        with closing(self._heard):
            while await self._speaks():
                pass

    async def _speaks(self) -> bool:
        for _ in range(CHANCES):
            with suppress(TimeoutError):
                async with asyncio.timeout(SILENCE / CHANCES):
                    await _readable(self._heard.fileno())
            if self._heard.poll():
                return self._hear()
        _log.error("server.worker_hangs", process=self.process.pid)
        self.process.kill()
        return False

    def _hear(self) -> bool:
        try:
            self._heard.recv_bytes()
        except (EOFError, OSError):
            return False
        return True

    async def _gone(self) -> None:
        await _readable(self.process.sentinel)
        self.process.join()


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)


class Workers:
    """So many workers of one socket, kept until this process is asked to end."""

    def __init__(
        self,
        work: Work,
        taken: socket.socket,
        count: int,
        *,
        on_serving: Callable[[], None],
        on_end: Callable[[int], None],
    ) -> None:
        """`on_serving`: called once, when all of them serve; `on_end`: told the process id of each that ended."""
        self._work = work
        self._taken = taken
        self._absent = count
        self._on_serving = on_serving
        self._on_end = on_end
        self._leaving = asyncio.Event()
        self._running: set[_Worker] = set()

    async def run(self) -> None:
        """Keep the workers until SIGTERM or Ctrl+C, and end them with their operations finished.

        Raises:
            CommandError: one of the first ended before it served.
        """
        loop = asyncio.get_running_loop()
        for sign in (SIGTERM, SIGINT):
            loop.add_signal_handler(sign, self._leaving.set)
        places = [asyncio.create_task(self._keep()) for _ in range(self._absent)]
        leaving = asyncio.create_task(self._leaving.wait())
        done, _ = await asyncio.wait((*places, leaving), return_when=asyncio.FIRST_COMPLETED)
        self._leaving.set()
        await self._end()
        for task in (*places, leaving):
            task.cancel()
        await asyncio.gather(*places, leaving, return_exceptions=True)
        for place in places:
            if place in done:
                place.result()

    async def _keep(self) -> None:
        """Keep one place filled."""
        first = True
        while not self._leaving.is_set():
            worker = _Worker(self._work, self._taken)
            self._running.add(worker)
            served = await worker.serves()
            if served and first:
                first = False
                self._arrived()
            if served:
                await worker.watch()
            await asyncio.shield(worker.gone)
            self._running.discard(worker)
            self._on_end(worker.process.pid or 0)
            if self._leaving.is_set():
                return
            if first:
                raise CommandError("a worker ended before it served: its lines of the log tell why")
            _log.error("server.worker_ended", process=worker.process.pid)
            if not served:
                await asyncio.sleep(PAUSE)

    def _arrived(self) -> None:
        self._absent -= 1
        if not self._absent:
            self._on_serving()

    async def _end(self) -> None:
        """Let nobody new in, ask every worker to leave, and insist when it takes too long."""
        self._taken.close()
        left = list(self._running)
        for worker in left:
            worker.process.terminate()
        if left:
            await asyncio.wait([worker.gone for worker in left], timeout=GRACE)
        for worker in left:
            if not worker.gone.done():
                worker.process.kill()
                await worker.gone
