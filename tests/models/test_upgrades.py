"""What an upgrade makes of what is kept already."""

from datetime import UTC, datetime

import orjson
from tortoise import Tortoise
from tortoise.context import TortoiseContext
from tortoise.migrations.api.migrate import migrate as migrate_to

from models.clients.client import Client
from models.database.opening import migrate, opened, tortoise_config
from models.drafts.draft import DraftState
from models.drafts.record import read_draft

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DRAFT = """
INSERT INTO drafts (id, base, state, version, hash, note, created_by, created_at, changed_by, changed_at, authors,
  publish_at, publish_by, publish_note)
VALUES (:id, 'b', :state, 3, 'h', 'A', 'x', :now, 'x', :now, :authors, :now, :by, 'n')
"""
AUTHORS = [["issuer:hara", "cl-2"], ["issuer:oda", "cl-9"], ["issuer:hara", "cl-3"]]
SET_BY = {"cli:root": "cli:root", "cl-1": "cl-1", "issuer:hara": "cl-3", "issuer:nobody": None}
"""Who set a time, with the client that is known of them: of an author the one used last."""


async def test_of_what_waits_for_its_time_the_client_that_set_it_is_told(empty_database_url: str) -> None:
    async with TortoiseContext():
        await migrate_to(config=tortoise_config(empty_database_url), target="models.0015_approvals_only_grow")
        await Tortoise.close_connections()
    async with opened(empty_database_url, pool_size=2) as store:
        await Client.create(
            id="cl-1", name="policy-admin", role="policy-admin", recipients=[], created_at=NOW
        )
        authors = orjson.dumps(AUTHORS).decode()
        async with store.transaction() as transaction:
            for place, by in enumerate(SET_BY):
                row = {"id": f"d{place}", "state": DraftState.SCHEDULED.value, "by": by, "now": NOW}
                await transaction.execute(DRAFT, {**row, "authors": authors})
    await migrate(empty_database_url)
    async with opened(empty_database_url, pool_size=2) as store:
        found = [await read_draft(store, f"d{place}") for place in range(len(SET_BY))]
    assert {each.publish_by: each.publish_client for each in found if each} == SET_BY
