"""`mokuteki init` and `mokuteki demo`: the tables, and believable people in them."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Final

import typer

from api.cli.shared import (
    CommandError,
    bar,
    edition_in_force,
    edition_of_checkout,
    err,
    examples,
    prepare,
    settings,
    shown,
)
from api.gateway.request import Request
from api.gateway.views.ledger import JAPAN
from api.house import House, open_house
from api.settings import Settings
from api.tokens.requester import Requester
from models.database.opening import alone, opened
from models.demo.accesses import busy_accesses
from models.demo.load import Demo, load, write
from models.publish import NEWEST
from models.user import User

AGE: Final = timedelta(days=400)
"""Since how long a demonstration counts its rules as in force: longer than any replay looks back."""


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("init", epilog=examples("mokuteki init"))(init)
    app.command("demo", epilog=examples("mokuteki demo", "mokuteki demo --people 50 --seed 7"))(demo)


def init() -> None:
    """Bring the tables up to date and publish the checkout's edition, unless somebody else's is in force."""
    given = settings()

    async def make() -> tuple[str, int]:
        await prepare(given)
        async with opened(given.database_url, pool_size=2) as store:
            name, number = (await store.fetch(NEWEST, {}))[0]
            return str(name), int(number)

    name, number = asyncio.run(make())
    err.print(f"the database is ready, with edition {number} ({name[:12]}) in force")
    if name != edition_of_checkout().id:
        err.print("the rules of this checkout are NOT in force: `mokuteki policy diff` tells what differs")


def demo(
    people: Annotated[int, typer.Option(help="How many people.", min=9)] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed and day give the same people.")] = 2019,
) -> None:
    """Fill an empty database with people, clients and recipients, and write `var/demo.json`."""
    given = settings()
    if given.production:
        raise CommandError("the demonstration is for development: set `MOKUTEKI_ENVIRONMENT=development`")

    async def fill() -> None:
        await prepare(given, publish=False, age=AGE)
        if not await _fill_if_empty(given, people, seed):
            raise CommandError(
                "the database has people already: point `MOKUTEKI_DATABASE_URL` at an empty one"
            )

    asyncio.run(fill())
    err.print(f"{people} people; who may ask and who shows what is in {given.var / 'demo.json'}")


async def fill_if_empty(given: Settings) -> None:
    """Load the demonstration into a database without people; who comes meanwhile waits, and finds them."""
    await _fill_if_empty(given, 1000, 2019)


async def _fill_if_empty(given: Settings, people: int, seed: int) -> bool:
    """Whether it was empty."""
    async with alone(given.database_url):
        empty = await _empty(given)
        if empty:
            await _fill(given, people, seed)
        return empty


async def _empty(given: Settings) -> bool:
    async with opened(given.database_url, pool_size=2):
        return not await User.exists()


async def _fill(given: Settings, people: int, seed: int) -> None:
    today = datetime.now(JAPAN).date()
    async with opened(given.database_url, pool_size=2, master=given.data_key) as store:
        with bar("people") as progress:
            made = await load(
                await edition_in_force(store),
                count=people,
                seed=seed,
                today=today,
                progress=shown(progress),
            )
    async with open_house(given) as house:
        await _keep_busy(house, made)
    write(made, given.var / "demo.json", given.issuer)


async def _keep_busy(house: House, made: Demo) -> None:
    """Let third parties ask about the busy person through the door, so that the ledger tells the truth."""
    for place, asking in enumerate(busy_accesses(made.users["busy"])):
        client = made.clients[asking.client]
        requester = Requester(
            client=client.client_id,
            role=client.role,
            user=None,
            recipients=tuple(client.recipients),
            expires_at=float("inf"),
            token_id="demo",  # noqa: S106 - no secret: there is no token
        )
        request = Request(
            id=f"demo{place:012d}",
            query=asking.document,
            variables=asking.variables,
            operation_name=asking.operation,
        )
        answer = await house.gateway.answer(requester, request)
        if answer.body.get("data") is None:
            raise CommandError(f"the demonstration's `{asking.operation}` was refused: {answer.code}")
