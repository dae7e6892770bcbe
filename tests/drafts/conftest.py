"""A world of its own for each test, as it changes the rules."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from policies.edition import Edition
from tests.world import World, world


@pytest.fixture
async def own_world(own_database_url: str, edition: Edition, tmp_path: Path) -> AsyncIterator[World]:
    """A gateway with a few people, on each database in turn."""
    async with world(own_database_url, tmp_path, edition, people=9) as made:
        yield made
