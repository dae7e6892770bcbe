"""What a new edition of 100,000 rules costs those who are answered meanwhile, and when it is obeyed.

`python -m benchmarks.editions` serves one database, asks it without end, prepares and publishes such editions by turns,
and writes `editions.md`. Usual and disturbed figures are of the same run, seconds apart.
"""

import asyncio
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import asyncpg
from rich.console import Console
from rich.markdown import Markdown

from benchmarks import gateway, report
from benchmarks.asking import Asking
from benchmarks.fields import SELECTION
from benchmarks.many_rules import many
from benchmarks.postgres import execute, fresh_database, postgres
from benchmarks.processes import LOOPBACK, free_port, started
from benchmarks.rounds import to_the_end
from models.catalogue import CATEGORIES
from models.database.opening import opened
from models.database.store import Store
from models.publish import Publication, publish
from policies.edition import shipped
from tests.proof.wire import Wire

HERE = Path(__file__).parent
CONSOLE = Console()
WITHHELD = ("User.phone", "User.email")
"""What the editions keep from everybody, by turns."""

WINDOW = 1.0
"""Seconds of which the slowest of a hundred requests is told."""

USUAL = 5
"""Windows before each edition."""

PREPARED = """
INSERT INTO editions_prepared (id, canonical, prepared_at) SELECT id, canonical, :at FROM aside WHERE id = :id
"""
"""As `prepare` puts it there, without this process having the text."""

NEW_CONTEXTS = {
    "employer-a": "service.application",
    "support-org": "service.application",
    "privacy-desk": "compliance.requests",
}
"""Clients that asked nothing before, each with a purpose of theirs."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One edition: the slowest of a hundred (ms) usually, while it was made ready, and while it came; seconds to obey."""

    usual: float
    ahead: float
    swap: float
    obeyed: float


async def one_turn(store: Store, asking: Asking, edition: str, path: str, settle: float) -> Turn:
    """Ask on while an edition is prepared and, when it is ready, published."""
    began = time.perf_counter()
    await asyncio.sleep(USUAL * WINDOW)
    usual = median(
        asking.slowest(began + turn * WINDOW, began + (turn + 1) * WINDOW) for turn in range(USUAL)
    )
    put = time.perf_counter()
    async with store.transaction() as transaction:
        await transaction.execute(PREPARED, {"id": edition, "at": datetime.now(UTC)})
    await asyncio.sleep(settle)
    ahead = max(
        asking.slowest(put + turn * WINDOW, put + (turn + 1) * WINDOW) for turn in range(int(settle / WINDOW))
    )
    published = time.perf_counter()
    async with store.transaction() as transaction:
        await publish(transaction, Publication(id=edition, at=datetime.now(UTC), by="benchmark"))
    obeyed = await asking.obeyed(path, published)
    await asyncio.sleep(max(0.0, published + WINDOW - time.perf_counter()))
    return Turn(usual, ahead, asking.slowest(published, published + WINDOW), obeyed - published)


async def put_aside(connection: "asyncpg.Connection[asyncpg.Record]", rules: int, rounds: int) -> list[str]:
    """Keep the text of every edition beside the database's own tables, as this process has to be idle later."""
    await connection.execute("CREATE TABLE aside (id text PRIMARY KEY, canonical text)")
    names = []
    for turn in range(rounds):
        made = many(shipped(CATEGORIES), rules + turn, withheld=WITHHELD[turn % 2])
        text = made.canonical()
        names.append(made.id)
        await connection.execute("INSERT INTO aside VALUES ($1, $2)", made.id, text)
    return names


async def first_asked(port: int, tokens: dict[str, str], person: str) -> float:
    """The longest that the first operation of a context takes that nobody asked in before, in milliseconds."""
    wire = await Wire.reach(LOOPBACK, port)
    took = []
    for client, purpose in NEW_CONTEXTS.items():
        query = f'query First($id: ID!) @purpose(id: "{purpose}") {{ user(id: $id) {{ {SELECTION} }} }}'
        began = time.perf_counter()
        await wire.ask(tokens[client], query, {"id": person})
        took.append(1000 * (time.perf_counter() - began))
    wire.close()
    return max(took)


async def measure(  # noqa: PLR0913, PLR0917 - what a run is made of
    dsn: str, port: int, tokens: dict[str, str], rules: int, rounds: int, settle: float, connections: int
) -> tuple[list[Turn], float, float, int]:
    """Every turn, the first operation of new contexts before and after, and how many requests were refused."""
    connection = await asyncpg.connect(dsn)
    names = await put_aside(connection, rules, rounds)
    people = [row[0] for row in await connection.fetch("SELECT id FROM users LIMIT 50")]
    await connection.close()
    asking = Asking(port, tokens[gateway.CLIENT], people)
    small = await first_asked(port, tokens, people[0])
    askers = [asyncio.create_task(asking.without_end(place)) for place in range(connections)]
    turns = []
    async with opened(dsn, pool_size=2) as store:
        for turn, name in enumerate(names):
            turns.append(await one_turn(store, asking, name, WITHHELD[turn % 2], settle))
            CONSOLE.print(f"edition {turn + 1} of {rounds}: {turns[-1]}")
    for asker in askers:
        asker.cancel()
    await asyncio.gather(*askers, return_exceptions=True)
    large = await first_asked(port, tokens, people[1])
    return turns, small, large, asking.unanswered


METHOD = """\
One process of the gateway on PostgreSQL answers {connections} connections, each of which asks for one person of 12
fields after another without end; {rounds} times an edition of {rules:,} rules is prepared, and published {settle:g} s
later. A figure of requests is the time that one of a hundred took longer than within a second: usually in the five
seconds before, at the worst while the edition was made ready, and in the second that begins with its publication. It is
obeyed when the first answer under it came. Each figure is the median over the editions, and the share the median of
their shares. The gateway, the process that reads editions, the database and the load share the machine.
"""


def markdown(  # noqa: PLR0913, PLR0917 - what the page tells
    turns: Sequence[Turn], small: float, large: float, refused: int, machine: str, method: str
) -> str:
    """The page."""

    def middle(name: str) -> float:
        return median(getattr(turn, name) for turn in turns)

    rows = [
        "| | 99 of 100 requests within | of what is usual |",
        "|---|--:|--:|",
        f"| usually | {middle('usual'):.1f} ms | 1.0 |",
        *(
            f"| {told} | {middle(name):.1f} ms | {median(getattr(each, name) / each.usual for each in turns):.1f} |"
            for name, told in (
                ("ahead", "while it is made ready"),
                ("swap", "in the second of its publication"),
            )
        ),
    ]
    told = (
        f"From publication to the first answer under it: {1000 * middle('obeyed'):.0f} ms. Requests refused: {refused}."
        f" First operation of a context nobody asked in before: {large:.0f} ms,"
        f" and {small:.0f} ms under the shipped edition."
    )
    return "\n\n".join(("# A new edition of many rules", machine, "\n".join(rows), told, method))


@contextmanager
def running(dsn: str) -> Iterator[tuple[int, dict[str, str]]]:
    """A gateway on this database, with tokens."""
    with TemporaryDirectory(prefix="mokuteki-bench-") as folder:
        port = free_port()
        env = {
            "MOKUTEKI_DATABASE_URL": dsn,
            "MOKUTEKI_VAR": folder,
            "MOKUTEKI_LOG_LEVEL": "warning",
            **gateway.QUOTAS,
            "HOST": LOOPBACK,
            "PORT": str(port),
        }
        for arguments in (("init",), ("demo", "--people", "200")):
            gateway.run(arguments, env)
        for statement in gateway.EVERYBODY:
            asyncio.run(execute(dsn, statement))
        tokens = {
            client: gateway.run(("token", client), env).split()[-1]
            for client in (gateway.CLIENT, *NEW_CONTEXTS)
        }
        with started("Mokuteki", [sys.executable, "-m", "api", "serve"], port, env=env):
            yield port, tokens


def main() -> None:
    """Start, measure, report."""
    parser = ArgumentParser(prog="python -m benchmarks.editions", description=__doc__)
    parser.add_argument("--rules", type=int, default=100_000, help="rules of each edition (default: 100,000)")
    parser.add_argument("--rounds", type=int, default=5, help="how many editions come (default: 5)")
    parser.add_argument("--settle", type=float, default=20.0, help="seconds to make one ready (default: 20)")
    parser.add_argument("--connections", type=int, default=4, help="how many ask at once (default: 4)")
    given = parser.parse_args()
    with postgres() as server, fresh_database(server, "editions") as dsn, running(dsn) as (port, tokens):
        measured = asyncio.run(
            measure(dsn, port, tokens, given.rules, given.rounds, given.settle, given.connections)
        )
        machine = report.machine(f"{server.version} with {server.durability}")
    page = markdown(*measured, machine, METHOD.format(**vars(given)))
    CONSOLE.print(Markdown(page))
    (HERE / "editions.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    to_the_end(main)
