"""One measure at one size: every door asked, its time, and the plans of its statements."""

from typing import Any

import asyncpg  # noqa: TC002 - as everywhere here

from benchmarks.scale_doors import Asked, Seen, doors, explained, statements

PERSON = "SELECT id FROM users WHERE email = 'p77@example.jp'"
APPLICANT = "SELECT id FROM users WHERE email = 'p100@example.jp'"
REQUEST = "SELECT request_id FROM accesses ORDER BY id LIMIT 1"


async def measured(
    asked: Asked, connection: "asyncpg.Connection[Any]", nationality: str, *, times: int
) -> list[Seen]:
    """Every door: what it takes, and how the database goes about it."""
    person, applicant, request = [await connection.fetchval(sql) for sql in (PERSON, APPLICANT, REQUEST)]
    seen = []
    for door in doors(person, applicant, nationality, request):
        with statements() as told:
            await asked.ask(door)
        plans = [
            await explained(connection, text, args)
            for text, args in told
            if not {"editions", "recipients", "clients", "data_keys"} & set(text.replace('"', " ").split())
            and text.lstrip().upper().startswith("SELECT")
        ]
        seen.append(Seen(door, await asked.timed(door, times) if times else 0.0, plans))
    return seen
