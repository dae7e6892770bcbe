"""A real database for one test: a SQLite file with every table in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tortoise.context import TortoiseContext

from models.database.opening import tortoise_config
from tests.made import ready


def url(directory: Path) -> str:
    return f"sqlite://{directory / 'test.db'}"


@asynccontextmanager
async def opened(directory: Path) -> AsyncIterator[None]:
    """The database of a directory, made and open."""
    await ready(url(directory))
    async with TortoiseContext() as context:
        await context.init(config=tortoise_config(url(directory)))
        yield
