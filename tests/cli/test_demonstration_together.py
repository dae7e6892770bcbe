"""Two gateways that start at once on one empty database of development: the demonstration is loaded once."""

import asyncio
import json
from pathlib import Path

from tests.cli.test_start_together import together
from tests.models.test_ledger import elsewhere


async def test_the_demonstration_is_loaded_once_and_both_serve_it(
    empty_database_url: str, tmp_path: Path
) -> None:
    with together(tmp_path, empty_database_url, 2) as fleets:
        for one in fleets:
            await asyncio.to_thread(one.until, "Mokuteki serves on")
        handed = json.loads((tmp_path / "demo.json").read_text(encoding="utf-8"))
        user = handed["users"]["plain"]
        for one in fleets:
            token = await asyncio.to_thread(one.command, "token", "frontend")
            query = f'query @purpose(id: "service.account") {{ user(id: "{user}") {{ id }} }}'
            answer = (await asyncio.to_thread(one.ask, token, query)).json()
            assert answer == {"data": {"user": {"id": user}}}
    assert await elsewhere(empty_database_url, "SELECT count(*) FROM users") == [(1000,)]
