"""The health of one process: whether it is alive, and whether it can answer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Check = Callable[[], Awaitable[bool]]
PATIENCE = 2.0
"""Seconds after which a part that has not answered is not ready."""
FRESH = {"Cache-Control": "no-store"}


async def _ready(check: Check, patience: float) -> bool:
    """Whether the part says it is ready; an error or silence is a no, and its message goes nowhere."""
    try:
        return await asyncio.wait_for(check(), patience) is True
    except Exception:  # noqa: BLE001 - whatever went wrong, the part is not ready
        return False


async def not_ready(parts: Mapping[str, Check], patience: float = PATIENCE) -> tuple[str, ...]:
    """The names of the parts that are not ready, all asked at once."""
    answers = await asyncio.gather(*(_ready(check, patience) for check in parts.values()))
    return tuple(name for name, ready in zip(parts, answers, strict=True) if not ready)


async def healthz(_: Request) -> Response:
    """`GET /healthz`: the process is alive."""
    return JSONResponse({"alive": True}, headers=FRESH)


def routes(parts: Mapping[str, Check], patience: float = PATIENCE) -> list[Route]:
    """The routes of health. `parts` names what must work to answer an operation, such as `database`."""

    async def readyz(_: Request) -> Response:
        missing = await not_ready(parts, patience)
        answer = {"ready": not missing, "not_ready": list(missing)}
        return JSONResponse(answer, status_code=503 if missing else 200, headers=FRESH)

    return [Route("/healthz", healthz, methods=["GET"]), Route("/readyz", readyz, methods=["GET"])]
