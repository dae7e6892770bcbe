"""What the check says, held against the loader, against Casbin, and against every question asked one by one."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from itertools import product
from random import Random

import pytest

from policies.check.answers import Answers
from policies.check.beyond import MOST
from policies.check.extent import Asked, Extents, named
from policies.check.gaps import READING
from policies.check.lookup import Lookup, decide
from policies.check.possible import smallest
from policies.check.report import check
from policies.edition import Edition, PolicyError
from policies.judging.clearance import combinations
from policies.judging.judge import Judge
from policies.judging.question import Question
from policies.matrix import shipped_matrix
from policies.rule import Rule, unmet
from policies.table import COLUMNS, Sheets
from policies.trial import asked
from policies.vocabulary import ANY, NONE_PURPOSE, STAGES, Action, Effect, Fact, Role, Standing, standing
from tests.policies.check.drafts import TODAY, drafted, edition

WORDS = (
    *(
        "",
        " ",
        "any",
        "-",
        "none",
        "yes",
        "no",
        "deny",
        "allow",
        "read",
        "+",
        "!",
        "noticed",
        "!held",
        "noticed+held",
    ),
    *(
        "1",
        "01",
        "9" * 5000,
        "2026-11-22",
        "2026-02-30",
        "20261122",
        "person",
        "unsorted",
        "record",
        "form-text",
    ),
    *(
        "user",
        "others",
        "readers",
        "others+readers",
        "internal",
        "service",
        "service.account",
        "service.acount",
    ),
    *(
        "User.id",
        "User.answers.nightShift",
        "Query.users",
        "A|B",
        "0|60",
        "short-text",
        "long-text",
        "number",
        "役割",
    ),
    *("a+b", "{", "{name}", "`", "\n", "role", "wider", "employer", "contact", "doors", "operation"),
)


def spoiled(dice: Random) -> Sheets:
    """The shipped tables with a few cells, rows and columns changed at random."""
    tables = deepcopy(drafted())
    for _ in range(dice.randint(1, 4)):
        table = dice.choice([name for name in COLUMNS if tables[name]])
        rows = tables[table]
        place = dice.randrange(len(rows))
        match dice.choice(("cell", "cell", "cell", "cell", "cell", "swap", "drop", "twice", "short")):
            case "cell":
                rows[place][dice.randrange(len(rows[place]))] = dice.choice(WORDS)
            case "swap":
                other = dice.choice(rows)
                column = dice.randrange(min(len(rows[place]), len(other)))
                rows[place][column] = other[column]
            case "drop":
                rows.pop(place)
            case "twice":
                rows.append(list(rows[place]))
            case "short":
                rows[place] = rows[place][: dice.randrange(len(rows[place]))]
        if not rows[0]:
            rows.pop(0)
    return tables


@pytest.mark.parametrize("seed", range(12))
def test_a_draft_loads_if_and_only_if_nothing_in_its_report_is_refused(seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - nothing secret is drawn
    outcomes = set()
    for _ in range(25):
        tables = spoiled(dice)
        report = check(tables, edition().model, today=TODAY)
        assert all(each.text("ja") and each.text("en") for each in report.findings)
        if report.loads:
            loaded = Edition.from_tables(tables, edition().model)
            assert report.edition == loaded.id == Edition.from_canonical(loaded.canonical()).id
        else:
            with pytest.raises(PolicyError) as refusal:
                Edition.from_tables(tables, edition().model)
            assert set(refusal.value.mistakes) <= set(report.findings)
        outcomes.add(report.loads)
    assert outcomes == {True, False}


NAMED = (
    Fact.NOTICED,
    Fact.CONSENTED,
    Fact.APPLIED,
    Fact.INTERVIEW,
    Fact.SELF,
    Fact.HELD,
    Fact.ABROAD,
    Fact.ABROAD_INFORMED,
)
FIELDS = {"User.id": "identifier", "User.phone": "contact", "User.residenceCard.number": "card-number"}
ROLES = ("any", "others", "staff", "user", "employer", "frontend", "privacy_officer")
PURPOSES = (
    "any",
    "service",
    "service.application",
    "service.account",
    "compliance.requests",
    "promotion.newsletter",
)
FIELD_NAMES = (
    "any",
    "person",
    "contact",
    "introduction",
    "User.phone",
    "User.answers.nightShift",
    "form",
    "card",
)
GROUPS = ("any", "employer", "internal", "person", "third_party", "first_party")
ACTIONS = ("any", "read", "read", "read", "collect")


def small(dice: Random) -> Edition:
    """An edition of few rules over few fields."""
    tables = drafted()
    tables["fields"] = [[path, category] for path, category in FIELDS.items()]
    tables["questions"] = [row for row in tables["questions"] if row[0] == "nightShift"]
    tables["rules"] = [list(_rule(dice, number)) for number in range(dice.randint(2, 6))]
    return Edition.from_tables(tables, edition().model)


def _rule(dice: Random, number: int) -> Iterator[str]:
    effect = dice.choice(("allow", "allow", "deny"))
    facts = dice.sample(NAMED, dice.randint(0, 3))
    marks = ["!" if effect == "deny" and dice.random() < 0.4 else "" for _ in facts]
    yield from (f"rule-{number}", effect)
    for names in (ROLES, ACTIONS, PURPOSES, FIELD_NAMES, GROUPS):
        yield dice.choice(names)
    yield "+".join(f"{mark}{fact}" for mark, fact in zip(marks, facts, strict=True)) or "-"
    yield from ("Clause 1", "趣旨", "note")


def possible(facts: Standing, role: str, action: str, groups: Iterable[str]) -> bool:
    """Whether this can be true, told plainly: `self` of a user, a stage with an employer, the rest of anybody."""
    assert action != Action.TRANSMIT
    return (Fact.SELF not in facts or role == Role.USER) and (
        facts.isdisjoint(STAGES) or "employer" in groups
    )


def matches(rule: Rule, wider: Iterable[Iterable[str]]) -> bool:
    return all(name in (*names, ANY) for name, names in zip(named(rule), wider, strict=True))


Case = tuple[str, str, str, str, str]


def questions(of: Edition, actions: Iterable[str]) -> Iterator[tuple[Case, tuple[tuple[str, ...], ...]]]:
    """Every question about personal data, with the wider names of each of its own."""
    own = {wider for name in of.own_recipients for wider in of.groups.ancestors(name)}
    groups = [name for name in of.groups if name in of.own_recipients or name not in own]
    leaves = [purpose.id for purpose in of.purposes.values() if not purpose.abstract]
    paths = [*of.declared, *(each.field for each in of.questions.values())]
    for case in product(map(str, Role), actions, leaves, paths, groups):
        role, action, purpose, field, group = case
        yield (
            case,
            (
                of.roles.ancestors(role),
                (action,),
                of.purpose_ancestors(purpose),
                of.field_ancestors(field),
                of.groups.ancestors(group),
            ),
        )


@pytest.mark.parametrize("seed", range(30))
def test_what_goes_beyond_the_matrix_is_what_asking_everything_shows(seed: int) -> None:
    of = small(Random(seed))  # noqa: S311 - nothing secret is drawn
    expected: dict[tuple[str, ...], list[Standing]] = {}
    for (role, action, purpose, field, group), wider in questions(of, [str(Action.READ)]):
        rules = [rule for rule in of.rules if matches(rule, wider)]
        if not any(rule.effect is Effect.ALLOW for rule in rules):
            continue
        line = shipped_matrix().line(field)
        needed = shipped_matrix().needs(line, purpose, role, of.groups.ancestors(group))
        facts = {fact for rule in rules for fact in rule.facts} | (needed or frozenset())
        over = [
            standing(*some)
            for some in combinations(facts)
            if possible(standing(*some), role, action, of.groups.ancestors(group))
            and decide(rules, standing(*some))
            and (needed is None or not needed <= standing(*some))
        ]
        if over:
            expected[role, purpose, field, group] = smallest(over)
    report = check(of.tables(), of.model, today=TODAY)
    found = [
        dict(each.told) | {"about": each.about} for each in report.findings if each.code == "BEYOND_MATRIX"
    ]
    cells = {(one["role"], one["purpose"], one["path"], one["group"]) for one in found}
    more = [each for each in report.findings if each.code == "BEYOND_MATRIX_MORE"]
    assert cells <= expected.keys() if more else cells == expected.keys()
    assert len(cells) == min(len(expected), MOST)
    assert bool(more) is (len(expected) > MOST)
    for one in found:
        told = expected[one["role"], one["purpose"], one["path"], one["group"]]
        assert one["about"].endswith(" " + "|".join("+".join(sorted(facts)) or "-" for facts in told))


@pytest.mark.parametrize("seed", range(30))
def test_a_rule_is_told_to_never_decide_if_and_only_if_asking_everything_shows_so(seed: int) -> None:
    of = small(Random(seed))  # noqa: S311 - nothing secret is drawn
    idle = {rule.id for rule in of.rules}
    every = {fact for rule in of.rules for fact in rule.facts}
    standings = [standing(*some) for some in combinations(every)]
    actions = [str(each) for each in (Action.READ, Action.COLLECT, Action.CORRECT, Action.ERASE)]
    for (role, action, _, _, group), wider in questions(of, actions):
        rules = [rule for rule in of.rules if matches(rule, wider)]
        for rule in rules:
            if rule.id in idle and any(
                possible(facts, role, action, of.groups.ancestors(group))
                and not unmet(rule.needs, facts)
                and (rule.effect is Effect.DENY or decide(rules, facts))
                for facts in standings
            ):
                idle.discard(rule.id)
    codes = {"DENIED_ALWAYS", "NEVER_ASKED", "NEEDS_NEVER", "NEEDS_CONTRADICT"}
    report = check(of.tables(), of.model, today=TODAY)
    told = {each.key for each in report.findings if each.code in codes}
    beside = {
        rule.id
        for rule in of.rules
        if rule.field == ANY and {rule.action, rule.purpose} & {ANY, NONE_PURPOSE}
    }
    assert told - idle == set()
    assert idle - told <= beside


@pytest.mark.parametrize("seed", range(30))
def test_a_rule_is_told_to_be_needless_if_and_only_if_one_other_says_all_of_it(seed: int) -> None:
    of = small(Random(seed))  # noqa: S311 - nothing secret is drawn
    extents = Extents(of)
    every = [standing(*some) for some in combinations({fact for rule in of.rules for fact in rule.facts})]

    def said(rule: Rule) -> tuple[list[frozenset[str]], frozenset[Standing]]:
        names = [each.extent(name) for each, name in zip(extents.every, named(rule), strict=True)]
        return names, frozenset(facts for facts in every if not unmet(rule.needs, facts))

    def covered(rule: Rule, other: Rule) -> bool:
        (mine, met), (theirs, others_met) = said(rule), said(other)
        names = all(one <= two for one, two in zip(mine, theirs, strict=True))
        return rule.effect is other.effect and names and met <= others_met

    needless = set()
    for place, rule in enumerate(of.rules):
        for other_place, other in enumerate(of.rules):
            both = covered(rule, other) and covered(other, rule)
            if (
                rule is not other
                and covered(rule, other)
                and (not both or other_place < place)
                and said(rule)[1]
            ):
                needless.add(rule.id)
    report = check(of.tables(), of.model, today=TODAY)
    told = {each.key for each in report.findings if each.code in {"DUPLICATE", "SHADOWED"}}
    never = {rule.id for rule in of.rules if not said(rule)[1]}
    assert told - never == needless


@pytest.mark.parametrize("seed", range(20))
def test_the_small_decision_is_that_of_casbin(seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - nothing secret is drawn
    of = small(dice)
    judge = Judge(of, {group: group for group in of.groups})
    lookup, extents = Lookup(of.rules), Extents(of)
    asked = dice.sample(list(questions(of, sorted(READING - {ANY}))), 60)
    for case, wider in asked:
        facts = standing(*dice.sample(NAMED, dice.randint(0, len(NAMED))))
        decision = judge.decide(Question(*case, facts))
        mine = decide(lookup.find([(*names, ANY) for names in wider]), facts)
        assert (mine.allowed, mine.rule) == (decision.allowed, decision.rule), (case, facts)
        assert list(extents.wider(Asked(*case))) == [(*names, ANY) for names in wider]


def test_the_shipped_decision_table_is_answered_as_casbin_answers_it() -> None:
    of = edition()
    judge = Judge(of, {group: group for group in of.groups})
    answers = Answers(of, Extents(of), Lookup(of.rules), {table: {} for table in COLUMNS})
    assert len(of.expectations) > 1900
    for row in of.expectations:
        mine, theirs = answers.decide(row), judge.decide(asked(row))
        assert (mine.allowed, mine.rule) == (theirs.allowed, theirs.rule), row
