"""Fuzzing of changes: a right one with one part put otherwise is carried out or refused by a code, on both databases."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.edition import Edition
from tests.api.fuzzed import Fuzzed, fuzzed, values
from tests.api.inputs import HINTS, JUNK, TEXTS
from tests.api.test_fuzz import send
from tests.faults.kept import answers_of, kept, put_aside, set_back
from tests.faults.operations import OPERATIONS

ALTERED = 500
CHANGES = {name: each for name, each in OPERATIONS.items() if each.effect and not each.keyed}
UNDATED = "UPDATE users SET card_issued_on = NULL WHERE id = :busy"
"""A marked card is of a day on which none was issued, so nothing of it could be corrected."""

Draw = Callable[[st.SearchStrategy[Any]], Any]
Place = tuple[str | int, ...]
_TURNS = count(1)


@dataclass(frozen=True, eq=False)
class Changed:
    """A world that is changed, and the answers that a screening takes away."""

    fuzzed: Fuzzed
    answers: str

    def __repr__(self) -> str:
        return "Changed"

    async def send(self, name: str, place: Place = (), value: Any = None) -> Any:
        """Send a change that is right, but for the value in one place; what is refused changes nothing."""
        world, change = self.fuzzed.world, CHANGES[name]
        users = world.demo.users
        await set_back(world.house.store, users, change, self.answers)
        said = deepcopy(dict(change.said(users, next(_TURNS))))
        if place:
            *way, last = place
            part: Any = said
            for step in way:
                part = part[step]
            part[last] = value
        before = await kept(world.house.store)
        response = await send(self.fuzzed, (change.client, change.asker, {}), change.query, said)
        after = await kept(world.house.store)
        assert after == before or "errors" not in response.json(), response.text
        return response


@pytest.fixture(scope="module")
async def target(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Changed]:
    async with fuzzed(database_url, tmp_path_factory.mktemp("var"), edition) as made:
        store, users = made.world.house.store, made.world.demo.users
        async with store.transaction() as transaction:
            await transaction.execute(UNDATED, {"busy": users["busy"]})
        await put_aside(made.world)
        await made.world.house.runner.stop()  # what a job does meanwhile is not what a refused change did
        yield Changed(made, await answers_of(store, users))


def places(said: Any, way: Place = ()) -> Iterator[Place]:
    """Every part of the variables, by the way to it; a value that has no parts comes three times."""
    parts: Sequence[tuple[str | int, Any]] = ()
    if isinstance(said, dict):
        parts = list(said.items())
    elif isinstance(said, list):
        parts = list(enumerate(said))
    for step, part in parts:
        yield from places(part, (*way, step))
    yield from [way] * (1 if parts else 3)


@st.composite
def alterations(draw: Draw) -> tuple[str, Place, Any]:
    """A change, a place in it, and what is put there."""
    name = draw(st.sampled_from(sorted(CHANGES)))
    place = draw(st.sampled_from([each for each in places(CHANGES[name].said(defaultdict(str), 0)) if each]))
    named = [step for step in place if isinstance(step, str)][-1]
    own = st.sampled_from(HINTS.get(named, TEXTS))
    strange = st.sampled_from([*TEXTS, *JUNK])
    return name, place, draw(st.one_of(own, own, strange, st.text(max_size=300)))


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_that_is_not_altered_is_carried_out(target: Changed, name: str) -> None:
    assert "errors" not in target.fuzzed.check(await target.send(name))


@settings(
    max_examples=ALTERED,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(altered=alterations())
async def test_an_altered_change_is_carried_out_or_refused_by_a_code_and_no_error_tells_a_value(
    target: Changed, altered: tuple[str, Place, Any]
) -> None:
    name, place, value = altered
    try:
        response = await target.send(name, place, value)
    except orjson.JSONEncodeError:
        return
    target.fuzzed.check(response, [text for text in values(value) if text not in TEXTS])
