"""`mokuteki traffic`: the demonstration's clients ask, as on ordinary days, so that the ledger looks like a used one."""

import asyncio
from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated

import typer

from api.cli.shared import CommandError, bar, err, examples, must_exist, settings
from api.fair.quotas import Quotas
from api.gateway.request import Request
from api.house import House, open_house
from api.settings import Settings
from api.tokens.requester import Requester
from models.clients.parts import MOST_QUOTA
from models.demo.dice import Dice
from models.demo.traffic import People, Timed, traffic
from models.person_row import new_id

AT_ONCE = 64
"""How many operations are asked together at most, at one time, so that their records are committed together."""

MOMENTS = 200
"""Over so many times at least, where there are as many operations."""

REST = timedelta(days=2)
"""The last days are left to whoever tries the demonstration: what was asked in them counts against today's quotas."""

ENDLESS = Quotas(
    requests_per_minute=0,
    people_per_hour=MOST_QUOTA,
    people_per_day=MOST_QUOTA,
    company_people_per_hour=MOST_QUOTA,
    company_people_per_day=MOST_QUOTA,
)
"""Quotas count the time that passes here, in which the operations of days are asked."""

_PEOPLE = "SELECT id FROM users ORDER BY id"
_KNOWN = (
    "SELECT DISTINCT recipient, user_id FROM consents WHERE state IN ('GIVEN', 'RENEWED') ORDER BY user_id"
)
_CLIENTS = "SELECT id FROM clients WHERE active"


class Days:
    """A clock that the command sets: the operations are asked on the days that they are spread over."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The time of what is being asked."""
        return self.now


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "traffic", epilog=examples("mokuteki traffic", "mokuteki traffic --accesses 100000 --days 30")
    )(run)


def run(
    accesses: Annotated[int, typer.Option(help="How many operations.", min=1)] = 1000,
    days: Annotated[
        int,
        typer.Option(
            help="How many days back they begin; they end two days ago, so that they use up nobody's quotas.",
            min=3,
            max=365,
        ),
    ] = 30,
    seed: Annotated[int, typer.Option(help="The same seed asks the same of the same people.")] = 2019,
) -> None:
    """Let the demonstration's clients ask, as on ordinary days: real operations, decided, answered and on record."""
    given = settings()
    if given.production:
        raise CommandError("the demonstration is for development: set `MOKUTEKI_ENVIRONMENT=development`")
    must_exist(given)
    asyncio.run(_ask(given, accesses, days, seed))
    err.print(f"{accesses:,} operations of the last {days} days but two are on record")


async def _ask(given: Settings, accesses: int, days: int, seed: int) -> None:
    now = datetime.now(UTC)
    until, clock = now - REST, Days(now - timedelta(days=days))
    async with open_house(replace(given, quotas=ENDLESS, redis_url=None), clock) as house:
        people = await _people(house)
        clients = {row[0] for row in await house.store.fetch(_CLIENTS, {})}
        if not people.everybody:
            raise CommandError("the database has nobody in it: run `mokuteki demo` first")
        timed = traffic(Dice(f"{seed} traffic"), people, accesses, clock.now, until)
        together = min(AT_ONCE, accesses // MOMENTS + 1)
        with bar("operations", total=accesses) as progress:
            while batch := list(islice(timed, together)):
                clock.now = batch[-1].at
                await asyncio.gather(*(_one(house, each, clients) for each in batch))
                progress.advance(progress.task_ids[0], len(batch))


async def _people(house: House) -> People:
    known: dict[str, list[str]] = defaultdict(list)
    for recipient, user in await house.store.fetch(_KNOWN, {}):
        known[recipient].append(user)
    return People([row[0] for row in await house.store.fetch(_PEOPLE, {})], known)


async def _one(house: House, timed: Timed, clients: Collection[str]) -> None:
    asking = timed.asking
    if asking.client not in clients:
        raise CommandError(f"there is no client `{asking.client}`: the traffic is that of `mokuteki demo`")
    known = (await house.inforce.current()).registry.clients[asking.client]
    requester = Requester(
        client=known.id,
        role=known.role,
        user=None,
        recipients=known.recipients,
        expires_at=float("inf"),
        token_id="traffic",  # noqa: S106 - no secret: there is no token
    )
    request = Request(
        id=new_id(), query=asking.document, variables=asking.variables, operation_name=asking.operation
    )
    answer = await house.gateway.answer(requester, request)
    if answer.body.get("data") is None:
        raise CommandError(f"the demonstration's `{asking.operation}` was refused: {answer.code}")
