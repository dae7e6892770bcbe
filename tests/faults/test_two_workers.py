"""Two gateways on one database under mixed load: nothing is released after its withdrawal was acknowledged."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from policies.edition import Edition
from tests.proof.installation import Installation, installation, reached
from tests.proof.load import CONSENT, WITHDRAW
from tests.proof.received import missing
from tests.proof.wire import Wire
from tests.served import free_port

TURNS = 25
"""How often each person closes and opens."""

READERS = 3
"""Connections to each gateway that read while others change."""

SITUATIONS = ("consented-employer-a", "offered-employer-a", "plain", "newsletter")
ONE = 'query One($id: ID!) @purpose(id: "service.application") { user(id: $id) { id email } }'
PAGE = 'query Page($id: ID!) @purpose(id: "service.application") { users(filter: {ids: [$id]}) { edges { node { id email } } } }'
HOLD = """mutation Hold($i: PlaceHoldInput!) @purpose(id: "compliance.requests") { placeHold(input: $i) { hold } }"""
LIFT = """mutation Lift($i: LiftHoldInput!) @purpose(id: "compliance.requests") { liftHold(input: $i) { hold } }"""


class Phase(StrEnum):
    """What clients know of a person: between the sending of a change and its answer they know nothing."""

    OPEN = "open"
    CLOSED = "closed"
    BETWEEN = "between"


@dataclass
class Person:
    """A person as clients know them; `serial` counts what was learnt or sent."""

    id: str
    phase: Phase = Phase.BETWEEN
    serial: int = 0

    def now(self, phase: Phase) -> None:
        self.phase = phase
        self.serial += 1


@dataclass
class Scene:
    """The gateways, and what was seen."""

    installed: Installation
    ports: tuple[int, ...]
    stack: AsyncExitStack
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    async def wire(self, place: int) -> Wire:
        wire = await reached(self.ports[place % len(self.ports)])
        self.stack.callback(wire.close)
        return wire

    async def read(self, wire: Wire, person: Person, query: str) -> None:
        """Ask as the employer, and judge the answer if nothing was sent or learnt of the person meanwhile."""
        phase, serial = person.phase, person.serial
        answer = await wire.ask(self.installed.tokens["employer-a"], query, {"id": person.id})
        assert answer.status == 200, answer
        self.ids.append(answer.request_id)
        given = person.id in str(answer.body["data"])
        if phase is Phase.BETWEEN or person.serial != serial:
            self.seen["read while a change was on its way"] += 1
            return
        self.seen[f"read while {phase.value}"] += 1
        if given is not (phase is Phase.OPEN):
            self.wrong.append(f"{phase.value}: {answer.body}")

    async def change(self, wire: Wire, client: str, query: str, said: dict[str, Any]) -> Any:
        answer = await wire.ask(self.installed.tokens[client], query, {"i": said})
        assert answer.status == 200, answer
        assert "errors" not in answer.body, answer
        self.ids.append(answer.request_id)
        return answer.body["data"]

    async def live(self, person: Person, place: int) -> None:
        """One person closes and opens by turns, at one gateway after the other; each is read at the other at once."""
        wires = [await self.wire(place), await self.wire(place + 1)]
        to = {"user": person.id, "purpose": "service.application", "recipient": "employer-a"}
        shown = {"noticeVersion": "1", "language": "en", "method": "CLICK"}
        await self.change(wires[0], "frontend", CONSENT, {**to, **shown})
        for turn in range(TURNS):
            here, there = wires[turn % 2], wires[1 - turn % 2]
            person.now(Phase.OPEN)
            await self.read(there, person, ONE)
            person.now(Phase.BETWEEN)
            if by_hold := turn % 3 == 2:
                given = {"user": person.id, "purposes": ["service"], "ground": "HARM"}
                placed = await self.change(here, "privacy-desk", HOLD, given)
            else:
                await self.change(here, "frontend", WITHDRAW, to)
            person.now(Phase.CLOSED)
            self.seen["closed"] += 1
            for query in (ONE, PAGE):
                await self.read(there, person, query)
            person.now(Phase.BETWEEN)
            if by_hold:
                await self.change(there, "privacy-desk", LIFT, {"hold": placed["placeHold"]["hold"]})
            else:
                await self.change(there, "frontend", CONSENT, {**to, **shown})

    async def look_on(self, people: list[Person], place: int) -> None:
        """Read everybody by turns, until stopped."""
        wire = await self.wire(place)
        queries = cycle((ONE, PAGE))
        for person in cycle(people):
            await self.read(wire, person, next(queries))


@pytest.fixture
async def scene(database_url: str, edition: Edition, tmp_path: Path) -> AsyncIterator[Scene]:
    """Two gateways on PostgreSQL, one on SQLite."""
    gateways = 1 if database_url.startswith("sqlite") else 2
    async with installation(database_url, tmp_path, edition) as installed, AsyncExitStack() as stack:
        ports = tuple(free_port() for _ in range(gateways))
        for port in ports:
            installed.nursery.start(port)
        yield Scene(installed, ports, stack)


async def test_nothing_is_released_after_its_withdrawal_was_acknowledged(scene: Scene) -> None:
    people = [Person(scene.installed.people[each]) for each in SITUATIONS]
    async with asyncio.TaskGroup() as looking:
        lookers = [
            looking.create_task(scene.look_on(people[place:] + people[:place], place))
            for place in range(READERS * len(scene.ports))
        ]
        try:
            await asyncio.gather(*(scene.live(person, place) for place, person in enumerate(people)))
        finally:
            for looker in lookers:
                looker.cancel()
    print(f"{scene.installed.url.partition(':')[0]}: {len(scene.ports)} gateways: {dict(scene.seen)}")
    assert scene.wrong == []
    assert scene.seen["closed"] == TURNS * len(people)
    assert scene.seen["read while closed"] >= 2 * TURNS * len(people)
    assert scene.seen["read while open"] >= TURNS * len(people)
    wire = await scene.wire(0)
    assert await missing(wire, scene.installed.tokens["auditor"], scene.ids) == []
