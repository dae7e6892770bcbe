"""Operations of every kind of client, to be asked under one edition and again under another."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from models.ledger.bits import Bits, unpack
from tests.world import World

FIELDS = (
    "name { roman }", "initials", "email", "emailMasked", "phone", "phoneMasked", "birthDate", "ageBand",
    "address { postalCode prefecture city }", "workEligibility", "registeredAt",
    "residenceCard { number status nationality validUntil }",
)  # fmt: skip
ASKERS = (
    ("frontend", ("service.account", "service.matching", "promotion.newsletter", "service.application")),
    ("employer-a", ("service.application", "service.eligibility")),
    ("employer-b", ("service.application",)),
    ("support-org", ("service.support",)),
    ("mail-sender", ("promotion.newsletter", "service.account")),
    ("payment-processor", ("service.billing",)),
    ("analytics", ("insight.statistics", "insight.analytics")),
    ("authority", ("compliance.authority",)),
    ("privacy-desk", ("compliance.requests", "compliance.security")),
    ("auditor", ("compliance.security",)),
)


UNAVAILABLE = 503


@dataclass(frozen=True)
class Operation:
    """One operation, ready to be sent as often as one likes."""

    client: str
    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    user: str | None = None
    scope: tuple[str, ...] = ()


def random_operation(dice: random.Random, people: list[str]) -> Operation:
    """A reading by somebody, for a purpose they may or may not use."""
    client, purposes = dice.choice(ASKERS)
    purpose = dice.choice(purposes)
    fields = " ".join(dice.sample(FIELDS, dice.randint(1, 6)))
    strict = ", strict: true" if dice.random() < 0.1 else ""
    head = f'query @purpose(id: "{purpose}"{strict})'
    scope = ("category:contact", f"purpose:{purpose}") if dice.random() < 0.05 else ()
    if dice.random() < 0.15:
        query = f'query @purpose(id: "service.account") {{ me {{ id {fields} }} }}'
        return Operation("frontend", query, user=dice.choice(people))
    if dice.random() < 0.4:
        query = f'{head} {{ user(id: "{dice.choice(people)}") {{ id {fields} }} }}'
        return Operation(client, query, scope=scope)
    narrowed = dice.choice(
        ("", "", '(filter: {prefecture: "JP-13"}, first: 1000)', "(orderBy: REGISTERED_AT_DESC, first: 1000)")
    )
    query = f"{head} {{ users{narrowed or '(first: 1000)'} {{ edges {{ node {{ id {fields} }} }} }} }}"
    return Operation(client, query, scope=scope)


async def ask(world: World, operation: Operation) -> str:
    """Send it; the request id under which the ledger has it."""
    status = UNAVAILABLE
    while status == UNAVAILABLE:  # a machine that is too busy to renew the lease in time
        response = await world.send(
            operation.client, operation.query, operation.variables, user=operation.user, scope=operation.scope
        )
        status = response.status_code
    return response.headers["X-Request-Id"]


@dataclass(frozen=True)
class Touched:
    """What one access gave and kept of each person, by reference."""

    outcome: str
    code: str | None
    released: Mapping[int, frozenset[str]]
    withheld: Mapping[int, frozenset[str]]


async def touched(world: World, request_id: str) -> Touched:
    """The access of an operation, read straight from the table."""
    rows = await world.house.store.fetch(
        "SELECT outcome, code, groups, refs FROM accesses WHERE request_id = :id", {"id": request_id}
    )
    ((outcome, code, groups, refs),) = rows
    bits: Bits = world.house.inforce.bits
    people = unpack(bytes(refs))
    released: dict[int, frozenset[str]] = {}
    withheld: dict[int, frozenset[str]] = {}
    for group in orjson.loads(groups):
        for _ in range(group["n"]):
            ref = next(people)
            released[ref] = released.get(ref, frozenset()) | frozenset(bits.paths(group["released"]))
            withheld[ref] = withheld.get(ref, frozenset()) | frozenset(bits.paths(group["withheld"]))
    return Touched(outcome, code, released, withheld)
