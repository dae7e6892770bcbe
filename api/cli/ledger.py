"""`mokuteki ledger export`: the record read back, this reading itself recorded before anything is told."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated

import typer

from api.cli.export_file import IN_MEMORY, period, target, write
from api.cli.exporting import Asked, Gathered, house_to_read
from api.cli.ledger_export import gather
from api.cli.ledger_format import FORMATS, Format
from api.cli.operator import named
from api.cli.shared import bar, err, examples, shown

ledger = typer.Typer(help="The record of accesses.", no_args_is_help=True)


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
    first, last = period(since, until, now)
    asked = Asked(
        purpose=purpose,
        operator=operator,
        user=user,
        since=first,
        until=last,
        at=now,
    )
    with target(out, format) as file, SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        gathered = asyncio.run(_gather(asked, spool))
        write(FORMATS[format](gathered.records()), file, gathered.count)
    told = f"accesses: {gathered.count:,}, people shown: {gathered.people:,}"
    err.print(f"{told}; this export stands in the ledger as `{asked.client}`", soft_wrap=True, markup=False)


async def _gather(asked: Asked, spool: IO[bytes]) -> Gathered:
    async with house_to_read() as house:
        with bar("accesses") as progress:
            return await gather(house, asked, spool, shown(progress))
