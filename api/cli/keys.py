"""`mokuteki keys`: the keys of what is sealed in the database, renewed without stopping anybody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.table import Table

from api.cli.shared import CommandError, bar, err, examples, must_exist, out, reaching, settings, shown
from api.kept_secret import kept_secret
from api.master_key import NoMasterKey, master_key, new_master_key
from models.catalogue import clear_answers
from models.database.opening import opened
from models.database.store import Store
from models.day import today_in_japan
from models.inforce import InForce
from models.sealing.datakey import DataKey, MasterKey
from models.sealing.rotation import Rotation, Turned
from models.sealing.rotation_sql import rows_under
from models.sealing.rotation_tables import tables
from models.sealing.vault import Vault, vault_in_use

PATIENCE = 30.0
"""Seconds that a rotation waits for its turn to write."""

keys = typer.Typer(help="The keys of what is sealed in the database.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    keys.command("show", epilog=examples("mokuteki keys show"))(show)
    keys.command("rotate", epilog=examples("mokuteki keys rotate", "mokuteki keys rotate --anew"))(rotate)
    keys.command("rewrap", epilog=examples("mokuteki keys rewrap --to new.key"))(rewrap)
    app.add_typer(keys, name="keys")


class _Open(NamedTuple):
    """The database of these settings, with its keys."""

    store: Store
    vault: Vault


@asynccontextmanager
async def _opened() -> AsyncIterator[_Open]:
    given = settings()
    must_exist(given)
    with reaching():
        async with opened(given.database_url, pool_size=2, patience=PATIENCE, master=given.data_key) as store:
            yield _Open(store, vault_in_use())


def show() -> None:
    """List the data keys with how many rows have something sealed under each; never a key itself."""

    async def read() -> list[tuple[DataKey, int]]:
        async with _opened() as open_:
            found = await DataKey.all().order_by("number")
            wanted = [(key.number, key.use) for key in found]
            rows = await rows_under(open_.store, tables(open_.store.dialect), wanted)
            return [(key, rows[key.number]) for key in found]

    table = Table("key", "use", "made", "retired", "rows")
    for key, rows in asyncio.run(read()):
        retired = "" if key.retired_at is None else today_in_japan(key.retired_at).isoformat()
        table.add_row(
            str(key.number), key.use.lower(), today_in_japan(key.created_at).isoformat(), retired, f"{rows:,}"
        )
    out.print(table)


def rotate(
    anew: Annotated[  # noqa: FBT002 - as Typer reads a flag
        bool, typer.Option("--anew", help="Make new keys even though a rotation is not finished.")
    ] = False,
) -> None:
    """Make new data keys and seal everything anew under them, beside running gateways; stopped, run it again."""

    async def turn() -> Turned:
        async with _opened() as open_:
            force = await InForce(open_.store).current()
            clear = clear_answers(force.catalogue)
            with bar("rows") as progress:
                return await Rotation(open_.store, open_.vault, clear=clear).run(shown(progress), anew=anew)

    turned = asyncio.run(turn())
    begun = "new keys were made" if turned.begun else "a rotation that was not finished was gone on with"
    err.print(f"{begun}; rows sealed anew: {turned.rows:,}; keys dropped: {_numbers(turned.dropped)}")
    if turned.unreadable:
        told = ", ".join(
            f"`{path}` under key {number}: {count:,}" for (path, number), count in turned.unreadable.items()
        )
        raise CommandError(
            f"some values do not open and were left as they are ({told}): restore them from a backup or clear "
            "them, then run `mokuteki keys rotate` again"
        )
    if turned.kept:
        raise CommandError(
            f"keys are still in use: {_numbers(turned.kept)}; run `mokuteki keys rotate` again to drop them"
        )


def rewrap(
    to: Annotated[Path, typer.Option(help="The file of the new master key; made if there is none.")],
) -> None:
    """Wrap the data keys under another master key; then start every gateway again with it."""

    async def wrap() -> int:
        async with _opened() as open_:
            return await open_.vault.rewrap(MasterKey(new))

    try:
        new = master_key(kept_secret(to, new_master_key), "--to")
    except NoMasterKey as error:
        raise CommandError(str(error)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError("`--to` cannot be read or made: name a file that you may write") from error
    count = asyncio.run(wrap())
    err.print(
        f"keys wrapped anew: {count}; from now on they open with the master key in the file of `--to` only"
    )
    err.print("set `MOKUTEKI_DATA_KEY_FILE` to it, and start every gateway again", soft_wrap=True)


def _numbers(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers)) or "none"
