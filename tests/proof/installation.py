"""An installation that gateways of their own processes serve, with tokens for whoever asks them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.edition import Edition
from tests.models.test_ledger import elsewhere
from tests.proof.nursery import Nursery, nursery
from tests.proof.wire import Wire
from tests.served import free_port
from tests.world import ROOMY, world

HOST = "127.0.0.1"
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
CLIENTS = ("frontend", "employer-a", "employer-b", "privacy-desk", "auditor")


@dataclass(frozen=True, kw_only=True)
class Installation:
    """A database with people in it, and a nursery of gateways.

    Attributes:
        tokens: by client, and `me` for the person `newsletter`.
        people: by situation.
    """

    url: str
    var: Path
    tokens: Mapping[str, str]
    people: Mapping[str, str]
    nursery: Nursery

    async def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """What stands in the database, by a connection that is closed again."""
        return await elsewhere(self.url, sql)

    async def number(self, sql: str) -> int:
        return int((await self.ask(sql))[0][0])

    async def settled(self) -> None:
        """Wait until the server has ended every session of a killed gateway, whose commits may still come."""
        while not self.url.startswith("sqlite") and await self.number(OTHERS):
            continue  # each look is a connection of its own, which takes its time


async def reached(port: int) -> Wire:
    """A connection to a gateway as soon as it listens."""
    return await Wire.reach(HOST, port)


@asynccontextmanager
async def installation(url: str, var: Path, edition: Edition) -> AsyncIterator[Installation]:
    """An installation on an empty database."""
    day = {"MOKUTEKI_TOKEN_SECONDS": "86400", "MOKUTEKI_ISSUER": f"http://{HOST}:{free_port()}"}
    async with world(url, var, edition, people=20, **day) as made:
        tokens = {name: await made.token(name) for name in CLIENTS}
        tokens["me"] = await made.token("frontend", made.demo.users["newsletter"])
        given = {
            "MOKUTEKI_DATABASE_URL": url,
            "MOKUTEKI_VAR": str(var),
            "MOKUTEKI_SECRET_KEY": made.house.settings.secret_key,
            "MOKUTEKI_LOG_LEVEL": "error",
            "HOST": HOST,
            **dict.fromkeys(ROOMY, "999999999"),
            **day,
        }
        people = dict(made.demo.users)
    with nursery(given, var / "serve.log") as mothered:
        yield Installation(url=url, var=var, tokens=tokens, people=people, nursery=mothered)
