"""`mokuteki`: every command, and one sentence for whatever goes wrong."""

import sys

import typer
from rich.console import Console

from api.cli import database, ledger, policy, policy_diff, policy_show, policy_table, registry, serve
from api.cli.shared import CommandError
from api.settings import SettingError
from models.inforce import PolicyUnavailable
from models.store import StoreUnavailable
from policies.mistake import PolicyError

app = typer.Typer(
    name="mokuteki",
    help="People's data, released for a declared purpose only, with the record of it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for room in (serve, database, registry, policy, ledger):
    room.add_to(app)
for page in (policy_table, policy_show, policy_diff):
    page.add_to(policy.policies)

FAULTS = (SettingError, CommandError, PolicyError, PolicyUnavailable, StoreUnavailable)


def run() -> None:
    """Run the command of this process."""
    try:
        app(prog_name="mokuteki")
    except FAULTS as error:
        Console(stderr=True, highlight=False).print(f"mokuteki: {error}", markup=False, soft_wrap=True)
        sys.exit(1)
