"""The operator: whoever runs a command that changes something, as records name them."""

import re
from getpass import getuser
from typing import Annotated

import typer

from api.cli.shared import CommandError

OPERATOR = re.compile(r"[\w][\w.@+-]{0,39}")
PREFIX = "cli:"
"""No client can be registered under a name that begins so."""

By = Annotated[
    str | None, typer.Option("--operator", help="Who does it, as the record names them; else your login.")
]


def named(operator: str | None) -> str:
    """The operator as records name them: `cli:yamada`.

    Raises:
        CommandError: they have no name that can stand in a record.
    """
    try:
        name = getuser() if operator is None else operator
    except (OSError, KeyError):
        name = ""
    if OPERATOR.fullmatch(name) is None:
        raise CommandError("`--operator` is no name: use 1 to 40 letters, digits and `.@+-_`, without blanks")
    return PREFIX + name
