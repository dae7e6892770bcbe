"""Health: alive is not yet ready, and an answer names the part that is missing."""

import asyncio

import httpx
from starlette.applications import Starlette

from api.health import Check, routes


async def working() -> bool:
    return True


async def stopped() -> bool:
    return False


async def broken() -> bool:
    raise ConnectionError("canary")


async def silent() -> bool:
    return await asyncio.Future[bool]()


async def ask(path: str, **parts: Check) -> httpx.Response:
    app = Starlette(routes=list(routes(parts, patience=0.01)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http:
        return await http.get(path)


async def test_a_process_is_alive_whatever_is_missing() -> None:
    response = await ask("/healthz", database=broken)
    assert (response.status_code, response.json()) == (200, {"alive": True})


async def test_a_process_is_ready_when_every_part_is() -> None:
    response = await ask("/readyz", database=working, ledger=working)
    assert (response.status_code, response.json()) == (200, {"ready": True, "not_ready": []})
    assert response.headers["cache-control"] == "no-store"


async def test_a_part_that_says_no_breaks_or_stays_silent_is_named_and_nothing_else() -> None:
    response = await ask("/readyz", database=broken, ledger=stopped, edition=silent, other=working)
    assert response.status_code == 503
    assert response.json() == {"ready": False, "not_ready": ["database", "ledger", "edition"]}
