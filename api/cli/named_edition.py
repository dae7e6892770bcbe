"""The edition that a command names: the one in force or an earlier one, a folder of rule files, or the checkout."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import hexdigits
from typing import Final, NamedTuple

from api.cli.findings import tell
from api.cli.policy import edition_of, must_be_there, tell_model
from api.cli.policy_told import say
from api.cli.shared import CommandError, edition_of_checkout, must_exist, reaching, settings
from api.cli.told import Language
from models.database.opening import opened
from models.database.store import Store, StoreUnavailable
from models.editions.published import NoSuchEdition, choose
from models.inforce import InForce
from policies.edition import Edition
from policies.mistake import PolicyError

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


def named(asked: str, lang: Language) -> Named:
    """The edition of this name; a published one is read from the database.

    Raises:
        CommandError: there is none, or it cannot be read; of files that do not load every mistake was told.
    """
    if asked == CHECKOUT:
        with _loading(asked, lang):
            return Named("the checkout", edition_of_checkout())
    if is_folder(asked):
        return Named(asked, folder_edition(Path(asked), lang))
    if not set(asked) <= set(hexdigits) and asked != IN_FORCE:
        raise CommandError(say("EDITION_UNNAMED", lang, asked=asked[:60]))
    return asyncio.run(_published(None if asked == IN_FORCE else asked, lang))


def folder_edition(folder: Path, lang: Language) -> Edition:
    """The edition of a folder; that its model stands beside it is told.

    Raises:
        CommandError: there is no such folder, or its files do not load; every mistake was told.
    """
    must_be_there(folder, lang)
    tell_model(folder, lang)
    with _loading(str(folder), lang):
        return edition_of(folder)


@contextmanager
def _loading(asked: str, lang: Language) -> Iterator[None]:
    """Every mistake of files that do not load, each told, and how many there are as one sentence."""
    try:
        yield
    except PolicyError as error:
        tell(error.mistakes, lang)
        code = "UNLOADED" if len(error.mistakes) == 1 else "UNLOADED_BY"
        raise CommandError(say(code, lang, asked=asked, number=len(error.mistakes))) from None


async def _published(asked: str | None, lang: Language) -> Named:
    given = settings()
    must_exist(given)
    with reaching():
        async with opened(given.database_url, pool_size=2) as store:
            return await published(store, asked, lang)


async def published(store: Store, asked: str | None, lang: Language) -> Named:
    """A published edition by its number or the beginning of its id; the one in force without a name.

    Raises:
        CommandError: there is none.
    """
    try:
        number, name = choose(await store.fetch(_EDITIONS, {}), asked)
    except StoreUnavailable as error:
        raise CommandError(say("NO_EDITIONS", lang)) from error
    except NoSuchEdition as error:
        raise CommandError(error.told.of(lang)) from error
    return Named(f"edition {number}", await InForce(store).edition(name))
