"""The impact of changes to the shipped edition, held against Casbin's own answers."""

from random import Random

import pytest

from policies.drafts.edits import Edit
from policies.edition import Edition, PolicyError
from policies.impact.change import DECISION, Cell, Impact
from policies.impact.comparison import Comparison
from policies.impact.impact import impact, merged, of_slice, slices
from policies.impact.outcome import Direction
from policies.judging.clearance import combinations
from policies.judging.judge import Judge
from policies.judging.question import Question
from policies.vocabulary import Action, Fact, Role, standing
from tests.policies.editing import draft, row, without
from tests.policies.impacts import claimed, judge_of, told
from tests.policies.world import edition

ASKED = 60
DROPPED_INTERVIEW = row("rules", "application-contact", needs="noticed+consented")


def test_dropping_a_fact_lists_exactly_the_decisions_that_casbin_answers_differently() -> None:
    old, changed = edition(), draft(DROPPED_INTERVIEW)
    was, now = judge_of(old), judge_of(changed)
    context = (Role.EMPLOYER.value, Action.READ.value, "service.application")
    unlike = {
        question
        for field in ("User.email", "User.phone")
        for true in combinations(was.facts_for(*context, "employer", field))
        for question in [Question(*context, field, "employer", true)]
        if was.decide(question).allowed is not now.decide(question).allowed
    }
    found = impact(old, changed)
    assert set(told(found, old, changed)) == unlike
    assert (found.widened, found.narrowed, found.widens) == (len(unlike), 0, True)
    (change,) = found.changes
    assert (change.given, change.when) == ("noticed+consented", ("!interview",))
    assert (change.before, change.after) == ((), ("application-contact",))


def an_edit(dice: Random) -> Edit:
    """One row of the shipped edition changed, or gone."""
    tables = edition().tables()
    rule, another = (dice.choice(tables["rules"]) for _ in "12")
    category, role = dice.choice(tables["categories"]), dice.choice(tables["roles"])
    facts = dice.sample([str(fact) for fact in Fact], dice.randint(1, 3))
    return dice.choice(
        (
            without("rules", rule[0]),
            row("rules", rule[0], needs="+".join(facts)),
            row("rules", rule[0], needs=another[7]),
            row("rules", rule[0], field=another[5], action=another[3]),
            row("rules", rule[0], purpose=another[4], recipient=another[6]),
            row("rules", rule[0], role=another[2]),
            row("rules", rule[0], eft="deny" if rule[1] == "allow" else "allow"),
            row("categories", category[0], parent=dice.choice(tables["categories"])[0]),
            row(
                "roles",
                role[0],
                wider="+".join(filter(None, ("others", dice.choice(("staff", "inspectors", "readers"))))),
            ),
        )
    )


def edited(dice: Random) -> Edition:
    """The shipped edition with one to three such edits, one of those that load."""
    while True:
        edits = {(each.table, each.key): each for each in (an_edit(dice) for _ in range(dice.randint(1, 3)))}
        try:
            return draft(*edits.values())
        except PolicyError:
            continue


def any_question(dice: Random, was: Judge, now: Judge, found: Impact) -> Question:
    """A question of the changes told, or near to one, or any; with a standing that rules can tell from others."""
    decided = [change for change in found.changes if change.kind == DECISION]
    near = dice.choice(decided) if decided else None
    old = was.edition
    every = {
        "roles": [role.value for role in Role],
        "actions": [action.value for action in Action],
        "purposes": [purpose.id for purpose in old.purposes.values() if not purpose.abstract] + ["none"],
        "fields": list(old.fields),
        "recipients": list(old.groups),
    }
    names = [
        dice.choice(getattr(near, part) if near and dice.random() < 0.9 else names)
        for part, names in every.items()
    ]
    role, action, purpose, field, group = names
    facts = was.facts_for(role, action, purpose, group, field) | now.facts_for(
        role, action, purpose, group, field
    )
    likely = [
        fact
        for fact in (Fact.NOTICED, Fact.CONSENTED, Fact.SELF, Fact.ENTRUSTED, Fact.CONFIRMED)
        if fact in facts
    ]
    true = [fact for fact in facts if dice.random() < (0.8 if fact in likely else 0.2)]
    return Question(role, action, purpose, field, group, standing(*true) & frozenset(facts))


@pytest.mark.parametrize("seed", range(30))
def test_what_is_told_of_edits_of_the_shipped_edition_is_what_casbin_answers(seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - chance here keeps no secret
    old, changed = edition(), edited(dice)
    was, now, found = judge_of(old), judge_of(changed), impact(old, changed)
    for _ in range(ASKED):
        question = any_question(dice, was, now, found)
        before, after = was.decide(question).allowed, now.decide(question).allowed
        expected = None if before is after else Direction.WIDENS if after else Direction.NARROWS
        assert claimed(found, old, changed, question) is expected, question


def test_an_edition_changes_nothing_of_itself() -> None:
    same = Edition.from_canonical(edition().canonical())
    assert impact(edition(), same) == Impact(old=edition().id, new=edition().id, changes=())


def test_what_widens_one_way_narrows_the_other() -> None:
    changed = draft(DROPPED_INTERVIEW, without("rules", "held-service"), without("rules", "requests"))
    there, back = impact(edition(), changed), impact(changed, edition())
    assert (there.widened, there.narrowed) == (back.narrowed, back.widened)
    assert min(there.widened, there.narrowed) > 0


def test_the_pieces_together_are_the_whole() -> None:
    changed = draft(DROPPED_INTERVIEW, without("rules", "own-requests"))
    pieces = slices(edition(), changed)
    assert len(set(pieces)) == len(Role) * len(Action)
    parts = [of_slice(edition(), changed, piece) for piece in pieces[:8]]
    kept = Comparison(edition(), changed)
    parts += [kept.of(piece) for piece in pieces[8:]]
    assert merged(edition(), changed, parts) == impact(edition(), changed)


def test_an_impact_comes_back_from_its_text() -> None:
    found = impact(edition(), draft(DROPPED_INTERVIEW, row("purposes", "service.billing", number="31")))
    assert Impact.from_json(found.to_json()) == found
    assert {change.direction for change in found.changes} == {Direction.WIDENS}


def test_the_squares_of_the_matrix_tell_what_changes_there() -> None:
    changed = draft(
        DROPPED_INTERVIEW, row("rules", "eligibility-introduction", needs="noticed+consented+interview")
    )
    cells = set(impact(edition(), changed).cells())
    assert Cell("employer", "employer", "service.application", "contact", widens=True, narrows=False) in cells
    assert Cell("employer", "employer", "service.eligibility", "name", widens=False, narrows=True) in cells
    assert {(cell.role, cell.recipient) for cell in cells} == {("employer", "employer")}
