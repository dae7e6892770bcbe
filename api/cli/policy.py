"""`mokuteki policy`: the rules, without any person."""

from pathlib import Path
from typing import Final

import typer

from api.cli.declared import FIELDS as DECLARED
from api.cli.rooms import rooms
from api.cli.told import counted
from policies.edition import HERE, MODEL, Edition
from policies.mistake import Mistake, PolicyError
from policies.table import Sheets, read

__all__ = ["PAGES", "counted", "edition_of", "policies", "read_folder"]

PAGES: Final = {
    "check": "api.cli.policy_check",
    "test": "api.cli.policy_table",
    "show": "api.cli.policy_show",
    "diff": "api.cli.policy_diff",
}
"""The module of each command; it is read when the command is called."""

policies = typer.Typer(help="The rules.", no_args_is_help=True, cls=rooms(PAGES))


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(policies, name="policy")


def read_folder(folder: Path) -> tuple[Sheets, str, list[Mistake]]:
    """The tables of a folder, the model, and what is wrong with its files.

    The model stands in the folder, beside it, or is the checkout's.
    """
    places = (folder / MODEL, folder.resolve().parent / MODEL, HERE.parent / MODEL)
    model = next(place for place in places if place.is_file())
    sheets, unread = read(folder)
    return sheets, model.read_text(encoding="utf-8", errors="replace"), unread


def edition_of(folder: Path) -> Edition:
    """The edition of a folder; the model stands in it, beside it, or is the checkout's.

    Raises:
        PolicyError: with every mistake in the files.
    """
    sheets, model, unread = read_folder(folder)
    if unread:
        raise PolicyError(unread)
    edition, mistakes = Edition.read(sheets, model, DECLARED)
    if mistakes:
        raise PolicyError(mistakes)
    return edition
