"""The vault: the data keys of one open database, unwrapped in memory for as long as it is open."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_bytes
from typing import Any
from weakref import WeakKeyDictionary

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext, get_current_context

from models.database.dialect import Dialect
from models.database.store import Reader, Store, StoreUnavailable, Transaction
from models.sealing.cell import HEAD, SECRET, CellKey, MarkKey, UnknownKey, Unreadable, number_of
from models.sealing.datakey import MasterKey, Use, WrongMasterKey

_KEYS = "SELECT number, use, wrapped, retired_at FROM data_keys ORDER BY number"
_REWRAP = "UPDATE data_keys SET wrapped = :wrapped WHERE number = :number"
LOCK = "LOCK TABLE data_keys IN SHARE ROW EXCLUSIVE MODE"
"""Holds off whoever else would make, wrap or drop keys on PostgreSQL; on SQLite every transaction does."""

_HIGHEST = "SELECT max(number) FROM data_keys"
_MAKE = """
INSERT INTO data_keys (number, use, wrapped, created_at) VALUES (:number, :use, :wrapped, :now)
ON CONFLICT DO NOTHING
"""
_ANY_CELL = "SELECT 1 FROM users WHERE CAST(answers AS text) LIKE '%\"sealed\"%'{} LIMIT 1"
_NEWEST = "SELECT number, use FROM data_keys WHERE retired_at IS NULL ORDER BY number"
_HELD = f"{_NEWEST} FOR KEY SHARE"
_TAKE_THE_LOCK = "UPDATE data_keys SET retired_at = retired_at WHERE 1 = 0"
_MOST_LOOKS = 3
_FEW = 6
"""So many cells are opened sooner one by one."""


class NoKeys(Exception):  # noqa: N818 - it names the state
    """The database was opened without its master key, so nothing sealed can be read or written."""


@dataclass(frozen=True, slots=True)
class Sealing:
    """What a writer seals with, for one transaction: the newest keys, and the answers that may stand in clear."""

    cell: CellKey
    mark: MarkKey
    clear: frozenset[str]


class Vault:
    """Opens and seals with the data keys of one database.

    A key once read stays known while the database is open, even when its row is dropped: a row that was
    read a moment before may still need it.
    """

    def __init__(self, store: Store, master: MasterKey) -> None:
        self._store = store
        self._master = master
        self._cells: dict[bytes, CellKey] = {}
        self._marks: dict[int, MarkKey] = {}
        self._marking: tuple[MarkKey, ...] = ()
        self._highest = 0
        self._clear: frozenset[str] = frozenset()

    async def start(self, sealed: Iterable[str]) -> None:
        """Read the keys, and make the first ones in a database that has none, and nothing in its `sealed` columns.

        Raises:
            WrongMasterKey: they were wrapped under another master key, or they are gone and cells are left.
        """
        await self.read(self._store)
        if self._highest:
            return
        columns = "".join(f" OR {column} IS NOT NULL" for column in sealed)
        if await self._store.fetch(_ANY_CELL.format(columns), {}):
            raise WrongMasterKey(
                "the database holds sealed values and no data keys: restore the table `data_keys` from a backup"
            )
        async with self._store.transaction() as transaction:
            await self.make(transaction, after=0)
        await self.read(self._store)

    async def make(self, transaction: Transaction, *, after: int) -> None:
        """New keys of each use, numbered on from `after`; a number is taken once, whoever comes first.

        Raises:
            WrongMasterKey: the master key was changed since this database was opened.
        """
        for number, use, wrapped, _ in await transaction.fetch(_KEYS, {}):
            self._master.unwrap(number, Use(use), wrapped)
        for number, use in enumerate(Use, after + 1):
            row = {"number": number, "use": use.value, "now": datetime.now(UTC)}
            wrapped = self._master.wrap(number, use, token_bytes(SECRET))
            await transaction.execute(_MAKE, {**row, "wrapped": wrapped})

    async def read(self, reader: Reader) -> None:
        """Learn the keys that are in the table now.

        Raises:
            WrongMasterKey: one was wrapped under another master key.
        """
        marking: list[MarkKey] = []
        for number, use, wrapped, _ in await reader.fetch(_KEYS, {}):
            if use == Use.MARK:
                if number not in self._marks:
                    self._marks[number] = MarkKey(number, self._master.unwrap(number, Use.MARK, wrapped))
                marking.append(self._marks[number])
            elif number.to_bytes(HEAD) not in self._cells:
                secret = self._master.unwrap(number, Use.CELL, wrapped)
                self._cells[number.to_bytes(HEAD)] = CellKey(number, secret)
            self._highest = max(self._highest, number)
        self._marking = tuple(marking)

    async def renewed(self, reader: Reader) -> bool:
        """Whether there was a key that was not known yet; it is now."""
        if (await reader.fetch(_HIGHEST, {}))[0][0] == self._highest:
            return False
        await self.read(reader)
        return True

    async def rewrap(self, master: MasterKey) -> int:
        """Wrap every key under another master key; how many there are.

        Raises:
            WrongMasterKey: the master key was changed since this database was opened.
        """
        async with self._store.transaction() as transaction:
            if self._store.dialect is Dialect.POSTGRES:
                await transaction.execute(LOCK, {})
            rows = await transaction.fetch(_KEYS, {})
            for number, use, wrapped, _ in rows:
                secret = self._master.unwrap(number, Use(use), wrapped)
                again = {"number": number, "wrapped": master.wrap(number, Use(use), secret)}
                await transaction.execute(_REWRAP, again)
        return len(rows)

    def leave_clear(self, paths: Collection[str]) -> None:
        """The answers that are written in clear from now on; any other is sealed, known or not."""
        self._clear = frozenset(paths)

    def marks(self, path: str, value: str) -> list[str]:
        """The marks that this value of a field may have: one for each key that marks are still under."""
        return [key.mark(path, value) for key in self._marking]

    def open(self, path: str, ref: int, cell: object) -> bytes:
        """The value in one cell.

        Raises:
            Unreadable: it is no cell of this field and person.
            UnknownKey: the key it names is not known.
        """
        if not isinstance(cell, bytes):
            raise Unreadable(path, None)
        key = self._cells.get(cell[:HEAD])
        if key is None:
            raise UnknownKey(path, number_of(cell))
        return key.open(path, ref, cell)

    def open_all(self, path: str, refs: Sequence[int], cells: Sequence[Any]) -> list[bytes]:
        """The values in the cells of one field; many under one key, as they nearly always are, at once.

        Raises:
            Unreadable, UnknownKey: for the first that does not open.
        """
        first = cells[0] if len(cells) > _FEW else None
        key = self._cells.get(first[:HEAD]) if isinstance(first, bytes) else None
        opened = None if key is None else key.open_all(path, refs, cells)
        if opened is None:
            return [self.open(path, ref, cell) for ref, cell in zip(refs, cells, strict=True)]
        return opened

    async def sealing(self, connection: BaseDBAsyncClient) -> Sealing:
        """The newest keys, held in the table until the transaction of this connection has ended.

        Without that hold a rotation could drop the key of a cell that is about to be committed.

        Raises:
            StoreUnavailable: keys are being replaced just now.
        """
        postgres = Dialect(connection.capabilities.dialect) is Dialect.POSTGRES
        if not postgres:
            await connection.execute_query(_TAKE_THE_LOCK)

        async def newest() -> list[tuple[int, str]]:
            rows = await connection.execute_query_dict(_HELD if postgres else _NEWEST)
            return [(row["number"], row["use"]) for row in rows]

        return await self._held(newest)

    async def hold(self, transaction: Transaction) -> Sealing:
        """As `sealing`, in a transaction of the store.

        Raises:
            StoreUnavailable: keys are being replaced just now.
        """
        postgres = transaction.dialect is Dialect.POSTGRES

        async def newest() -> list[tuple[int, str]]:
            return [tuple(row) for row in await transaction.fetch(_HELD if postgres else _NEWEST, {})]

        return await self._held(newest)

    async def _held(self, look: Callable[[], Awaitable[Sequence[tuple[int, str]]]]) -> Sealing:
        """The keys that a look finds; a key dropped meanwhile is passed over, so it may find too few of them."""
        for _ in range(_MOST_LOOKS):
            newest = {Use(use): number for number, use in await look()}
            if newest.keys() == set(Use):
                if max(newest.values()) > self._highest:
                    await self.read(self._store)
                cell = self._cells[newest[Use.CELL].to_bytes(HEAD)]
                return Sealing(cell, self._marks[newest[Use.MARK]], self._clear)
        raise StoreUnavailable("the data keys are being replaced: try again")


_open: WeakKeyDictionary[TortoiseContext, Vault] = WeakKeyDictionary()


def put_in_use(context: TortoiseContext, vault: Vault) -> None:
    """Let the records of an open database be sealed and opened by this vault."""
    _open[context] = vault


def vault_in_use() -> Vault:
    """The vault of the database that records are read from here.

    Raises:
        NoKeys: it was opened without a master key.
    """
    context = get_current_context()
    found = _open.get(context) if context is not None else None
    if found is None:
        raise NoKeys("the database was opened without its master key")
    return found
