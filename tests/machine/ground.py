"""The ground: a gateway in this process with a clock of the test's own, and the oracle that is asked beside it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import orjson

from api.app import build_app
from api.house import House, open_house
from models.database.opening import migrate, opened
from models.demo.load import load
from models.ledger.history import AccessQuery, History
from models.ledger.recorded import AccessRecord
from models.publish import publish_shipped
from policies.edition import Edition
from tests.oracle.answer import Answer, Oracle, Question, schema_of
from tests.oracle.asker import Asker
from tests.oracle.people import read_register
from tests.oracle.rulebook import Rulebook
from tests.oracle.stage import RULEBOOKS, told
from tests.world import TODAY, World, settings

T = TypeVar("T")
PEOPLE = 9
START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@dataclass(eq=False)
class Clock:
    """A second for each operation."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass(eq=False)
class Ground:
    """The gateway, its clock, and what was sent so far."""

    runner: asyncio.Runner
    world: World
    clock: Clock
    oracle: Oracle
    recorded: int = 0
    people: int = 0
    compared: int = 0
    operations: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)

    @property
    def house(self) -> House:
        return self.world.house

    def run(self, work: Awaitable[T]) -> T:
        async def working() -> T:
            return await work

        return self.runner.run(working())

    def look(self) -> None:
        """Count anew what there is, as a step that failed may have left more."""
        self.recorded = self.run(self.count())
        ((self.people,),) = self.rows("SELECT count(*) FROM users")

    def send(
        self,
        client: str,
        query: str,
        variables: dict[str, Any],
        user: str | None = None,
        key: str | None = None,
    ) -> httpx.Response:
        """One operation, a second after the one before."""
        self.clock.now += timedelta(seconds=1)
        self.operations += 1
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.run(self.world.send(client, query, variables, user=user, headers=headers))

    def record(self, response: httpx.Response) -> AccessRecord:
        """The one record of the operation that was answered last."""
        count = self.run(self.count())
        assert count == self.recorded + 1, "an operation is one record"
        self.recorded = count
        history = History(self.house.store, self.house.inforce.bits)
        query = AccessQuery(request_id=response.headers["x-request-id"])
        (found,) = self.run(history.accesses(query))
        assert found.at == self.clock.now
        return found

    async def count(self) -> int:
        return int((await self.house.store.fetch("SELECT count(*) FROM accesses", {}))[0][0])

    def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.run(self.house.store.fetch(sql, values))]

    def both(self, asker: Asker, question: Question, users: list[str]) -> tuple[Answer, Answer]:
        """What the gateway answers, and what the oracle says of what stands in the database now."""
        self.compared += 1
        response = self.send(asker.client, question.query, dict(question.variables), asker.user)
        self.record(response)
        register = self.run(read_register(users))
        oracle = Oracle(self.oracle.schema, self.oracle.rulebook, register, self.clock.now)
        return told(orjson.loads(response.content)), oracle.answer(asker, question)


@asynccontextmanager
async def _ground(url: str, var: Path, edition: Edition, runner: asyncio.Runner) -> AsyncIterator[Ground]:
    given, clock = settings(url, var), Clock()
    await migrate(given.database_url)
    async with opened(given.database_url, pool_size=2, master=given.data_key) as store:
        await publish_shipped(store, edition, START)
        demo = await load(edition, count=PEOPLE, today=TODAY)
    async with (
        open_house(given, clock=clock) as house,
        httpx.AsyncClient(transport=httpx.ASGITransport(build_app(house)), base_url="http://gateway") as http,
    ):
        register = await read_register()
        kinds = {name: row["kind"] for name, row in register.recipients.items()}
        key = (edition.id, tuple(sorted(kinds.items())))
        if key not in RULEBOOKS:
            RULEBOOKS[key] = Rulebook(edition, kinds)
        oracle = Oracle(schema_of(house.schema.as_str()), RULEBOOKS[key], register, START)
        made = Ground(runner, World(house, demo, http), clock, oracle)
        made.recorded, made.people = await made.count(), len(register.people)
        yield made


class Opened:
    """A ground on a loop of its own, for rules that cannot wait."""

    def __init__(self, url: str, var: Path, edition: Edition) -> None:
        self.runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._stack = AsyncExitStack()
        try:
            self.ground = self.runner.run(self._enter(url, var, edition))
        except BaseException:
            self.runner.close()
            raise

    async def _enter(self, url: str, var: Path, edition: Edition) -> Ground:
        return await self._stack.enter_async_context(_ground(url, var, edition, self.runner))

    def close(self) -> None:
        """Close everything, and the loop."""
        self.runner.run(self._stack.aclose())
        self.runner.close()
