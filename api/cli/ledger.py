"""`mokuteki ledger export`: the record read back, this reading itself recorded before anything is told."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated

import typer

from api.cli.ledger_export import Asked, Gathered, gather
from api.cli.ledger_format import FORMATS, Format
from api.cli.operator import named
from api.cli.shared import CommandError, bar, err, examples, must_exist, reaching, settings, shown
from api.gateway.ledger_view import JAPAN
from api.house import open_house

ledger = typer.Typer(help="The record of accesses.", no_args_is_help=True)

IN_MEMORY = 8_000_000
"""Bytes of an export that wait in memory; what is more waits on disk, in a file without a name."""

A_DAY = 10
"""The length of `2026-11-22`."""


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    ledger.command(
        "export",
        epilog=examples(
            "mokuteki ledger export --purpose compliance.security --operator yamada --out ledger.jsonl",
            "mokuteki ledger export --purpose compliance.requests --operator sato --user ID --format csv",
            "mokuteki ledger export --purpose compliance.security --operator yamada --since 2026-11-01",
        ),
    )(export)
    app.add_typer(ledger, name="ledger")


def export(  # noqa: PLR0913, PLR0917 - the options of the interface
    purpose: Annotated[str, typer.Option(help="Why: `compliance.security` or `compliance.requests`.")],
    operator: Annotated[str, typer.Option(help="Who reads it, as the ledger will name them.")],
    user: Annotated[str | None, typer.Option(help="Only accesses to this user, and only their part.")] = None,
    since: Annotated[
        str | None, typer.Option(help="From this day or time on; a day is one of Japan.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Before this day or time.")] = None,
    format: Annotated[  # noqa: A002 - the option's name
        Format, typer.Option(help="A JSON object a line, or a row for each person.")
    ] = Format.JSONL,
    out: Annotated[
        Path | None, typer.Option(help="A new file for its owner alone; else standard output.")
    ] = None,
) -> None:
    """Export accesses and provisions, newest first: which fields of whom, why, for whom; never a value.

    The export is an access itself: the rules decide about it, and the ledger holds who made it and whose
    records it shows before the first byte is written.
    """
    named(operator)
    now = datetime.now(UTC)
    asked = Asked(
        purpose=purpose,
        operator=operator,
        user=user,
        since=_time("--since", since),
        until=_time("--until", until) or now,
        at=now,
    )
    with _target(out) as file, SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        gathered = asyncio.run(_gather(asked, spool))
        _write(FORMATS[format](gathered.records()), file, gathered.accesses)
    told = f"accesses: {gathered.accesses:,}, people shown: {gathered.people:,}"
    err.print(f"{told}; this export stands in the ledger as `{asked.client}`", soft_wrap=True, markup=False)


async def _gather(asked: Asked, spool: IO[bytes]) -> Gathered:
    given = settings()
    must_exist(given)
    with reaching():
        async with open_house(given) as house:
            with bar("accesses") as progress:
                return await gather(house, asked, spool, shown(progress))


def _write(texts: Iterator[str], file: IO[str], total: int) -> None:
    with bar("writing", total=total) as progress:
        for text in texts:
            file.write(text)
            progress.advance(progress.task_ids[0])
    file.flush()


@contextmanager
def _target(out: Path | None) -> Iterator[IO[str]]:
    """Where the export goes; a file is new, its owner's alone, and gone again when the export fails."""
    if out is None:
        yield sys.stdout
        return
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise CommandError("`--out` names a file that exists already: name a new one") from error
    except OSError as error:
        raise CommandError(
            f"`--out` cannot be written ({type(error).__name__}): name a file you may write"
        ) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            yield file
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def _time(option: str, text: str | None) -> datetime | None:
    """A day of Japan, or a time with its offset (Japan's if it names none)."""
    if text is None:
        return None
    try:
        if len(text) == A_DAY:
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), JAPAN)
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"`{option}` is no day or time: write `2026-11-22` or `2026-11-22T09:00+09:00`"
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=JAPAN)
