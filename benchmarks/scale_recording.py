"""What the months cost the ledger: group commits into the partitioned tables, and into plain ones as they were."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from secrets import token_hex

from models.catalogue import FIELDS
from models.database.store import Store, Table
from models.ledger.access import Outcome
from models.ledger.bits import load_bits
from models.ledger.entry import Entry, Group
from models.ledger.rows import Rows

BATCH = 32
"""Operations in one commit."""

PLAIN = (
    "CREATE TABLE accesses_plain (LIKE accesses INCLUDING DEFAULTS, PRIMARY KEY (id))",
    "CREATE INDEX ON accesses_plain (request_id)",
)


async def recording(store: Store, rounds: int) -> tuple[float, float]:
    """Milliseconds of the median commit, by months and plain, taken in turns."""
    for statement in PLAIN:
        await store.fetch(statement, {})
    rows = Rows(lambda: bits)
    bits = await load_bits(store, FIELDS)
    taken: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(rounds * 2):
        by_months = turn % 2 == 0
        batch = {
            table if by_months or table.name != "accesses" else replace(table, name="accesses_plain"): made
            for table, made in rows.rows([_entry(number) for number in range(BATCH)]).items()
        }
        began = time.perf_counter()
        await store.append(_filled(batch))
        taken[by_months].append((time.perf_counter() - began) * 1000)
    return sorted(taken[True])[rounds // 2], sorted(taken[False])[rounds // 2]


def _filled(batch: dict[Table, list[tuple[object, ...]]]) -> dict[Table, list[tuple[object, ...]]]:
    return {table: rows for table, rows in batch.items() if rows}


def _entry(number: int) -> Entry:
    return Entry(
        at=datetime.now(UTC),
        request_id=token_hex(10),
        client="frontend",
        role="frontend",
        purpose="service.account",
        recipient="internal",
        operation=None,
        edition="e",
        outcome=Outcome.RELEASED,
        groups=(Group(frozenset({"User.id"}), frozenset(), ("CONSENT",), (number,)),),
    )
