"""Floods, delays and departures: they harm nobody else, and the ledger still tells what happened."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import orjson
import pytest
import uvicorn

from api.app import build_app
from models.database.store import Row
from policies.edition import Edition
from tests.served import free_port
from tests.world import World, world

QUERY = 'query($id: ID!) @purpose(id: "service.account") { user(id: $id) { id email } }'
CONSENT = """mutation($id: ID!) @purpose(id: "service.account") { recordConsent(input: {user: $id,
  purpose: "service.application", recipient: "employer-b", noticeVersion: "1", language: "en", method: CLICK}) {
  user { id } } }"""
LIMITS = {
    "MOKUTEKI_LIMIT_CLIENT_RUNNING": "2",
    "MOKUTEKI_LIMIT_CLIENT_WAITING": "3",
    "MOKUTEKI_LIMIT_OPERATION_SECONDS": "1",
    "MOKUTEKI_LIMIT_BODY_SECONDS": "1",
}
PATIENCE = 20


@pytest.fixture(scope="module")
async def narrow(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A world with few places and little time."""
    async with world(database_url, tmp_path_factory.mktemp("var"), edition, people=12, **LIMITS) as made:
        yield made


@contextmanager
def held(made: World, *, forever: bool = False) -> Iterator[tuple[asyncio.Semaphore, asyncio.Event]]:
    """People are read only once the event is set; the semaphore counts those who came to read."""
    came, go = asyncio.Semaphore(0), asyncio.Event()
    rows = made.house.store.rows

    async def waiting(text: str, args: Sequence[Any]) -> Sequence[Row]:
        if "FROM users" in text:
            came.release()
            await go.wait()
        return await rows(text, args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made.house.store, "rows", waiting)
        try:
            yield came, go
        finally:
            if not forever:
                go.set()


@contextmanager
def waiting(made: World) -> Iterator[asyncio.Semaphore]:
    """Counts those who begin to wait for their turn."""
    queued = asyncio.Semaphore(0)
    count = made.house.metrics.waiting

    def noted(change: int) -> None:
        count(change)
        if change > 0:
            queued.release()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made.house.metrics, "waiting", noted)
        yield queued


@contextmanager
def turned_away(made: World) -> Iterator[asyncio.Queue[str]]:
    """Tells why each was turned away."""
    told: asyncio.Queue[str] = asyncio.Queue()
    count = made.house.metrics.turned_away

    def noted(why: str) -> None:
        count(why)
        told.put_nowait(why)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made.house.metrics, "turned_away", noted)
        yield told


async def of(came: asyncio.Semaphore, count: int) -> None:
    async with asyncio.timeout(PATIENCE):
        for _ in range(count):
            await came.acquire()


async def recorded(made: World, request_id: str) -> list[Any]:
    told = await made.ask(
        "auditor",
        """query($r: ID) @purpose(id: "compliance.security") { accesses(requestId: $r) { edges { node {
          outcome code users releases { edges { node { user released } } } } } } }""",
        {"r": request_id},
    )
    return [each["node"] for each in told["data"]["accesses"]["edges"]]


def counted(made: World, name: str, **labels: str) -> float:
    return made.house.metrics.registry.get_sample_value(name, labels) or 0


async def test_one_clients_flood_is_turned_away_early_while_others_are_served(narrow: World) -> None:
    user = narrow.demo.users["consented-employer-a"]
    ask: Callable[[str], Any] = lambda client: narrow.send(client, QUERY, {"id": user})  # noqa: E731
    before = counted(narrow, "mokuteki_turned_away_total", why="client")
    with held(narrow) as (came, go), waiting(narrow) as queued:
        async with asyncio.TaskGroup() as group:
            flood = [group.create_task(ask("frontend")) for _ in range(5)]
            await of(came, 2)
            await of(queued, 3)
            late = [await ask("frontend") for _ in range(4)]
            assert counted(narrow, "mokuteki_waiting") == 3
            other = group.create_task(
                narrow.send("employer-a", QUERY.replace("account", "application"), {"id": user})
            )
            own = group.create_task(narrow.send("frontend", QUERY, {"id": user}, user=user))
            await of(came, 2)
            go.set()
        for response in late:
            assert (response.status_code, response.headers["retry-after"]) == (429, "1")
            (error,) = response.json()["errors"]
            assert error["extensions"]["code"] == "RATE_LIMITED"
            assert error["message"].endswith("wait for their answers")
            assert await recorded(narrow, response.headers["x-request-id"]) == []
    assert [task.result().status_code for task in (*flood, other, own)] == [200] * 7
    assert all("errors" not in task.result().json() for task in (*flood, own))
    assert counted(narrow, "mokuteki_turned_away_total", why="client") == before + 4
    assert counted(narrow, "mokuteki_waiting") == 0


async def test_a_flood_is_turned_away_before_its_bodies_are_read(narrow: World) -> None:
    user = narrow.demo.users["plain"]
    headers = {
        "Authorization": f"Bearer {await narrow.token('frontend')}",
        "Content-Type": "application/json",
    }

    async def body() -> AsyncIterator[bytes]:
        read.append(True)
        yield b"{}"

    read: list[bool] = []
    with held(narrow) as (came, go), waiting(narrow) as queued:
        async with asyncio.TaskGroup() as group:
            for _ in range(5):
                group.create_task(narrow.send("frontend", QUERY, {"id": user}))
            await of(came, 2)
            await of(queued, 3)
            response = await narrow.http.post("/graphql", content=body(), headers=headers)
            assert (response.status_code, read) == (429, [])
            go.set()


@pytest.mark.parametrize("media", ["application/json", "application/graphql-response+json"])
@pytest.mark.parametrize("query", [QUERY, CONSENT], ids=["a query", "a mutation"])
async def test_an_operation_that_takes_too_long_is_given_up_and_recorded(
    narrow: World, query: str, media: str
) -> None:
    user = narrow.demo.users["plain"]
    with held(narrow, forever=True), pytest.MonkeyPatch.context() as patch:
        if query == CONSENT:
            begin = narrow.house.store.transaction
            changes = iter([True])

            @asynccontextmanager
            async def slow() -> AsyncIterator[Any]:
                async with begin() as transaction:
                    if next(changes, False):
                        await asyncio.Event().wait()
                    yield transaction

            patch.setattr(narrow.house.store, "transaction", slow)
        response = await narrow.send("frontend", query, {"id": user}, headers={"Accept": media})
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    (error,) = response.json()["errors"]
    assert error["message"] == (
        "the operation took longer than 1 seconds and was given up: ask for less, or try again"
    )
    assert (error["extensions"]["code"], error["extensions"]["limit"]) == (
        "LIMIT_EXCEEDED",
        "operation_seconds",
    )
    (told,) = await recorded(narrow, response.headers["x-request-id"])
    assert (told["outcome"], told["code"]) == ("REFUSED", "LIMIT_EXCEEDED")
    after = await narrow.ask("frontend", QUERY, {"id": user})
    assert after["data"]["user"]["id"] == user


async def test_the_record_is_waited_for_however_little_time_is_left(narrow: World) -> None:
    """Else the ledger would tell of a release, and the answer of a refusal."""
    user = narrow.demo.users["plain"]
    record = narrow.house.ledger.record

    async def slow(entry: Any) -> None:
        await asyncio.sleep(1.5)
        await record(entry)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(narrow.house.ledger, "record", slow)
        response = await narrow.send("frontend", QUERY, {"id": user})
    assert response.json()["data"]["user"]["id"] == user
    (told,) = await recorded(narrow, response.headers["x-request-id"])
    assert (told["outcome"], told["users"]) == ("RELEASED", 1)


class Served(uvicorn.Server):
    """A server that leaves signals to the tests, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def listening(made: World) -> AsyncIterator[int]:
    """The gateway on a port, in this process."""
    port = free_port()
    config = uvicorn.Config(
        build_app(made.house), port=port, log_config=None, lifespan="off", http="httptools"
    )
    server = Served(config)
    serving = asyncio.create_task(server.serve())
    await asyncio.wait_for(server.listens.wait(), PATIENCE)
    try:
        yield port
    finally:
        server.should_exit = True
        await serving


async def head(made: World, length: int, client: str = "frontend") -> bytes:
    token = await made.token(client)
    return (
        f"POST /graphql HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


async def test_a_body_that_does_not_come_is_a_408_and_the_connection_ends(narrow: World) -> None:
    async with listening(narrow) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(await head(narrow, 100) + b'{"query": ')
        told = await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()
    assert told.startswith(b"HTTP/1.1 408 ")
    error = orjson.loads(told.partition(b"\r\n\r\n")[2])["errors"][0]
    assert error["message"] == "the body did not come within 1 seconds: send it at once"
    assert (error["extensions"]["code"], error["extensions"]["limit"]) == ("LIMIT_EXCEEDED", "body_seconds")


async def test_clients_that_are_slow_to_send_keep_no_other_from_being_served(narrow: World) -> None:
    async with listening(narrow) as port:
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
        for _, writer in slow:
            writer.write(await head(narrow, 100) + b'{"query": ')
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            response = await http.post(
                "/graphql",
                json={"query": QUERY, "variables": {"id": narrow.demo.users["plain"]}},
                headers={"Authorization": f"Bearer {await narrow.token('frontend')}"},
            )
        for _, writer in slow:
            writer.close()
    assert response.json()["data"]["user"]["id"] == narrow.demo.users["plain"]


async def test_who_goes_away_in_the_middle_is_recorded_as_told_and_keeps_no_place(narrow: World) -> None:
    user = narrow.demo.users["plain"]
    body = orjson.dumps({"query": f"# gone\n{QUERY}", "variables": {"id": user}})
    asked: list[Any] = []
    record = narrow.house.ledger.record
    done = asyncio.Event()

    async def noted(entry: Any) -> None:
        await record(entry)
        asked.append(entry)
        done.set()

    with held(narrow) as (came, go), pytest.MonkeyPatch.context() as patch:
        patch.setattr(narrow.house.ledger, "record", noted)
        async with listening(narrow) as port:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(await head(narrow, len(body)) + body)
            await of(came, 1)
            writer.transport.abort()
            go.set()
            await asyncio.wait_for(done.wait(), PATIENCE)
    (told,) = await recorded(narrow, asked[0].request_id)
    assert (told["outcome"], told["users"]) == ("RELEASED", 1)
    assert told["releases"]["edges"][0]["node"] == {"user": user, "released": ["User.id", "User.email"]}
    answers = await asyncio.gather(*(narrow.ask("frontend", QUERY, {"id": user}) for _ in range(5)))
    assert all(answer["data"]["user"]["id"] == user for answer in answers)


async def test_who_goes_away_while_waiting_is_never_answered_nor_recorded(narrow: World) -> None:
    user = narrow.demo.users["plain"]
    body = orjson.dumps({"query": QUERY, "variables": {"id": user}})
    with held(narrow) as (came, go), waiting(narrow) as queued, turned_away(narrow) as away:
        async with listening(narrow) as port:
            connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
            for _, writer in connections[:2]:
                writer.write(await head(narrow, len(body)) + body)
            await of(came, 2)
            connections[2][1].write(await head(narrow, len(body)) + body)
            await of(queued, 1)
            connections[2][1].transport.abort()
            assert await asyncio.wait_for(away.get(), PATIENCE) == "left"
            go.set()
            for reader, writer in connections[:2]:
                assert (await asyncio.wait_for(reader.readline(), PATIENCE)).startswith(b"HTTP/1.1 200")
                writer.close()
    assert came.locked()
