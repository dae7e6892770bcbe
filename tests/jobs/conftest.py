"""A world whose rules are a month old, so that what nothing used of them may go."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from models.database.opening import opened
from models.drafts.record import newest_edition
from models.publish import publish_shipped
from policies.edition import Edition
from tests.editions import put_in_force
from tests.made import ready
from tests.world import World, world

OLD = timedelta(days=30)


@pytest.fixture(scope="module")
async def old_world(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A gateway with people, on each database in turn, under an edition that came into force a month ago."""
    await ready(database_url)
    async with opened(database_url, pool_size=2) as store:
        await publish_shipped(store, edition, datetime.now(UTC) - OLD)
    async with world(database_url, tmp_path_factory.mktemp("var"), edition) as made:
        yield made


@pytest.fixture
async def office(old_world: World, edition: Edition) -> World:
    """The same under the shipped edition, whatever a test before put in force."""
    store = old_world.house.store
    if (await newest_edition(store))[0] != edition.id:
        await put_in_force(store, old_world.house.inforce, edition)
    return old_world
