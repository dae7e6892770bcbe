"""A client that takes nothing of its answer: it is cut off, and keeps no place."""

import asyncio
from pathlib import Path
from typing import Any

import orjson

from api.app import build_app
from policies.edition import Edition
from tests.world import world

QUERY = 'query($id: ID!) @purpose(id: "service.account") { user(id: $id) { id email } }'
PATIENCE = 20


async def test_who_takes_nothing_of_a_long_answer_is_cut_off_and_keeps_no_place(
    edition: Edition, tmp_path: Path
) -> None:
    limits = {
        "MOKUTEKI_LIMIT_SEND_SECONDS": "1",
        "MOKUTEKI_LIMIT_CLIENT_RUNNING": "1",
        "MOKUTEKI_LIMIT_CLIENT_WAITING": "0",
    }
    async with world(f"sqlite://{tmp_path / 'm.db'}", tmp_path, edition, people=300, **limits) as made:
        fields = " ".join(f"a{each}: email b{each}: phone" for each in range(20))
        query = f'query @purpose(id: "service.account") {{ users(first: 1000) {{ edges {{ node {{ {fields} }} }} }} }}'
        body = orjson.dumps({"query": query})
        sent: list[Any] = []
        stuck = asyncio.Event()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)
            if len(sent) == 3:
                stuck.set()
                await asyncio.Event().wait()

        token = await made.token("frontend")
        headers = [(b"content-type", b"application/json"), (b"authorization", f"Bearer {token}".encode())]
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "query_string": b"",
            "headers": headers,
        }
        slow: asyncio.Task[None] = asyncio.create_task(build_app(made.house)(scope, receive, send))
        await asyncio.wait_for(stuck.wait(), PATIENCE)
        quick = await made.ask("frontend", QUERY, {"id": made.demo.users["plain"]})
        assert quick["data"]["user"]
        await asyncio.wait_for(slow, PATIENCE)
    assert [message["type"] for message in sent] == ["http.response.start", *["http.response.body"] * 2]
    length = int(dict(sent[0]["headers"])[b"content-length"])
    assert sum(len(message["body"]) for message in sent[1:]) < length
    assert sent[-1]["more_body"]
