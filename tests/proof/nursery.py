"""The nursery: gateways of one installation, forked from a process that has read the program already.

A start takes a fraction of a second, so that a thousand of them can be killed.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from api.cli.serve import serve
from api.settings import CHECKOUT

STOP = "stop"


class Nursery:
    """The process that forks, as its user sees it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def start(self, port: int) -> int:
        """Start a gateway on a port; its process id."""
        return int(self._say(str(port)))

    def kill(self, pid: int) -> None:
        """Kill a gateway that `start` told of, as `kill -9` does, and wait until it is gone."""
        os.kill(pid, signal.SIGKILL)
        self._say(f"{STOP} {pid}")

    def _say(self, words: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(words + "\n")
        self._process.stdin.flush()
        told = self._process.stdout.readline()
        assert told, "the nursery is gone"
        return told.strip()


@contextmanager
def nursery(environment: Mapping[str, str], log: Path) -> Iterator[Nursery]:
    """A nursery for the installation that the environment names."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MOKUTEKI_")}
    with log.open("ab") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.proof.nursery"],
            cwd=CHECKOUT,
            env={**plain, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
        )
    try:
        yield Nursery(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(60)
        assert process.stdout is not None
        process.stdout.close()


def main() -> None:
    """Fork a gateway for each port that is named, and tell of each that has ended; at the end end all."""
    mine: set[int] = set()
    for line in sys.stdin:
        first, _, second = line.strip().partition(" ")
        if first == STOP:
            os.waitpid(int(second), 0)
            mine.discard(int(second))
            print(second, flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            _become(first)
        mine.add(pid)
        print(pid, flush=True)
    for pid in mine:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _become(port: str) -> None:
    """A gateway, to the end of this process."""
    os.environ["PORT"] = port
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    try:
        serve()
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
