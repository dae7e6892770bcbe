import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, seed, settings
from hypothesis import strategies as st

from policies.edition import Edition
from policies.judging.clearance import Clearance, Lens, Opening
from tests.oracle.amend import amended
from tests.oracle.answer import Question
from tests.oracle.asker import Asker
from tests.oracle.asking import Draw, Pool, Turn, turns
from tests.oracle.fate import CLOSED
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


def proof(number: int) -> Any:
    """A proof under one edition; the same number proves alike."""

    @pytest.mark.parametrize("play", [number], indirect=True)
    @seed(number)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(sending=sent())
    async def compared(play: Play, sending: list[Turn]) -> None:
        note(f"fate {FATE}, edition {number}")
        for turn in sending:
            async for fast, slow in play.turned(turn.asker, turn.question):
                assert fast == slow

    return compared


test_the_shipped_rules_are_answered_as_the_oracle_answers = proof(0)
test_amended_rules_are_answered_as_the_oracle_answers = proof(1)
test_rules_amended_otherwise_are_answered_as_the_oracle_answers = proof(2)
test_a_third_amendment_is_answered_as_the_oracle_answers = proof(3)
test_a_fourth_amendment_is_answered_as_the_oracle_answers = proof(4)
test_a_fifth_amendment_is_answered_as_the_oracle_answers = proof(5)
test_a_sixth_amendment_is_answered_as_the_oracle_answers = proof(6)


AUTHORITY = Asker(client="authority", role="authority", recipients=("authority",))
NAMED = """{ users(first: 1000) { edges { node {
  id name { roman } birthDate email address { city } residenceCard { status validUntil } consents { id }
} } } }"""
CASES = {
    "a deny on another fact": [["held-too", "deny", "authority", "read", "any", "any", "any", "held"]],
    "a deny on one field": [["no-mail", "deny", "authority", "read", "any", "name", "any", "!noticed"]],
    "people seen without a file": [["all", "allow", "authority", "read", "any", "identifier", "any", "-"]],
    "a field without a file": [["born", "allow", "authority", "read", "any", "birth", "any", "noticed"]],
    "both without a file": [
        ["all", "allow", "authority", "read", "any", "identifier", "any", "-"],
        ["born", "allow", "authority", "read", "any", "birth", "any", "noticed"],
    ],
}


@pytest.mark.parametrize("case", CASES)
async def test_a_case_file_narrows_what_it_alone_opens_whatever_other_rules_say(
    stage: Stage, edition: Edition, case: str
) -> None:
    sheets = edition.sheets()
    sheets["rules"] += [[*row, "Clause 7", "試験", "for a test"] for row in CASES[case]]
    changed = Edition.of(sheets, edition.model, edition.declared)
    async with played(stage, changed) as made:
        fast, slow = await made.both(AUTHORITY, Question(NAMED, purpose="compliance.authority"))
    assert slow.data
    assert fast == slow


@pytest.mark.parametrize(
    "arguments",
    [
        'filter: {email: {eq: "a@example.jp"}}',
        'filter: {ageBand: {in: ["60+"]}}',
        "orderBy: REGISTERED_AT_ASC",
    ],
)
async def test_what_only_case_files_open_neither_narrows_nor_sorts_a_list(play: Play, arguments: str) -> None:
    query = f"{{ users({arguments}) {{ edges {{ node {{ id }} }} }} }}"
    fast, slow = await play.both(AUTHORITY, Question(query, purpose="compliance.authority"))
    assert [code for code, _, _ in fast.errors] == ["FILTER_FORBIDDEN"]
    assert fast == slow


@pytest.mark.parametrize(
    "selection",
    [
        "pageInfo { hasNextPage }",
        "edges { cursor }",
        "edges { __typename }",
        "edges @skip(if: true) { cursor }",
        "edges { node @skip(if: true) { id } }",
        "edges { node { id @skip(if: true) } }",
        "edges { node { name { roman @skip(if: true) } } }",
        "edges { node { consents { id @skip(if: true) } } }",
        "edges { node { accesses { pageInfo { hasNextPage @skip(if: true) } } } }",
        "edges { node { answers { key @skip(if: true) } } }",
        "a: edges { x: node { id } y: node { ageBand } } b: edges { node { initials } }",
    ],
)
async def test_a_selection_of_little_or_nothing_is_answered_as_the_standard_says(
    play: Play, selection: str
) -> None:
    desk = Asker(client="privacy-desk", role="privacy_officer", recipients=("internal", "person"))
    question = Question(f"{{ users(first: 3) {{ {selection} }} }}", purpose="compliance.requests")
    fast, slow = await play.both(desk, question)
    assert fast.errors == ()
    assert fast == slow


async def test_a_page_of_nobody_reports_no_field_that_was_not_asked(stage: Stage, edition: Edition) -> None:
    sheets = edition.sheets()
    sheets["rules"].append(
        ["nobody", "deny", "any", "read", "any", "identifier", "any", "-", "7", "試験", "for a test"]
    )
    async with played(stage, Edition.of(sheets, edition.model, edition.declared)) as made:
        question = Question("{ users { pageInfo { hasNextPage } } }", purpose="service.application")
        fast, slow = await made.both(EMPLOYER, question)
    assert fast.errors == ()
    assert fast == slow


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


@pytest.mark.parametrize("to", [*CLOSED, "employer-unnamed", "employer-c", "employer-b"])
async def test_a_recipient_that_is_closed_or_cannot_be_recorded_is_given_nothing(
    stage: Stage, edition: Edition, to: str
) -> None:
    every = ("employer-c", "employer-b", "employer-unnamed", *CLOSED)
    asker = Asker(client="employer-c", role="employer", recipients=every)
    query = "{ users { edges { node { id email } } } }"
    async with played(stage, edition) as made:
        fast, slow = await made.both(asker, Question(query, purpose="service.application", recipient=to))
    told = {"employer-unnamed": "OPERATION_FORBIDDEN", **dict.fromkeys(CLOSED, "PURPOSE_NOT_ALLOWED")}
    assert fast == slow
    assert (slow.data is None) is (to in told)
    if to in told:
        assert [code for code, _, _ in slow.errors] == [told[to]]
