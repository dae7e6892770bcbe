"""The plain file: read whole without waiting, and written whole; never a pipe or a device, and no link is written."""

from pathlib import Path
from typing import Final

MOST: Final = 64 * 1024 * 1024
"""The most bytes of one file: some 200,000 rules."""


class Irregular(OSError):  # noqa: N818 - it names the state
    """It is a folder, a pipe, a socket or a device, or a link where it is to be written."""


class TooLarge(OSError):  # noqa: N818 - it names the state
    """It holds more than `MOST` bytes."""


def stands(file: Path) -> bool:
    """Whether anything has this name, be it a link that leads nowhere."""
    return file.is_symlink() or file.exists()


def read_plain(file: Path) -> str:
    """The text of a file in UTF-8, or of what a link leads to.

    Raises:
        UnicodeDecodeError: it is not in UTF-8.
        Irregular: it is no plain file; reading it might never end.
        TooLarge: it holds more than any table does.
        OSError: it is not there, or cannot be read.
    """
    if file.exists() and not file.is_file():
        raise Irregular
    with file.open("rb") as opened:
        content = opened.read(MOST + 1)
    if len(content) > MOST:
        raise TooLarge
    return content.decode()


def is_own(file: Path) -> bool:
    """Whether a plain file stands there itself, or nothing yet."""
    return not stands(file) or (file.is_file() and not file.is_symlink())


def write_plain(file: Path, content: bytes) -> None:
    """Write a file whole or leave it as it was; what stands elsewhere is never written.

    Raises:
        Irregular: something else than a file stands there.
        OSError: it cannot be written.
    """
    if not is_own(file):
        raise Irregular
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    with part.open("xb") as opened:  # which follows no link
        opened.write(content)
    part.replace(file)
