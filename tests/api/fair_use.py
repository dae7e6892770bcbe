"""Other quotas for a world, counted where a test wants them."""

from dataclasses import dataclass
from typing import Any

import pytest

from api.fair.memory import MemoryWindows
from api.fair.quotas import Quotas
from api.fair.window import Windows
from tests.world import World

NOON = 1_795_000_000.0 // 86_400 * 86_400
NEWSLETTER = '@purpose(id: "promotion.newsletter")'
APPLICATION = '@purpose(id: "service.application")'
ACCOUNT = '@purpose(id: "service.account")'


@dataclass
class Clock:
    now: float = NOON

    def __call__(self) -> float:
        return self.now


def agree(
    world: World,
    patch: pytest.MonkeyPatch,
    *,
    people: Windows | None = None,
    requests: Windows | None = None,
    **quotas: int,
) -> Clock:
    """Count from nothing, under these quotas, until the test ends; the clock is that of what counts in memory."""
    fair, clock = world.house.fair, Clock()
    patch.setattr(fair, "_quotas", Quotas(**quotas))
    patch.setattr(fair, "_registry", None)
    patch.setattr(fair, "_allowances", {})
    patch.setattr(fair, "_recall", None)
    patch.setattr(fair, "_people", people or MemoryWindows(now=clock))
    patch.setattr(fair, "_requests", requests or MemoryWindows(now=clock))
    return clock


def listing(first: int, purpose: str = APPLICATION, fields: str = "id") -> str:
    return f"query {purpose} {{ users(first: {first}) {{ edges {{ node {{ {fields} }} }} }} }}"


async def on_record(world: World, request_id: str) -> dict[str, Any]:
    """The access of this request."""
    told = await world.ask(
        "auditor",
        'query($r: ID) @purpose(id: "compliance.security") { accesses(requestId: $r) { edges { node {'
        " outcome code reason users releases { edges { node { released withheld provision { id } } } } } } } }",
        {"r": request_id},
    )
    (edge,) = told["data"]["accesses"]["edges"]
    node: dict[str, Any] = edge["node"]
    return node
