"""Mokuteki itself, started as its users start it: command line, environment, token, HTTP."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from benchmarks.baselines.serving import POOL
from benchmarks.data import PEOPLE
from benchmarks.fields import SELECTION
from benchmarks.postgres import execute
from benchmarks.processes import LOOPBACK, ROOT, DidNotStart, environment, last_words, started

CLIENT = "frontend"
PURPOSE = '@purpose(id: "service.account")'
COMMAND = (sys.executable, "-m", "api")
PREPARATION = (("init",), ("demo", "--people", str(PEOPLE)))
"""Commands that make the tables and fill them with people whose every asked field may be released."""


class Documents(NamedTuple):
    """The two operations of a GraphQL server: one user by `$id`, the first page of `$first` users."""

    person: str
    people: str


QUOTAS = {
    "MOKUTEKI_REQUESTS_PER_MINUTE": "999999999",
    "MOKUTEKI_COMPANY_PEOPLE_PER_HOUR": "999999999",
    "MOKUTEKI_COMPANY_PEOPLE_PER_DAY": "999999999",
}
"""Counted as ever, but never used up."""


class Gateway(NamedTuple):
    """The running gateway: its process, the headers of a request, and what to ask."""

    process: subprocess.Popen[bytes]
    headers: dict[str, str]
    documents: Documents


DOCUMENTS = Documents(
    person=f"query Person($id: ID!) {PURPOSE} {{ user(id: $id) {{ {SELECTION} }} }}",
    people=f"query People($first: Int!) {PURPOSE} {{"
    f" users(first: $first) {{ edges {{ node {{ {SELECTION} }} }} }} }}",
)


EVERYBODY = (
    "DELETE FROM erasures",
    "DELETE FROM holds",
    "UPDATE users SET shown = (SELECT max(shown) FROM users)",
)
"""Leaves nobody invisible, so that the baselines, which hide nobody, read the same rows."""


def prepare(dsn: str, env: dict[str, str]) -> None:
    """Make the tables and the people, as many as the baselines would have."""
    for arguments in PREPARATION:
        run(arguments, env)
    for statement in EVERYBODY:
        asyncio.run(execute(dsn, statement))


@contextmanager
def start(dsn: str, port: int) -> Iterator[Gateway]:
    """The gateway serving a fresh database; `DidNotStart` with one sentence when it cannot."""
    with tempfile.TemporaryDirectory(prefix="mokuteki-bench-") as folder:
        env = {
            "MOKUTEKI_DATABASE_URL": dsn,
            "MOKUTEKI_POOL_SIZE": str(POOL),
            "MOKUTEKI_VAR": folder,
            "MOKUTEKI_LOG_LEVEL": "warning",
            **QUOTAS,
            "HOST": LOOPBACK,
            "PORT": str(port),
        }
        prepare(dsn, env)
        token = run(("token", CLIENT), env).split()[-1]
        with started("Mokuteki", [*COMMAND, "serve"], port, env=env) as process:
            yield Gateway(process, {"Authorization": f"Bearer {token}"}, DOCUMENTS)


def run(arguments: tuple[str, ...], env: dict[str, str]) -> str:
    """One command of `mokuteki` to its end; what it wrote."""
    done = subprocess.run(
        (*COMMAND, *arguments), cwd=ROOT, env=environment(env), capture_output=True, check=False
    )
    if done.returncode:
        raise DidNotStart(f"`mokuteki {arguments[0]}` failed: {last_words(done.stderr or done.stdout)}")
    if not done.stdout.strip() and arguments[0] == "token":
        raise DidNotStart("`mokuteki token` wrote no token")
    return done.stdout.decode()
