"""The load generator: a closed loop of kept-alive connections in its own process, which checks what it gets.

It reads one `Course` as JSON from standard input and writes one `Measure` as JSON to standard output.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, cast

import httptools
import orjson
import uvloop

LEAST = 30
LONGEST = 4
"""A window stays open until `LEAST` answers came, for up to `LONGEST` times its length."""


class Wrong(RuntimeError):  # noqa: N818  (what the answer is)
    """An answer that is not the one expected; the whole measure is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it goes over the wire, and how many users and non-null cells its answer holds."""

    wire: str
    users: int
    cells: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What to send, over how many connections, and for how long (seconds)."""

    port: int
    connections: int
    warm: float
    seconds: float
    requests: list[Request]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Requests per second, latency in milliseconds, and the mean size of an answer in bytes."""

    rate: float
    p50: float
    p95: float
    p99: float
    size: float
    answers: int


def census(node: Any) -> tuple[int, int]:  # noqa: ANN401  (any JSON)
    """How many users (objects with an id) and how many non-null leaves a document holds."""
    if not isinstance(node, dict | list):
        return 0, int(node is not None)
    users, cells = int(isinstance(node, dict) and "id" in node), 0
    for child in node.values() if isinstance(node, dict) else node:
        more_users, more_cells = census(child)
        users, cells = users + more_users, cells + more_cells
    return users, cells


def inspect(body: bytes, request: Request) -> None:
    """Read one answer in full; raise `Wrong` unless it is complete and without errors."""
    document = orjson.loads(body)
    if document.get("errors"):
        first = document["errors"][0]
        raise Wrong(f"the answer has errors, the first is `{first.get('message')}`")
    found = census(document.get("data"))
    if found != (request.users, request.cells):
        raise Wrong(
            f"the answer has {found[0]} users and {found[1]} cells"
            f" instead of {request.users} and {request.cells}"
        )


@dataclass(slots=True)
class Run:
    """What all connections of one course share: whose turn it is, the clock, and what was found."""

    course: Course
    over: asyncio.Future[None]
    turn: int = 0
    warm_until: float = 0.0
    began: float = 0.0
    ended: float = 0.0
    latencies: list[float] = field(default_factory=list)
    received: int = 0
    known: set[tuple[int, int]] = field(default_factory=set)
    busy: int = 0

    def next_request(self) -> int | None:
        """The number of the next request, or none when the window is closed."""
        if self.ended or self.over.done():
            return None
        self.turn += 1
        self.busy += 1
        return self.turn % len(self.course.requests)

    def answered(self, number: int, status: int, body: list[bytes], sent: float) -> None:
        """Check one answer, and count it when the window is open.

        Every answer is checked by status and length; one of a length not seen before is read in full.
        """
        now = time.perf_counter()
        self.busy -= 1
        size = sum(map(len, body))
        if status != 200:
            raise Wrong(f"the answer has status {status}")
        if (number, size) not in self.known:
            inspect(b"".join(body), self.course.requests[number])
            self.known.add((number, size))
        self.count(now, now - sent, size)

    def count(self, now: float, latency: float, size: int) -> None:
        """The window opens and closes on an answer, so that slow servers are not rounded down."""
        if self.ended:
            pass
        elif not self.began:
            if now >= self.warm_until:
                self.began = now
        else:
            self.latencies.append(latency)
            self.received += size
            elapsed, enough = now - self.began, len(self.latencies) >= LEAST
            if elapsed >= self.course.seconds * (1 if enough else LONGEST):
                self.ended = now
        if self.ended and not self.busy and not self.over.done():
            self.over.set_result(None)

    def fail(self, error: Exception) -> None:
        """End the course: nothing is reported."""
        if not self.over.done():
            self.over.set_exception(error)

    def measure(self) -> Measure:
        """The figures of the window."""
        ranked, count = sorted(self.latencies), len(self.latencies)

        def at(share: float) -> float:
            return 1000 * ranked[min(count - 1, int(share * count))]

        return Measure(
            rate=count / (self.ended - self.began),
            p50=at(0.50),
            p95=at(0.95),
            p99=at(0.99),
            size=self.received / count,
            answers=count,
        )


class Connection(asyncio.Protocol):
    """One kept-alive connection: sends, waits for the whole answer, sends the next."""

    write: Callable[[bytes], None]

    def __init__(self, run: Run, wires: list[bytes]) -> None:
        self.run, self.wires = run, wires
        self.number: int | None = None
        self.sent = 0.0
        self.body: list[bytes] = []
        self.on_body = self.body.append
        self.parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.write = cast("asyncio.Transport", transport).write
        self.send()

    def send(self) -> None:
        self.number = self.run.next_request()
        if self.number is not None:
            self.sent = time.perf_counter()
            self.write(self.wires[self.number])

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError as error:
            reason = error.__context__
            self.run.fail(reason if isinstance(reason, Exception) else error)

    def on_message_complete(self) -> None:
        assert self.number is not None
        self.run.answered(self.number, self.parser.get_status_code(), self.body, self.sent)
        self.body.clear()
        self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        self.run.fail(Wrong(f"the server closed a connection: {exc or 'no reason given'}"))


async def drive(course: Course) -> Measure:
    """Run one course; raise `Wrong` at the first answer that is not the expected one."""
    loop = asyncio.get_running_loop()
    run = Run(course=course, over=loop.create_future())
    run.warm_until = time.perf_counter() + course.warm
    wires = [request.wire.encode() for request in course.requests]
    for _ in range(course.connections):
        await loop.create_connection(lambda: Connection(run, wires), "127.0.0.1", course.port)
    await asyncio.wait_for(run.over, course.warm + (LONGEST + 10) * max(course.seconds, 1))
    return run.measure()


def main() -> None:
    """Standard input to standard output; a wrong answer becomes one sentence and exit status 1."""
    given = orjson.loads(sys.stdin.buffer.read())
    course = Course(**{**given, "requests": [Request(**request) for request in given["requests"]]})
    try:
        measure = uvloop.run(drive(course))
    except (Wrong, OSError, TimeoutError, httptools.HttpParserError) as error:
        sys.exit(str(error) or "no answer came in time")
    sys.stdout.buffer.write(orjson.dumps(asdict(measure)))


if __name__ == "__main__":
    main()
