"""The edition that a command names: the one in force or an earlier one, a folder of rule files, or the checkout."""

import asyncio
import os
from pathlib import Path
from string import hexdigits
from typing import Final, NamedTuple

from api.cli.policy import edition_of, tell_model
from api.cli.shared import CommandError, edition_of_checkout, must_exist, reaching, settings
from models.database.opening import opened
from models.database.store import Store, StoreUnavailable
from models.editions.published import NoSuchEdition, choose
from models.inforce import InForce
from policies.edition import Edition

CHECKOUT: Final = "checkout"
IN_FORCE: Final = "in-force"
_EDITIONS: Final = "SELECT number, id FROM editions ORDER BY number DESC"


class Named(NamedTuple):
    """An edition, and what to call it: `edition 3`, `the checkout`, or the folder."""

    name: str
    edition: Edition


def is_folder(asked: str) -> bool:
    """Whether a folder is meant, and no published edition: it holds a `/`, or is one and no number."""
    return os.sep in asked or asked == os.curdir or (Path(asked).is_dir() and not asked.isdigit())


def named(asked: str) -> Named:
    """The edition of this name; a published one is read from the database.

    Raises:
        CommandError: there is none, or it cannot be read.
        PolicyError: with every mistake in the files of a folder.
    """
    if asked == CHECKOUT:
        return Named("the checkout", edition_of_checkout())
    if is_folder(asked):
        tell_model(Path(asked))
        return Named(asked, edition_of(Path(asked)))
    if not set(asked) <= set(hexdigits) and asked != IN_FORCE:
        raise CommandError(
            f"`{asked[:60]}` is neither a folder nor a published edition: name a folder that is there, a number,"
            f" the beginning of an id, `{IN_FORCE}` or `{CHECKOUT}`"
        )
    return asyncio.run(_published(None if asked == IN_FORCE else asked))


async def _published(asked: str | None) -> Named:
    given = settings()
    must_exist(given)
    with reaching():
        async with opened(given.database_url, pool_size=2) as store:
            return await published(store, asked)


async def published(store: Store, asked: str | None) -> Named:
    """A published edition by its number or the beginning of its id; the one in force without a name.

    Raises:
        CommandError: there is none.
    """
    try:
        number, name = choose(await store.fetch(_EDITIONS, {}), asked)
    except StoreUnavailable as error:
        raise CommandError("the database has no editions: run `mokuteki init`") from error
    except NoSuchEdition as error:
        raise CommandError(str(error)) from error
    return Named(f"edition {number}", await InForce(store).edition(name))
