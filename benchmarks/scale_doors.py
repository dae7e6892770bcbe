"""The doors: every way to ask that must stay as fast with a million people, and how the database answers each."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any

import asyncpg  # noqa: TC002 - as everywhere here

from api.gateway.request import Request
from api.house import House
from api.tokens.requester import Requester
from models.clients.client import Client
from models.database.postgres import SESSION, PostgresStore, _PostgresTransaction
from models.database.store import Row

ACCOUNT = '@purpose(id: "service.account")'
APPLICATION = '@purpose(id: "service.application")'
REQUESTS = '@purpose(id: "compliance.requests")'
SECURITY = '@purpose(id: "compliance.security")'
YEAR = 'registeredAt: {gte: "2025-01-01T00:00:00Z", lt: "2026-01-01T00:00:00Z"}'
ACCESS = "edges { node { id at client outcome users } }"
PROVISION = "edges { node { id recipient recipientName items basis } }"
_NUMBERS = count(1)
LARGE = ("users", "consents", "applications", "acquisitions", "accesses", "access_people", "provisions")
"""The tables that grow with the people; in holds, opt-outs and erasures only the marked are looked up."""


@dataclass(frozen=True, slots=True)
class Door:
    """One way to ask: its name, who asks, what, and as which user."""

    name: str
    client: str
    query: str
    user: str | None = None


@dataclass(slots=True)
class Plan:
    """How the database answered one statement."""

    sql: str
    lines: tuple[str, ...]
    scanned: tuple[str, ...]
    indices: tuple[str, ...]
    buffers: int
    milliseconds: float


@dataclass(slots=True)
class Seen:
    """What one operation cost, and the plans of its statements."""

    door: Door
    milliseconds: float
    plans: list[Plan] = field(default_factory=list)


def doors(person: str, applicant: str, nationality: str, request_id: str) -> list[Door]:
    """All of them."""
    filters = {
        "ids": f'ids: ["{person}", "{applicant}"]',
        "email": 'email: {eq: "p77@example.jp"}',
        "phone": 'phone: {eq: "+819000000077"}',
        "prefecture": 'prefecture: {eq: "JP-13"}',
        "nationality": f'nationality: {{eq: "{nationality}"}}',
        "ageBand": 'ageBand: {eq: "25-29"}',
        "workEligibility": "workEligibility: {eq: ELIGIBLE}",
        "registeredAt": 'registeredAt: {gte: "2026-10-01T00:00:00Z", lt: "2026-10-02T00:00:00Z"}',
    }
    node = "edges { node { id name { roman } email } } pageInfo { hasNextPage endCursor }"
    people = [("users", "first: 20")]
    people += [(f"users by {name}", f"first: 20, filter: {{{text}}}") for name, text in filters.items()]
    people += [("users by a year of registeredAt", f"first: 20, filter: {{{YEAR}}}")]
    people += [
        (f"users in {name}", f"first: 20, orderBy: {name}") for name in ("ID_DESC", "REGISTERED_AT_DESC")
    ]
    since = 'since: "2026-10-10T00:00:00Z", until: "2026-10-11T00:00:00Z"'
    ledger = {
        "accesses": (f"accesses(first: 50) {{ {ACCESS} }}"),
        "accesses of one user": f'accesses(user: "{person}", first: 50) {{ {ACCESS} }}',
        "accesses of one client": f'accesses(client: "client-7", first: 50) {{ {ACCESS} }}',
        "accesses of one request": f'accesses(requestId: "{request_id}") {{ {ACCESS} }}',
        "accesses of one day": f"accesses({since}, first: 50) {{ {ACCESS} }}",
        "provisions": f"provisions(first: 50) {{ {PROVISION} }}",
        "provisions of one user": f'provisions(user: "{person}", first: 50) {{ {PROVISION} }}',
        "provisions to one recipient": f'provisions(recipient: "employer-7", first: 50) {{ {PROVISION} }}',
        "provisions of one day": f"provisions({since}, first: 50) {{ {PROVISION} }}",
    }
    me = f"query {ACCOUNT} {{ me {{ id email accesses(first: 20) {{ edges {{ node {{ id }} }} }} }} }}"
    return [
        Door(
            "user", "frontend", f'query {ACCOUNT} {{ user(id: "{person}") {{ id name {{ roman }} email }} }}'
        ),
        Door("user, to an employer", "employer-a", _one(applicant)),
        Door("me", "frontend", me, user=person),
        *(
            Door(name, "privacy-desk", f"query {REQUESTS} {{ users({how}) {{ {node} }} }}")
            for name, how in people
        ),
        Door(
            "users, to an employer",
            "employer-a",
            f"query {APPLICATION} {{ users(first: 20) {{ edges {{ node {{ id name {{ roman }} }} }} }} }}",
        ),
        *(Door(name, "auditor", f"query {SECURITY} {{ {how} }}") for name, how in ledger.items()),
    ]


def _one(user: str) -> str:
    return f'query {APPLICATION} {{ user(id: "{user}") {{ id name {{ roman }} }} }}'


class Asked:
    """The gateway, asked without HTTP."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def ask(self, door: Door) -> Mapping[str, Any]:
        """The answer of a door.

        Raises:
            LookupError: it was refused, in whole or in part.
        """
        client = await Client.get(name=door.client)
        requester = Requester(
            client=client.id,
            role="user" if door.user else client.role,
            user=door.user,
            recipients=("person",) if door.user else tuple(client.recipients),
            expires_at=float("inf"),
            token_id="scale",
        )
        request = Request(id=f"scale{next(_NUMBERS):012d}", query=door.query, variables={})
        answer = await self._house.gateway.answer(requester, request)
        if answer.body.get("errors"):
            raise LookupError(f"{door.name}: {answer.body['errors'][0]}")
        data: Mapping[str, Any] = answer.body["data"]
        return data

    async def timed(self, door: Door, times: int) -> float:
        """The median of so many askings, in milliseconds."""
        taken = []
        for _ in range(times):
            began = time.perf_counter()
            await self.ask(door)
            taken.append((time.perf_counter() - began) * 1000)
        return sorted(taken)[times // 2]


Statement = tuple[str, Sequence[Any]]


@contextmanager
def statements() -> Iterator[list[Statement]]:
    """Every statement that reads meanwhile, with its values."""
    told: list[Statement] = []
    kept = PostgresStore.rows, _PostgresTransaction.rows

    def spy(real: Any) -> Any:  # noqa: ANN401
        async def rows(self: Any, text: str, args: Sequence[Any]) -> Sequence[Row]:  # noqa: ANN401
            told.append((text, args))
            found: Sequence[Row] = await real(self, text, args)
            return found

        return rows

    PostgresStore.rows, _PostgresTransaction.rows = map(spy, kept)  # type: ignore[method-assign]
    try:
        yield told
    finally:
        PostgresStore.rows, _PostgresTransaction.rows = kept  # type: ignore[method-assign]


async def explained(connection: "asyncpg.Connection[Any]", text: str, args: Sequence[Any]) -> Plan:
    """The plan of a statement, as the gateway's own sessions prepare it: once, for all values."""
    await connection.execute(SESSION)
    prepared = await connection.prepare(text)
    kinds = [
        f"{each.name.removesuffix('[]')}[]" if each.kind == "array" else each.name
        for each in prepared.get_parameters()
    ]
    head = f"({', '.join(kinds)})" if kinds else ""
    values = f"({', '.join(map(literal, args))})" if args else ""
    await connection.execute(f"PREPARE scale {head} AS {text}")
    try:
        told = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE scale {values}")
    finally:
        await connection.execute("DEALLOCATE scale")
        await connection.execute("RESET ALL")
    (whole,) = json.loads(told)
    top = whole["Plan"]
    nodes = [(deep, node) for deep, node in _walk(top, 0) if node["Actual Loops"]]
    return Plan(
        sql=text,
        lines=tuple("  " * deep + _line(node) for deep, node in nodes),
        scanned=tuple(
            node["Relation Name"]
            for _, node in nodes
            if node["Node Type"] == "Seq Scan" and (node["Actual Rows"] or node.get("Rows Removed by Filter"))
        ),
        indices=tuple(node["Index Name"] for _, node in nodes if "Index Name" in node),
        buffers=top["Shared Hit Blocks"] + top["Shared Read Blocks"],
        milliseconds=whole["Execution Time"],
    )


def _walk(node: Mapping[str, Any], deep: int) -> Iterator[tuple[int, Mapping[str, Any]]]:
    yield deep, node
    for each in node.get("Plans", ()):
        yield from _walk(each, deep + 1)


def _line(node: Mapping[str, Any]) -> str:
    where = f" using {node['Index Name']}" if "Index Name" in node else ""
    table = f" on {node['Relation Name']}" if "Relation Name" in node else ""
    back = " backward" if node.get("Scan Direction") == "Backward" else ""
    removed = node.get("Rows Removed by Filter", 0)
    away = f", {removed} filtered away" if removed else ""
    rows = round(node["Actual Rows"] * node["Actual Loops"])
    return f"{node['Node Type']}{back}{where}{table} (rows {rows}{away})"


def literal(value: object) -> str:
    """A value as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return "'{" + ",".join(str(each) for each in value) + "}'"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'"
    text = value.isoformat() if isinstance(value, datetime | date) else str(value)
    return "'" + text.replace("'", "''") + "'"


def scanned_whole(plan: Plan) -> list[str]:
    """The large tables that a plan reads from end to end."""
    return [table for table in plan.scanned if table.startswith(LARGE)]
