"""`mokuteki policy pull`: a published edition as a folder, to be edited and kept in git."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.kept_folder import must_be_folder, put
from api.cli.named_edition import IN_FORCE, Named, named
from api.cli.shared import CommandError, err, examples, out
from api.cli.told import Language, counted, tell_line


def add_to(policies: typer.Typer) -> None:
    """Add the command."""
    policies.command(
        "pull",
        epilog=examples(
            "mokuteki policy pull ../rules",
            "mokuteki policy pull 3 ../rules",
            "mokuteki policy pull 22c4ff22 ../rules --force",
        ),
    )(pull)


def pull(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[EDITION] FOLDER",
            help="A published edition by its number or the beginning of its id, the one in force by default; and the"
            " folder to write.",
        ),
    ],
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite also what is neither a published edition nor a draft.")
    ] = False,
) -> None:
    """Write a published edition into a folder, each table as CSV; what is on record nowhere is not lost."""
    *asked, place = words
    if len(asked) > 1:
        raise CommandError("name one edition and one folder: `mokuteki policy pull 3 ../rules`")
    folder = Path(place)
    must_be_folder(folder)
    found = named(asked[0] if asked else IN_FORCE, Language.EN)
    changed, every = put(folder, found.edition, force=force)
    for path in changed:
        out.print(str(path), soft_wrap=True, markup=False)
    tell_line(_told(found, place, len(changed), every), err)


def _told(found: Named, place: str, changed: int, every: int) -> str:
    files_of_it = f"{changed} of {counted(every, 'file')} written" if changed else "nothing to write"
    return f"{found.name} ({found.edition.id[:12]}) is in {place}: {files_of_it}"
