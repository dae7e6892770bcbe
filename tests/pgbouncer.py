"""The pooler of the tests: finds a PgBouncer, or puts one in place where it may, and runs it in session mode."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from benchmarks.postgres import Server
from benchmarks.processes import LOOPBACK, free_port, started
from tests.debian import install

WHERE = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"
MISSING = "the test of PgBouncer needs it: install the package `pgbouncer` and run the test again"


class NoPgBouncerError(RuntimeError):
    """There is no PgBouncer and none could be installed."""


def found() -> str | None:
    """The path of a PgBouncer that is there already."""
    return shutil.which("pgbouncer", path=WHERE)


@cache
def pgbouncer() -> str:
    """The path of a PgBouncer, installed first if need be; raises with one sentence if there is none."""
    if (path := found()) is not None:
        return path
    if not install("pgbouncer") or (path := found()) is None:
        raise NoPgBouncerError(MISSING)
    return path


class Pooler:
    """PgBouncer before one server, in session mode and with nothing else changed from how it comes."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.port = free_port()
        self.file = folder / "pgbouncer.ini"
        parts = urlsplit(server.dsn)
        self.user = unquote(parts.username or "postgres")
        behind = [f"host={parts.hostname}", f"port={parts.port or 5432}", f"user={self.user}"]
        if parts.password:
            behind.append(f"password={unquote(parts.password)}")
        self.file.write_text(
            f"[databases]\n* = {' '.join(behind)}\n\n[pgbouncer]\nlisten_addr = {LOOPBACK}\n"
            f"listen_port = {self.port}\nunix_socket_dir =\nauth_type = any\npool_mode = session\n",
            encoding="utf-8",
        )
        folder.chmod(0o755)

    def database(self, name: str) -> str:
        """The address of a database behind it."""
        return f"postgres://{self.user}@{LOOPBACK}:{self.port}/{name}"

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run it for as long as the block."""
        account = "nobody" if os.geteuid() == 0 else None
        with started("PgBouncer", [pgbouncer(), str(self.file)], self.port, user=account) as process:
            try:
                yield
            finally:
                process.terminate()  # at once; its other signals wait for its clients to go
                process.wait(10)
