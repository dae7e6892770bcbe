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
        server = uvicorn.Server(
            uvicorn.Config(
                build_app(house),
                host=given.host,
                port=given.port,
                http="httptools",
                access_log=False,
                log_config=None,
                server_header=False,
                date_header=False,
            )
        )
        _settle()
        _welcome(given)
        await server.serve(sockets=[taken])


def _settle() -> None:
    """What stands after start-up is no garbage, and answers are short-lived: look for cycles seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _welcome(given: Settings) -> None:
    at = f"http://{given.host}:{given.port}"
    err.print(f"Mokuteki serves on {at}")
    if not given.production:
        err.print(f"  explorer   {at}/graphql")
        err.print(f"  schema     {at}/schema.graphql")
        err.print(f"  people and clients of the demonstration   {given.var / 'demo.json'}")
        err.print("  a token    .venv/bin/mokuteki token frontend")
