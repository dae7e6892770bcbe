"""A server as a child process: started, waited for, and ended by its own handle."""

import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOOPBACK = "127.0.0.1"


class DidNotStart(RuntimeError):  # noqa: N818  (what the server did)
    """A server that the run cannot measure, with the sentence that says why."""


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child: ours, and what it needs besides."""
    return {**os.environ, **more}


def last_words(log: bytes) -> str:
    """The line of a log that tells most about the end: the last that names an error, else the last."""
    lines = log.decode(errors="replace").strip().splitlines() or ["it said nothing"]
    return next((line for line in reversed(lines) if re.match(r"[\w.]+(Error|Exception): ", line)), lines[-1])


def spawn(
    command: Sequence[str], log: int, *, env: Mapping[str, str] | None = None, user: str | None = None
) -> subprocess.Popen[bytes]:
    """A child in its own session, so that Ctrl-C reaches this process only and all are ended in order."""
    return subprocess.Popen(
        command,
        cwd=None if user else ROOT,
        env=environment(env or {}),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        user=user,
        start_new_session=True,
    )


@contextmanager
def started(
    name: str,
    command: Sequence[str],
    port: int,
    *,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A server that accepts connections on its port; `DidNotStart` with its last words otherwise."""
    with tempfile.TemporaryFile() as log:
        process = spawn(command, log.fileno(), env=env, user=user)
        try:
            if not listening(process, port):
                log.seek(0)
                raise DidNotStart(f"{name} did not start: {last_words(log.read())}")
            yield process
        finally:
            end(process)


def listening(process: subprocess.Popen[bytes], port: int, patience: float = 30) -> bool:
    """Whether the process came to accept connections while it lived."""
    until = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


def end(process: subprocess.Popen[bytes], patience: float = 10) -> None:
    """Ask the child to end (SIGINT: every server here closes its sessions on it), then insist."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
