"""`mokuteki recipient`: those to whom data may go, registered and changed with a record of who did it."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.cli.given import Said, entered
from api.cli.operator import By
from api.cli.recipient_options import Clearable, Id, changed, taking_parts
from api.cli.recipient_page import listed, page
from api.cli.shared import CommandError, edition_in_force, err, examples, no_recipient, settings, store_of
from api.cli.tables import tell
from models.day import today_in_japan
from models.recipients.record import RecipientRecord, read_recipients
from policies.edition import Edition

recipients = typer.Typer(help="Those to whom data may go.", no_args_is_help=True)

Kind = Annotated[str, typer.Option(help="Its group to the rules, such as `employer`.")]
LegalName = Annotated[str, typer.Option(help="Its legal name, as a provision records it.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for name, command, lines in (
        (
            "add",
            add,
            (
                "mokuteki recipient add bakery --kind employer --name 架空パン株式会社 --address 大阪府架空市1-2-3",
                "mokuteki recipient add host --kind entrustee --name 架空クラウド --pending",
            ),
        ),
        ("list", show_all, ("mokuteki recipient list",)),
        ("show", show, ("mokuteki recipient show employer-a",)),
        (
            "update",
            update,
            (
                "mokuteki recipient update bakery --representative '代表取締役 小麦 花子' --until 2027-03-31",
                "mokuteki recipient update bakery --clear until",
            ),
        ),
        ("stop", stop, ("mokuteki recipient stop bakery",)),
        ("reopen", reopen, ("mokuteki recipient reopen bakery",)),
    ):
        recipients.command(name, epilog=examples(*lines))(command)
    app.add_typer(recipients, name="recipient")


@taking_parts
def add(  # noqa: PLR0913 - what a recipient cannot be without
    recipient: Annotated[str, typer.Argument(help="Its id, by which rules and clients will name it.")],
    kind: Kind,
    name: LegalName,
    *,
    said: Said,
    pending: Annotated[
        bool, typer.Option("--pending", help="Let nothing go to it until it is opened.")
    ] = False,
    operator: By = None,
) -> None:
    """Register a recipient."""
    said = {"id": recipient, "kind": kind, "name": name, "pending": pending, **said}
    changed(operator, said, lambda register: register.add(said))
    what = "is registered and waits for `mokuteki recipient reopen`" if pending else "is registered"
    err.print(f"`{recipient}` {what}", markup=False)


@taking_parts
def update(  # noqa: PLR0913 - what is given and emptied
    recipient: Id,
    kind: Annotated[str | None, typer.Option(help="Its group to the rules, such as `employer`.")] = None,
    name: Annotated[
        str | None, typer.Option(help="Its legal name; the one before goes among the former.")
    ] = None,
    *,
    said: Said,
    clear: Annotated[
        list[Clearable] | None, typer.Option(help="Empty this part; may be given again.")
    ] = None,
    operator: By = None,
) -> None:
    """Change what is given of a recipient; former names take the place of those before."""
    said = {**entered(kind=kind, name=name), **said}
    twice = [each for each in clear or () if each.part in said]
    if twice:
        raise CommandError(f"`{twice[0]}` cannot be given and emptied at once: choose one")
    said |= {each.part: None for each in clear or ()}
    if not said:
        raise CommandError("name what to change: `mokuteki recipient update --help` lists the parts")
    changed(operator, {**said, "recipient": recipient}, lambda register: register.change(recipient, said))
    err.print(f"`{recipient}` is changed", markup=False)


def stop(recipient: Id, operator: By = None) -> None:
    """Let nothing go to a recipient any more; every process obeys within a second."""
    changed(operator, {"recipient": recipient}, lambda register: register.stop(recipient))
    err.print(f"`{recipient}` is stopped", markup=False)


def reopen(recipient: Id, operator: By = None) -> None:
    """Open a recipient that was stopped or is pending, as it stands."""
    changed(operator, {"recipient": recipient}, lambda register: register.reopen(recipient))
    err.print(f"`{recipient}` is open", markup=False)


def _read(recipient: str | None = None) -> tuple[list[RecipientRecord], Edition]:
    async def read() -> tuple[list[RecipientRecord], Edition]:
        async with store_of(settings()) as store:
            return await read_recipients(store, recipient), await edition_in_force(store)

    return asyncio.run(read())


def show_all() -> None:
    """List the recipients, and why nothing may go to one."""
    tell(listed(*_read(), today_in_japan(datetime.now(UTC))))


def show(recipient: Id) -> None:
    """Show all that is kept of a recipient, and who changed it."""
    found, edition = _read(recipient)
    if not found:
        raise no_recipient(recipient)
    tell(page(found[0], edition, today_in_japan(datetime.now(UTC))))
