"""The ready editions: those prepared, and the one before, so that either comes into force at once."""

import asyncio
import time
from collections.abc import Callable

import structlog

from models.database.store import Store, StoreUnavailable
from models.editions.aside import Aside
from models.editions.force import Force, force_of
from models.editions.past import Past
from models.editions.prepared import prepared
from models.editions.refusal import why
from models.editions.text import Kept
from models.editions.warming import Warming, warm
from models.registry import Registry
from policies.edition import Edition

_log = structlog.get_logger("editions")

UNHURRIED = 0.01
"""Seconds between slices of warming ahead of time."""

AGAIN = 30.0
"""Seconds until what could not be made ready is tried again, and until what is ready is warmed with what is new."""


GRACE = 5.0
"""Seconds for which what is not prepared any more stays ready: it may have been published a moment ago."""


class Ready:
    """Editions that were read, checked and warmed ahead: few of them, dropped when nobody will publish them."""

    def __init__(self, store: Store, *, check: Callable[[Edition], None], warming: Warming) -> None:
        self._store = store
        self._check = check
        self._warming = warming
        self._now: Callable[[], Force | None] = lambda: None
        self._ahead: dict[str, Force] = {}
        self._tried: dict[str, float] = {}
        self._unwanted: dict[str, float] = {}
        self._before: Force | None = None
        self._past = Past(store.url)
        self._aside = Aside(store.url, kind=True)
        self._look = asyncio.Event()
        self._making: asyncio.Task[None] | None = None

    def start(self, now: Callable[[], Force | None]) -> None:
        """Make ready what is prepared from now on; `now` tells what is in force."""
        self._now = now
        self._making = asyncio.create_task(self._make(), name="editions ahead")
        self._look.set()

    async def stop(self) -> None:
        """Make nothing ready any more."""
        if self._making is not None:
            self._making.cancel()
            await asyncio.gather(self._making, return_exceptions=True)
        await self._aside.close()
        await self._past.stop()

    def look(self) -> None:
        """See whether something was prepared."""
        self._look.set()

    @property
    def names(self) -> frozenset[str]:
        """The editions that would come into force at once."""
        before = {self._before.edition.id} if self._before else set()
        return frozenset({*self._ahead, *before})

    def force(self, name: str, number: int, registry: Registry) -> Force | None:
        """What comes into force with an edition that is ready, with what was made of it for the same registry."""
        found = self._ahead.get(name)
        if found is None and self._before is not None and self._before.edition.id == name:
            found = self._before
        if found is None:
            return None
        made = force_of(found.edition, number, registry, found)
        if found.registry == registry:
            made.kept.update(found.kept)
        return made

    def keep(self, before: Force) -> None:
        """Have what is replaced ready, for whoever wants it back."""
        self._before = before

    async def edition(self, name: str) -> Edition:
        """A published edition.

        Raises:
            EditionUnknown: there is none with this id.
            PolicyUnavailable: it could not be read.
            PolicyError: it has mistakes.
        """
        if self._before is not None and self._before.edition.id == name:
            return self._before.edition
        return await self._past.edition(name)

    async def _make(self) -> None:
        while True:
            await self._look.wait()
            self._look.clear()
            try:
                names = await prepared(self._store)
            except StoreUnavailable:
                continue
            self._drop(frozenset(names))
            for name in names:
                now = self._now()
                if now is not None and now.edition.id != name:
                    await self._have(name, now)

    def _drop(self, wanted: frozenset[str]) -> None:
        """Have no more ready what is not prepared any more, once it had time to come into force if it was published."""
        for name in wanted:
            self._unwanted.pop(name, None)
        for name in {*self._ahead, *self._tried} - wanted:
            since = self._unwanted.setdefault(name, time.monotonic())
            if time.monotonic() - since > GRACE:
                for each in (self._ahead, self._tried, self._unwanted):
                    each.pop(name, None)

    async def _have(self, name: str, now: Force) -> None:
        """Have one edition ready and warm."""
        found, tried = self._ahead.get(name), self._tried.get(name)
        stale = found is not None and found.registry != now.registry
        if tried is not None and time.monotonic() - tried < AGAIN and not stale:
            return
        self._tried[name] = time.monotonic()
        try:
            edition = await self._read(name) if found is None else found.edition
        except Exception as error:  # noqa: BLE001 - it is said, and what is in force is none the worse
            _log.warning("edition.unready", edition=name, **why(error))
            return
        made = found if found and not stale else force_of(edition, 0, now.registry, found)
        self._ahead[name] = made
        await warm(self._warming(now, made), pause=UNHURRIED)
        if found is None:
            _log.info("edition.ready", edition=name)

    async def _read(self, name: str) -> Edition:
        if self._before is not None and self._before.edition.id == name:
            return self._before.edition
        edition = await self._aside.edition(name, Kept.PREPARED)
        self._check(edition)
        return edition
