"""A world whose gateway listens on a real port, so that receivers find its keys."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.app import build_app
from policies.edition import Edition
from tests.notices.receivers import listening
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
