"""The store on SQLite: one connection that only reads, and one that writes with full durability."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import aiosqlite

from models.database.dialect import Dialect
from models.database.store import Row, Store, StoreUnavailable, Table, Transaction, WrongValue

WRONG = (sqlite3.IntegrityError, sqlite3.DataError, OverflowError, UnicodeEncodeError)
"""What a statement brought on itself."""

TOO_COMPLEX = ("too large", "too many", "too complex", "stack overflow")
"""How SQLite tells that a statement asks too much; it has no code for it."""


def _failed(error: Exception, what: str) -> WrongValue | StoreUnavailable:
    """The statement is at fault, or the database."""
    if any(each in str(error) for each in TOO_COMPLEX):
        return WrongValue(type(error).__name__)
    return StoreUnavailable(f"{what}: {type(error).__name__}")


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of a statement
    """A value as SQLite keeps it, in the form that Tortoise writes too."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return value


def _append(table: Table) -> str:
    names = ", ".join(f'"{name}"' for name, _ in table.columns)
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join("?" * len(table.columns))})'


async def _append_all(connection: aiosqlite.Connection, rows: Mapping[Table, Sequence[Row]]) -> None:
    for table, batch in rows.items():
        if batch:
            plain = [[_plain(value) for value in row] for row in batch]
            await connection.executemany(_append(table), plain)


class _SqliteTransaction(Transaction):
    dialect = Dialect.SQLITE

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def rows(self, text: str, args: Sequence[Any]) -> Sequence[Row]:
        return list(await self._connection.execute_fetchall(text, [_plain(arg) for arg in args]))

    async def append(self, rows: Mapping[Table, Sequence[Row]]) -> None:
        await self._connection.execute("SAVEPOINT appending")
        try:
            await _append_all(self._connection, rows)
        except WRONG as error:
            await self._connection.execute("ROLLBACK TO appending")
            raise WrongValue(type(error).__name__) from error
        await self._connection.execute("RELEASE appending")


class SqliteStore(Store):
    """SQLite in WAL mode."""

    dialect = Dialect.SQLITE

    def __init__(
        self, reader: aiosqlite.Connection, writer: aiosqlite.Connection, *, patience: float
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._patience = patience
        self._writing = asyncio.Lock()

    @classmethod
    async def open(cls, path: str, *, patience: float = 2.0) -> "SqliteStore":
        """Open the file; a write fails that waits `patience` seconds for its turn here, or then for another process."""
        writer = await aiosqlite.connect(path, isolation_level=None)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={int(patience * 1000)}",
            "foreign_keys=ON",
        ):
            await writer.execute(f"PRAGMA {pragma}")
        reader = await aiosqlite.connect(path, isolation_level=None)
        for pragma in ("query_only=ON", f"busy_timeout={int(patience * 1000)}"):
            await reader.execute(f"PRAGMA {pragma}")
        return cls(reader, writer, patience=patience)

    async def rows(self, text: str, args: Sequence[Any]) -> Sequence[Row]:
        try:
            return list(await self._reader.execute_fetchall(text, [_plain(arg) for arg in args]))
        except WRONG as error:
            raise WrongValue(type(error).__name__) from error
        except (sqlite3.Error, ValueError) as error:
            raise _failed(error, "the database did not answer") from error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with self._turn():
            try:
                async with self._begun():
                    yield _SqliteTransaction(self._writer)
            except WRONG as error:
                raise WrongValue(type(error).__name__) from error
            except (sqlite3.Error, ValueError) as error:
                raise _failed(error, "the database did not commit") from error

    @asynccontextmanager
    async def _begun(self) -> AsyncIterator[None]:
        try:
            if self._writer.in_transaction:  # the one before could not be undone when it failed
                await self._whole("ROLLBACK")
            await self._whole("BEGIN IMMEDIATE")
            yield
            await self._whole("COMMIT")
        except BaseException:
            if self._writer.in_transaction:
                await self._whole("ROLLBACK")
            raise

    async def _whole(self, sql: str) -> None:
        """Run a statement to its end even if whoever asked has gone: the writer must not stay in a transaction."""
        running = asyncio.ensure_future(self._writer.execute(sql))
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait({running})
            running.exception()
            raise

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._patience):
                await self._writing.acquire()
        except TimeoutError as error:
            raise StoreUnavailable("the database is busy with other writes") from error
        try:
            yield
        finally:
            self._writing.release()

    async def append(self, rows: Mapping[Table, Sequence[Row]]) -> None:
        async with self.transaction():
            await _append_all(self._writer, rows)

    async def close(self) -> None:
        await self._reader.close()
        await self._writer.close()
