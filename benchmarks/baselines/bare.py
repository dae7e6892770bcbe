"""The floor: a Starlette route, asyncpg and orjson; no GraphQL, no model, no permission, no record."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.baselines.serving import POOL, serve
from benchmarks.fields import TABLE, columns

PAGE = f"SELECT {columns()} FROM {TABLE} ORDER BY id LIMIT $1"
ONE = f"SELECT {columns()} FROM {TABLE} WHERE id = $1"


async def keep(_: object) -> None:
    """Nothing to reset on a connection that only reads; the default costs one more round trip."""


def shape(row: asyncpg.Record) -> dict[str, Any]:
    """One user in the form of the GraphQL answer."""
    key, roman, kanji, kana, email, phone, birth, postal_code, prefecture, city, town, registered = row
    return {
        "id": key,
        "name": {"roman": roman, "kanji": kanji, "kana": kana},
        "email": email,
        "phone": phone,
        "birthDate": birth,
        "address": {"postalCode": postal_code, "prefecture": prefecture, "city": city, "town": town},
        "registeredAt": registered,
    }


async def users(request: Request) -> Response:
    """The first page, as the connection that Mokuteki answers with."""
    rows = await request.state.pool.fetch(PAGE, int(request.query_params["first"]))
    body = {"data": {"users": {"edges": [{"node": shape(row)} for row in rows]}}}
    return Response(orjson.dumps(body), media_type="application/json")


async def user(request: Request) -> Response:
    """One user by id."""
    row = await request.state.pool.fetchrow(ONE, request.path_params["id"])
    body = {"data": {"user": shape(row) if row else None}}
    return Response(orjson.dumps(body), media_type="application/json")


def build(dsn: str) -> Starlette:
    """The two routes and their pool."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with asyncpg.create_pool(dsn, min_size=POOL, max_size=POOL, reset=keep) as pool:
            yield {"pool": pool}

    return Starlette(routes=[Route("/users", users), Route("/users/{id}", user)], lifespan=lifespan)


if __name__ == "__main__":
    serve(build, __doc__)
