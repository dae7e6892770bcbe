"""What is in force: the edition, the registry, and the judge made of both; never older than its lease."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from models.clients.token_state import KnownKey, TokenState, read_token_state
from models.database.dialect import Dialect
from models.database.store import Row, Store
from models.editions.coming import Coming
from models.editions.force import EditionUnknown, Force, PolicyUnavailable, force_of
from models.editions.waking import Waking
from models.editions.warming import Warming, judged
from models.ledger.bits import Bits, load_bits
from models.ledger.rows import LARGEST_ID
from models.registry import Registry, read_registry
from policies.edition import Edition

__all__ = ["BY_GUARD", "LEASE", "EditionUnknown", "Force", "InForce", "PolicyUnavailable"]

LEASE = 1.0
"""Seconds for which what was read holds; past that, and with no answer from the database, nothing is decided."""

BY_GUARD = ("Mutation.", "Query.cases")
"""What the guards begin with that are on record themselves: changes that write no field, and who a case file names."""

_NEWEST = "SELECT id, number FROM editions ORDER BY number DESC LIMIT 1"
_TOLD = "id, number, published_at, published_by, approved_by, note, base, draft, drafted_by"
_PUBLISHED = f"SELECT {_TOLD} FROM editions WHERE id = :id ORDER BY number DESC LIMIT 1"
_HISTORY = f"SELECT {_TOLD} FROM editions WHERE number < :before ORDER BY number DESC LIMIT :limit"

LARGEST_NUMBER = 2_147_483_647
"""The largest number that an edition can have."""


class InForce:
    """Reads what is in force, and reads it again before each lease ends, or when it is told that there is more."""

    def __init__(  # noqa: PLR0913 - what is told of an edition, and to whom
        self,
        store: Store,
        *,
        lease: float = LEASE,
        check: Callable[[Edition], None] = lambda _edition: None,
        on_edition: Callable[[Force], None] = lambda _force: None,
        on_refused: Callable[[int], None] = lambda _number: None,
        on_keys: Callable[[tuple[KnownKey, ...]], None] = lambda _keys: None,
        warming: Warming = judged,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`check` raises for an edition that must not be in force; `on_refused` is told the number of one that was."""
        self._store = store
        self._lease = lease
        self._on_edition = on_edition
        self._on_keys = on_keys
        self._clock = clock
        self._tokens = TokenState()
        self._force: Force | None = None
        self._until = 0.0
        self._outdated = 0.0
        self._reading = asyncio.Lock()
        self._word = asyncio.Event()
        self._watcher: asyncio.Task[None] | None = None
        self._waking = Waking(store.url, self._word.set) if store.dialect is Dialect.POSTGRES else None
        self._coming = Coming(store, check=check, warming=warming, lease=lease, on_refused=on_refused)
        self.bits = Bits({})

    async def start(self) -> None:
        """Read what is in force and keep it fresh."""
        await self._read()
        self._coming.start(lambda: self._force)
        if self._waking is not None and self._store.url:
            self._waking.start()
        self._watcher = asyncio.create_task(self._watch(), name="in force")

    async def stop(self) -> None:
        """Stop reading."""
        if self._waking is not None:
            await self._waking.stop()
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
        await self._coming.stop()

    async def current(self) -> Force:
        """What is in force now.

        Raises:
            PolicyUnavailable: the lease is over and the database did not renew it, or told of an edition that is
                not ready or was refused.
        """
        if self._force is None or time.monotonic() >= self._until:
            await self._renew()
        if self._force is None:
            raise PolicyUnavailable("no edition was ever read")
        return self._force

    def holds(self, force: Force) -> bool:
        """Whether this is still in force, as far as is known without asking the database."""
        return force is self._force and time.monotonic() < self._until

    def outdate(self) -> None:
        """What was read is no longer so: whoever asks next waits for a new reading."""
        self._outdated = time.monotonic()
        self._until = 0.0

    @property
    def ready(self) -> frozenset[str]:
        """The editions that would come into force at once, by id."""
        return self._coming.ready

    @property
    def edition_in_force(self) -> Edition:
        """The edition that was read last, for texts and lists that decide nothing."""
        if self._force is None:
            raise PolicyUnavailable("no edition was ever read")
        return self._force.edition

    @property
    def registry(self) -> Registry:
        """The registry that was read last, for limits on how much is asked."""
        if self._force is None:
            raise PolicyUnavailable("no registry was ever read")
        return self._force.registry

    def revoked(self, token_id: str) -> bool:
        """Whether a token was taken back before its time, as far as was read last."""
        return token_id in self._tokens.revoked

    async def _renew(self) -> None:
        try:
            async with self._turn():
                if time.monotonic() >= self._until:
                    await self._read()
        except PolicyUnavailable:
            raise
        except Exception as error:
            raise PolicyUnavailable(
                f"the edition in force could not be read: {type(error).__name__}"
            ) from error

    async def _watch(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._lease / 3):
                    await self._word.wait()
            self._word.clear()
            self._coming.look()
            with suppress(Exception):  # the lease runs out, and `current` tells why
                async with self._turn():
                    await self._read()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """One reads at a time; waiting for the turn is a part of the time that a reading may take.

        Where nobody answers requests, an edition may take as long as it needs.
        """
        async with asyncio.timeout(self._lease * 2) as limit, self._reading:
            if self._watcher is None:
                limit.reschedule(None)
            yield

    async def _read(self) -> None:
        while True:
            began, now = time.monotonic(), self._clock()
            rows = await self._store.fetch(_NEWEST, {})
            if not rows:
                raise PolicyUnavailable("no edition is published: run `mokuteki init`")
            registry = await read_registry(self._store, now)
            tokens = await read_token_state(self._store, now)
            if tokens.keys != self._tokens.keys:
                self._on_keys(tokens.keys)
            self._tokens = tokens
            name, number = rows[0]
            if await self._put(name, number, registry, began + self._lease):
                self._until = began + self._lease if began >= self._outdated else 0.0
                return

    async def _put(self, name: str, number: int, registry: Registry, until: float) -> bool:
        """See that this is in force; whether it is, or must be read again as it was not ready soon.

        Raises:
            Exception: the edition was refused, and the one before ends with its lease.
        """
        old = self._force
        if old is not None and (old.edition.id, old.number) == (name, number):
            if old.registry != registry:
                await self._swap(force_of(old.edition, number, registry, old))
            return True
        if old is not None and old.edition.id == name:
            await self._swap(force_of(old.edition, number, registry, old))
            return True
        force = await self._coming.force(name, number, registry, old, until)
        if force is None:
            return False
        await self._swap(force)
        return True

    async def _swap(self, force: Force) -> None:
        guards = (guard for guard in force.edition.guards if guard.startswith(BY_GUARD))
        self.bits = await load_bits(self._store, (*force.catalogue, *guards))
        self._on_edition(force)
        self._force = force

    async def published(self, name: str) -> Row | None:
        """An edition's id, number, when and by whom it was published, who approved, why, its base, draft and authors."""
        found = await self._store.fetch(_PUBLISHED, {"id": name})
        return found[0] if found else None

    async def history(self, before: int | None, limit: int) -> Sequence[Row]:
        """What `published` tells, of editions with numbers below `before`, the newest first."""
        values = {"before": LARGEST_NUMBER if before is None else before, "limit": limit}
        return await self._store.fetch(_HISTORY, values)

    async def edition_of_access(self, access: int) -> str | None:
        """The id of the edition under which an access was decided."""
        if access > LARGEST_ID:
            return None
        found = await self._store.fetch("SELECT edition FROM accesses WHERE id = :id", {"id": access})
        return found[0][0] if found else None

    async def edition(self, name: str) -> Edition:
        """A published edition by its id.

        Raises:
            EditionUnknown: there is none with this id.
            PolicyUnavailable: it could not be read.
            PolicyError: it has mistakes.
        """
        return await self._coming.edition(name)
