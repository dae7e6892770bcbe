"""The file of an export: where it goes, how it is written, and the times that its options name."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import IO

from api.cli.ledger_format import Format
from api.cli.shared import CommandError, bar
from models.day import JAPAN

IN_MEMORY = 8_000_000
"""Bytes of an export that wait in memory; what is more waits on disk, in a file without a name."""

A_DAY = 10
"""The length of `2026-11-22`."""


@contextmanager
def target(out: Path | None, format: Format) -> Iterator[IO[str]]:  # noqa: A002 - as the option is named
    """Where the export goes; a file is new, its owner's alone, and gone again when the export fails.

    A file of CSV begins with the mark of UTF-8, without which Excel takes it for another encoding.
    """
    if out is None:
        yield sys.stdout
        return
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise CommandError("`--out` names a file that exists already: name a new one") from error
    except OSError as error:
        raise CommandError(
            f"`--out` cannot be written ({type(error).__name__}): name a file you may write"
        ) from error
    try:
        encoding = "utf-8-sig" if format is Format.CSV else "utf-8"
        with os.fdopen(handle, "w", encoding=encoding, newline="") as file:
            yield file
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def time_of(option: str, text: str | None) -> datetime | None:
    """A day of Japan, or a time with its offset (Japan's if it names none)."""
    if text is None:
        return None
    try:
        if len(text) == A_DAY:
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), JAPAN)
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"`{option}` is no day or time: write `2026-11-22` or `2026-11-22T09:00+09:00`",
            f"`{option}`が日付でも日時でもありません。`2026-11-22`か`2026-11-22T09:00+09:00`のように書いてください",
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=JAPAN)


def period(since: str | None, until: str | None, now: datetime) -> tuple[datetime | None, datetime]:
    """From when until when: what was named, and `now` where no end was.

    Raises:
        CommandError: one is no day or time, or the end is not after the beginning.
    """
    first, last = time_of("--since", since), time_of("--until", until)
    if first is not None and last is not None and last <= first:
        raise CommandError("`--until` is not after `--since`, so nothing lies between them: exchange them")
    return first, last or now


def write(texts: Iterator[str], file: IO[str], total: int) -> None:
    """Write the texts, and show how many of `total` records are written."""
    with bar("writing", total=total) as progress:
        for text in texts:
            file.write(text)
            progress.advance(progress.task_ids[0])
    file.flush()
