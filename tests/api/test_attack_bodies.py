"""Attacks by bodies: what waits is only bytes, and all bodies together hold no more than they may."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import pytest

from api.gateway.http.body import OF_A_VALUE, SMALL, Bodies
from api.gateway.http.gate import Seat, busy
from api.gateway.http.incoming import MOST_PARAMETERS
from api.gateway.limits import Limits
from api.gateway.refusal import Refusal
from tests.world import World

LIMITS = Limits(body_bytes=100_000, body_values=1_000, bodies_bytes=1_000_000)


def receiving(*parts: bytes) -> Callable[[], Awaitable[dict[str, Any]]]:
    left = list(parts)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    return receive


async def test_a_body_becomes_values_only_in_its_turn(a_world: World) -> None:
    order: list[str] = []
    turn, opened = Seat.turn, Bodies.opened

    async def waits(self: Seat, receive: Any) -> None:
        order.append("turn")
        await turn(self, receive)

    def opens(self: Bodies, body: bytes, share: Any) -> Any:
        assert isinstance(body, bytes)
        order.append("opened")
        return opened(self, body, share)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Seat, "turn", waits)
        patch.setattr(Bodies, "opened", opens)
        assert "errors" not in await a_world.ask("auditor", "{ purposes { id } }")
    assert order == ["turn", "opened"]


async def test_one_client_holds_a_part_of_what_all_may_and_gives_it_back() -> None:
    bodies = Bodies(LIMITS)
    part = LIMITS.bodies_bytes // 4
    with bodies.share("a") as first, bodies.share("a") as second, bodies.share("b") as third:
        first.grow(part - SMALL)
        with pytest.raises(Refusal) as told:
            second.grow(SMALL + 1)
        assert (told.value.status, told.value.extensions["limit"]) == (503, "bodies_bytes")
        second.grow(SMALL)
        third.grow(3 * part)
        with bodies.share("c") as fourth:
            fourth.grow(SMALL)
            with pytest.raises(Refusal):
                fourth.grow(SMALL + part)
    assert (bodies._held, bodies._of) == (0, {})  # noqa: SLF001 - nothing stays


async def test_the_first_body_is_let_in_however_large_it_may_be() -> None:
    bodies = Bodies(LIMITS)
    with bodies.share("a") as only:
        only.grow(2 * LIMITS.bodies_bytes)
    assert bodies._held == 0  # noqa: SLF001 - nothing stays


async def test_bytes_are_counted_as_they_come_and_values_when_they_are_made() -> None:
    bodies = Bodies(LIMITS)
    body = b'{"query": "", "variables": {"x": [' + b"1, " * 500 + b"1" + b" " * SMALL + b"]}}"
    with bodies.share("a") as share:
        whole = await bodies.read(receiving(body[:SMALL], body[SMALL:]), b"", share)
        assert (whole, bodies._held) == (body, len(body))  # noqa: SLF001 - what is counted
        assert bodies.opened(whole, share) == orjson.loads(body)
        assert bodies._held == len(body) + OF_A_VALUE * 504  # noqa: SLF001 - the same
        with pytest.raises(Refusal) as told:
            bodies.opened(body + b"[" * 1_000, share)
    assert (told.value.extensions["limit"], told.value.status) == ("body_values", 413)


async def test_a_full_gateway_turns_large_bodies_away_early_and_answers_small_ones(a_world: World) -> None:
    seen: list[int] = []
    away: list[str] = []
    grow = "api.gateway.http.body.Share.grow"

    def full(_self: Any, size: int) -> None:
        if size > SMALL:
            seen.append(size)
            raise busy("bodies_bytes", 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grow, full)
        patch.setattr(a_world.house.metrics, "turned_away", away.append)
        large = await a_world.send("auditor", "{ purposes { id } }", {"x": "x" * 100_000})
        small = await a_world.send("auditor", "{ purposes { id } }")
    assert large.status_code == 503
    assert "errors" not in small.json()
    assert seen
    assert away == ["bodies"]


async def headers(world: World) -> dict[str, str]:
    return {"Authorization": f"Bearer {await world.token('auditor')}"}


@pytest.mark.parametrize(
    "address",
    [
        "query=%7B__typename%7D&query=%7B__typename%7D",
        "query=%7B__typename%7D&variables=%7B%7D&variables=%7B%22a%22:1%7D",
        "query=%7B__typename%7D&operationName=a&operationName=b",
        "query=%7B__typename%7D" + "&a=b" * MOST_PARAMETERS,
    ],
)
async def test_an_address_that_says_a_thing_twice_or_too_much_is_refused(
    a_world: World, address: str
) -> None:
    answer = await a_world.http.get(f"/graphql?{address}", headers=await headers(a_world))
    assert a_world.codes(answer.json()) == ["BAD_INPUT"]


@pytest.mark.parametrize(
    "more",
    [
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json; charset=iso-8859-1"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": "application/json", "Content-Encoding": "br, gzip"},
    ],
)
async def test_a_body_that_is_packed_or_not_in_utf_8_is_a_415(a_world: World, more: dict[str, str]) -> None:
    given = {**await headers(a_world), **more, "Accept": "application/graphql-response+json"}
    answer = await a_world.http.post("/graphql", content=b'{"query": "{ __typename }"}', headers=given)
    assert answer.status_code == 415
    assert a_world.codes(answer.json()) == ["BAD_INPUT"]


async def test_the_names_of_utf_8_and_of_no_packing_are_known(a_world: World) -> None:
    for media in ('application/json; charset="UTF-8"', "application/json;charset=utf8"):
        given = {**await headers(a_world), "Content-Type": media, "Content-Encoding": "identity"}
        answer = await a_world.http.post("/graphql", content=b'{"query": "{ __typename }"}', headers=given)
        assert answer.json() == {"data": {"__typename": "Query"}}
