"""The operator: whoever runs a command that changes something, as records name them."""

import re
from getpass import getuser
from typing import Annotated

import typer

from api.cli.shared import CommandError
from models.drafts.entitled import OPERATOR
from models.publish import SHIPPED

NAME = re.compile(r"[\w][\w.@+-]{0,39}")
"""No client can be registered under a name that begins so."""

By = Annotated[
    str | None,
    typer.Option(
        "--operator", metavar="NAME", help="Who does it, as the record names them; else your login."
    ),
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
    if NAME.fullmatch(name) is None:
        raise CommandError(
            "`--operator` is no name: use 1 to 40 letters, digits and `.@+-_`, without blanks",
            "`--operator`が名前として使えません。文字、数字、`.@+-_`で、空白を入れずに40文字以内で指定してください",
        )
    if name.lower() == SHIPPED:
        raise CommandError(
            f"`{SHIPPED}` is what records call the rules of the checkout: say who you are with `--operator`",
            f"`{SHIPPED}`は、手元の規則を表す名前です。`--operator`で担当者を指定してください",
        )
    return OPERATOR + name
