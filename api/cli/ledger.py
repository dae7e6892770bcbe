"""`mokuteki ledger export`: the record read back, this reading itself recorded before anything is told."""

import asyncio
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated

import typer

from api.cli.export_file import IN_MEMORY, target, write
from api.cli.export_options import Operator, Out, Purpose, Since, Until, as_asked, told
from api.cli.exporting import Asked, Gathered, house_to_read
from api.cli.ledger_export import gather
from api.cli.ledger_format import FORMATS, Format
from api.cli.shared import bar, examples, shown

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
    purpose: Purpose,
    operator: Operator,
    user: Annotated[str | None, typer.Option(help="Only accesses to this user, and only their part.")] = None,
    since: Since = None,
    until: Until = None,
    format: Annotated[  # noqa: A002 - the option's name
        Format, typer.Option(help="A JSON object a line, or a row for each person.")
    ] = Format.JSONL,
    out: Out = None,
) -> None:
    """Export accesses and provisions, newest first: which fields of whom, why, for whom; never a value.

    The export is an access itself: the rules decide about it, and the ledger holds who made it and whose
    records it shows before the first byte is written.
    """
    asked = as_asked(purpose, operator, user, since, until)
    with target(out, format) as file, SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        gathered = asyncio.run(_gather(asked, spool))
        write(FORMATS[format](gathered.records()), file, gathered.count)
    told("accesses", gathered, asked)


async def _gather(asked: Asked, spool: IO[bytes]) -> Gathered:
    async with house_to_read() as house:
        with bar("accesses") as progress:
            return await gather(house, asked, spool, shown(progress))
