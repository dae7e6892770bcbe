"""Attacks by failures: whatever breaks inside is told by a code and the number of the request, and by nothing else."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from models.database.store import StoreUnavailable
from models.inforce import EditionUnknown, PolicyUnavailable
from tests.world import World

SECRET = "+819087654321"
ACCOUNT = '@purpose(id: "service.account")'


def fails(error: Exception) -> Callable[..., Any]:
    async def failing(*_args: object, **_named: object) -> Any:
        raise error

    return failing


@pytest.mark.parametrize("media", ["application/json", "application/graphql-response+json"])
async def test_a_door_that_fails_is_told_by_a_code_and_the_number_of_the_request_alone(
    a_world: World, monkeypatch: pytest.MonkeyPatch, media: str
) -> None:
    monkeypatch.setattr(a_world.house.store, "rows", fails(RuntimeError(SECRET)))
    monkeypatch.setattr(a_world.house.inforce, "_until", math.inf)
    with capture_logs() as logged:
        response = await a_world.send(
            "frontend", f'query {ACCOUNT} {{ user(id: "x") {{ id }} }}', headers={"Accept": media}
        )
    assert response.status_code == 500
    assert response.json() == {
        "errors": [
            {
                "message": "the operation failed: tell us the request id",
                "extensions": {"code": "INTERNAL", "requestId": response.headers["x-request-id"]},
            }
        ]
    }
    (line,) = [each for each in logged if each["event"] == "operation.failed"]
    assert line["request_id"] == response.headers["x-request-id"]


async def test_a_register_that_fails_is_told_by_a_code_beside_what_was_answered(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(a_world.house.inforce, "edition", fails(RuntimeError(SECRET)))
    query = """{ explain(purpose: "service.account", role: "frontend", recipient: "internal", field: "User.id",
      edition: "1") { allowed } }"""
    with capture_logs() as logged:
        response = await a_world.send("auditor", query)
    assert response.json() == {
        "data": None,
        "errors": [
            {
                "message": "this part failed: tell us the request id",
                "path": ["explain"],
                "extensions": {"code": "INTERNAL", "requestId": response.headers["x-request-id"]},
            }
        ],
    }
    (line,) = logged
    assert (line["event"], line["request_id"]) == ("operation.failed", response.headers["x-request-id"])


PAST = """explain(purpose: "service.account", role: "frontend", recipient: "internal", field: "User.id", edition: "1")
  { allowed }"""


@pytest.mark.parametrize(
    "query",
    [
        f"{{ {PAST} }}",
        f'query {ACCOUNT} {{ user(id: "x") {{ id }} {PAST} }}',
        '{ edition(id: "1") { rules { id } } }',
    ],
    ids=["alone", "beside a door", "as a door"],
)
async def test_a_past_edition_that_cannot_be_read_now_is_not_said_to_be_unknown(
    a_world: World, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    async def published(_name: str) -> list[Any]:
        return ["1", 1, "2026-01-01T00:00:00+00:00", "x", None, None, None, None, None]

    monkeypatch.setattr(a_world.house.inforce, "published", published)
    monkeypatch.setattr(a_world.house.inforce, "edition", fails(PolicyUnavailable(SECRET)))
    response = await a_world.send("frontend", query)
    assert (response.status_code, a_world.codes(response.json())) == (503, ["POLICY_UNAVAILABLE"])
    assert SECRET not in response.text
    monkeypatch.setattr(a_world.house.inforce, "edition", fails(EditionUnknown(SECRET)))
    assert a_world.codes(await a_world.ask("frontend", f"{{ {PAST} }}")) == ["BAD_INPUT"]


@pytest.mark.parametrize(
    "query",
    ["{ edition { id } }", f'query {ACCOUNT} {{ user(id: "x") {{ id }} edition {{ id }} }}'],
    ids=["alone", "beside a door"],
)
async def test_a_register_that_the_database_does_not_answer_is_no_fault_of_the_gateway(
    a_world: World, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr(a_world.house.inforce, "published", fails(StoreUnavailable(SECRET)))
    with capture_logs():
        response = await a_world.send("frontend", query)
    assert (response.status_code, a_world.codes(response.json())) == (503, ["LEDGER_UNAVAILABLE"])
    assert set(response.json()) == {"errors"}
    assert SECRET not in response.text
