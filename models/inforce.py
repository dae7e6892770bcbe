"""What is in force: the edition, the registry, and the judge made of both; never older than its lease."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from models.catalogue import catalogue
from models.clients.token_state import KnownKey, TokenState, read_token_state
from models.database.store import Row, Store
from models.ledger.bits import Bits, load_bits
from models.ledger.rows import LARGEST_ID
from models.personal import Personal
from models.registry import Registry, read_registry
from policies.edition import Edition
from policies.judge import Judge

LEASE = 1.0
"""Seconds for which what was read holds; past that, and with no answer from the database, nothing is decided."""

BY_GUARD = ("Mutation.", "Query.cases")
"""What the guards begin with that are on record themselves: changes that write no field, and who a case file names."""

_NEWEST = "SELECT id, number FROM editions ORDER BY number DESC LIMIT 1"
_TOLD = "id, number, published_at, published_by, approved_by, note, base, draft, drafted_by"
_PUBLISHED = f"SELECT {_TOLD} FROM editions WHERE id = :id ORDER BY number DESC LIMIT 1"
_HISTORY = f"SELECT {_TOLD} FROM editions WHERE number < :before ORDER BY number DESC LIMIT :limit"
_CANONICAL = "SELECT canonical FROM editions WHERE id = :id LIMIT 1"


LARGEST_NUMBER = 2_147_483_647
"""The largest number that an edition can have."""


class PolicyUnavailable(Exception):  # noqa: N818 - it names the state
    """The edition in force is not known, so nothing may be decided."""


@dataclass(frozen=True, eq=False)
class Force:
    """One edition with one registry; replaced whole, never changed."""

    edition: Edition
    number: int
    registry: Registry
    judge: Judge
    catalogue: Mapping[str, Personal]
    kept: dict[object, object] = field(default_factory=dict)


class InForce:
    """Reads what is in force, and reads it again before each lease ends."""

    def __init__(
        self,
        store: Store,
        *,
        lease: float = LEASE,
        on_edition: Callable[[Force], None] = lambda _force: None,
        on_keys: Callable[[tuple[KnownKey, ...]], None] = lambda _keys: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
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
        self._watcher: asyncio.Task[None] | None = None
        self.bits = Bits({})

    async def start(self) -> None:
        """Read what is in force and keep it fresh."""
        await self._read()
        self._watcher = asyncio.create_task(self._watch(), name="in force")

    async def stop(self) -> None:
        """Stop reading."""
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)

    async def current(self) -> Force:
        """What is in force now.

        Raises:
            PolicyUnavailable: the lease is over and the database did not renew it.
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
        except Exception as error:
            raise PolicyUnavailable(
                f"the edition in force could not be read: {type(error).__name__}"
            ) from error

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._lease / 3)
            with suppress(Exception):  # the lease runs out, and `current` tells why
                async with self._turn():
                    await self._read()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """One reads at a time; waiting for the turn is a part of the time that a reading may take."""
        async with asyncio.timeout(self._lease * 2), self._reading:
            yield

    async def _read(self) -> None:
        began, now = time.monotonic(), self._clock()
        rows = await self._store.fetch(_NEWEST, {})
        if not rows:
            raise PolicyUnavailable("no edition is published: run `mokuteki init`")
        registry = await read_registry(self._store, now)
        tokens = await read_token_state(self._store, now)
        old = self._force
        name, number = rows[0]
        if old is None or old.number != number:
            same = old is not None and old.edition.id == name
            edition = old.edition if old is not None and same else await self.edition(name)
            await self._put(edition, number, registry)
        elif old.registry != registry:
            await self._put(old.edition, old.number, registry)
        if tokens.keys != self._tokens.keys:
            self._on_keys(tokens.keys)
        self._tokens = tokens
        self._until = began + self._lease if began >= self._outdated else 0.0

    async def _put(self, edition: Edition, number: int, registry: Registry) -> None:
        fields = catalogue(edition)
        guards = (guard for guard in edition.guards if guard.startswith(BY_GUARD))
        self.bits = await load_bits(self._store, (*fields, *guards))
        force = Force(edition, number, registry, Judge(edition, registry.kinds), fields)
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
            PolicyUnavailable: there is none with this id.
        """
        found = await self._store.fetch(_CANONICAL, {"id": name})
        if not found:
            raise PolicyUnavailable("no edition has this id")
        return Edition.from_canonical(found[0][0])
