"""`mokuteki`: every command, and one sentence for whatever goes wrong."""


import sys

import typer
from rich.console import Console

from api.cli import database, ledger, policy, registry, serve
from api.cli.shared import CommandError
from api.settings import SettingError
from models.inforce import PolicyUnavailable
from models.store import StoreUnavailable
from policies.mistake import PolicyError

app = typer.Typer(
    name="mokuteki",
    help="A GraphQL gateway that releases a person's data for a declared purpose only, and keeps the record of it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for room in (serve, database, registry, policy, ledger):
    room.add_to(app)

FAULTS = (SettingError, CommandError, PolicyError, PolicyUnavailable, StoreUnavailable)


def run() -> None:
    """Run the command of this process."""
    try:
        app(prog_name="mokuteki")
    except FAULTS as error:
        Console(stderr=True, highlight=False).print(f"mokuteki: {error}", markup=False)
        sys.exit(1)
