"""Aside: editions are read and checked by a process of their own, so that nobody who asks meanwhile waits for it."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from models.editions.force import EditionUnknown, PolicyUnavailable
from models.editions.parcel import Parcel, Part, opened_part
from models.editions.reader import LENGTH
from models.editions.text import Kept
from policies.edition import Edition
from policies.mistake import PolicyError

READER = "models.editions.reader"
KINDNESS: Final = 19
"""By how much a kind process steps back behind others that want to compute (nice)."""

SILENCE: Final = 30.0
"""Seconds without a piece after which a process is taken to stand still: it reads 100,000 rules within a few."""

SILENCE_OF_THE_KIND: Final = 120.0
"""The same of a kind process, which computes little while others want to."""

GONE: Final = 5.0
"""Seconds after which nobody waits for a killed process to be gone, as where a disk does not answer it."""

IDLE = 60.0
"""Seconds after which a reader that nobody asked for anything is let go."""


class Aside:
    """One process that reads editions, started when there is one to read and kept for a while."""

    def __init__(self, url: str, *, kind: bool = False) -> None:
        """`kind`: nobody is refused an answer until it has read, so the process steps back behind others."""
        self._url = url
        self._kindness = KINDNESS if kind else 0
        self._silence = SILENCE_OF_THE_KIND if kind else SILENCE
        self._process: Process | None = None
        self._asking = asyncio.Lock()
        self._letting_go: asyncio.TimerHandle | None = None

    async def edition(self, name: str, table: Kept = Kept.PUBLISHED) -> Edition:
        """The edition of this id, checked.

        Raises:
            EditionUnknown: there is none.
            PolicyUnavailable: the process could not read it, or ended or stood still before it told of it.
            PolicyError: it has mistakes.
        """
        async with self._asking:
            if self._letting_go is not None:
                self._letting_go.cancel()
            try:
                found = await self._told(name, table)
            except TimeoutError as error:
                await self.close()
                raise PolicyUnavailable(
                    f"the reader of editions said nothing for {self._silence:g} s"
                ) from error
            except (OSError, EOFError) as error:  # it was ended by somebody else
                await self.close()
                raise PolicyUnavailable(f"the reader of editions ended: {type(error).__name__}") from error
            except asyncio.CancelledError:  # what it still says would be taken for an answer to the next
                await self.close()
                raise
            loop = asyncio.get_running_loop()
            self._letting_go = loop.call_later(IDLE, self._let_go)
            return found

    async def close(self) -> None:
        """End the process, whatever it is doing; the next edition is read by another."""
        process, self._process = self._process, None
        if self._letting_go is not None:
            self._letting_go.cancel()
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            if process.stdin is not None:
                process.stdin.close()
            await asyncio.wait({asyncio.ensure_future(process.communicate())}, timeout=GONE)

    def _let_go(self) -> None:
        """Tell the process that nobody asks any more."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()

    async def _told(self, name: str, table: Kept) -> Edition:
        """What the process tells.

        Raises:
            TimeoutError: it was silent.
        """
        loop = asyncio.get_running_loop()
        came = Parcel()
        fault: Exception | None = None
        async with asyncio.timeout(self._silence) as silence:
            async for part in self._parts(name, table):
                silence.reschedule(loop.time() + self._silence)
                match part:
                    case Part("refused", mistakes):
                        fault = PolicyError(mistakes)
                    case Part("absent", why):
                        fault = EditionUnknown(why)
                    case Part("failed", why):
                        fault = PolicyUnavailable(f"the edition could not be read: {why}")
                    case _:
                        came.add(part)
        if fault is not None:
            raise fault
        return came.edition()

    async def _parts(self, name: str, table: Kept) -> AsyncIterator[Part]:
        """What the process says, piece by piece, each in a turn of its own."""
        if self._process is None or self._process.returncode is not None:
            self._process = await self._started()
        asking, answers = _pipes(self._process)
        asked = {"url": self._url, "table": table, "id": name}
        asking.write(json.dumps(asked).encode() + b"\n")
        await asking.drain()
        while length := int.from_bytes(await answers.readexactly(LENGTH)):
            yield opened_part(await answers.readexactly(length))
            await asyncio.sleep(0)

    async def _started(self) -> Process:
        """A process in a session of its own, so that whoever interrupts the gateway does not interrupt it first."""
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", READER, str(self._kindness)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            start_new_session=True,
        )


def _pipes(process: Process) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
    """What a process is told by, and what it answers by."""
    if process.stdin is None or process.stdout is None:
        raise BrokenPipeError
    return process.stdin, process.stdout
