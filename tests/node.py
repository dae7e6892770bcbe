"""The audit of the package `graphql-http`, run by Node; put in place where it may be."""

import fcntl
import json
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from tests.debian import install

PACKAGES = ("graphql-http@1.23.1", "graphql@16.11.0")
MISSING = "the audit needs Node with npm: install the packages `nodejs` and `npm` and run it again"
SCRIPT = """
import { serverAudits } from 'graphql-http';
const [url, token] = process.argv.slice(2);
const fetchFn = (at, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  return fetch(at, { ...init, headers });
};
const told = [];
for (const audit of serverAudits({ url, fetchFn })) {
  const { id, name, status, reason } = await audit.fn();
  told.push({ id, name, status, reason });
}
console.log(JSON.stringify(told));
"""


class NoNodeError(RuntimeError):
    """There is no Node, or the package could not be installed."""


def node() -> str:
    """The path of Node; Debian's is installed where that is allowed and there is none."""
    here = shutil.which("node") is not None and shutil.which("npm") is not None
    if not here and not install("nodejs", "npm"):
        raise NoNodeError(MISSING)
    found = shutil.which("node")
    if found is None:
        raise NoNodeError(MISSING)
    return found


@cache
def installed() -> Path:
    """The folder in which the package is; kept between runs."""
    folder = Path(tempfile.gettempdir()) / "graphql-http-for-tests"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # parallel test workers wait for the first
        node()
        if not (folder / "node_modules" / "graphql-http" / "package.json").is_file():
            npm = shutil.which("npm") or "npm"
            words = [
                npm,
                "install",
                "--no-save",
                "--no-audit",
                "--no-fund",
                "--prefix",
                str(folder),
                *PACKAGES,
            ]
            done = subprocess.run(words, capture_output=True, check=False, text=True)  # noqa: S603 - fixed words
            if done.returncode != 0:
                raise NoNodeError(MISSING)
        (folder / "audit.mjs").write_text(SCRIPT, encoding="utf-8")
    return folder


def audit(url: str, token: str) -> list[dict[str, Any]]:
    """Each requirement of GraphQL over HTTP with `ok`, `notice` (a MAY), `warn` (a SHOULD) or `error` (a MUST)."""
    done = subprocess.run(  # noqa: S603 - fixed words
        [node(), str(installed() / "audit.mjs"), url, token],
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
    )
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return told
