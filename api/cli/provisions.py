"""`mokuteki provisions`: the records of provision told, and removed when their term is over."""

import asyncio
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated

import typer
from rich.table import Table

from api.cli.export_file import IN_MEMORY, target, write
from api.cli.export_options import Operator, Out, Purpose, Since, Until, as_asked, told
from api.cli.exporting import Asked, Gathered, house_to_read
from api.cli.ledger_format import Format
from api.cli.operator import By, named
from api.cli.provisions_export import gather
from api.cli.provisions_format import texts
from api.cli.shared import bar, examples, out, settings, shown, store_of
from api.cli.tables import tell
from models.day import JAPAN, in_japan, today_in_japan
from models.ledger.history import ProvisionQuery
from models.provisions.purge import Due, Run, due, purge, runs
from models.provisions.retention import ProvisionMethod

provisions = typer.Typer(
    help="The records of what third parties were given (APPI Arts 29 and 31).", no_args_is_help=True
)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    provisions.command(
        "export",
        epilog=examples(
            "mokuteki provisions export --purpose compliance.requests --operator sato --user ID --format csv",
            "mokuteki provisions export --purpose compliance.security --operator yamada --recipient employer-a",
            "mokuteki provisions export --purpose compliance.security --operator yamada --purgeable --out old.jsonl",
        ),
    )(export)
    provisions.command(
        "purge",
        epilog=examples("mokuteki provisions purge", "mokuteki provisions purge --yes --operator yamada"),
    )(purge_)
    provisions.command("purges", epilog=examples("mokuteki provisions purges"))(purges)
    app.add_typer(provisions, name="provisions")


def export(  # noqa: PLR0913, PLR0917 - the options of the interface
    purpose: Purpose,
    operator: Operator,
    user: Annotated[str | None, typer.Option(help="Only those about this user.")] = None,
    recipient: Annotated[str | None, typer.Option(help="Only those to this recipient.")] = None,
    method: Annotated[ProvisionMethod | None, typer.Option(help="Only those recorded in this way.")] = None,
    basis: Annotated[str | None, typer.Option(help="Only those on this ground, such as `CONSENT`.")] = None,
    purgeable: Annotated[  # noqa: FBT002 - as Typer reads a flag
        bool, typer.Option("--purgeable", help="Only those whose term is over.")
    ] = False,
    since: Since = None,
    until: Until = None,
    format: Annotated[  # noqa: A002 - the option's name
        Format, typer.Option(help="A JSON object a line, or a row for each record.")
    ] = Format.JSONL,
    out: Out = None,
) -> None:
    """Export records of provision, newest first: who was given what about whom, and on what ground; never a value.

    The export is an access itself: the rules decide about it, and the ledger holds who made it and whose
    records it shows before the first byte is written.
    """
    asked = as_asked(purpose, operator, user, since, until)
    query = ProvisionQuery(recipient=recipient, method=method, basis=basis, purgeable=purgeable or None)
    with target(out, format) as file, SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        gathered = asyncio.run(_gather(asked, query, spool))
        write(texts(format, gathered.records(), gathered.fields), file, gathered.count)
    told("provisions", gathered, asked)


async def _gather(asked: Asked, query: ProvisionQuery, spool: IO[bytes]) -> Gathered:
    async with house_to_read() as house:
        with bar("provisions") as progress:
            return await gather(house, asked, query, spool, shown(progress))


def purge_(
    yes: Annotated[  # noqa: FBT002 - as Typer reads a flag
        bool, typer.Option("--yes", help="Remove them; else only tell how many may go.")
    ] = False,
    operator: By = None,
) -> None:
    """Remove the records whose term is over today in Japan (Rule 21), and no other; who did it stays on record.

    A purge that is stopped is taken up by the next: each batch goes together with the record of it.
    """
    by = named(operator)
    found, removed = asyncio.run(_purge(by if yes else None))
    if not found:
        out.print("no record of provision may go: the term of each is still running", soft_wrap=True)
        return
    if not yes:
        tell(_due(found))
        total = sum(each.records for each in found)
        out.print(f"{total:,} may go; `mokuteki provisions purge --yes` removes them", soft_wrap=True)
        return
    out.print(f"{removed:,} removed by `{by}`, as `mokuteki provisions purges` tells", soft_wrap=True)


async def _purge(by: str | None) -> tuple[list[Due], int]:
    async with store_of(settings()) as store:
        found = await due(store, today_in_japan(datetime.now(UTC)))
        if by is None or not found:
            return found, 0
        with bar("removing") as progress:
            return found, await purge(store, by=by, clock=lambda: datetime.now(UTC), progress=shown(progress))


def purges() -> None:
    """List what was removed: when, by whom, how many, and up to which last day."""
    tell(_runs(asyncio.run(_read_runs())))


async def _read_runs() -> list[Run]:
    async with store_of(settings()) as store:
        return await runs(store)


def _due(found: list[Due]) -> Table:
    table = Table("recipient", "method", "first provided on", "last provided on", "records")
    for each in found:
        first, last = (f"{at.astimezone(JAPAN):%Y-%m-%d}" for at in (each.first_at, each.last_at))
        table.add_row(each.recipient, each.method, first, last, f"{each.records:,}")
    return table


def _runs(found: list[Run]) -> Table:
    table = Table("begun", "ended", "by", "kept until at most", "records")
    for each in found:
        table.add_row(
            in_japan(each.begun), in_japan(each.ended), each.by, each.due_on.isoformat(), f"{each.records:,}"
        )
    return table
