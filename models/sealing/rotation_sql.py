"""The tables of a rotation: which of their rows are not as they would be written now, and which keys they still name."""

from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from models.database.dialect import Dialect
from models.database.store import Reader
from models.sealing.cell import HEAD
from models.sealing.datakey import Use
from models.sealing.vault import Sealing, Vault

BATCH = 200
"""Rows of one transaction."""

WINDOW = 10_000
"""Rows that one statement looks at."""


class Table(ABC):
    """A table that holds cells, each row of them bound to its `ref`.

    Attributes:
        name: the table.
        columns: the columns that hold something sealed or marked.
        reads: what is read of a row beside its id and its reference, as SQL.
        behind: SQL that is true of a row that is not as it would be written now.
    """

    name: str
    columns: tuple[str, ...]
    reads: tuple[str, ...]
    behind: str

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    @abstractmethod
    def values(self, sealing: Sealing) -> Mapping[str, Any]:
        """What `behind` compares with, by name."""

    @abstractmethod
    def resealed(self, vault: Vault, sealing: Sealing, ref: int, cells: Sequence[Any]) -> Mapping[str, Any]:
        """The columns of a row, sealed anew out of what was read of it.

        Raises:
            Unreadable: a cell of it does not open.
        """

    @abstractmethod
    def names(self, number: int, use: Use) -> str:
        """SQL that is true of a row in which something names this key."""

    def find(self) -> str:
        """The statement that reads, and holds, the first rows that are behind, from the id `after` on up to `upper`."""
        hold = " FOR UPDATE" if self.dialect is Dialect.POSTGRES else ""
        return (
            f"SELECT t.id, t.ref, {', '.join(self.reads)} FROM {self.name} t"
            f" WHERE t.id > :after AND t.id <= :upper AND ({self.behind}) ORDER BY t.id LIMIT {BATCH}{hold}"
        )

    def update(self) -> str:
        """The statement that writes a row that was sealed anew."""
        casts = {"answers": "::jsonb"} if self.dialect is Dialect.POSTGRES else {}
        sets = ", ".join(f"{column} = :{column}{casts.get(column, '')}" for column in self.columns)
        return f"UPDATE {self.name} SET {sets} WHERE id = :id"

    def differs(self, one: str, other: str) -> str:
        """SQL that is true where one is not the other, nothing being a value too."""
        return f"{one} {'IS DISTINCT FROM' if self.dialect is Dialect.POSTGRES else 'IS NOT'} {other}"

    def literal(self, number: int) -> str:
        """The head of a key's cells, as SQL writes bytes."""
        head = number.to_bytes(HEAD).hex()
        return f"'\\x{head}'::bytea" if self.dialect is Dialect.POSTGRES else f"x'{head}'"


def head(column: str) -> str:
    """SQL for what a cell says of its key."""
    return f"substr(t.{column}, 1, {HEAD})"


def letters(number: int) -> str:
    """The head of a key's cells where they stand in text."""
    return b64encode(number.to_bytes(HEAD)).decode()


async def rows_under(
    reader: Reader, tables: Sequence[Table], keys: Sequence[tuple[int, Use]]
) -> dict[int, int]:
    """How many rows each of these keys has a cell or a mark in."""
    found = dict.fromkeys((number for number, _ in keys), 0)
    for table in tables if keys else ():
        sums = (f"sum(CASE WHEN {table.names(number, use)} THEN 1 ELSE 0 END)" for number, use in keys)
        sql = ", ".join(f"COALESCE({each}, 0)" for each in sums)
        after = ""
        async for upper, _ in windows(reader, table):
            rows = await reader.fetch(
                f"SELECT {sql} FROM {table.name} t WHERE t.id > :after AND t.id <= :upper",
                {"after": after, "upper": upper},
            )
            for (number, _use), count in zip(keys, rows[0], strict=True):
                found[number] += count
            after = upper
    return found


async def windows(reader: Reader, table: Table) -> AsyncIterator[tuple[str, int]]:
    """The rows in order of id, some at a time: the last id and how many there are."""
    after = ""
    while True:
        some = f"SELECT id FROM {table.name} WHERE id > :after ORDER BY id LIMIT {WINDOW}"
        rows = await reader.fetch(f"SELECT max(w.id), count(*) FROM ({some}) w", {"after": after})
        upper, count = rows[0]
        if not count:
            return
        yield upper, count
        after = upper
