"""A site over a gateway, on each database in turn."""

from collections.abc import AsyncIterator

import pytest

from tests.events.site import Site, open_site
from tests.notices.receivers import Receiver
from tests.world import World


@pytest.fixture
async def opened(a_world: World) -> AsyncIterator[tuple[Site, Receiver]]:
    async with open_site(a_world) as both:
        yield both


@pytest.fixture
def site(opened: tuple[Site, Receiver]) -> Site:
    return opened[0]


@pytest.fixture
def taking(opened: tuple[Site, Receiver]) -> Receiver:
    return opened[1]
