"""`mokuteki signing`: the keys that sign tokens, changed without ending a token before its time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from api.cli.shared import CommandError, err, examples, must_exist, out, reaching, settings
from api.settings import Settings
from api.tokens.keys import LEAD, keyring_of, load_keys, retire, rotate
from models.clients.token_state import KnownKey, read_signing_keys
from models.database.opening import opened
from models.database.store import Store
from models.day import in_japan

signing = typer.Typer(help="The keys that sign tokens.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    signing.command("show", epilog=examples("mokuteki signing show"))(show)
    signing.command("rotate", epilog=examples("mokuteki signing rotate", "mokuteki signing rotate --now"))(
        renew
    )
    signing.command("retire", epilog=examples("mokuteki signing retire 1"))(end)
    app.add_typer(signing, name="signing")


@asynccontextmanager
async def _opened(given: Settings) -> AsyncIterator[Store]:
    must_exist(given)
    with reaching():
        async with opened(given.database_url, pool_size=2, master=given.data_key) as store:
            yield store


def show() -> None:
    """List the signing keys with their times; never a key itself."""
    given, now = settings(), datetime.now(UTC)

    async def read() -> tuple[KnownKey, ...]:
        async with _opened(given) as store:
            return await read_signing_keys(store)

    found = asyncio.run(read())
    table = Table("key", "id", "made", "verifies until", "signs")
    serving = [each for each in found if each.serves(now.timestamp())]
    ring = keyring_of(serving, given.secret_key)
    signs = ring.signing(now.timestamp())[0] if serving else None
    names = dict(zip((each.number for each in serving), ring.by_id, strict=True))
    for each in found:
        name = names.get(each.number, "")
        retired = "" if each.retired_at is None else _time(each.retired_at)
        yes = "yes" if name and name == signs else ""
        table.add_row(str(each.number), name, _time(each.created_at), retired, yes)
    out.print(table)


def renew(
    now: Annotated[  # noqa: FBT002 - as Typer reads a flag
        bool,
        typer.Option(
            "--now",
            help="For a key that others have seen: the new one signs at once, the others verify nothing.",
        ),
    ] = False,
) -> None:
    """Make a new key; the others verify until the tokens that they signed are over."""
    given, at = settings(), datetime.now(UTC)

    async def turn() -> Sequence[KnownKey]:
        async with _opened(given) as store:
            await load_keys(given.secret_key, at)
            before = await read_signing_keys(store)
            await rotate(given.secret_key, at, timedelta(seconds=given.token_seconds))
            for each in before:
                if now and each.serves(at.timestamp()):
                    await retire(at, each.number)
            return await read_signing_keys(store)

    made = asyncio.run(turn())[-1].number
    if now:
        err.print(f"key {made} signs from now on; every token before is at its end", soft_wrap=True)
    else:
        err.print(f"key {made} is made and signs in {LEAD / 60:.0f} minutes; no token ends before its time")


def end(number: Annotated[int, typer.Argument(help="The key, by its number of `signing show`.")]) -> None:
    """Let a key verify nothing from now on; the tokens that it signed are at their end."""
    given, at = settings(), datetime.now(UTC)

    async def stop() -> None:
        async with _opened(given) as store:
            serving = {each.number for each in await read_signing_keys(store) if each.serves(at.timestamp())}
            if number not in serving:
                raise CommandError(f"no key {number} serves: `mokuteki signing show` lists those that do")
            if len(serving) == 1:
                raise CommandError(
                    f"key {number} is the only one that serves: `mokuteki signing rotate --now` ends it and "
                    "makes another"
                )
            await retire(at, number)

    asyncio.run(stop())
    err.print(f"key {number} verifies nothing any more")


def _time(seconds: float) -> str:
    return in_japan(datetime.fromtimestamp(seconds, UTC))
