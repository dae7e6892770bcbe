"""The gateway as a process of its own, for tests that meet it as a newcomer or a browser does."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from api.settings import CHECKOUT
from tests.made import tables_in

PATIENCE = 60
SERVE = (sys.executable, "-m", "api", "serve")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(var: Path, port: int, **more: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MOKUTEKI_")}
    return {**plain, "MOKUTEKI_VAR": str(var), "PORT": str(port), "HOST": "127.0.0.1", **more}


@contextmanager
def serving(
    var: Path, port: int, words: Sequence[str] = SERVE, *, from_nothing: bool = False
) -> Iterator[httpx.Client]:
    """A gateway that ends with the block, started by these words; it makes its own tables where it is told to."""
    if not from_nothing:
        tables_in(var)
    log = var / "serve.log"
    with log.open("ab") as told:
        process = subprocess.Popen(  # noqa: S603 - the words are ours
            words,
            cwd=CHECKOUT,
            env=environment(var, port),
            stdout=told,
            stderr=subprocess.STDOUT,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as http:
            until = time.monotonic() + PATIENCE
            while not ready(http):
                assert process.poll() is None, log.read_text(encoding="utf-8")
                assert time.monotonic() < until, log.read_text(encoding="utf-8")
                time.sleep(0.1)
            yield http
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def ready(http: httpx.Client) -> bool:
    try:
        return http.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False
