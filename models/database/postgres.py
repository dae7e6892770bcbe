"""The store on PostgreSQL: a pool for reading, and one statement for a whole batch of appends."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from types import MappingProxyType, TracebackType
from typing import Any, Final, TypeAlias

import asyncpg

from models.database.dialect import Dialect
from models.database.store import Reader, Row, Store, StoreUnavailable, Table, Transaction, WrongValue
from models.database.turns import Turns

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
WRONG = (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError, asyncpg.ProgramLimitExceededError)
"""What a statement brought on itself; the database is well."""

FAULTS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""How a database tells that it does not answer; the driver is confused by a session that ends amid a word."""


@lru_cache(maxsize=64)
def _append(tables: tuple[Table, ...]) -> str:
    parts: list[str] = []
    place = 0
    for table in tables:
        names = ", ".join(f'"{name}"' for name, _ in table.columns)
        arrays = ", ".join(
            f"${place + offset}::{kind}[]" for offset, (_, kind) in enumerate(table.columns, start=1)
        )
        place += len(table.columns)
        parts.append(f'INSERT INTO "{table.name}" ({names}) SELECT * FROM unnest({arrays})')
    *first, last = parts
    if not first:
        return last
    return "WITH " + ", ".join(f"w{i} AS ({part})" for i, part in enumerate(first)) + " " + last


def _columns(rows: Mapping[Table, Sequence[Row]]) -> list[Sequence[Any]]:
    return [column for batch in rows.values() for column in zip(*batch, strict=True)]


LONGEST_STATEMENT = 10.0
"""Seconds after which a statement is given up."""

SESSION = """
SET application_name = 'mokuteki';
SET timezone = 'UTC';
SET jit = off;
SET lock_timeout = '2s';
SET statement_timeout = '12s';
SET idle_in_transaction_session_timeout = '60s';
SET random_page_cost = 1.1;
SET plan_cache_mode = force_generic_plan
"""
"""The statements are short and few: they are planned once, for a disk without a moving head.

They are set after connecting, since a pooler such as PgBouncer refuses what it does not know as a parameter of the
start. The server gives a statement up a little after we do, should nobody be left to cancel it.
"""


async def _settle(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    await connection.execute(SESSION)


async def _keep(_connection: object) -> None:
    """No statement ever sets session state, so a connection goes back to the pool as it is."""


SETTLED: Final[Mapping[str, Any]] = MappingProxyType({"init": _settle, "reset": _keep})
"""What makes every connection of a pool of asyncpg such a session, and keeps it one."""


def _gone(connection: Connection) -> bool:
    """Whether the server has closed it; the pool has then taken it back by itself, and it answers no question more."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True


class _PostgresTransaction(Transaction):
    dialect = Dialect.POSTGRES

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def rows(self, text: str, args: Sequence[Any]) -> Sequence[Row]:
        return await self._connection.fetch(text, *args)

    async def append(self, rows: Mapping[Table, Sequence[Row]]) -> None:
        filled = {table: batch for table, batch in rows.items() if batch}
        if not filled:
            return
        try:
            async with self._connection.transaction():
                await self._connection.execute(_append(tuple(filled)), *_columns(filled))
        except WRONG as error:
            raise WrongValue(type(error).__name__) from error


class PostgresStore(Store):
    """PostgreSQL by asyncpg.

    Connections that only read or append stay taken from the pool between operations: handing one back and forth
    costs more than a short statement. One that fails goes back, and the pool replaces it. Changes, which may wait for
    one another, take half of the places at most, so that people can be read meanwhile.
    """

    dialect = Dialect.POSTGRES

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", *, size: int, patience: float) -> None:
        self._pool = pool
        self._patience = patience
        self._turns = Turns(size, patience)
        self._changing = Turns(max(1, size // 2), patience)
        self._idle: list[Connection] = []

    @classmethod
    async def open(cls, dsn: str, *, size: int, patience: float = 2.0) -> "PostgresStore":
        """Open up to `size` connections; a write that waits longer than `patience` seconds fails."""
        pool = await asyncpg.create_pool(
            dsn,
            min_size=min(2, size),
            max_size=size + 1,
            command_timeout=LONGEST_STATEMENT,
            **SETTLED,
        )
        return cls(pool, size=size, patience=patience)

    def _taken(self) -> "_Taken":
        """A connection for one statement."""
        return _Taken(self)

    async def take(self) -> Connection:
        """A connection, in turn; each must be given back, or given up."""
        await self._turns.take()
        try:
            return await self._one()
        except BaseException:
            self._turns.leave()
            raise

    def give_back(self, connection: Connection) -> None:
        """Let the connection rest until the next statement."""
        self._idle.append(connection)
        self._turns.leave()

    async def give_up(self, connection: Connection) -> None:
        """Return a connection that failed to the pool."""
        try:
            await self._pool.release(connection)
        finally:
            self._turns.leave()

    async def _one(self) -> Connection:
        """One that rests, unless the server has closed it meanwhile; else one of the pool."""
        while self._idle:
            connection = self._idle.pop()
            if not _gone(connection):
                return connection
            await self._pool.release(connection)
        return await self._pool.acquire(timeout=self._patience)

    async def rows(self, text: str, args: Sequence[Any]) -> Sequence[Row]:
        try:
            async with self._taken() as connection:
                return await connection.fetch(text, *args)
        except WRONG as error:
            raise WrongValue(type(error).__name__) from error
        except FAULTS as error:
            raise StoreUnavailable(f"the database did not answer: {type(error).__name__}") from error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        try:
            async with self._changing.taken(), self._taken() as connection, connection.transaction():
                await connection.execute(f"SET LOCAL lock_timeout = {int(self._patience * 1000)}")
                yield _PostgresTransaction(connection)
        except WRONG as error:
            raise WrongValue(type(error).__name__) from error
        except FAULTS as error:
            raise StoreUnavailable(f"the database did not commit: {type(error).__name__}") from error

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Reader]:
        try:
            async with (
                self._taken() as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                yield _PostgresTransaction(connection)
        except WRONG as error:
            raise WrongValue(type(error).__name__) from error
        except FAULTS as error:
            raise StoreUnavailable(f"the database did not answer: {type(error).__name__}") from error

    async def append(self, rows: Mapping[Table, Sequence[Row]]) -> None:
        filled = {table: batch for table, batch in rows.items() if batch}
        if not filled:
            return
        try:
            async with self._taken() as connection:
                await connection.execute(_append(tuple(filled)), *_columns(filled), timeout=self._patience)
        except WRONG as error:
            raise WrongValue(type(error).__name__) from error
        except FAULTS as error:
            raise StoreUnavailable(f"the database did not commit: {type(error).__name__}") from error

    async def close(self) -> None:
        while self._idle:
            await self._pool.release(self._idle.pop())
        await self._pool.close()


class _Taken:
    """A connection, taken for the length of a block: a class, for a generator would cost a quarter of the statement."""

    __slots__ = ("_connection", "_store")

    def __init__(self, store: PostgresStore) -> None:
        self._store = store

    async def __aenter__(self) -> Connection:
        self._connection = await self._store.take()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._store.give_back(self._connection)
        else:
            await self._store.give_up(self._connection)
