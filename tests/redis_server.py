"""A real Redis for tests: found, or put in place where that is allowed, and ended by its process."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import cast

from redis import Redis
from redis.exceptions import RedisError

from tests.debian import install

PATIENCE = 20
MISSING = "the tests of quotas need Redis: install the package `redis-server` and run them again"


class NoRedisError(RuntimeError):
    """There is no Redis and none could be installed."""


@cache
def redis_server() -> str:
    """The path of the server, installed first if need be; raises with one sentence if there is none."""
    if (path := shutil.which("redis-server")) is not None:
        return path
    if not install("redis-server") or (path := shutil.which("redis-server")) is None:
        raise NoRedisError(MISSING)
    return path


class Server:
    """One Redis on a socket of its own, without a port, that keeps nothing."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = [
            "--port",
            "0",
            "--unixsocket",
            str(self.socket),
            "--save",
            "",
            "--dir",
            str(self.socket.parent),
        ]
        self._process = subprocess.Popen([redis_server(), *options], stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
        until = time.monotonic() + PATIENCE
        while not self.answers():
            assert self._process.poll() is None, MISSING
            assert time.monotonic() < until, MISSING
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process = None

    def answers(self) -> bool:
        with suppress(RedisError), self.asked() as redis:
            return bool(redis.ping())
        return False

    @contextmanager
    def asked(self) -> Iterator[Redis]:
        redis = Redis(unix_socket_path=str(self.socket))
        try:
            yield redis
        finally:
            redis.close()

    def forget(self) -> None:
        with self.asked() as redis:
            redis.flushall()

    def pass_time(self, seconds: float) -> None:
        """Let every count grow older."""
        with self.asked() as redis:
            for key in list(redis.scan_iter()):
                left = int(cast("int", redis.pttl(key)) - seconds * 1000)
                if left > 0:
                    redis.pexpire(key, left)
                else:
                    redis.delete(key)


@contextmanager
def redis() -> Iterator[Server]:
    """A Redis for as long as the block."""
    folder = Path(tempfile.mkdtemp(prefix="redis-"))
    server = Server(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
