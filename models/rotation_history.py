"""The rotation of a history: its cells sealed anew, and counted by the keys they name."""

from collections.abc import Sequence

from models.cell import HEAD, Unreadable
from models.dialect import Dialect
from models.person_row import BECAME, WAS
from models.rotation_sql import BATCH
from models.store import Row, Store, Transaction
from models.vault import Sealing, Vault

_UPDATE = "UPDATE amendments SET was = :was, became = :became WHERE id = :id"


def _head(column: str) -> str:
    return f"substr({column}, 1, {HEAD})"


def _behind(dialect: Dialect) -> str:
    differs = "IS DISTINCT FROM" if dialect is Dialect.POSTGRES else "IS NOT"
    stale = " OR ".join(
        f"({column} IS NOT NULL AND {_head(column)} {differs} :cell)" for column in ("was", "became")
    )
    lock = " FOR UPDATE" if dialect is Dialect.POSTGRES else ""
    return (
        f"SELECT id, ref, field, was, became FROM amendments WHERE id > :after AND ({stale})"
        f" ORDER BY id LIMIT {BATCH}{lock}"
    )


async def reseal_history(store: Store, vault: Vault) -> tuple[int, list[Unreadable]]:
    """Seal every cell of the history under the newest key; how many rows, and what did not open.

    Raises:
        StoreUnavailable: the database did not answer; run it again.
    """
    rows, after = 0, ""
    unreadable: list[Unreadable] = []
    while True:
        async with store.transaction() as transaction:
            sealing = await vault.hold(transaction)
            found = await transaction.fetch(
                _behind(store.dialect), {"after": after, "cell": sealing.cell.head}
            )
            for row in found:
                try:
                    await _reseal(transaction, vault, sealing, row)
                    rows += 1
                except Unreadable as fault:
                    unreadable.append(fault)
        if len(found) < BATCH:
            return rows, unreadable
        after = found[-1][0]


async def _reseal(transaction: Transaction, vault: Vault, sealing: Sealing, row: Row) -> None:
    name, ref, path, was, became = row
    cells = {
        "was": None if was is None else sealing.cell.seal(path + WAS, ref, vault.open(path + WAS, ref, was)),
        "became": None
        if became is None
        else sealing.cell.seal(path + BECAME, ref, vault.open(path + BECAME, ref, became)),
    }
    await transaction.execute(_UPDATE, {**cells, "id": name})


async def history_under(reader: Store | Transaction, numbers: Sequence[int]) -> dict[int, int]:
    """How many rows of the history each of these keys has a cell in."""
    found = {}
    for number in numbers:
        head = number.to_bytes(HEAD)
        rows = await reader.fetch(
            f"SELECT count(*) FROM amendments WHERE {_head('was')} = :head OR {_head('became')} = :head",
            {"head": head},
        )
        found[number] = int(rows[0][0])
    return found
