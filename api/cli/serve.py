"""`mokuteki serve`: the gateway over HTTP."""

import typer
import uvicorn
import uvloop

from api import logs
from api.app import build_app
from api.cli.database import fill_if_empty
from api.cli.shared import err, prepare, settings
from api.house import open_house
from api.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve() -> None:
    """Migrate, load the demonstration data if there is none (development only), and serve until stopped."""
    given = settings()
    logs.start(given.log_level, console=not given.production and err.is_terminal)
    logs.seal_process()
    uvloop.run(_serve(given))


async def _serve(given: Settings) -> None:
    await prepare(given)
    if not given.production:
        await fill_if_empty(given)
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
        _welcome(given)
        await server.serve()


def _welcome(given: Settings) -> None:
    at = f"http://{given.host}:{given.port}"
    err.print(f"Mokuteki serves on {at}")
    if not given.production:
        err.print(f"  explorer   {at}/graphql")
        err.print(f"  schema     {at}/schema.graphql")
        err.print(f"  people and clients of the demonstration   {given.var / 'demo.json'}")
        err.print("  a token    .venv/bin/mokuteki token frontend")
