"""The kept folder: an edition written into a folder, where nothing is lost that no commit of git keeps."""

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from shutil import which

from api.cli.policy import edition_of
from api.cli.shared import CommandError
from models.catalogue import CATEGORIES
from policies.edition import Edition
from policies.folder import files, write


def must_be_folder(folder: Path) -> None:
    """Refuse what is there and no folder.

    Raises:
        CommandError: with the remedy.
    """
    if folder.exists() and not folder.is_dir():
        raise CommandError(f"`{folder}` is a file: name a folder")


def put(folder: Path, edition: Edition, *, force: bool) -> tuple[tuple[Path, ...], int]:
    """Write an edition as files; those that changed, and how many it is in all.

    `force`: overwrite also what no commit keeps.

    Raises:
        CommandError: a file would be lost, or cannot be written.
    """
    must_be_folder(folder)
    made = files(folder, edition.tables(), edition.model, CATEGORIES)
    changed = {path: content for path, content in made.items() if _otherwise(path, content)}
    if not force:
        _keep_safe(folder, [path for path in changed if path.exists()])
    _write(changed)
    if edition_of(folder).id != edition.id:
        raise CommandError("the folder reads as another edition: see that nobody else writes to it")
    return tuple(changed), len(made)


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
