import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, seed, settings
from hypothesis import strategies as st

from policies.clearance import Clearance, Lens, Opening
from policies.edition import Edition
from tests.oracle.amend import amended
from tests.oracle.answer import Question
from tests.oracle.asker import Asker
from tests.oracle.asking import Draw, Pool, Turn, turns
from tests.oracle.stage import Play, Stage, played, staged

EXAMPLES = 110
FATE = 1
ON_STAGE: list[Pool] = []
"""What there is to ask about under the edition that is played; read before an example runs."""

MOST_OPENINGS = 64


@pytest.fixture(scope="module")
async def stage(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    async with staged(database_url, tmp_path_factory.mktemp("var"), edition, FATE) as made:
        yield made


@pytest.fixture(scope="module", params=[0])
async def play(request: pytest.FixtureRequest, stage: Stage, edition: Edition) -> AsyncIterator[Play]:
    """The gateway under the shipped edition for 0, else under one amended by this seed."""
    async with played(stage, amended(edition, request.param) if request.param else edition) as made:
        ON_STAGE[:] = [Pool.of(made.oracle, made.house.inforce.edition_in_force)]
        yield made


@st.composite
def sent(draw: Draw) -> list[Turn]:
    found: list[Turn] = draw(turns(ON_STAGE[0]))
    return found


def proof(number: int) -> Callable[..., Any]:
    """A proof under one edition; the same number proves alike."""

    @pytest.mark.parametrize("play", [number], indirect=True)
    @seed(number)
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(sending=sent())
    async def compared(play: Play, sending: list[Turn]) -> None:
        note(f"fate {FATE}, edition {number}")
        for turn in sending:
            fast, slow = await play.both(turn.asker, turn.question)
            assert fast == slow

    return compared


test_the_shipped_rules_are_answered_as_the_oracle_answers = proof(0)
test_amended_rules_are_answered_as_the_oracle_answers = proof(1)
test_rules_amended_otherwise_are_answered_as_the_oracle_answers = proof(2)
test_a_third_amendment_is_answered_as_the_oracle_answers = proof(3)
test_a_fourth_amendment_is_answered_as_the_oracle_answers = proof(4)
test_a_fifth_amendment_is_answered_as_the_oracle_answers = proof(5)
test_a_sixth_amendment_is_answered_as_the_oracle_answers = proof(6)


EMPLOYER = Asker(client="employer-a", role="employer", recipients=("employer-a",))
ASKED = """{ users { edges { node {
  id email phone ageBand name { roman } address { prefecture town } residenceCard { number } registeredAt
  answers { key value } consents { id }
} } } }"""
FLIPPED = (
    *("User.email", "User.phone", "User.ageBand", "User.name.roman", "User.address.prefecture"),
    *("User.address.town", "User.residenceCard.number", "User.registeredAt", "User.consents"),
    *("User.answers.selfIntroduction", "User.answers.education"),
)


@pytest.mark.parametrize("path", FLIPPED)
async def test_one_flipped_bit_of_an_opening_makes_the_oracle_disagree(
    play: Play, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    question = Question(ASKED, purpose="service.application")
    honest = Clearance.lens
    fast, slow = await play.both(EMPLOYER, question)
    assert fast == slow
    disagreed = False
    number = 0
    while number < MOST_OPENINGS and not disagreed:
        monkeypatch.setattr(Clearance, "lens", _flipping(honest, number, path))
        (await play.house.inforce.current()).kept.clear()
        fast, slow = await play.both(EMPLOYER, question)
        disagreed = fast != slow
        number += 1
    monkeypatch.undo()
    (await play.house.inforce.current()).kept.clear()
    assert disagreed
    fast, slow = await play.both(EMPLOYER, question)
    assert fast == slow


def _flipping(honest: Callable[..., Lens], number: int, path: str) -> Callable[..., Lens]:
    def lens(clearance: Clearance, paths: tuple[str, ...]) -> Lens:
        found = honest(clearance, paths)
        openings = dict(found.openings)
        if number < len(openings) and path in paths:
            key = sorted(openings)[number]
            rules = dict(openings[key].rules)
            if path in rules:
                del rules[path]
            else:
                rules[path] = None
            openings[key] = Opening(rules)
        return Lens(found.facts, openings, found.narrow)

    return lens


def test_the_oracle_shares_no_thinking_with_the_gateway() -> None:
    """Whatever it imports, directly or not, decides, plans and shapes nothing of the fast way."""
    code = "import sys, tests.oracle.answer; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603 - our own words
    shared = {name for name in done.stdout.split() if name.partition(".")[0] in {"api", "policies", "models"}}
    thinking = {"judge", "clearance", "matcher", "nearest", "reach", "index", "standing", "question"}
    assert [name for name in shared if name.startswith("api")] == []
    assert [name for name in shared if name.rpartition(".")[2] in thinking] == []
