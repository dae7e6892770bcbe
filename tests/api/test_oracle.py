import ast
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.edition import Edition
from tests.oracle.amend import amended
from tests.oracle.asking import Draw, Pool, Turn, turns
from tests.oracle.stage import Play, Stage, played, staged

EDITIONS = 7
ON_STAGE: list[Pool] = []
"""What there is to ask about under the edition that is played; drawn from before an example runs."""


@pytest.fixture(scope="module")
async def stage(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    async with staged(database_url, tmp_path_factory.mktemp("var"), edition, seed=1) as made:
        yield made


@pytest.fixture(scope="module", params=range(EDITIONS))
async def play(request: pytest.FixtureRequest, stage: Stage, edition: Edition) -> AsyncIterator[Play]:
    async with played(stage, amended(edition, request.param) if request.param else edition) as made:
        ON_STAGE[:] = [Pool.of(made.oracle, made.house.inforce.edition_in_force)]
        yield made


@st.composite
def sent(draw: Draw) -> list[Turn]:
    found: list[Turn] = draw(turns(ON_STAGE[0]))
    return found


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)
@given(sending=sent())
async def test_the_gateway_answers_as_the_oracle_does(play: Play, sending: list[Turn]) -> None:
    for turn in sending:
        fast, slow = await play.both(turn.asker, turn.question)
        assert fast == slow
