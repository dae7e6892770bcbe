"""The secret key: given, or in development made once and kept."""

from pathlib import Path

from api.kept_secret import kept_secret
from api.variables import SHORTEST_SECRET


class NoSecretKey(Exception):  # noqa: N818 - it names the state
    """There is no secret key that can be used: one sentence with the remedy, never the key."""


def chosen_secret_key(text: str, kept: Path, *, required: bool) -> str:
    """The key that was given; where none is `required`, the one kept in a file, made if it is not there.

    Raises:
        NoSecretKey: there is none, or it is too short.
    """
    if not text and required:
        raise NoSecretKey(
            "`MOKUTEKI_SECRET_KEY` is required in production: "
            f"set it to {SHORTEST_SECRET} random characters or more"
        )
    secret = text or _kept(kept)
    if len(secret) < SHORTEST_SECRET:
        raise NoSecretKey(
            f"`MOKUTEKI_SECRET_KEY` is too short: set it to {SHORTEST_SECRET} random characters or more"
        )
    return secret


def _kept(path: Path) -> str:
    try:
        return kept_secret(path)
    except (OSError, UnicodeDecodeError):
        raise NoSecretKey(
            f"`MOKUTEKI_SECRET_KEY` cannot be kept in `{path.name}`: "
            "make the directory of `MOKUTEKI_VAR` writable, or set the variable"
        ) from None
