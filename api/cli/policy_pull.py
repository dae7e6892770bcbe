"""`mokuteki policy pull`: a published edition as a folder, to be edited and kept in git."""

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from shutil import which
from typing import Annotated

import typer

from api.cli.named_edition import IN_FORCE, Named, named
from api.cli.policy import counted, edition_of
from api.cli.shared import CommandError, err, examples, out
from models.catalogue import CATEGORIES
from policies.folder import files, write


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
        bool, typer.Option("--force", help="Overwrite also what no commit of git keeps.")
    ] = False,
) -> None:
    """Write a published edition into a folder, each table as CSV; a file that only stands there is not lost."""
    *asked, place = words
    if len(asked) > 1:
        raise CommandError("name one edition and one folder: `mokuteki policy pull 3 ../rules`")
    folder = Path(place)
    if folder.exists() and not folder.is_dir():
        raise CommandError(f"`{place}` is a file: name a folder")
    found = named(asked[0] if asked else IN_FORCE)
    edition = found.edition
    put = files(folder, edition.tables(), edition.model, CATEGORIES)
    changed = {path: content for path, content in put.items() if _otherwise(path, content)}
    if not force:
        _keep_safe(folder, [path for path in changed if path.exists()])
    _write(changed)
    if edition_of(folder).id != edition.id:
        raise CommandError("the folder reads as another edition: see that nobody else writes to it")
    for path in changed:
        out.print(str(path), soft_wrap=True, markup=False)
    err.print(_told(found, place, len(changed), len(put)), soft_wrap=True, markup=False)


def _otherwise(path: Path, content: bytes) -> bool:
    return not path.is_file() or path.read_bytes() != content


def _keep_safe(folder: Path, overwritten: Iterable[Path]) -> None:
    """Refuse where a file would be lost: git keeps none of it, or another text.

    Raises:
        CommandError: with the files.
    """
    lost = [path.name for path in overwritten if not _committed(folder, path)]
    if lost:
        raise CommandError(
            f"{', '.join(f'`{name}`' for name in lost)} would be overwritten, and no commit keeps what stands there:"
            " commit it first, or give `--force`"
        )


def _committed(folder: Path, path: Path) -> bool:
    """Whether the last commit holds this file as it stands."""
    git = which("git")
    if git is None:
        return False
    asked = [git, "-C", str(folder), "status", "--porcelain", "--ignored", "--", str(path.resolve())]
    told = subprocess.run(asked, capture_output=True, check=False)  # noqa: S603 - git itself, on the folder named
    return told.returncode == 0 and not told.stdout


def _write(changed: Mapping[Path, bytes]) -> None:
    try:
        write(changed)
    except OSError as error:
        raise CommandError(
            f"a file cannot be written ({type(error).__name__}): see that the folder is yours and has room"
        ) from error


def _told(found: Named, place: str, changed: int, every: int) -> str:
    files_of_it = f"{changed} of {counted(every, 'file')} written" if changed else "nothing to write"
    return f"{found.name} ({found.edition.id[:12]}) is in {place}: {files_of_it}"
