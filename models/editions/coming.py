"""The coming editions: read and checked aside, warmed, and had ready by the time they come into force."""

import asyncio
import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from models.database.store import Store, StoreUnavailable
from models.editions.aside import Aside
from models.editions.force import EditionUnknown, Force, PolicyUnavailable, force_of
from models.editions.ready import Ready
from models.editions.refusal import why
from models.editions.text import edition_of
from models.editions.warming import Warming, warm
from models.registry import Registry
from policies.edition import Edition

_log = structlog.get_logger("editions")

HURRIED = 0.002
"""Seconds between slices of warming while an edition waits to come into force."""

_CANONICAL = "SELECT canonical FROM editions WHERE id = :id LIMIT 1"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an edition cannot come into force, and until when (monotonic) nobody tries again."""

    name: str
    told: str
    until: float


class Coming:
    """Makes what comes into force, of editions that were made ready before or are read now.

    Until it is started, and where the store has no address, editions are read on the spot: nobody waits meanwhile.
    """

    def __init__(
        self,
        store: Store,
        *,
        check: Callable[[Edition], None],
        warming: Warming,
        lease: float,
        on_refused: Callable[[int], None],
    ) -> None:
        """`on_refused`: told the number of an edition that is published and cannot come into force."""
        self._store = store
        self._check = check
        self._warming = warming
        self._lease = lease
        self._on_refused = on_refused
        self._ready = Ready(store, check=check, warming=warming)
        self._aside: Aside | None = None
        self._load: tuple[str, asyncio.Task[Edition]] | None = None
        self._fault: Fault | None = None

    def start(self, now: Callable[[], Force | None]) -> None:
        """Read aside from now on, and make ready what is prepared; `now` tells what is in force."""
        if self._store.url:
            self._aside = Aside(self._store.url)
            self._ready.start(now)

    async def stop(self) -> None:
        """End what is under way."""
        await self._drop_load()
        await self._ready.stop()
        if self._aside is not None:
            await self._aside.close()

    def look(self) -> None:
        """See whether something was prepared."""
        self._ready.look()

    @property
    def ready(self) -> frozenset[str]:
        """The editions that would come into force at once."""
        return self._ready.names

    async def edition(self, name: str) -> Edition:
        """A published edition by its id, for questions about the past.

        Raises:
            EditionUnknown: there is none with this id.
            PolicyUnavailable: it could not be read.
            PolicyError: it has mistakes.
        """
        return await self._on_the_spot(name) if self._aside is None else await self._ready.edition(name)

    async def force(
        self, name: str, number: int, registry: Registry, old: Force | None, until: float
    ) -> Force | None:
        """What comes into force with this edition; None where it is not ready yet, and may be another by now.

        It is warmed with what `old` was asked, for half of the time that is left `until` the lease of that ends
        (monotonic).

        Raises:
            PolicyUnavailable: the edition is refused, or could not be read.
        """
        made = self._ready.force(name, number, registry)
        if made is None:
            edition = await self._loaded(name, number)
            if edition is None:
                return None
            made = force_of(edition, number, registry)
        self._fault = None
        if old is not None:
            left = max(0.0, until - time.monotonic())
            await warm(self._warming(old, made), pause=HURRIED, until=time.monotonic() + left / 2)
            self._ready.keep(old)
        return made

    async def _loaded(self, name: str, number: int) -> Edition | None:
        if self._aside is None:
            edition = await self._on_the_spot(name)
            self._check(edition)
            return edition
        if self._fault and self._fault.name == name and time.monotonic() < self._fault.until:
            raise PolicyUnavailable(self._fault.told)
        if self._load is None or self._load[0] != name:
            await self._drop_load()
            self._load = name, asyncio.create_task(self._aside.edition(name), name=f"edition {number}")
        _, load = self._load
        await asyncio.wait({load}, timeout=self._lease / 3)
        if not load.done():
            return None
        try:
            edition = load.result()
            self._check(edition)
        except (PolicyUnavailable, StoreUnavailable, OSError) as error:
            _log.exception("edition.unread", number=number, edition=name)
            raise self._failed(name, number, error, self._lease) from error
        except Exception as error:
            _log.error("edition.refused", number=number, edition=name, **why(error))
            self._on_refused(number)
            raise self._failed(name, number, error, math.inf) from error
        return edition

    def _failed(self, name: str, number: int, error: Exception, pause: float) -> PolicyUnavailable:
        self._load = None
        told = f"edition {number} is not in force: {type(error).__name__}"
        self._fault = Fault(name, told, time.monotonic() + pause)
        return PolicyUnavailable(told)

    async def _drop_load(self) -> None:
        """Read no more what is not the newest."""
        load, self._load = self._load, None
        if load is not None:
            load[1].cancel()
            with suppress(asyncio.CancelledError, Exception):
                await load[1]

    async def _on_the_spot(self, name: str) -> Edition:
        found = await self._store.fetch(_CANONICAL, {"id": name})
        if not found:
            raise EditionUnknown("no edition has this id")
        return edition_of(name, found[0][0])
