"""The store: one way to read and to write on both databases, with every write durable when it returns."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from models.database.dialect import Dialect, numbered

Row: TypeAlias = Any
"""A row of either driver; its columns stand by number."""


class StoreUnavailable(Exception):  # noqa: N818 - it names the state
    """The database did not answer in time or refused; nothing was written."""


class WrongValue(Exception):  # noqa: N818 - it names the fault
    """A value that the database cannot take, such as a text with a null character; the database is well."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table that is only appended to: its columns and, for PostgreSQL, their types; each is equal to itself alone."""

    name: str
    columns: tuple[tuple[str, str], ...]


class Reader(ABC):
    """Something that answers a statement: a store, or one transaction of it."""

    dialect: Dialect

    async def fetch(self, sql: str, values: Mapping[str, Any]) -> Sequence[Row]:
        """The rows of a statement whose `:names` stand for `values`."""
        text, names = statement(sql, self.dialect)
        return await self.rows(text, [values[name] for name in names])

    @abstractmethod
    async def rows(self, text: str, args: Sequence[Any]) -> Sequence[Row]:
        """The rows of a statement already numbered for the dialect."""


class Transaction(Reader):
    """A transaction that is committed whole when its block ends, and undone when the block raises."""

    async def execute(self, sql: str, values: Mapping[str, Any]) -> None:
        """Run a statement for its effect."""
        await self.fetch(sql, values)

    @abstractmethod
    async def append(self, rows: Mapping[Table, Sequence[Row]]) -> None:
        """Append rows to tables.

        Raises:
            WrongValue: a row was refused; none of them was appended, and the transaction goes on.
        """


class Store(Reader):
    """A database, opened.

    Attributes:
        url: where it is, for sessions of one's own beside it; blank where there can be none.
    """

    url: str = ""

    @abstractmethod
    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """A durable transaction."""

    def snapshot(self) -> AbstractAsyncContextManager[Reader]:
        """A reader whose statements all see the same moment; a transaction, where there is nothing lighter."""
        return self.transaction()

    @abstractmethod
    async def append(self, rows: Mapping[Table, Sequence[Row]]) -> None:
        """Append rows to tables in one transaction; they are durable when this returns."""

    @abstractmethod
    async def close(self) -> None:
        """Close every connection."""


@lru_cache(maxsize=4096)
def statement(sql: str, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    """`numbered`, remembered."""
    return numbered(sql, dialect)
