"""`mokuteki notices`: what became of notices of withdrawal, told without their people, and dead ones tried again."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from api.cli.operator import By, named
from api.cli.shared import CommandError, err, examples, no_recipient, settings, store_of
from api.cli.tables import tell
from models.day import in_japan
from models.notices.box import NoticeRecord, page, revive
from models.notices.withdrawal import NoticeState
from models.recipients.record import read_recipients
from models.register import Keeper, Mistaken

MOST = 1000
notices = typer.Typer(help="The notices of withdrawal to recipients that hold data.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    listing = examples("mokuteki notices list", "mokuteki notices list --state DEAD")
    notices.command("list", epilog=listing)(show)
    trying = examples("mokuteki notices retry 5a4b3c2d1e0f99887766554433", "mokuteki notices retry --all")
    notices.command("retry", epilog=trying)(retry)
    app.add_typer(notices, name="notices")


def _read(state: NoticeState | None, recipient: str | None) -> Sequence[NoticeRecord]:
    async def read() -> Sequence[NoticeRecord]:
        async with store_of(settings()) as store:
            if recipient is not None and not await read_recipients(store, recipient):
                raise no_recipient(recipient)
            return await page(store, state=state, recipient=recipient, limit=MOST)

    return asyncio.run(read())


def show(
    state: Annotated[NoticeState | None, typer.Option(help="Only those in this state.")] = None,
    recipient: Annotated[str | None, typer.Option(help="Only those to this recipient.")] = None,
) -> None:
    """List the notices, newest first and 1000 at most; whose they are is told by `notices` of the gateway alone."""
    table = Table("notice", "recipient", "purpose", "withdrawn", "state", "tries", "next try", "trouble")
    for each in _read(state, recipient):
        table.add_row(*_cells(each))
    tell(table)


def retry(
    notice: Annotated[list[str] | None, typer.Argument(help="The notices, by their ids.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every dead notice.")] = False,
    operator: By = None,
) -> None:
    """Try dead notices again, under their old ids; a running gateway does so within a second."""
    by = named(operator)
    if bool(notice) is every:
        raise CommandError("name the notices to try again, or give `--all`")

    async def revive_all() -> int:
        async with store_of(settings()) as store:
            asked = notice or [each.id for each in await page(store, state=NoticeState.DEAD, limit=MOST)]
            async with store.transaction() as transaction:
                for each in dict.fromkeys(asked):
                    await revive(transaction, each, Keeper(by=by, at=datetime.now(UTC)))
            return len(asked)

    try:
        count = asyncio.run(revive_all())
    except Mistaken as mistaken:
        raise CommandError(mistaken.mistakes[0].wrong.en) from mistaken
    err.print(f"dead notices set to be tried again: {count}", markup=False)


def _cells(each: NoticeRecord) -> tuple[str, ...]:
    waits = each.state == NoticeState.WAITING
    return (
        each.id,
        each.recipient,
        each.purpose,
        in_japan(each.withdrawn_at),
        each.state,
        str(each.tries),
        in_japan(each.due_at) if waits else "",
        each.trouble or "",
    )
