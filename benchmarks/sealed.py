"""The price of encryption at rest: one operation over sealed fields, and over a plain copy of the same values.

`python -m benchmarks.sealed` starts the gateway twice on one database, asks both in turns, and writes `sealed.md`.
"""

import asyncio
import sys
from argparse import ArgumentParser
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
from rich.console import Console
from rich.markdown import Markdown

from benchmarks import gateway, report
from benchmarks.baselines.serving import POOL
from benchmarks.data import Expected, settle
from benchmarks.gateway import COMMAND, Documents
from benchmarks.postgres import fresh_database, postgres
from benchmarks.processes import LOOPBACK, free_port, started
from benchmarks.rounds import Results, interleaved, to_the_end
from benchmarks.targets import IDS, SCENARIOS, Target, graphql
from benchmarks.unsealed import CARD, PLAIN
from models.database.opening import opened
from models.user import User

HERE = Path(__file__).parent
CONSOLE = Console()
MASTER = b"of the benchmark, 32 bytes long."
SEALED, UNSEALED = "sealed", "plain copy"
PURPOSE = '@purpose(id: "compliance.requests", recipient: "person")'
SELECTION = """
  id
  name { roman kanji kana }
  birthDate
  address { prefecture city }
  residenceCard { number nationality sex status stayExpiresOn }
"""
"""Twelve fields, of which the three of tier 3 are sealed."""

COLUMNS = (
    *("id", "name_roman", "name_kanji", "name_kana", "birth_date", "prefecture", "city"),
    *("card_status", "card_stay_expires_on", *(f"{PLAIN}{column}" for column in CARD)),
)
DOCUMENTS = Documents(
    person=f"query Person($id: ID!) {PURPOSE} {{ user(id: $id) {{ {SELECTION} }} }}",
    people=f"query People($first: Int!) {PURPOSE} {{"
    f" users(first: $first) {{ edges {{ node {{ {SELECTION} }} }} }} }}",
)
METHOD = """\
Two processes of the gateway serve one database of 10,000 people and take turns within each of {rounds} rounds of
{seconds:g} s. Both decide every cell and record every access durably. One opens three sealed cells of each person, the
other reads three plain columns that hold the same values in the same rows; the nine other fields are the same. Each
answer is checked as in the other benchmark. A figure is the median over the rounds, and "more" is the median of what
the rounds say that an operation over sealed fields takes more. Both gateways, the database and the load generator
share the machine.
"""


async def copy(dsn: str) -> None:
    """Put a plain copy beside each sealed column."""
    async with opened(dsn, pool_size=2, master=MASTER):
        people = await User.all()
    connection = await asyncpg.connect(dsn)
    try:
        for column in CARD:
            await connection.execute(f"ALTER TABLE users ADD COLUMN {PLAIN}{column} text")
        sets = ", ".join(f"{PLAIN}{column} = ${place}" for place, column in enumerate(CARD, 2))
        rows = [(each.id, *(getattr(each, column) for column in CARD)) for each in people]
        await connection.executemany(f"UPDATE users SET {sets} WHERE id = $1", rows)
        await connection.execute("VACUUM FULL users")
    finally:
        await connection.close()


async def expectations(dsn: str) -> Mapping[int, Mapping[str, Expected]]:
    """What each answer holds, counted in the plain copy."""
    cells = f"num_nonnulls({', '.join(COLUMNS)})"
    connection = await asyncpg.connect(dsn)
    try:
        singles = await connection.fetch(f"SELECT id, {cells} FROM users ORDER BY md5(id) LIMIT {IDS}")
        found = {1: {row[0]: Expected(1, row[1]) for row in singles}}
        for users, _ in SCENARIOS:
            if users > 1:
                page = f"SELECT {cells} AS held FROM users ORDER BY id LIMIT {users}"
                held = await connection.fetchval(f"SELECT sum(held) FROM ({page}) AS page")
                found[users] = {str(users): Expected(users, int(held))}
    finally:
        await connection.close()
    return found


@contextmanager
def running(dsn: str) -> Iterator[list[Target]]:
    """Both gateways on one database."""
    with TemporaryDirectory(prefix="mokuteki-bench-") as folder:
        ports = {SEALED: free_port(), UNSEALED: free_port()}
        env = {
            "MOKUTEKI_DATABASE_URL": dsn,
            "MOKUTEKI_DATA_KEY": b64encode(MASTER).decode(),
            "MOKUTEKI_ISSUER": f"http://{LOOPBACK}:{ports[SEALED]}",
            "MOKUTEKI_POOL_SIZE": str(POOL),
            "MOKUTEKI_VAR": folder,
            "MOKUTEKI_LOG_LEVEL": "warning",
            **gateway.QUOTAS,
            "HOST": LOOPBACK,
        }
        gateway.prepare(dsn, env)
        asyncio.run(copy(dsn))
        asyncio.run(settle(dsn))
        expected = asyncio.run(expectations(dsn))
        token = gateway.run(("token", "privacy-desk"), env).split()[-1]
        requests = graphql(DOCUMENTS, {"Authorization": f"Bearer {token}"}, expected)
        plain = (sys.executable, "-m", "benchmarks.unsealed")
        one, other = ({**env, "PORT": str(port)} for port in ports.values())
        with (
            started(SEALED, [*COMMAND, "serve"], ports[SEALED], env=one),
            started(UNSEALED, [*plain, "serve"], ports[UNSEALED], env=other),
        ):
            yield [Target(name, port, requests) for name, port in ports.items()]


def markdown(results: Results, machine: str, *, rounds: int, seconds: float) -> str:
    """The page."""
    rows = [
        "| 12 fields of which 3 are sealed | sealed, requests/s | plain copy, requests/s | more | more a sealed cell |",
        "|---|--:|--:|--:|--:|",
    ]
    for scenario in SCENARIOS:
        sealed, plain = results[SEALED, scenario.users], results[UNSEALED, scenario.users]
        more = 1 / sealed.ratio(plain) - 1
        cell = 1e6 * more / plain.middle().rate / scenario.users / len(CARD)
        users = f"{scenario.users:,} {'user' if scenario.users == 1 else 'users'}"
        rows.append(
            f"| {users} | {report.number(sealed.middle().rate)} | {report.number(plain.middle().rate)} "
            f"| {100 * more:.0f} % | {cell:.2f} µs |"
        )
    method = METHOD.format(rounds=rounds, seconds=seconds)
    return "\n\n".join(("# The price of encryption at rest", machine, "\n".join(rows), method))


def main() -> None:
    """Start, measure, report."""
    parser = ArgumentParser(prog="python -m benchmarks.sealed", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="length of one measure (default: 3)")
    parser.add_argument("--rounds", type=int, default=7, help="how often each is measured (default: 7)")
    chosen = parser.parse_args()
    with (
        postgres() as server,
        fresh_database(server, "sealed") as dsn,
        running(dsn) as targets,
        CONSOLE.status("measuring") as status,
    ):
        results = interleaved(targets, SCENARIOS, chosen.rounds, chosen.seconds, status.update)
        machine = report.machine(f"{server.version} with {server.durability}")
    page = markdown(results, machine, rounds=chosen.rounds, seconds=chosen.seconds)
    CONSOLE.print(Markdown(page))
    (HERE / "sealed.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    to_the_end(main)
