"""The waking: PostgreSQL tells when an edition was published or prepared, so that nobody waits for the next look.

It is a word and no more: what is in force stands in the table. Where no word comes, as through a pooler that shares
sessions, the next look finds it.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import asyncpg

from models.database.postgres import FAULTS

CHANNEL: Final = "mokuteki_editions"
"""What the triggers of migration 0013 say it on."""

AGAIN: Final = 2.0
"""Seconds until a session that was lost, or could not be had, is opened anew."""

ALIVE: Final = 30.0
"""Seconds after which a session that said nothing is asked whether it is still there."""


class Waking:
    """A session of its own that listens, as long as it runs."""

    def __init__(self, url: str, wake: Callable[[], None], *, again: float = AGAIN) -> None:
        """`wake`: called for each word, and when a session begins, as words may have been missed before."""
        self._url = url
        self._wake = wake
        self._again = again
        self._listening: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._listening = asyncio.create_task(self._listen(), name="editions told")

    async def stop(self) -> None:
        """Listen no more."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    async def _listen(self) -> None:
        while True:
            with suppress(*FAULTS):
                await self._session()
            await asyncio.sleep(self._again)

    async def _session(self) -> None:
        """One session, until it is lost."""
        connection = await asyncpg.connect(self._url, timeout=ALIVE, command_timeout=ALIVE)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _connection: lost.set())
        try:
            await connection.execute("SET application_name = 'mokuteki listening'")
            await connection.add_listener(CHANNEL, lambda *_word: self._wake())
            self._wake()
            while not lost.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(ALIVE):
                        await lost.wait()
                if not lost.is_set():
                    await connection.execute("SELECT 1")
        finally:
            connection.terminate()
