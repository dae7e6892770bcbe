"""Several workers as their users start them, and a way to ask each of them alone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from api.settings import CHECKOUT
from tests.served import PATIENCE, environment, free_port


def state(process: int) -> tuple[str, int]:
    """The state of a process and its parent; `X` where there is none."""
    try:
        found, parent = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[:2]
    except OSError:
        return "X", 0
    return found, int(parent)


class Fleet:
    """A running `mokuteki serve`: its first process, its workers, and what it logged."""

    def __init__(self, var: Path, url: str, *arguments: str, **more: str) -> None:
        self.port = free_port()
        self.log = var / f"serve-{self.port}.log"
        self.environment = environment(var, self.port, MOKUTEKI_DATABASE_URL=url, **more)
        with self.log.open("ab") as told:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "api", "serve", *arguments],
                cwd=CHECKOUT,
                env=self.environment,
                stdout=told,
                stderr=subprocess.STDOUT,
            )

    @property
    def told(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def until(self, sign: str, times: int = 1) -> None:
        """Wait until the log shows it so many times."""
        end = time.monotonic() + PATIENCE
        while self.told.count(sign) < times:
            assert self.process.poll() is None or sign in self.told, self.told
            assert time.monotonic() < end, self.told
            time.sleep(0.05)

    def workers(self) -> set[int]:
        """The process ids of the workers that live."""
        found = set()
        for place in Path("/proc").glob("[0-9]*"):
            condition, parent = state(int(place.name))
            with suppress(OSError):
                spawned = b"spawn_main" in (place / "cmdline").read_bytes()
                if parent == self.process.pid and condition not in "XZ" and spawned:
                    found.add(int(place.name))
        return found

    @contextmanager
    def only(self, worker: int) -> Iterator[None]:
        """Let no other worker answer meanwhile."""
        others = self.workers() - {worker}
        for other in others:
            os.kill(other, signal.SIGSTOP)
        try:
            yield
        finally:
            for other in others:
                os.kill(other, signal.SIGCONT)

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request on a connection of its own, so that any worker may take it."""
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=PATIENCE) as http:
            return http.request(method, path, **more)

    def command(self, *arguments: str) -> str:
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "api", *arguments],
            cwd=CHECKOUT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def ask(self, token: str, query: str) -> httpx.Response:
        return self.request(
            "GET", "/graphql", params={"query": query}, headers={"Authorization": f"Bearer {token}"}
        )

    def end(self) -> int:
        """Ask it to end and wait; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def fleet(var: Path, url: str, *arguments: str, **more: str) -> Iterator[Fleet]:
    """A fleet that serves."""
    made = Fleet(var, url, *arguments, **more)
    try:
        made.until("Mokuteki serves on")
        yield made
    finally:
        made.end()
