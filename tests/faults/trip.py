"""The trip: which call of the database fails next, and how; and the drivers of both databases with it laid in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

import aiosqlite
import asyncpg
import pytest

from models.clients.use import ClientUse
from models.database import postgres as store_postgres
from models.database import sqlite as store_sqlite
from models.database.opening import SQLITE
from models.ledger.index import LedgerIndex

SLEEP = "SELECT pg_sleep(60)"


class Fault(StrEnum):
    """How a call fails. `…_AFTER`: it was carried out, and only the word of it is lost."""

    ERROR = "error"
    FULL = "disk full"
    TIMEOUT = "timeout"
    LOST_BEFORE = "connection lost before"
    LOST_AMID = "connection lost amid"
    ERROR_AFTER = "error after"
    TIMEOUT_AFTER = "timeout after"
    LOST_AFTER = "connection lost after"

    @property
    def after(self) -> bool:
        return self in (Fault.ERROR_AFTER, Fault.TIMEOUT_AFTER, Fault.LOST_AFTER)


ON_POSTGRES = (
    Fault.ERROR,
    Fault.FULL,
    Fault.TIMEOUT,
    Fault.LOST_BEFORE,
    Fault.LOST_AMID,
    Fault.TIMEOUT_AFTER,
    Fault.LOST_AFTER,
)
ON_SQLITE = (Fault.ERROR, Fault.FULL, Fault.TIMEOUT, Fault.ERROR_AFTER)
"""A file has no connection that could be lost."""


class Trip:
    """Counts the calls of one operation and fails one of them."""

    admin: "asyncpg.Connection[asyncpg.Record]"
    """Ends sessions of the server."""

    def __init__(self) -> None:
        self._fault: Fault | None = None
        self._at = self.calls = 0
        self.fired: str | None = None

    @contextmanager
    def armed(self, at: int, fault: Fault | None) -> Iterator[None]:
        """Fail the call of this number, from 1; without a fault the calls are only counted."""
        self._at, self.calls, self.fired = at, 0, None
        self._fault, self._counting = fault, True
        try:
            yield
        finally:
            self._counting = False

    _counting = False

    def next(self, call: str) -> Fault | None:
        """How this call is to fail, if it is."""
        if not self._counting:
            return None
        self.calls += 1
        if self.calls != self._at or self._fault is None:
            return None
        self.fired = " ".join(call.split())[:40]
        return self._fault


class FaultyFile:
    """A connection to SQLite."""

    def __init__(self, real: aiosqlite.Connection, trip: Trip) -> None:
        self._real = real
        self._trip = trip

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    async def execute(self, sql: str, *args: Any) -> Any:
        return await self._call(sql, lambda: self._real.execute(sql, *args))

    async def execute_fetchall(self, sql: str, *args: Any) -> Any:
        return await self._call(sql, lambda: self._real.execute_fetchall(sql, *args))

    async def executemany(self, sql: str, rows: Sequence[Any]) -> Any:
        return await self._call(sql, lambda: self._real.executemany(sql, rows))

    async def _call(self, sql: str, run: Callable[[], Awaitable[Any]]) -> Any:
        fault = self._trip.next(sql)
        if fault is None:
            return await run()
        if fault.after:
            await run()
        if fault is Fault.FULL and self._real.in_transaction:
            await self._real.execute("ROLLBACK")  # as SQLite does by itself for some of these
        words = {Fault.FULL: "database or disk is full", Fault.TIMEOUT: "database is locked"}
        raise aiosqlite.OperationalError(words.get(fault, "disk I/O error"))


def faulty_connection(trip: Trip) -> type[asyncpg.Connection]:
    """A connection to PostgreSQL whose faults are made by the server."""

    class FaultyConnection(asyncpg.Connection):
        async def execute(self, query: str, *args: Any, timeout: float | None = None) -> Any:
            run = super().execute
            return await self._call(query, lambda: run(query, *args, timeout=timeout))

        async def fetch(self, query: str, *args: Any, **more: Any) -> Any:
            run = super().fetch
            return await self._call(query, lambda: run(query, *args, **more))

        async def _call(self, query: str, run: Callable[[], Awaitable[Any]]) -> Any:
            fault = trip.next(query)
            if fault is None:
                return await run()
            if fault.after:
                await run()
            if fault in (Fault.LOST_BEFORE, Fault.LOST_AFTER):
                await trip.admin.execute("SELECT pg_terminate_backend($1)", self.get_server_pid())
                while fault is Fault.LOST_BEFORE and not self.is_closed():  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0)
            elif fault is Fault.LOST_AMID:  # as the driver was seen to say of a session that ends just then
                self.terminate()
                raise asyncpg.InternalClientError("another operation is in progress")
            elif fault in (Fault.ERROR, Fault.FULL):
                code = "53100" if fault is Fault.FULL else "XX000"
                raising = f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$"
                await super().execute(raising)
            else:
                await super().execute(SLEEP, timeout=0.02)
            return await run() if fault is Fault.LOST_BEFORE else await super().execute("SELECT 1")

    return FaultyConnection


@asynccontextmanager
async def laid(trip: Trip, url: str) -> AsyncIterator[None]:
    """Every store that is opened meanwhile has the trip laid in, and nothing runs beside the operations."""

    async def pool(dsn: str, **more: Any) -> Any:
        return await asyncpg.create_pool(dsn, connection_class=faulty_connection(trip), **more)

    async def connect(path: str, **more: Any) -> Any:
        return FaultyFile(await aiosqlite.connect(path, **more), trip)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_postgres, "asyncpg", SimpleNamespace(**{**vars(asyncpg), "create_pool": pool}))
        patch.setattr(store_sqlite, "aiosqlite", SimpleNamespace(**{**vars(aiosqlite), "connect": connect}))
        patch.setattr(LedgerIndex, "start", lambda _index: None)
        patch.setattr(ClientUse, "start", lambda _uses: None)
        if url.startswith(SQLITE):
            yield
            return
        trip.admin = await asyncpg.connect(url)
        try:
            yield
        finally:
            await trip.admin.close()
