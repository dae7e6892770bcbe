"""What drafting makes: the same edition by every way, and one that loads or nothing."""

import random
from datetime import date
from functools import cache

import pytest

from models.catalogue import CATEGORIES
from policies.drafts.drafting import (
    Sketch,
    Terms,
    align,
    begin,
    edit,
    finish,
    made_of,
    move,
    take,
    turn_back,
)
from policies.drafts.examined import Examined, examine
from policies.drafts.sheet import read_sheet, write_sheet
from policies.drafts.wish import Wish
from policies.edition import Edition, shipped
from policies.judging.judge import Judge
from policies.table import COLUMNS, DECISIONS
from policies.trial import holds


@cache
def edition() -> Edition:
    return shipped(CATEGORIES)


TERMS = Terms(tuple(sorted(CATEGORIES.items())), tuple(edition().guards))
TODAY = date(2026, 11, 22)
RULES = [rule.id for rule in edition().rules]
FACTS = ("noticed", "consented", "interview", "offer-accepted", "screened")


def at_random(chance: random.Random) -> tuple[Wish, ...]:
    """Edits that load: notes, needs of allow rules, rules that go and rules that move."""
    wishes = []
    for rule in chance.sample(edition().rules, chance.randrange(1, 6)):
        match chance.randrange(4):
            case 0:
                wishes.append(
                    Wish("rules", rule.id, (("note_en", f'Words, "quoted" {chance.random()}\nand more'),))
                )
            case 1 if rule.effect == "allow" and rule.role != "user":
                needs = "+".join(chance.sample(FACTS, chance.randrange(1, 4)))
                wishes.append(Wish("rules", rule.id, (("needs", needs),)))
            case 2:
                wishes.append(Wish("rules", rule.id, None))
            case _:
                after = chance.choice([each for each in RULES if each != rule.id])
                gone = {each.key for each in wishes if each.columns is None}
                wishes.append(Wish("rules", rule.id, (), None if after in gone else after))
    return tuple(wishes)


@pytest.mark.parametrize(
    ("wish", "near"),
    [
        (Wish("rule", "account", ()), "did you mean `rules`?"),
        (Wish("rules", "account", (("need", "noticed"),)), "did you mean `needs`?"),
        (Wish("rules", "acount", None), "did you mean `account`"),
        (Wish("rules", "account", (), "aplication-contact"), "did you mean `application-contact`"),
    ],
)
def test_a_misspelt_table_column_or_row_is_told_with_the_nearest(wish: Wish, near: str) -> None:
    (flaw,) = edit(Sketch(edition().canonical()), (wish,), TERMS).flaws
    assert near in str(flaw)
    assert "のことですか。" in flaw.text("ja")


@pytest.mark.parametrize("seed", range(25))
def test_an_edition_has_one_hash_by_edits_by_csv_and_by_its_text(seed: int) -> None:
    base = edition().canonical()
    chance = random.Random(seed)  # noqa: S311 - chance, not secrecy
    drafted = edit(Sketch(base), at_random(chance), TERMS)
    if drafted.flaws:
        pytest.skip("these do not load together")
    draft = Sketch(base, drafted.edits, drafted.model)
    made = made_of(draft)
    assert made.id == drafted.hash
    assert finish(draft, TERMS) == (made.id, made.canonical(), True)
    assert Edition.from_canonical(made.canonical()).id == made.id
    sheets = tuple((name, write_sheet(name, rows)) for name, rows in made.tables().items())
    assert all(read_sheet(name, text) == (made.tables()[name], []) for name, text in sheets)
    assert take(Sketch(base), sheets, made.model, TERMS) == drafted
    back = turn_back(made.canonical(), base, TERMS)
    assert back.hash == edition().id
    moved = move(draft, base, (), TERMS)
    assert (moved.hash, moved.conflicts) == (drafted.hash, ())


def test_a_draft_is_begun_with_the_fields_of_code() -> None:
    old = {path: name for path, name in CATEGORIES.items() if path != "User.phone"} | {"User.gone": "name"}
    base = Edition.of(edition().sheets(), edition().model, old)
    drafted = begin(base.canonical(), TERMS)
    assert {(each.key, each.cells) for each in drafted.edits} == {
        ("User.gone", None),
        ("User.phone", ("User.phone", CATEGORIES["User.phone"])),
    }
    made = made_of(Sketch(base.canonical(), drafted.edits))
    assert made.declared == dict(CATEGORIES)


def test_a_field_that_code_has_no_more_stays_as_long_as_a_rule_names_it_and_serves_nobody() -> None:
    declared = {path: name for path, name in CATEGORIES.items() if path != "User.emailMasked"}
    terms = Terms(tuple(sorted(declared.items())), ())
    base = edition().canonical()
    drafted = begin(base, terms)
    assert (drafted.edits, finish(Sketch(base), terms)[2]) == ((), False)
    wishes = [Wish("rules", each.id, None) for each in edition().rules if each.field == "User.emailMasked"]
    gone = edit(Sketch(base), wishes, terms)
    assert ("fields", "User.emailMasked", None) in [each[:3] for each in gone.edits]
    assert finish(Sketch(base, gone.edits), terms)[2] is True


def test_a_field_is_moved_to_a_category_and_stays_there() -> None:
    base = edition().canonical()
    drafted = edit(Sketch(base), (Wish("fields", "User.email", (("category", "unsorted"),)),), TERMS)
    assert not drafted.flaws
    again = begin(made_of(Sketch(base, drafted.edits)).canonical(), TERMS)
    assert again.edits == ()


def test_no_table_can_be_imported_with_a_row_twice() -> None:
    text = write_sheet("roles", [*edition().tables()["roles"], ["staff", "", "wider", "x", "x"]])
    flaws = take(Sketch(edition().canonical()), (("roles", text),), None, TERMS).flaws
    assert {(each.row, each.key, each.column) for each in flaws} >= {(3, "staff", "id"), (18, "staff", "id")}


@pytest.mark.parametrize("table", COLUMNS)
def test_a_header_of_another_table_is_refused(table: str) -> None:
    _, (flaw,) = read_sheet(table, "a,b\n1,2\n")
    assert (flaw.row, flaw.remedy) == (1, f"write `{','.join(COLUMNS[table])}`")


@pytest.mark.parametrize(
    ("wish", "wider"),
    [
        (Wish("rules", "application-contact", (("needs", "noticed+consented"),)), True),
        (Wish("rules", "application-contact", (("needs", "noticed+consented+interview+screened"),)), False),
        (Wish("rules", "application-contact", None), False),
        (Wish("rules", "held-service", None), True),
        (Wish("rules", "application-contact", (("note_en", "Other words"),)), False),
        (Wish("rules", "application-contact", (("field", "particulars"),)), True),
        (Wish("rules", "held-service", (("needs", "held+consented"),)), True),
        (Wish("rules", "held-service", (("needs", "held+noticed"),)), False),
        (Wish("fields", "User.email", (("category", "name"),)), True),
    ],
)
def test_whatever_widens_is_told_and_nothing_else(wish: Wish, wider: bool) -> None:
    base = edition().canonical()
    drafted = edit(Sketch(base), (wish,), TERMS)
    assert not drafted.flaws
    assert examine(Sketch(base, drafted.edits), TODAY).widens is wider


def examined(base: str, *wishes: Wish) -> tuple[str, Examined]:
    """The text of the edition that these make, and what is found in it."""
    drafted = edit(Sketch(base), wishes, TERMS)
    assert not drafted.flaws
    draft = Sketch(base, drafted.edits)
    return made_of(draft).canonical(), examine(draft, TODAY)


def test_what_stands_in_the_edition_in_force_needs_nobodys_reason_again() -> None:
    needs = {
        rule: Wish("rules", "application-contact", (("needs", f"noticed+consented{rule}"),))
        for rule in ("", "+applied", "+interview")
    }
    wide, first = examined(edition().canonical(), needs[""])
    beyond = {each.id for each in first.findings if each.code == "BEYOND_MATRIX"}
    assert {each.id for each in first.overridable} == beyond
    assert (len(beyond), first.accepted, first.needs_approval) == (2, frozenset(), True)
    _, beside = examined(wide, Wish("rules", "application-form", (("note_en", "Other words"),)))
    assert {each.id for each in beside.findings} >= beyond
    assert (beside.overridable, beside.accepted, beside.needs_approval) == ((), beyond, False)
    _, narrower = examined(wide, needs["+applied"])
    still = {each.id for each in narrower.findings if each.code == "BEYOND_MATRIX"}
    assert (len(still), still & beyond) == (2, set())
    assert (narrower.widens, narrower.accepted, narrower.needs_approval) == (False, still, False)
    _, other = examined(wide, Wish("rules", "application-address", (("needs", "noticed+consented"),)))
    assert other.accepted == beyond
    assert other.widens
    assert {each.key for each in other.overridable} == {"application-address"}


@pytest.mark.parametrize("seed", range(25))
def test_an_aligned_decision_table_is_what_casbin_answers_and_asks_the_same(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - chance, not secrecy
    base = edition().canonical()
    drafted = edit(Sketch(base), at_random(chance), TERMS)
    if drafted.flaws:
        pytest.skip("these do not load together")
    draft = Sketch(base, drafted.edits, drafted.model)
    aligned = align(draft, TERMS)
    assert aligned.flaws == ()
    made, before = made_of(Sketch(base, aligned.edits, aligned.model)), made_of(draft)
    judge = Judge(made, {group: group for group in made.groups})
    assert [row for row in made.expectations if not holds(row, judge)] == []
    assert [row[:-2] for row in made.expectations] == [row[:-2] for row in before.expectations]
    moved = [new for new, old in zip(made.expectations, before.expectations, strict=True) if new != old]
    assert len(moved) == sum(not holds(row, judge) for row in before.expectations)
    assert {**made.tables(), DECISIONS: []} == {**before.tables(), DECISIONS: []}


def test_a_row_about_a_rule_or_field_that_went_is_aligned_to_no() -> None:
    gone = [Wish("rules", each.id, None) for each in edition().rules if each.field == "User.emailMasked"]
    base = edition().canonical()
    drafted = edit(Sketch(base), gone, TERMS)
    aligned = align(Sketch(base, drafted.edits), TERMS)
    rows = [each.cells for each in aligned.edits if each.table == DECISIONS]
    assert rows
    assert {each[-2:] for each in rows if each is not None} == {("deny", "")}
