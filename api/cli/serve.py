"""`mokuteki serve`: the gateway over HTTP."""

import gc
import socket

import typer
import uvicorn
import uvloop

from api import logs
from api.app import build_app
from api.cli.database import fill_if_empty
from api.cli.shared import CommandError, err, examples, prepare, settings
from api.house import open_house
from api.settings import Settings
from models.demo.handout import serve_at


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "serve", epilog=examples("mokuteki serve", "PORT=8010 MOKUTEKI_VAR=/tmp/other mokuteki serve")
    )(serve)


def serve() -> None:
    """Migrate, load the demonstration data if there is none (development only), and serve until stopped."""
    given = settings()
    logs.start(given.log_level, console=not given.production and err.is_terminal)
    logs.seal_process()
    with _listening(given) as taken:
        uvloop.run(_serve(given, taken))


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


async def _serve(given: Settings, taken: socket.socket) -> None:
    await prepare(given)
    if not given.production:
        await fill_if_empty(given)
        serve_at(given.var / "demo.json", given.issuer)
    async with open_house(given) as house:
        server = _Server(
            given,
            uvicorn.Config(
                build_app(house),
                host=given.host,
                port=given.port,
                http="httptools",
                access_log=False,
                log_config=None,
                server_header=False,
                date_header=False,
            ),
        )
        _settle()
        await server.serve(sockets=[taken])


class _Server(uvicorn.Server):
    """Says what to open once it listens, and not before."""

    def __init__(self, given: Settings, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._given = given

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        if self.started:
            _welcome(self._given)


def _settle() -> None:
    """What stands after start-up is no garbage, and answers are short-lived: look for cycles seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _welcome(given: Settings) -> None:
    at = given.address
    err.print(f"\nMokuteki serves on [bold]{at}[/bold]; Ctrl+C stops it", soft_wrap=True)
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
