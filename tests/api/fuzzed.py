"""The fuzzed: a world of marked people, and what every answer to anything at all must be like."""

from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
from graphql import FloatValueNode, GraphQLError, IntValueNode, StringValueNode, Visitor, parse, visit

from api.app import build_app
from api.gateway.refusal import Code
from api.house import open_house
from models.database.opening import migrate, opened
from models.demo.load import load
from models.publish import publish_shipped
from policies.edition import Edition
from tests.api.markers import Marker, mark, seen_in, texts_of
from tests.world import TODAY, World, settings

PEOPLE = 10
STATUSES = {200, 400, 401, 403, 404, 405, 406, 408, 409, 411, 413, 415, 422, 429}
"""Every status that an answer may have here; nothing is down, so none is 5xx but for `MOST_LATE`."""

CODES = {code.value for code in Code} - {"INTERNAL", "LEDGER_UNAVAILABLE", "POLICY_UNAVAILABLE"}
MOST_LATE = 5
"""How often a machine that is busy with other things may keep the edition in force from being known in time."""

SHORTEST = 6
"""A shorter text may stand in any sentence by chance."""


@dataclass(eq=False)
class Fuzzed:
    """The world and its markers."""

    world: World
    markers: list[Marker]
    own: str
    late: int = 0

    def __repr__(self) -> str:
        return "Fuzzed"

    def check(self, response: httpx.Response, sent: Collection[str] = ()) -> Any:
        """See that an answer is one of those there may be, and that no error tells a value; its body."""
        if response.status_code == 503 and "POLICY_UNAVAILABLE" in response.text:
            self.late += 1
            assert self.late <= MOST_LATE, response.text
            return response.json()
        assert response.status_code in STATUSES, (response.status_code, response.text)
        if "json" not in response.headers["content-type"]:
            assert response.status_code in {405, 406}, response.text
            return {}
        answer = response.json()
        assert "data" in answer or answer["errors"]
        for error in answer.get("errors", ()):
            assert error["message"]
            assert error["extensions"]["code"] in CODES, error
            assert error["extensions"]["requestId"] == response.headers["x-request-id"]
        told = orjson.dumps(answer.get("errors", [])).decode()
        assert seen_in(told, self.markers) == set()
        words = f"{told} {self.own}"
        shown = [text for text in sent if len(text) >= SHORTEST and text in told and text not in self.own]
        assert not shown, (shown, words[:2000])
        return answer


@asynccontextmanager
async def fuzzed(url: str, var: Path, edition: Edition) -> AsyncIterator[Fuzzed]:
    """Marked people on an empty database."""
    given = settings(url, var)
    await migrate(given.database_url)
    async with opened(given.database_url, pool_size=2, master=given.data_key) as store:
        await publish_shipped(store, edition, datetime.now(UTC))
        demo = await load(edition, count=PEOPLE, today=TODAY)
        markers = await mark(edition)
    async with (
        open_house(given) as house,
        httpx.AsyncClient(transport=httpx.ASGITransport(build_app(house)), base_url="http://gateway") as http,
    ):
        words = [house.schema.as_str(), edition.canonical()]
        yield Fuzzed(World(house, demo, http), markers, "\n".join(words))


class _Values(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def enter(self, node: object, *_args: object) -> None:
        if isinstance(node, StringValueNode | IntValueNode | FloatValueNode):
            self.found.append(node.value)


def literals(text: str) -> list[str]:
    """Every value that stands in a document; none where it is no document."""
    try:
        document = parse(text)
    except (GraphQLError, RecursionError):
        return []
    values = _Values()
    visit(document, values)
    return values.found


def values(sent: Any) -> Iterator[str]:
    """Every text of a request's variables."""
    yield from texts_of(sent)
