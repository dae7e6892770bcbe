"""The browser of the tests: finds a Chromium, or puts one in place where it may."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = "the browser tests need Chromium: install the package `chromium` and run them again"


class NoBrowserError(RuntimeError):
    """There is no Chromium and none could be installed."""


def arguments() -> list[str]:
    """How Chromium is started: quiet on the network; root has no sandbox to offer it."""
    return [*(["--no-sandbox"] if os.geteuid() == 0 else []), *QUIET]


def found() -> str | None:
    """The path of a Chromium that is there already."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def install() -> None:
    """Install Debian's Chromium; only root can, and only where there is apt."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise NoBrowserError(MISSING)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run([apt, *step], env=environment, capture_output=True, check=False)  # noqa: S603 - fixed words
        if done.returncode != 0:
            raise NoBrowserError(MISSING)


@cache
def chromium() -> str:
    """The path of a Chromium, installed first if need be; raises with one sentence if there is none."""
    if (path := found()) is not None:
        return path
    with (Path(tempfile.gettempdir()) / "chromium-for-tests.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # parallel test workers wait for the first
        if found() is None:
            install()
    if (path := found()) is None:
        raise NoBrowserError(MISSING)
    return path
