"""What commands share: settings, the store and its editions; and what they tell with."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.cli.told import CommandError, bar, err, examples, out, shown
from api.settings import Settings
from models.catalogue import CATEGORIES
from models.database.opening import SQLITE, migrate, opened
from models.database.store import Store, StoreUnavailable
from models.database.unreachable import UNREACHABLE
from models.demo.handout import read_demo
from models.inforce import InForce
from models.publish import NEWEST, publish_shipped
from policies.edition import Edition, shipped

__all__ = [
    "CommandError",
    "bar",
    "edition_in_force",
    "edition_of_checkout",
    "err",
    "examples",
    "must_exist",
    "no_recipient",
    "out",
    "prepare",
    "reaching",
    "settings",
    "settings_of_server",
    "shown",
    "store_of",
]


def settings() -> Settings:
    """The settings of this process."""
    return Settings.read(os.environ)


def settings_of_server() -> Settings:
    """The settings of this process, with the address that the demonstration is served at where none is set.

    So a token is good for the server that was started last, whichever port it took.
    """
    given = settings()
    address = read_demo(given.var / "demo.json").get("url")
    told = {"MOKUTEKI_ISSUER", "MOKUTEKI_HOST", "MOKUTEKI_PORT", "HOST", "PORT"} & set(os.environ)
    return given if given.production or told or not address else replace(given, issuer=str(address))


def edition_of_checkout() -> Edition:
    """The edition in the files of `policies/`."""
    return shipped(CATEGORIES)


@contextmanager
def reaching() -> Iterator[None]:
    """Whatever keeps the database from opening, as one sentence."""
    try:
        yield
    except UNREACHABLE as error:
        raise CommandError(
            f"the database does not open ({type(error).__name__}): see that it runs and that "
            "`MOKUTEKI_DATABASE_URL` names it",
            f"データベースを開けません（{type(error).__name__}）。動作していることと、`MOKUTEKI_DATABASE_URL`を確かめてください",
        ) from error


async def prepare(given: Settings, *, publish: bool = True, age: timedelta = timedelta(0)) -> None:
    """Bring the tables up to date and see that an edition is in force.

    Args:
        given: the settings.
        publish: that of the checkout in place of an earlier one of a checkout; else only where there is none.
        age: since how long the first edition of all counts as in force.
    """
    with reaching():
        await migrate(given.database_url, lambda name: err.print(f"migrated {name}"))
    async with opened(given.database_url, pool_size=2, master=given.data_key) as store:
        first = not await store.fetch(NEWEST, {})
        if publish or first:
            at = datetime.now(UTC) - (age if first else timedelta(0))
            await publish_shipped(store, edition_of_checkout(), at)


@asynccontextmanager
async def store_of(given: Settings) -> AsyncIterator[Store]:
    """The store of a database that was made before; its tables and its edition in force are left alone."""
    must_exist(given)
    with reaching():
        try:
            async with opened(given.database_url, pool_size=2, master=given.data_key) as store:
                yield store
        except StoreUnavailable as error:
            raise CommandError(
                "the database does not answer, or has no tables yet: see that it runs, then run `mokuteki init`",
                "データベースが応答しないか、まだ表がありません。動作を確かめ、`mokuteki init`を実行してください",
            ) from error


async def edition_in_force(store: Store) -> Edition:
    """The edition that gateways on this database decide by, whatever the checkout holds."""
    newest = await store.fetch(NEWEST, {})
    if not newest:
        raise CommandError(
            "no edition is in force: run `mokuteki init` first",
            "施行中の版がありません。先に`mokuteki init`を実行してください",
        )
    return await InForce(store).edition(newest[0][0])


def must_exist(given: Settings) -> None:
    """Refuse a database that is not there, which opening it would make.

    Raises:
        CommandError: with the remedy.
    """
    url = given.database_url
    if url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).is_file():
        raise CommandError(
            f"there is no database at `{url}` yet: run `mokuteki init` or `mokuteki serve` first, or set"
            " `MOKUTEKI_DATABASE_URL` to the one you mean",
            f"`{url}`にデータベースがまだありません。先に`mokuteki init`か`mokuteki serve`を実行するか、"
            "`MOKUTEKI_DATABASE_URL`で指定してください",
        )


def no_recipient(recipient: str) -> CommandError:
    """That nobody to whom data may go is named so."""
    return CommandError(
        f"no recipient is named `{recipient[:60]}`: `mokuteki recipient list` tells the names"
    )
