"""What commands share: settings, the store, and how long work is shown."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.settings import Settings
from models.catalogue import CATEGORIES
from models.database import migrate, opened
from models.publish import publish_shipped
from models.store import Store
from policies.edition import Edition, shipped

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class CommandError(Exception):
    """A command that cannot be done: one sentence with the remedy."""


def settings() -> Settings:
    """The settings of this process."""
    return Settings.read(os.environ)


def edition_of_checkout() -> Edition:
    """The edition in the files of `policies/`."""
    return shipped(CATEGORIES)


async def prepare(given: Settings) -> None:
    """Bring the tables up to date and see that an edition is in force."""
    await migrate(given.database_url, lambda name: err.print(f"migrated {name}"))
    async with opened(given.database_url, pool_size=2) as store:
        await publish_shipped(store, edition_of_checkout(), datetime.now(UTC))


@asynccontextmanager
async def store_of(given: Settings) -> AsyncIterator[Store]:
    """The store, with its tables up to date."""
    await prepare(given)
    async with opened(given.database_url, pool_size=2) as store:
        yield store


@contextmanager
def bar(what: str) -> Iterator[Progress]:
    """A progress bar on standard error; nothing where nobody watches."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        progress.add_task(what, total=None)
        yield progress
