"""`mokuteki`: every command, and one sentence for whatever goes wrong."""

import sys
from errno import ENAMETOOLONG
from importlib.metadata import version
from typing import Annotated

import typer
from typer.exceptions import TyperException

from api.cli.rooms import rooms
from api.cli.told import CommandError, Language, err, out, tell_line
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

TOO_LONG = CommandError(
    "no file or folder can have a name as long as one that is given: name one that is there",
    "指定された名前は、ファイル又はフォルダーの名前としては長すぎます。実在するものを指定してください",
)
NO_TEXT = CommandError(
    "an argument is no text in UTF-8: write it anew",
    "引数をUTF-8の文字列として読めません。入力し直してください",
)

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
        _see_text(sys.argv[1:])
        ended = app(prog_name="mokuteki", standalone_mode=False)
    except typer.Abort:
        sys.exit(1)
    except TyperException as error:
        if sentence := usage(error, sys.argv[1:]):
            tell_line(f"mokuteki: {sentence}", err)
        sys.exit(error.exit_code)
    except Exception as error:
        if isinstance(error, OSError) and error.errno == ENAMETOOLONG:
            error = TOO_LONG
        if not _told(error):
            raise
        is_japanese = language_of(sys.argv[1:]) is Language.JA
        in_japanese = getattr(error, "ja", "") if is_japanese else ""
        tell_line(f"mokuteki: {in_japanese or error}", err)
        sys.exit(1)
    sys.exit(ended)


def _see_text(words: list[str]) -> None:
    """See that every argument is text.

    Raises:
        CommandError: the bytes of one are not (PEP 383 hands them on as half characters).
    """
    if any("\ud800" <= char <= "\udfff" for word in words for char in word):
        raise NO_TEXT


def _told(error: Exception) -> bool:
    """Whether this is a fault whose text is meant for whoever called the command."""
    return any(f"{each.__module__}.{each.__qualname__}" in FAULTS for each in type(error).__mro__)
