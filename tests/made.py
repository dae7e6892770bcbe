"""Databases with all tables and nobody in them: made once, and copied for every test that needs one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from models.database.opening import SQLITE, migrate

_HOME = TemporaryDirectory()
_FIRST = Path(_HOME.name) / "made.db"


async def make_sqlite(file: Path) -> str:
    """The URL of a new file."""
    if not _FIRST.exists():
        making = _FIRST.with_suffix(".making")
        await migrate(f"{SQLITE}{making}")
        making.rename(_FIRST)
    copyfile(_FIRST, file)
    return f"{SQLITE}{file}"


def tables_in(var: Path) -> None:
    """Put the file that a command finds in its `var` directory in place, where there is none yet.

    In a thread of its own, as whoever asks may be within a loop.
    """
    file = var / "mokuteki.db"
    if not file.exists():
        with ThreadPoolExecutor(1) as beside:
            beside.submit(asyncio.run, make_sqlite(file)).result()


async def ready(url: str) -> None:
    """See that there are tables where this URL leads."""
    file = Path(url.removeprefix(SQLITE))
    if url.startswith(SQLITE) and not file.exists():  # noqa: ASYNC240 - a look at one name
        await make_sqlite(file)
    else:
        await migrate(url)
