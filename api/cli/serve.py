"""`mokuteki serve`: the gateway over HTTP, in this process or in several."""

import asyncio
import gc
import os
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
import uvloop

from api import logs
from api.app import build_app
from api.cli.database import AGE, fill_if_empty
from api.cli.protocol import Protocol
from api.cli.shared import CommandError, err, examples, prepare, settings
from api.cli.workers import BEAT, Workers
from api.house import open_house
from api.metrics import TOGETHER, forget
from api.settings import Settings
from models.database.opening import SQLITE
from models.demo.handout import serve_at


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "serve",
        epilog=examples(
            "mokuteki serve",
            "mokuteki serve --workers 2",
            "PORT=8010 MOKUTEKI_VAR=/tmp/other mokuteki serve",
        ),
    )(serve)


def serve(
    workers: Annotated[
        int | None,
        typer.Option(
            help="How many processes serve; `MOKUTEKI_WORKERS` by default. More than one needs PostgreSQL.",
            min=1,
            max=64,
            show_default=False,
        ),
    ] = None,
) -> None:
    """Migrate, load the demonstration data if there is none (development only), and serve until stopped."""
    given = settings()
    count = workers or given.workers
    if count > 1 and given.database_url.startswith(SQLITE):
        raise CommandError(
            f"{count} workers need PostgreSQL, as SQLite serves one: "
            "set `MOKUTEKI_DATABASE_URL` to a PostgreSQL database, or serve with `--workers 1`"
        )
    given = replace(given, workers=count)
    _log_of(given)
    with _listening(given) as taken:
        if count == 1:
            uvloop.run(_alone(given, taken))
            return
        uvloop.run(_prepare(given))
        with _counting_together() as folder:
            asyncio.run(
                Workers(
                    partial(_work, given, folder),
                    taken,
                    count,
                    on_serving=lambda: _welcome(given),
                    on_end=lambda process: forget(folder, process),
                ).run()
            )


def _log_of(given: Settings) -> None:
    logs.start(given.log_level, console=not given.production and err.is_terminal)
    logs.seal_process()


@contextmanager
def _counting_together() -> Iterator[Path]:
    """The folder in which all workers count, which they learn of by the environment they start with."""
    with tempfile.TemporaryDirectory(prefix="mokuteki-metrics-") as folder:
        os.environ[TOGETHER] = folder
        yield Path(folder)


def _work(given: Settings, folder: Path, taken: socket.socket, told: Connection) -> None:
    """What one worker does."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl+C reaches every process; the first one ends the others
    _log_of(given)

    def listens() -> None:
        with suppress(OSError):  # nobody hears it who is gone
            told.send_bytes(b"listens")

    uvloop.run(_serve(given, taken, listens, counted_in=folder))


def _listening(given: Settings) -> socket.socket:
    """The port, taken before anything is made, so that a port in use costs nothing.

    Raises:
        CommandError: it cannot be taken.
    """
    family = socket.AF_INET6 if ":" in given.host else socket.AF_INET
    taken = socket.socket(family)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((given.host, given.port))
    except OSError as error:
        taken.close()
        raise CommandError(
            f"port {given.port} of `{given.host}` cannot be taken: stop what uses it, or set another `PORT`"
        ) from error
    return taken


async def _prepare(given: Settings) -> None:
    """What is made once, whoever serves: tables, edition, demonstration."""
    if given.production:
        await prepare(given)
    else:
        await prepare(given, age=AGE)
        await fill_if_empty(given)
        serve_at(given.var / "demo.json", given.issuer)


async def _alone(given: Settings, taken: socket.socket) -> None:
    await _prepare(given)
    await _serve(given, taken, lambda: _welcome(given))


async def _serve(
    given: Settings, taken: socket.socket, listens: Callable[[], None], counted_in: Path | None = None
) -> None:
    async with open_house(given, counted_in=counted_in) as house:
        server = (_Server if counted_in is None else _WorkerServer)(
            listens,
            uvicorn.Config(
                build_app(house),
                host=given.host,
                port=given.port,
                http=Protocol,
                access_log=False,
                proxy_headers=False,
                log_config=None,
                server_header=False,
                date_header=False,
            ),
        )
        _settle()
        await server.serve(sockets=[taken])


class _Server(uvicorn.Server):
    """Says that it listens once it does, and not before."""

    def __init__(self, listens: Callable[[], None], config: uvicorn.Config) -> None:
        super().__init__(config)
        self._listens = listens

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        if self.started:
            self._listens()


class _WorkerServer(_Server):
    """Gives signs of life, and finishes what is in flight when the first process asks it to leave, or is gone."""

    async def on_tick(self, counter: int) -> bool:
        """Uvicorn asks ten times a second whether to go on, from the loop that answers requests."""
        if counter % int(10 * BEAT) == 0:
            self._listens()
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave on SIGTERM, and when nobody is left who would send it."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._leave)
        parent = parent_process()
        if parent is not None:
            loop.add_reader(parent.sentinel, self._leave)
        try:
            yield
        finally:
            self._let_go()

    def _leave(self) -> None:
        self.should_exit = True
        self._let_go()

    @staticmethod
    def _let_go() -> None:
        """A parent that is gone stays readable: once is enough."""
        parent = parent_process()
        if parent is not None:
            asyncio.get_running_loop().remove_reader(parent.sentinel)


def _settle() -> None:
    """What stands after start-up is no garbage, and answers are short-lived: look for cycles seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _welcome(given: Settings) -> None:
    at, count = given.address, given.workers
    several = f" with {count} workers" if count > 1 else ""
    err.print(f"\nMokuteki serves on [bold]{at}[/bold]{several}; Ctrl+C stops it", soft_wrap=True)
    if count > 1 and given.redis_url is None:
        err.print(
            f"each worker counts alone and grants 1/{count} of every quota: set `MOKUTEKI_REDIS_URL` to count together",
            soft_wrap=True,
            markup=False,
        )
    if given.production:
        return
    shown = {
        "explorer": at,
        "schema": f"{at}/schema.graphql",
        "people": f"{given.var / 'demo.json'} names them, and the clients with their secrets",
        "a token": ".venv/bin/mokuteki token frontend",
    }
    for name, what in shown.items():
        err.print(f"  {name:<10} {what}", soft_wrap=True, markup=False)
    err.print()
