"""`mokuteki client`: the applications that may ask, registered and changed with a record of who did it."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.cli import client_documents
from api.cli.client_change import changed
from api.cli.client_options import (
    Clearable,
    Name,
    OtherRecipients,
    Recipients,
    taking_parts,
)
from api.cli.client_page import listed, page
from api.cli.given import Said, entered
from api.cli.operator import By
from api.cli.shared import CommandError, err, examples, out, settings, store_of
from api.cli.tables import tell
from models.clients.record import ClientRecord, read_clients
from models.clients.register import OVERLAP
from policies.vocabulary import Role

clients = typer.Typer(help="The applications that may ask.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for name, command, lines in (
        (
            "add",
            add,
            (
                "mokuteki client add bakery --role employer --recipient employer-a",
                "mokuteki client add jobs --role frontend --recipient internal --scope purpose:service.matching",
                "mokuteki client add mill --role employer --recipient employer-b --expires 2027-03-31",
            ),
        ),
        ("list", show_all, ("mokuteki client list",)),
        ("show", show, ("mokuteki client show employer-a",)),
        (
            "update",
            update,
            (
                "mokuteki client update bakery --contact api@bakery.example --network 203.0.113.0/24",
                "mokuteki client update bakery --clear networks --people-per-day 500",
            ),
        ),
        ("rotate", rotate, ("mokuteki client rotate bakery", "mokuteki client rotate bakery --now")),
        ("revoke", revoke, ("mokuteki client revoke bakery",)),
        ("restore", restore, ("mokuteki client restore bakery",)),
    ):
        clients.command(name, epilog=examples(*lines))(command)
    client_documents.add_to(clients)
    app.add_typer(clients, name="client")


def _hand_over(secret: str) -> None:
    err.print("this secret is shown once:")
    out.print(secret, markup=False)


@taking_parts
def add(
    name: Annotated[str, typer.Argument(help="Its name, which is also its id.")],
    role: Annotated[Role, typer.Option(help="What it is.")],
    recipient: Recipients,
    *,
    said: Said,
    operator: By = None,
) -> None:
    """Register a client and print its secret, once."""
    said = {"name": name, "role": role.value, "recipients": recipient, **said}
    secret = changed(operator, said, lambda register: register.add(said))
    if secret is None:
        err.print(f"`{name}` is registered and proves itself by its key", markup=False)
    else:
        _hand_over(secret)


@taking_parts
def update(  # noqa: PLR0913 - what is given, emptied and ended
    name: Name,
    recipient: OtherRecipients = None,
    *,
    said: Said,
    clear: Annotated[
        list[Clearable] | None, typer.Option(help="Empty this part; may be given again.")
    ] = None,
    drop_secret: Annotated[
        str | None, typer.Option(help="End this secret at once, by its id of `client show`.")
    ] = None,
    operator: By = None,
) -> None:
    """Change what is given of a client; a list takes the place of the one before."""
    said = {**entered(recipients=recipient, dropSecret=drop_secret), **said}
    twice = [each for each in clear or () if each.part in said]
    if twice:
        raise CommandError(f"`{twice[0]}` cannot be given and emptied at once: choose one")
    said |= {each.part: None for each in clear or ()}
    if not said:
        raise CommandError("name what to change: `mokuteki client update --help` lists the parts")
    changed(operator, {**said, "client": name}, lambda register: register.change(name, said))
    err.print(f"`{name}` is changed", markup=False)


def rotate(
    name: Name,
    overlap: Annotated[int, typer.Option(help="Days for which the secret before goes on serving.")] = OVERLAP,
    *,
    now: Annotated[bool, typer.Option("--now", help="End every secret before at once.")] = False,
    operator: By = None,
) -> None:
    """Print a new secret of a client, once; the one before serves for a while beside it."""
    days = 0 if now else overlap
    said = {"client": name, "overlapDays": days}
    _hand_over(changed(operator, said, lambda register: register.add_secret(name, overlap=days)))


def revoke(name: Name, operator: By = None) -> None:
    """Stop a client; its tokens serve nothing within a second."""
    changed(operator, {"client": name}, lambda register: register.revoke(name))
    err.print(f"`{name}` is stopped", markup=False)


def restore(name: Name, operator: By = None) -> None:
    """Let a client that was stopped ask again, with new tokens only."""
    changed(operator, {"client": name}, lambda register: register.restore(name))
    err.print(f"`{name}` may ask again", markup=False)


def _read(name: str | None = None) -> list[ClientRecord]:
    async def read() -> list[ClientRecord]:
        async with store_of(settings()) as store:
            return await read_clients(store, name)

    return asyncio.run(read())


def show_all() -> None:
    """List the clients."""
    tell(listed(_read()))


def show(name: Name) -> None:
    """Show all that is kept of a client, and who changed it; never a secret."""
    found = _read(name)
    if not found:
        raise CommandError(f"no client is named `{name}`: `mokuteki client list` tells the names")
    tell(page(found[0], datetime.now(UTC)))
