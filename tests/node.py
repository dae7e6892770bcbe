"""Packages of Node for tests, put in place where they may be, and the scripts that use them."""

import fcntl
import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.debian import install

SCRIPTS = Path(__file__).parent / "foreign"
PATIENCE = 120
GRAPHQL = "graphql@16.11.0"
PACKAGES: Mapping[str, tuple[str, ...]] = {
    "audit": ("graphql-http@1.23.1", GRAPHQL),
    "clients": (
        "openid-client@6.8.9",
        "oauth4webapi@3.8.8",
        "@apollo/client@4.3.8",
        "rxjs@7.8.2",
        GRAPHQL,
    ),
}
"""Each set of packages by its name, with their versions."""

MISSING = "this needs Node with npm: install the packages `nodejs` and `npm` and run it again"


class NoNodeError(RuntimeError):
    """There is no Node, or the packages could not be installed."""


def command(name: str) -> str:
    """The path of `node`, `npm` or `npx`; Debian's are installed where that is allowed and there are none."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        install("nodejs", "npm")
    found = shutil.which(name)
    if found is None:
        raise NoNodeError(MISSING)
    return found


def installed(name: str) -> Path:
    """The folder in which a set of packages is; kept between runs, and another one for other versions."""
    packages = PACKAGES[name]
    digest = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:8]
    folder = Path(tempfile.gettempdir()) / f"mokuteki-node-{name}-{digest}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # parallel test workers wait for the first
        if not (folder / "complete").exists():
            words = ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(folder), *packages]
            done = subprocess.run([command("npm"), *words], capture_output=True, check=False, text=True)  # noqa: S603 - fixed words
            if done.returncode != 0:
                raise NoNodeError(done.stderr)
            (folder / "complete").touch()
    return folder


def told(script: str, packages: str, **given: Any) -> Any:
    """What a script of ours tells, which is given these values and may import the packages."""
    with tempfile.TemporaryDirectory(dir=installed(packages)) as folder:
        for each in SCRIPTS.glob("*.mjs"):
            shutil.copy(each, folder)
        done = subprocess.run(  # noqa: S603 - fixed words
            [command("node"), str(Path(folder) / script), json.dumps(given)],
            capture_output=True,
            check=False,
            text=True,
            timeout=PATIENCE,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def audit(url: str, token: str) -> list[dict[str, Any]]:
    """Each requirement of GraphQL over HTTP with `ok`, `notice` (a MAY), `warn` (a SHOULD) or `error` (a MUST)."""
    found: list[dict[str, Any]] = told("audit.mjs", "audit", url=url, token=token)
    return found
