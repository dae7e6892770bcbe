"""The database itself refuses to change or remove what was recorded, whoever is connected to it."""

import sqlite3
from collections.abc import AsyncIterator

import asyncpg
import pytest

from models.catalogue import FIELDS
from models.database.dialect import Dialect
from models.database.opening import migrate, opened
from models.database.store import Store
from models.ledger.bits import Bits, load_bits
from tests.models.test_ledger import elsewhere, entry, group, provision, running

EVENT = """INSERT INTO consent_events (id, consent_id, user_id, state, at, by, notice_version, language, method)
VALUES ('kept', 'c', 'u', 'GIVEN', '2026-11-22 03:00:00+00:00', 'u', '1', 'en', 'CLICK')"""
EDITION = """INSERT INTO editions (number, id, canonical, published_at)
VALUES (1, 'kept', '{}', '2026-11-22 03:00:00+00:00')"""
ACQUISITION = """INSERT INTO acquisitions
(id, user_id, source, shown, policy_version, language, notice_at, acquired_at)
VALUES ('kept', 'u', 'SERVICE_FORM', 1, '1', 'en', '2026-11-22 03:00:00+00:00', '2026-11-22 03:00:00+00:00')"""
PURGE = """INSERT INTO provision_purges (id, run, at, on_day, by, due_on, first_id, last_id, records)
VALUES ('kept', 'r', '2026-11-22 03:00:00+00:00', '2026-11-22', 'cli:x', '2026-11-21', '0', '1', 1)"""
NOTICE = """INSERT INTO notice_texts (hash, text, language, first_at)
VALUES ('kept', 'What was shown', 'en', '2026-11-22 03:00:00+00:00')"""
RECEIPT = """INSERT INTO receipts
(id, received_id, ref, provider, provider_name, provider_address, provider_representative, history, evidence_kind,
 evidence, purpose, consented_at, consent_method, notice_version, notice_at, items, acquired_at, received_at,
 received_on, retain_until, request_id)
VALUES ('kept', 'r', 1, 'p', 'P', 'A', 'R', 'h', 'CONTRACT', 'e', 'service.application', '2026-11-22 03:00:00+00:00',
 'TICK', '1', '2026-11-22 03:00:00+00:00', '[]', '2026-11-22 03:00:00+00:00', '2026-11-22 03:00:00+00:00',
 '2026-11-22', '2029-11-22', 'q')"""
APPROVAL = """INSERT INTO draft_approvals (id, draft_id, base, hash, by, client, at, note, overrides)
VALUES ('kept', 'd', 'b', 'h', 'y', 'policy-approver', '2026-11-22 03:00:00+00:00', 'Agreed', '{}')"""

TABLES = {
    "accesses": ("id", "client = 'x'"),
    "acquisitions": ("id", "language = 'x'"),
    "catalogue": ("path", "bit = 1000"),
    "consent_events": ("id", "language = 'x'"),
    "draft_approvals": ("id", "note = 'x'"),
    "editions": ("number", "note = 'x'"),
    "notice_texts": ("hash", "text = 'x'"),
    "provisions": ("id", "basis = 'x'"),
    "provision_purges": ("id", "by = 'x'"),
    "receipts": ("id", "evidence = 'x'"),
}
"""The key of each table, and a change to it."""

ANYWHERE = {
    "an update": "UPDATE {table} SET {change}",
    "a removal": "DELETE FROM {table}",
    "an insertion that updates": (
        "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT ({key}) DO UPDATE SET {change}"
    ),
}
SQLITE = {"an update that replaces": "UPDATE OR REPLACE {table} SET {change}"}
REPLACEMENTS = {
    "a replacement": "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    "a replacement by its short name": "REPLACE INTO {table} SELECT * FROM {table}",
    "a replacement of the row's place": (
        "INSERT OR REPLACE INTO {table} (rowid, {key}) SELECT rowid, rowid FROM {table}"
    ),
}
POSTGRES = {
    "an emptying": "TRUNCATE {table} CASCADE",
    "a merge": "MERGE INTO {table} t USING {table} s ON t.{key} = s.{key} WHEN MATCHED THEN UPDATE SET {change}",
    "a merge that removes": "MERGE INTO {table} t USING {table} s ON t.{key} = s.{key} WHEN MATCHED THEN DELETE",
}


@pytest.fixture(scope="module")
async def store(database_url: str) -> AsyncIterator[Store]:
    """A store with a row in each table that only grows."""
    await migrate(database_url)
    async with opened(database_url, pool_size=2) as made:
        bits: Bits = await load_bits(made, FIELDS)
        async with running(made, bits) as ledger:
            await ledger.record(entry(groups=(group(1),), provisions=(provision(1),)))
        for row in (EVENT, EDITION, ACQUISITION, PURGE, NOTICE, RECEIPT, APPROVAL):
            await elsewhere(database_url, row)
        yield made


def acts(dialect: Dialect) -> dict[str, str]:
    if dialect is Dialect.POSTGRES:
        return ANYWHERE | POSTGRES
    return ANYWHERE | SQLITE | REPLACEMENTS


@pytest.mark.parametrize("table", TABLES)
async def test_what_was_recorded_is_neither_changed_nor_removed(
    store: Store, database_url: str, table: str
) -> None:
    key, change = TABLES[table]
    before = await elsewhere(database_url, f"SELECT * FROM {table}")
    assert before
    for name, act in acts(store.dialect).items():
        with pytest.raises((sqlite3.Error, asyncpg.PostgresError), match=f"{table} only grows"):
            await elsewhere(database_url, act.format(table=table, key=key, change=change))
        assert await elsewhere(database_url, f"SELECT * FROM {table}") == before, name


WITHDRAWN = "withdrawn_by = 'y', withdrawn_at = '2026-11-22 04:00:00+00:00'"
UNWITHDRAWN = "withdrawn_by = NULL, withdrawn_at = NULL"


@pytest.mark.parametrize(
    ("before", "change"),
    [
        ((), f"{WITHDRAWN}, note = 'x'"),
        ((), f"{WITHDRAWN}, hash = 'another'"),
        ((), "withdrawn_by = 'y'"),
        ((), "withdrawn_at = '2026-11-22 04:00:00+00:00'"),
        ((WITHDRAWN,), WITHDRAWN),
        ((WITHDRAWN,), UNWITHDRAWN),
        ((WITHDRAWN,), "withdrawn_by = 'x'"),
    ],
)
async def test_an_approval_is_withdrawn_once_and_otherwise_as_it_was(
    own_database_url: str, before: tuple[str, ...], change: str
) -> None:
    act = "UPDATE draft_approvals SET {change} WHERE id = 'kept'"
    for sql in (APPROVAL, *(act.format(change=each) for each in before)):
        await elsewhere(own_database_url, sql)
    told = "SELECT hash, note, withdrawn_by FROM draft_approvals"
    assert await elsewhere(own_database_url, told) == [("h", "Agreed", "y" if before else None)]
    with pytest.raises((sqlite3.Error, asyncpg.PostgresError), match="draft_approvals only grows"):
        await elsewhere(own_database_url, act.format(change=change))
    assert await elsewhere(own_database_url, told) == [("h", "Agreed", "y" if before else None)]


async def test_a_number_of_a_field_is_not_taken_over_by_another_field(
    store: Store, database_url: str
) -> None:
    act = "INSERT INTO catalogue (path, bit) VALUES ('User.another', 0)"
    if store.dialect is Dialect.SQLITE:
        act = act.replace("INSERT", "INSERT OR REPLACE")
    with pytest.raises((sqlite3.IntegrityError, asyncpg.UniqueViolationError)):
        await elsewhere(database_url, act)
    assert await elsewhere(database_url, "SELECT count(*) FROM catalogue WHERE bit = 0") == [(1,)]
