"""What the records of provision say is what the partner received, to the field and to the person."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings

from api.gateway import record as recording
from models.ledger.entry import ProvisionEntry
from models.user import User
from policies.edition import Edition
from tests.api.provided import Door, Leaf, Operation, Received, operations
from tests.world import World, world

EXAMPLES = 500
"""On each of two databases: a thousand in all."""

KNOWN = 16
RECORDED = """query($r: ID!) @purpose(id: "compliance.security") { accesses(requestId: $r) { edges { node {
  releases(first: 1000) { edges { node { user provision { user recipient items } } } } } } } }"""


@dataclass(eq=False)
class Stage:
    """A world, and the people that partners ask about by name."""

    world: World
    people: list[str]

    def __repr__(self) -> str:
        return "Stage"


@pytest.fixture(scope="module")
async def stage(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    async with world(database_url, tmp_path_factory.mktemp("var"), edition, people=40) as made:
        people = list(made.demo.users.values())
        people += [user.id for user in await User.all().order_by("id") if user.id not in people]
        for situation in ("busy", "consented-employer-a"):
            await User.filter(id=made.demo.users[situation]).update(
                name_kanji=None, building=None, phone=None
            )
        yield Stage(made, people[:KNOWN])


async def recorded(stage: Stage, request: str, recipient: str) -> dict[str, set[str]]:
    """What the records of provision say of this request: the items of each person."""
    answer = await stage.world.ask("auditor", RECORDED, {"r": request})
    (edge,) = answer["data"]["accesses"]["edges"]
    found = [each["node"]["provision"] for each in edge["node"]["releases"]["edges"]]
    told = [each for each in found if each]
    assert {each["recipient"] for each in told} <= {recipient}
    assert len({each["user"] for each in told}) == len(told)
    return {each["user"]: set(each["items"]) for each in told}


async def received(stage: Stage, operation: Operation) -> tuple[Received, dict[str, set[str]]]:
    """What the partner received by its own reading, and what the records say it did."""
    response = await stage.world.send(operation.client, operation.text(stage.people))
    answer = response.json()
    assert "data" in answer, answer
    found = Received(operation, stage.people, answer)
    said = await recorded(stage, response.headers["x-request-id"], operation.client)
    for doubt in found.doubts:
        if await alone(stage, operation, doubt.user, doubt.leaf.path):
            found.items[doubt.user].add(doubt.leaf.path)
            found.withheld -= 1
            found.nulls += 1
    for door, cursor in found.next:
        found.items[await following(stage, operation, door, cursor)].add("User.id")
    return found, said


async def alone(stage: Stage, operation: Operation, user: str, path: str) -> bool:
    """Whether the partner is told this of the person, if only that there is nothing to tell."""
    _, name, *child = path.split(".")
    asked = f'answers(keys: ["{child[0]}"]) {{ key }}' if name == "answers" else name
    if child and name != "answers":
        asked += f" {{ {child[0]} }}"
    query = f'query @purpose(id: "{operation.purpose}") {{ user(id: "{user}") {{ {asked} }} }}'
    answer = await stage.world.ask(operation.client, query)
    return "errors" not in answer


async def following(stage: Stage, operation: Operation, door: Door, cursor: str | None) -> str:
    """The person whom the partner was told to exist behind a page."""
    who = ", ".join(f'"{stage.people[one]}"' for one in door.who)
    chosen = f", filter: {{ids: [{who}]}}" if who else ""
    after = f', after: "{cursor}"' if cursor else ""
    query = f'query @purpose(id: "{operation.purpose}") {{ users(first: 1{chosen}{after}) {{ edges {{ node {{ id }} }} }} }}'
    answer = await stage.world.ask(operation.client, query)
    (edge,) = answer["data"]["users"]["edges"]
    return str(edge["node"]["id"])


@seed(2019)
@settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(operation=operations(KNOWN))
async def test_what_the_records_of_provision_say_is_what_the_partner_received(
    stage: Stage, operation: Operation
) -> None:
    found, said = await received(stage, operation)
    assert dict(found.items) == said


def reading(selection: str, *leaves: Leaf, listed: bool = False, who: int = 0) -> Operation:
    """An operation of employer-a written by hand."""
    if listed:
        text = f"d: users(first: 40) {{{{ edges {{{{ node {{{{ {selection} }}}} }}}} }}}}"
        return Operation("employer-a", "service.application", (Door("d", (), 40, leaves, "i", text),))
    text = f"d: user(id: {{}}) {{{{ {selection} }}}}"
    return Operation("employer-a", "service.application", (Door("d", (who,), None, leaves, "i", text),))


def of(stage: Stage, situation: str) -> int:
    return stage.people.index(stage.world.demo.users[situation])


async def test_nulls_that_were_released_are_provided_and_what_was_withheld_is_not(stage: Stage) -> None:
    selection = (
        "i: id n: name {{ k: kanji }} p: phone c: residenceCard {{ u: number }} ... on User {{ m: email }}"
    )
    leaves = (
        Leaf("User.id", ("i",)),
        Leaf("User.name.kanji", ("n", "k")),
        Leaf("User.phone", ("p",)),
        Leaf("User.residenceCard.number", ("c", "u")),
        Leaf("User.email", ("m",)),
    )
    found, said = await received(stage, reading(selection, *leaves, who=of(stage, "busy")))
    user = stage.world.demo.users["busy"]
    assert (found.nulls, found.withheld) == (2, 1)
    assert said == {user: {"User.id", "User.name.kanji", "User.phone", "User.email"}}
    assert dict(found.items) == said


async def test_in_a_list_each_person_is_provided_what_was_shown_of_them(stage: Stage) -> None:
    leaves = (
        Leaf("User.id", ("i",)),
        Leaf("User.name.kanji", ("n", "k")),
        Leaf("User.residenceCard.number", ("c", "u")),
    )
    selection = "i: id n: name {{ k: kanji }} c: residenceCard {{ u: number }}"
    asked = replace(reading(selection, *leaves, listed=True), purpose="service.eligibility")
    found, said = await received(stage, asked)
    assert dict(found.items) == said
    assert found.doubts
    assert found.nulls
    assert found.withheld
    assert len({frozenset(items) for items in said.values()}) > 1


@pytest.mark.parametrize("spoilt", ["an item too few", "an item too many", "another person", "nothing"])
async def test_a_record_that_says_anything_else_is_noticed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, spoilt: str
) -> None:
    honest = recording.Record.provisions

    def lying(self: recording.Record, *given: Any) -> tuple[ProvisionEntry, ...]:
        found = honest(self, *given)
        if spoilt == "nothing":
            return ()
        for one in found:
            if spoilt == "an item too few":
                object.__setattr__(one, "items", one.items - {"User.email"})
            elif spoilt == "an item too many":
                object.__setattr__(one, "items", one.items | {"User.phone"})
            else:
                object.__setattr__(one, "ref", one.ref + 1)
        return found

    monkeypatch.setattr(recording.Record, "provisions", lying)
    leaves = (Leaf("User.id", ("i",)), Leaf("User.email", ("m",)))
    asked = reading("i: id m: email", *leaves, who=of(stage, "consented-employer-a"))
    found, said = await received(stage, asked)
    user = stage.world.demo.users["consented-employer-a"]
    assert dict(found.items) == {user: {"User.id", "User.email"}}
    assert dict(found.items) != said
