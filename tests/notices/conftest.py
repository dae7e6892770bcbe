"""A world whose gateway listens on a real port, so that receivers find its keys."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.app import build_app
from models.database.opening import migrate, opened
from models.database.store import Store
from models.notices.withdrawal import WithdrawalNotice
from policies.edition import Edition
from tests.notices.box import Box
from tests.notices.receivers import Receiver, listening, receiver
from tests.served import free_port
from tests.world import World, world


@pytest.fixture(scope="module")
async def served_world(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    port = free_port()
    var: Path = tmp_path_factory.mktemp("var")
    async with (
        world(database_url, var, edition, MOKUTEKI_PORT=str(port)) as made,
        listening(build_app(made.house), port),
    ):
        yield made


@pytest.fixture(scope="module")
async def opened_store(database_url: str) -> AsyncIterator[Store]:
    await migrate(database_url)
    async with opened(database_url, pool_size=4) as store:
        yield store


@pytest.fixture
async def box(opened_store: Store) -> AsyncIterator[Box]:
    yield Box(opened_store)
    await WithdrawalNotice.all().delete()


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    async with receiver() as made:
        yield made
