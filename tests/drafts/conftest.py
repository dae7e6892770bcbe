"""A world whose rules are the shipped ones at the start of each test, as each changes them."""

from datetime import UTC, datetime

import pytest

from models.drafts.record import newest_edition
from policies.edition import Edition
from tests.world import World

_AGAIN = """
INSERT INTO editions (id, number, canonical, published_at, published_by, note)
VALUES (:id, :number, :canonical, :at, 'test', 'as shipped')
"""


@pytest.fixture
async def rules(a_world: World, edition: Edition) -> World:
    """A gateway with people, on each database in turn, under the shipped edition."""
    store = a_world.house.store
    newest, number = await newest_edition(store)
    if newest != edition.id:
        row = {"id": edition.id, "number": number + 1, "canonical": edition.canonical()}
        async with store.transaction() as transaction:
            await transaction.execute(_AGAIN, {**row, "at": datetime.now(UTC)})
        a_world.house.inforce.outdate()
    return a_world
