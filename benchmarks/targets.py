"""What is measured: each server with its port and, for each scenario, the requests it is sent."""

import asyncio
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

import orjson

from benchmarks import data, gateway
from benchmarks.fields import SELECTION
from benchmarks.gateway import Documents
from benchmarks.load import Request
from benchmarks.postgres import Server, fresh_database
from benchmarks.processes import LOOPBACK, DidNotStart, free_port, started

MOKUTEKI = "mokuteki"
LABELS = {
    MOKUTEKI: "Mokuteki",
    "bare": "Starlette + asyncpg + orjson, a bare route",
    "strawberry_plain": "Strawberry + Tortoise, unprotected",
    "strawberry_casbin": "Strawberry + Tortoise, a pycasbin permission per field",
}
BASELINES = tuple(name for name in LABELS if name != MOKUTEKI)

IDS = 256
"""So many different users are asked for one by one."""


class Scenario(NamedTuple):
    """How many users one request asks for, and how many connections ask at a time."""

    users: int
    connections: int


SCENARIOS = (Scenario(1, 32), Scenario(20, 32), Scenario(1_000, 8))


class Target(NamedTuple):
    """One running server."""

    name: str
    port: int
    requests: Mapping[int, list[Request]]


class Lineup(NamedTuple):
    """The servers of a run, and why Mokuteki is not among them when it should be."""

    targets: tuple[Target, ...]
    absent: str | None


PLAIN = Documents(
    person=f"query Person($id: ID!) {{ user(id: $id) {{ {SELECTION} }} }}",
    people=f"query People($first: Int!) {{ users(first: $first) {{ edges {{ node {{ {SELECTION} }} }} }} }}",
)
ASKED_AS = {"Role": "frontend", "Purpose": "service.account"}
"""Who asks and why, for the baseline that wants to know it."""


@contextmanager
def running(server: Server, wanted: Collection[str]) -> Iterator[Lineup]:
    """Every wanted server, on one database: the gateway's own when it starts, else one made here."""
    with ExitStack() as stack:
        port, absent, found = free_port(), None, None
        if MOKUTEKI in wanted:
            try:
                dsn = stack.enter_context(fresh_database(server, "gateway"))
                found = stack.enter_context(gateway.start(dsn, port))
            except DidNotStart as reason:
                absent = str(reason)
        if found is None:
            dsn = stack.enter_context(fresh_database(server, "baselines"))
            asyncio.run(data.create(dsn))
        asyncio.run(data.settle(dsn))
        expected = asyncio.run(expectations(dsn))
        baselines = [
            stack.enter_context(baseline(name, dsn, expected)) for name in BASELINES if name in wanted
        ]
        gateways = (
            [Target(MOKUTEKI, port, graphql(found.documents, found.headers, expected))] if found else []
        )
        yield Lineup((*gateways, *baselines), absent)


Expectations = Mapping[int, Mapping[str, data.Expected]]
"""For each scenario: the argument of a request (an id, or how many) → what its answer holds."""


async def expectations(dsn: str) -> Expectations:
    """Read from the database, not from any server."""
    pages = {users: {str(users): await data.page(dsn, users)} for users, _ in SCENARIOS if users > 1}
    return {1: await data.singles(dsn, IDS), **pages}


@contextmanager
def baseline(name: str, dsn: str, expected: Expectations) -> Iterator[Target]:
    """One baseline in its own process."""
    port = free_port()
    command = [sys.executable, "-m", f"benchmarks.baselines.{name}", "--port", str(port), "--dsn", dsn]
    requests = routes(expected) if name == "bare" else graphql(PLAIN, ASKED_AS, expected)
    with started(LABELS[name], command, port):
        yield Target(name, port, requests)


def graphql(
    documents: Documents, headers: Mapping[str, str], expected: Expectations
) -> dict[int, list[Request]]:
    """The requests of a GraphQL server: the same document each time, the argument as a variable."""

    def wire(users: int, argument: str) -> str:
        if users == 1:
            return post({"query": documents.person, "variables": {"id": argument}}, headers)
        return post({"query": documents.people, "variables": {"first": users}}, headers)

    return {
        users: [Request(wire=wire(users, argument), **held._asdict()) for argument, held in answers.items()]
        for users, answers in expected.items()
    }


def routes(expected: Expectations) -> dict[int, list[Request]]:
    """The requests of the bare routes."""
    return {
        users: [
            Request(
                wire=get(f"/users/{argument}" if users == 1 else f"/users?first={argument}"), **held._asdict()
            )
            for argument, held in answers.items()
        ]
        for users, answers in expected.items()
    }


def post(body: object, headers: Mapping[str, str]) -> str:
    """A GraphQL request over HTTP/1.1."""
    text = orjson.dumps(body).decode()
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(
        (
            "POST /graphql HTTP/1.1",
            f"Host: {LOOPBACK}",
            "Accept: application/json",
            "Content-Type: application/json",
            f"Content-Length: {len(text.encode())}",
            *lines,
            "",
            text,
        )
    )


def get(path: str) -> str:
    """A request of a plain route over HTTP/1.1."""
    return f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nAccept: application/json\r\n\r\n"
