"""The handout: where the demonstration answers, who may ask, and who shows what."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.demo.clients import Credential


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The clients by name with their secrets, and the users by situation."""

    clients: dict[str, Credential]
    users: dict[str, str]


def write(demo: Demo, path: Path, url: str) -> None:
    """Write the handout as JSON for its owner alone (mode 0600): all of it or, when that fails, none."""
    clients = {name: asdict(credential) for name, credential in demo.clients.items()}
    _write({"url": url, "clients": clients, "users": demo.users}, path)


def serve_at(path: Path, url: str) -> None:
    """Let the handout name the address that is served now."""
    found = read_demo(path)
    if found and found.get("url") != url:
        _write({**found, "url": url}, path)


def _write(handout: dict[str, Any], path: Path) -> None:
    text = json.dumps(handout, ensure_ascii=False, indent=2)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_demo(path: Path) -> dict[str, Any]:
    """The handout as it was written, or nothing where there is none."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found
