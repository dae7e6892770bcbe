"""The matrix, read a second way: which field is read for which purpose, by whom, for whom, on what facts."""

import csv
from functools import cache
from itertools import combinations, product

import pytest

from policies.form import ANSWERS
from policies.judging.question import Question
from policies.matrix import shipped_matrix
from policies.vocabulary import STAGES, Fact, Role, Standing, standing
from tests.policies.world import MATRIX, RECIPIENTS, edition, facts, judge

JUDGE = judge()
OUTSIDE = (Fact.ABROAD, Fact.ABROAD_INFORMED)
REFUSING: tuple[tuple[Fact, ...], ...] = (
    (),
    (Fact.HELD,),
    (Fact.OPTED_OUT,),
    (Fact.ERASED,),
    (Fact.ABROAD,),
    OUTSIDE,
    (Fact.HELD, Fact.OPTED_OUT, *OUTSIDE),
)
PERMITTING = (Fact.NOTICED, Fact.CONSENTED, Fact.SELF, Fact.SCREENED, Fact.LAWFUL)
GROUPS = {**RECIPIENTS, "internal": "internal", "person": "person"}
DO_NOT_USE = {"held": ("service", "promotion", "insight"), "opted-out": ("promotion", "insight")}


@cache
def lines() -> list[list[str]]:
    with MATRIX.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@cache
def column(purpose: str) -> int:
    return lines()[0].index(purpose)


PURPOSES = tuple(lines()[0][3:])


def line_of(field: str) -> list[str]:
    if not field.startswith(ANSWERS):
        return next(line for line in lines() if line[0] == field)
    question = edition().questions[field.removeprefix(ANSWERS)]
    kind = "text" if question.kind in {"short-text", "long-text"} else "choice"
    return next(line for line in lines() if line[0] == f"{ANSWERS}({kind})")


@cache
def needed(field: str, purpose: str, role: str, group: str) -> frozenset[str] | None:
    """What the matrix needs for this cell and pair; None where it says no."""
    _, general, who, *_ = (line[column(purpose)] for line in lines())
    mark, _, special = line_of(field)[column(purpose)].replace("R@", "R@:").partition(":")
    if f"{role}>{group}" not in who.split("|") or not mark:
        return None
    if mark == "R@" and group != special:
        return None
    if role == "user":
        return frozenset({"self"})
    if special == "self":
        return None
    return frozenset({*general.split("+"), special if mark == "R" else ""}) - {"-", ""}


def released(field: str, purpose: str, role: str, group: str, facts: Standing) -> bool:
    """What the matrix and the law say, by plain reading."""
    needs = needed(field, purpose, role, group)
    if needs is None or not needs <= facts or "erased" in facts:
        return False
    if role == "user":
        return True
    kind = purpose.split(".", maxsplit=1)[0]
    stopped = any(fact in facts and kind in kinds for fact, kinds in DO_NOT_USE.items())
    return not stopped and not ("abroad" in facts and "abroad-informed" not in facts)


@cache
def standings() -> tuple[Standing, ...]:
    sets = [set(some) for size in range(len(PERMITTING) + 1) for some in combinations(PERMITTING, size)]
    stages = [(), *((stage,) for stage in STAGES)]
    permitted = {standing(*some, *stage) for some, stage in product(sets, stages)}
    refused = {standing(*PERMITTING, *stage, *facts) for stage, facts in product(stages, REFUSING)}
    return tuple(permitted | refused)


def personal_fields() -> list[str]:
    return [*edition().declared, *(question.field for question in edition().questions.values())]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_pairs_of_the_matrix_read_exactly_what_it_says_under_every_standing(purpose: str) -> None:
    pairs = [pair.split(">") for pair in lines()[2][column(purpose)].split("|")]
    wrong = [
        (field, role, recipient, sorted(true))
        for field in personal_fields()
        for role, group in pairs
        for recipient in GROUPS
        if GROUPS[recipient] == group
        for true in standings()
        if bool(JUDGE.decide(Question(role, "read", purpose, field, recipient, true)))
        is not released(field, purpose, role, group, true)
    ]
    assert wrong == []


@pytest.mark.parametrize("purpose", PURPOSES)
def test_no_other_pair_reads_anything_whatever_is_true(purpose: str) -> None:
    best = standing(*PERMITTING, *STAGES, Fact.ABROAD_INFORMED)
    wrong = [
        (field, role, recipient)
        for field in personal_fields()
        for role, recipient in product(Role, GROUPS)
        if bool(JUDGE.decide(Question(role, "read", purpose, field, recipient, best)))
        is not released(field, purpose, role, GROUPS[recipient], best)
    ]
    assert wrong == []


@pytest.mark.parametrize("action", ["collect", "correct", "erase"])
def test_nothing_but_reading_is_permitted_on_personal_data(action: str) -> None:
    best = standing(*PERMITTING, *STAGES)
    allowed = [
        (role, purpose, field)
        for role, recipient, purpose, field in product(Role, GROUPS, PURPOSES, ("User.id",))
        if JUDGE.decide(Question(role, action, purpose, field, recipient, best))
    ]
    assert allowed == []


def test_the_matrix_has_a_line_for_every_field_and_the_edition_a_field_for_every_line() -> None:
    assert {line_of(field)[0] for field in personal_fields()} == {line[0] for line in lines()[3:]}
    assert all(edition().fields[field] == line_of(field)[1] for field in personal_fields())


def test_the_yardstick_of_the_check_needs_what_is_expected_here() -> None:
    yardstick = shipped_matrix()
    texts = {each.field for each in edition().questions.values() if each.kind.free}
    wrong = [
        (field, purpose, role, group)
        for field, purpose, role, group in product(personal_fields(), PURPOSES, Role, set(GROUPS.values()))
        if (expected := needed(field, purpose, role, group)) is not None
        or yardstick.needs(yardstick.line(field, text=field in texts), purpose, role, (group,)) is not None
        if yardstick.needs(yardstick.line(field, text=field in texts), purpose, role, (group,))
        != (None if expected is None else facts("+".join(expected)))
    ]
    assert wrong == []
    assert yardstick.needs("User.phone", "service.application", "employer", ("shop", "employer")) is not None
    assert yardstick.needs("User.shoeSize", "service.account", "user", ("person",)) is None
    assert yardstick.line("User.shoeSize") == ""


def test_few_rules_name_a_single_field() -> None:
    named = [rule.id for rule in edition().rules if rule.field in edition().fields]
    assert len(named) <= 6, named
