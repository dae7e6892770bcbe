"""The browser of the tests: finds a Chromium, or puts one in place where it may."""

import os
import shutil
from functools import cache

from tests.debian import install

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


@cache
def chromium() -> str:
    """The path of a Chromium, installed first if need be; raises with one sentence if there is none."""
    if (path := found()) is not None:
        return path
    if not install("chromium") or (path := found()) is None:
        raise NoBrowserError(MISSING)
    return path
