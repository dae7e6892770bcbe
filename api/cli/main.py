"""`mokuteki`: every command, and one sentence for whatever goes wrong."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from rich.console import Console

from api.cli import (
    client,
    client_documents,
    database,
    keys,
    ledger,
    notices,
    people,
    policy,
    policy_casbin,
    policy_diff,
    policy_pull,
    policy_show,
    policy_table,
    provisions,
    recipient,
    serve,
    signing,
    token,
    transmission,
)
from api.cli.shared import CommandError, out
from api.environment import SettingError
from api.schema.guarded import Unguarded
from api.tokens.keys import KeysSealed
from models.database.store import StoreUnavailable
from models.inforce import PolicyUnavailable
from models.sealing.datakey import WrongMasterKey
from policies.mistake import PolicyError

app = typer.Typer(
    name="mokuteki",
    help="People's data, released for a declared purpose only, with the record of it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _tell_version(asked: bool) -> None:  # noqa: FBT001 - as Typer calls it
    if asked:
        out.print(f"mokuteki {version('mokuteki')}", markup=False)
        raise typer.Exit


@app.callback()
def mokuteki(
    _version: Annotated[  # noqa: FBT002 - as Typer reads a flag
        bool,
        typer.Option("--version", help="Tell which version this is.", callback=_tell_version, is_eager=True),
    ] = False,
) -> None:
    """What every command has."""


for room in (
    serve,
    database,
    token,
    client,
    recipient,
    people,
    policy,
    ledger,
    notices,
    transmission,
    provisions,
    keys,
    signing,
):
    room.add_to(app)
for page in (policy_table, policy_show, policy_diff, policy_pull, policy_casbin):
    page.add_to(policy.policies)
client_documents.add_to(client.clients)

FAULTS = (
    SettingError,
    CommandError,
    KeysSealed,
    PolicyError,
    PolicyUnavailable,
    StoreUnavailable,
    Unguarded,
    WrongMasterKey,
)


def run() -> None:
    """Run the command of this process."""
    try:
        app(prog_name="mokuteki")
    except FAULTS as error:
        Console(stderr=True, highlight=False).print(f"mokuteki: {error}", markup=False, soft_wrap=True)
        sys.exit(1)
