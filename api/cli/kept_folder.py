"""The kept folder: an edition written into a folder, where nothing is lost that is on record nowhere."""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

from api.cli.policy import edition_of
from api.cli.shared import CommandError, settings, store_of
from models.catalogue import CATEGORIES
from policies.edition import Edition, PolicyError
from policies.folder import files, write
from policies.plain_file import is_own

_ON_RECORD = "SELECT 1 FROM editions WHERE id = :id UNION ALL SELECT 1 FROM drafts WHERE hash = :id LIMIT 1"


def must_be_folder(folder: Path) -> None:
    """Refuse what is there and no folder, or leads to one elsewhere.

    Raises:
        CommandError: with the remedy.
    """
    if folder.is_symlink():
        raise CommandError(
            f"`{folder}` is a symbolic link: name the folder that it leads to",
            f"`{folder}`はシンボリックリンクです。リンク先のフォルダを指定してください",
        )
    if folder.exists() and not folder.is_dir():
        raise CommandError(
            f"`{folder}` is a file: name a folder", f"`{folder}`はファイルです。フォルダを指定してください"
        )


def put(folder: Path, edition: Edition, *, force: bool) -> tuple[tuple[Path, ...], int]:
    """Write an edition as files; those that changed, and how many it is in all.

    `force`: overwrite also what is on record nowhere.

    Raises:
        CommandError: a file would be lost, is no file of the folder, or cannot be written.
    """
    must_be_folder(folder)
    made = files(folder, edition.tables(), edition.model, CATEGORIES)
    _must_be_own(made)
    changed = {path: content for path, content in made.items() if _otherwise(path, content)}
    if not force:
        _keep_safe(folder, [path for path in changed if path.exists()])
    _write(changed)
    if edition_of(folder).id != edition.id:
        raise CommandError(
            "the folder reads as another edition: see that nobody else writes to it",
            "書き出したフォルダが別の版として読み込まれました。ほかの人が書き込んでいないか確かめてください",
        )
    return tuple(changed), len(made)


def _must_be_own(made: Iterable[Path]) -> None:
    """Refuse to write through a link, which may lead anywhere, or into a pipe.

    Raises:
        CommandError: with the files.
    """
    if others := [f"`{path.name}`" for path in made if not is_own(path)]:
        raise CommandError(
            f"{', '.join(others)} would be written, but a link or something else that is no file stands there:"
            " remove it first"
        )


def _otherwise(path: Path, content: bytes) -> bool:
    return not path.exists() or path.stat().st_size != len(content) or path.read_bytes() != content


def _keep_safe(folder: Path, overwritten: Iterable[Path]) -> None:
    """Refuse where a file would be lost: what the folder holds is no published edition and no draft.

    Raises:
        CommandError: with the files.
    """
    lost = [f"`{path.name}`" for path in overwritten]
    if lost and not _on_record(folder):
        raise CommandError(
            f"{', '.join(lost)} would be overwritten, and what the folder holds is neither a published edition nor a"
            " draft: push it first, or give `--force`"
        )


def _on_record(folder: Path) -> bool:
    """Whether the database has all that the files of a folder say."""
    try:
        held = edition_of(folder).id
    except PolicyError:
        return False

    async def found() -> bool:
        async with store_of(settings()) as store:
            return bool(await store.fetch(_ON_RECORD, {"id": held}))

    return asyncio.run(found())


def _write(changed: Mapping[Path, bytes]) -> None:
    try:
        write(changed)
    except OSError as error:
        raise CommandError(
            f"a file cannot be written ({type(error).__name__}): see that the folder is yours and has room"
        ) from error
