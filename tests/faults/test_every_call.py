"""Every call of the database that an operation makes, failed: refusal, or the answer with its record."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from api.gateway.changes.carry import CARRIED
from models.database.dialect import Dialect
from models.database.postgres import PostgresStore
from models.database.sqlite import SqliteStore
from policies.edition import Edition
from tests.faults.kept import answers_of, kept, put_aside, set_back
from tests.faults.operations import OPERATIONS, Operation
from tests.faults.trip import ON_POSTGRES, ON_SQLITE, Fault, Trip, laid
from tests.world import World, world

LONGEST = 20
"""Seconds after which an operation counts as hanging."""

EVERY = os.environ.get("FAULTS") == "every"
FEW, ENDING = 20, 8
UNAVAILABLE = {"LEDGER_UNAVAILABLE", "POLICY_UNAVAILABLE"}
_RECORDS = "SELECT count(*) FROM accesses WHERE request_id = :id"
_TURNS = count(1)


@dataclass(eq=False)
class Tried:
    """A world that trips."""

    world: World
    trip: Trip
    database: str
    answers: str

    async def kept(self) -> frozenset[str]:
        return await kept(self.world.house.store)

    async def records(self, response: httpx.Response) -> int:
        asked = {"id": response.headers["x-request-id"]}
        return int((await self.world.house.store.fetch(_RECORDS, asked))[0][0])

    async def ready(self, operation: Operation) -> None:
        """What the turn before changed is set back."""
        await set_back(self.world.house.store, self.world.demo.users, operation, self.answers)

    async def send(
        self, operation: Operation, turn: int, at: int = 0, fault: Fault | None = None
    ) -> httpx.Response:
        """Ask once, with one call failing; what is in force is read anew, so that its reading can fail too."""
        users = self.world.demo.users
        await self.world.token(operation.client, operation.asker and users[operation.asker])
        self.world.house.inforce._until = 0.0
        with self.trip.armed(at, fault):
            async with asyncio.timeout(LONGEST):
                return await self.world.send(
                    operation.client,
                    operation.query,
                    operation.said(users, turn),
                    user=operation.asker and users[operation.asker],
                    headers={"Idempotency-Key": f"turn-{turn}"} if operation.keyed else {},
                )


@pytest.fixture
async def tried(own_database_url: str, edition: Edition, tmp_path: Path) -> AsyncIterator[Tried]:
    """A world of its own for each operation, as what is kept is read whole at every turn."""
    trip = Trip()
    async with laid(trip, own_database_url), world(own_database_url, tmp_path, edition, people=20) as made:
        inforce = made.house.inforce
        assert inforce._watcher is not None
        inforce._watcher.cancel()
        assert made.house.sender._task is not None
        made.house.sender._task.cancel()
        assert made.house.passing._task is not None
        made.house.passing._task.cancel()
        assert made.house.publisher._task is not None
        made.house.publisher._task.cancel()
        assert made.house.runner._task is not None
        made.house.runner._task.cancel()
        inforce._lease = 600.0
        seen = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id } }'
        for _ in range(2):
            await made.send("employer-b", seen, {"id": made.demo.users["offered-employer-a"]})
        answers = await answers_of(made.house.store, made.demo.users)
        await put_aside(made)
        free = taken(made)
        yield Tried(made, trip, own_database_url.partition(":")[0], answers)
        assert taken(made) == free, "what failed kept a place or a connection"


def taken(made: World) -> tuple[int, ...]:
    """The places that are free in a store, and the connections that are out and do not rest."""
    store = made.house.store
    if isinstance(store, SqliteStore):
        return (store._writing.locked(), store._writer.in_transaction, store._reader.in_transaction)
    assert isinstance(store, PostgresStore)
    out = store._pool.get_size() - store._pool.get_idle_size() - len(store._idle)
    return (store._turns._free, store._changing._free, out)


@pytest.fixture(autouse=True)
def logged() -> Iterator[None]:
    with capture_logs():
        yield


def told(body: dict[str, Any]) -> dict[str, Any]:
    """An answer without the number of its request."""
    for error in body.get("errors", ()):
        error["extensions"].pop("requestId")
    return body


def unavailable(response: httpx.Response) -> bool:
    body = response.json()
    codes = {error["extensions"]["code"] for error in body.get("errors", ())}
    return response.status_code == 503 and set(body) == {"errors"} and codes <= UNAVAILABLE


def test_every_mutation_is_among_the_operations() -> None:
    carried_out = [each.query for each in OPERATIONS.values() if not each.refused]
    assert {name for name in CARRIED if any(f"{{ {name}(" in query for query in carried_out)} == CARRIED


@pytest.mark.parametrize("name", OPERATIONS)
async def test_whatever_call_fails_the_answer_is_a_refusal_or_right_and_on_record(
    tried: Tried, name: str
) -> None:
    operation = OPERATIONS[name]
    faults = ON_POSTGRES if tried.world.house.store.dialect is Dialect.POSTGRES else ON_SQLITE
    await tried.ready(operation)
    for _ in range(2):
        right, calls = await carried_out(tried, operation, next(_TURNS))
    fates: Counter[str | None] = Counter()
    for at in count(1):
        ended = [await failed(tried, operation, right, at, fault) for fault in ways(faults, at, calls)]
        if not any(ended):
            break
        fates.update(ended)
    print(f"{tried.database}: {name}: {calls} calls: {dict(fates)}")
    assert fates.total() >= sum(len(ways(faults, at, calls)) for at in range(1, calls + 1))
    assert fates["refused, nothing done"] > 0
    assert fates["refused, though on record"] > 0


def ways(faults: Sequence[Fault], at: int, calls: int) -> Sequence[Fault]:
    """How this call fails: in every way for `make proof`, else once before it is done and once after.

    Of the many calls of a long operation, those that lead up to its end fail in one of the two, by turns.
    """
    if EVERY:
        return faults
    before, after = ([fault for fault in faults if fault.after is late] for late in (False, True))
    both = (before[at % len(before)], after[at % len(after)])
    return both if calls <= FEW or at > calls - ENDING else both[at % 2 :][:1]


async def carried_out(tried: Tried, operation: Operation, turn: int) -> tuple[dict[str, Any], int]:
    """Nothing fails: the answer, its one record, its whole effect, and how many calls it took."""
    await tried.ready(operation)
    before = await tried.kept()
    response = await tried.send(operation, turn)
    calls = tried.trip.calls
    body = told(response.json())
    assert response.status_code == 200, body
    if operation.refused:
        assert {error["extensions"]["code"] for error in body["errors"]} == {operation.refused}
    else:
        assert "errors" not in body, body
    assert await tried.records(response) == 1
    assert len(await tried.kept() - before) == operation.effect
    return body, calls


async def failed(
    tried: Tried, operation: Operation, right: dict[str, Any], at: int, fault: Fault
) -> str | None:
    """One call fails; how it ended, or None if the operation makes no such call."""
    turn = next(_TURNS)
    await tried.ready(operation)
    before = await tried.kept()
    response = await tried.send(operation, turn, at, fault)
    call = tried.trip.fired
    place = f"call {at} `{call}`: {fault}: {response.status_code} {response.text}"
    after, records = await tried.kept(), await tried.records(response)
    effect = len(after - before)
    if unavailable(response):
        done = records == 1
        assert effect == operation.effect if done else after == before, place
        assert records <= 1, place
        assert fault.after or not done or not operation.effect, place
        fate = "refused, though on record" if done else "refused, nothing done"
    else:
        assert told(response.json()) == right, place
        assert (records, effect) == (1, operation.effect), place
        fate = "answered"
    assert call is not None or fate == "answered", place
    if operation.keyed:
        again = await tried.send(operation, turn)
        assert (again.status_code, told(again.json())) == (200, right), place
        assert len(await tried.kept() - before) == operation.effect, place
    else:
        assert (await carried_out(tried, operation, next(_TURNS)))[0] == right, place
    return fate if call is not None else None
