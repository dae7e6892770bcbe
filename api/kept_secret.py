"""The secret of a development installation: made once, and kept in a file that only its owner reads."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def _any_secret() -> str:
    return secrets.token_urlsafe(48)


def kept_secret(path: Path, make: Callable[[], str] = _any_secret) -> str:
    """The secret in the file, made if there is none; two processes that make one both read the first's.

    Raises:
        OSError: the file or its directory cannot be made or read.
        UnicodeDecodeError: the file holds something else.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        _keep(path, make())
    return path.read_text(encoding="ascii").strip()


def _keep(path: Path, secret: str) -> None:
    """A new secret under `path`, whole at once: the hard link fails if another process was first."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
