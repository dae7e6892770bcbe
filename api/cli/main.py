"""`mokuteki`: every command, and one sentence for whatever goes wrong."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from typer.exceptions import TyperException

from api.cli.rooms import rooms
from api.cli.told import Language, err, out, tell_line
from api.cli.usage import language_of, usage

ROOMS = {
    "serve": "api.cli.serve",
    "init": "api.cli.database",
    "demo": "api.cli.database",
    "traffic": "api.cli.traffic",
    "token": "api.cli.token",
    "schema": "api.cli.schema",
    "client": "api.cli.client",
    "recipient": "api.cli.recipient",
    "people": "api.cli.people",
    "policy": "api.cli.policy",
    "ledger": "api.cli.ledger",
    "notices": "api.cli.notices",
    "transmission": "api.cli.transmission",
    "provisions": "api.cli.provisions",
    "keys": "api.cli.keys",
    "signing": "api.cli.signing",
}
"""The module of each command; it is read when the command is called."""

FAULTS = {
    "api.cli.told.CommandError",
    "api.environment.SettingError",
    "api.schema.guarded.Unguarded",
    "api.tokens.keys.KeysSealed",
    "models.database.store.StoreUnavailable",
    "models.inforce.PolicyUnavailable",
    "models.sealing.datakey.WrongMasterKey",
    "policies.mistake.PolicyError",
}
"""What is told in one sentence; named, so that nothing is read for a fault that cannot come."""

app = typer.Typer(
    name="mokuteki",
    cls=rooms(ROOMS),
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


def run() -> None:
    """Run the command of this process."""
    try:
        ended = app(prog_name="mokuteki", standalone_mode=False)
    except typer.Abort:
        sys.exit(1)
    except TyperException as error:
        if sentence := usage(error, sys.argv[1:]):
            tell_line(f"mokuteki: {sentence}", err)
        sys.exit(error.exit_code)
    except Exception as error:
        if not _told(error):
            raise
        is_japanese = language_of(sys.argv[1:]) is Language.JA
        in_japanese = getattr(error, "ja", "") if is_japanese else ""
        tell_line(f"mokuteki: {in_japanese or error}", err)
        sys.exit(1)
    sys.exit(ended)


def _told(error: Exception) -> bool:
    """Whether this is a fault whose text is meant for whoever called the command."""
    return any(f"{each.__module__}.{each.__qualname__}" in FAULTS for each in type(error).__mro__)
