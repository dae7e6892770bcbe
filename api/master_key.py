"""The master key: 32 bytes that wrap the data keys, out of the environment or a file and into no database."""

import binascii
from base64 import b64decode, b64encode
from pathlib import Path
from secrets import token_bytes

from api.kept_secret import kept_secret

BYTES = 32


class NoMasterKey(Exception):  # noqa: N818 - it names the state
    """There is no master key that can be used: one sentence with the variable and the remedy, never its value."""


def new_master_key() -> str:
    """A fresh master key as text."""
    return b64encode(token_bytes(BYTES)).decode()


def master_key(text: str, name: str) -> bytes:
    """The master key that a text spells in base64; `name` is what the text is called.

    Raises:
        NoMasterKey: it spells something else.
    """
    try:
        key = b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != BYTES:
        raise NoMasterKey(f"`{name}` is no master key: set it to {BYTES} random bytes in base64")
    return key


def chosen_master_key(text: str, file: Path | None, *, kept: Path, required: bool) -> bytes:
    """The master key of an installation: out of `MOKUTEKI_DATA_KEY`, or the file of `MOKUTEKI_DATA_KEY_FILE`.

    Where neither is set and it is not `required` to be, it is made once and kept in the file `kept`.

    Raises:
        NoMasterKey: both are set, neither is and one is required, or what is set cannot be used.
    """
    if text and file is not None:
        raise NoMasterKey("`MOKUTEKI_DATA_KEY` and `MOKUTEKI_DATA_KEY_FILE` are both set: unset one of them")
    if text:
        return master_key(text, "MOKUTEKI_DATA_KEY")
    if file is not None:
        return master_key_in(file, "MOKUTEKI_DATA_KEY_FILE")
    if required:
        raise NoMasterKey(
            "`MOKUTEKI_DATA_KEY` is required in production: set it to 32 random bytes in base64, "
            "or `MOKUTEKI_DATA_KEY_FILE` to a file that holds them"
        )
    try:
        return master_key(kept_secret(kept, new_master_key), kept.name)
    except (OSError, UnicodeDecodeError):
        raise NoMasterKey(
            f"`MOKUTEKI_DATA_KEY` cannot be kept in `{kept.name}`: "
            "make the directory of `MOKUTEKI_VAR` writable, or set the variable"
        ) from None


def master_key_in(file: Path, name: str) -> bytes:
    """The master key in a file that must be there; `name` is what names the file.

    Raises:
        NoMasterKey: it cannot be read, or holds something else.
    """
    try:
        text = file.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        raise NoMasterKey(
            f"`{name}` names no file that can be read: name one with 32 bytes in base64"
        ) from None
    return master_key(text, name)
