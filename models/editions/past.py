"""The past editions: read for questions about them, each once for all who wait, by turns among those who ask."""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from itertools import count
from typing import Final, NamedTuple

import structlog

from models.asker import asker
from models.editions.aside import Aside
from models.editions.force import EditionUnknown, PolicyUnavailable
from models.editions.refusal import why
from policies.edition import Edition

_log = structlog.get_logger("editions")

MOST: Final = 16
"""How many editions are kept, those asked for last."""

RULES: Final = 200_000
"""How many rules they may have together, above which fewer are kept."""


class Waiting(NamedTuple):
    """Somebody who waits for an edition."""

    name: str
    who: Hashable
    told: asyncio.Future[Edition]


class Past:
    """Published editions, read by a process of its own, so that nothing that is to come into force waits for them."""

    def __init__(self, url: str) -> None:
        self._aside = Aside(url, kind=True)
        self._kept: OrderedDict[str, Edition] = OrderedDict()
        self._waiting: list[Waiting] = []
        self._reading: asyncio.Task[None] | None = None

    async def stop(self) -> None:
        """Read no more, and tell whoever waits."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        for each in self._still():
            each.told.set_exception(PolicyUnavailable("editions are read no more"))
        await self._aside.close()

    async def edition(self, name: str) -> Edition:
        """The edition of this id, checked; one reading answers all who wait for it, though some should go away.

        Raises:
            EditionUnknown: there is none.
            PolicyUnavailable: it could not be read.
            PolicyError: it has mistakes.
        """
        if name in self._kept:
            self._kept.move_to_end(name)
            return self._kept[name]
        told: asyncio.Future[Edition] = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiting(name, asker.get(), told))
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read(), name="past editions")
        return await told

    async def _read(self) -> None:
        """Read what is waited for; next comes who was served longest ago, with what they asked for first."""
        served: dict[Hashable, int] = {}
        for turn in count(1):
            self._waiting = self._still()
            if not self._waiting:
                return
            first = min(self._waiting, key=lambda each: served.get(each.who, 0))
            served[first.who] = turn
            await self._tell(first.name)

    async def _tell(self, name: str) -> None:
        try:
            found = await self._aside.edition(name)
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            if not isinstance(error, EditionUnknown):
                _log.warning("edition.unread", edition=name, **why(error))
            for each in self._still(name):
                each.told.set_exception(error)
            return
        self._keep(name, found)
        for each in self._still(name):
            each.told.set_result(found)

    def _still(self, name: str | None = None) -> list[Waiting]:
        """Those who have not gone away and were not told, of one edition or of all."""
        return [each for each in self._waiting if not each.told.done() and name in (None, each.name)]

    def _keep(self, name: str, edition: Edition) -> None:
        self._kept[name] = edition
        while len(self._kept) > 1 and (len(self._kept) > MOST or self._rules > RULES):
            self._kept.popitem(last=False)

    @property
    def _rules(self) -> int:
        return sum(len(each.rules) for each in self._kept.values())
