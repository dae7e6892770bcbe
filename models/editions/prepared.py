"""Prepared editions: texts of those that may be published soon, for every process to read, check and warm ahead."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from models.database.store import Store, Transaction

READY: Final = 2
"""How many editions a process has ready beside the one in force, the newest of those prepared."""

LASTING: Final = timedelta(days=30)
"""For how long an edition stays prepared that nobody publishes."""

_PUT = """
INSERT INTO editions_prepared (id, canonical, prepared_at) VALUES (:id, :canonical, :at)
ON CONFLICT (id) DO UPDATE SET prepared_at = excluded.prepared_at
"""
_FORGET = "DELETE FROM editions_prepared WHERE id = :id"
_FORGET_OLD = "DELETE FROM editions_prepared WHERE prepared_at < :before"
_NEWEST = f"SELECT id FROM editions_prepared ORDER BY prepared_at DESC, id LIMIT {READY}"


async def prepare(transaction: Transaction, edition_id: str, canonical: str, at: datetime) -> None:
    """Have every process make this edition ready, once the transaction is committed.

    Args:
        transaction: the one in which the draft is approved or scheduled.
        edition_id: its id, the hexadecimal SHA-256 of its canonical form.
        canonical: that form.
        at: now. What was prepared thirty days before that is forgotten.
    """
    await transaction.execute(_FORGET_OLD, {"before": at - LASTING})
    await transaction.execute(_PUT, {"id": edition_id, "canonical": canonical, "at": at})


async def forget(transaction: Transaction, edition_id: str) -> None:
    """This edition need not be ready any more: it is published, or nobody will publish it."""
    await transaction.execute(_FORGET, {"id": edition_id})


async def prepared(store: Store) -> Sequence[str]:
    """The ids of the editions to have ready, the newest first."""
    return tuple(row[0] for row in await store.fetch(_NEWEST, {}))
