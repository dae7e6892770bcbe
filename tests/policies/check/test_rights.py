"""A right of the person that a draft closes is told, and waits for a second person though nothing widens."""

import pytest

from policies.check.possible import OF_EVENTS
from policies.check.rights import RIGHTS, TOLD
from policies.drafts.drafting import Sketch, Terms, edit
from policies.drafts.examined import Examined, examine
from policies.drafts.wish import Wish
from policies.edition import Edition
from policies.mistake import Severity
from policies.vocabulary import Fact
from tests.policies.check.drafts import TODAY, Change, cell, edition, findings, row, rule, without

ME, CORRECT = "Query.me", "Mutation.updateUser"
HOLD, WITHDRAW = "Mutation.placeHold", "Mutation.withdrawConsent"
ACCOUNT, REQUESTS = "service.account", "compliance.requests"
LATER = {
    "ja": "会員ご本人が将来の新しい画面で登録情報を確認し訂正するため",
    "en": "To let you look at and correct your own registration in the new pages",
    "basis_ja": "趣旨",
    "basis_en": "The basis",
}


def refusing(name: str, role: str, field: str, needs: str, **cells: str) -> Change:
    cells = {"eft": "deny", "action": "invoke", "recipient": "any", "needs": needs, **cells}
    return rule(name, role, "any", field, **cells)


def told(*changes: Change) -> list[tuple[str, str, str]]:
    found = [each for each in findings(*changes) if each.code == "RIGHT_CLOSED"]
    assert {each.severity for each in found} <= {Severity.OVERRIDABLE}
    return [(each.key, each.column, each.about) for each in found]


def test_each_right_is_named_once_with_its_door_and_its_law() -> None:
    assert [each.guard for each in RIGHTS] == [ME, CORRECT, HOLD, WITHDRAW]
    assert {door for each in RIGHTS for door in (each.guard, *each.parts)} <= edition().guards.keys()
    assert all("Art" in each.law_en and "条" in each.law_ja for each in RIGHTS)


@pytest.mark.parametrize(
    ("changes", "door"),
    [
        ([without("rules", "consent-own")], WITHDRAW),
        ([cell("rules", "consent-own", "needs", "self+interview")], WITHDRAW),
        ([cell("rules", "consent-own", "recipient", "internal")], WITHDRAW),
        ([refusing("shut", "any", "consent-act", "held")], WITHDRAW),
        ([refusing("shut", "user", WITHDRAW, "consented+!interview")], WITHDRAW),
        ([cell("guards", WITHDRAW, "category", "desk-act")], WITHDRAW),
        ([without("rules", "desk")], HOLD),
        ([refusing("shut", "privacy_officer", HOLD, "consented")], HOLD),
        ([without("rules", "update-own")], CORRECT),
        ([without("rules", "door-own-account", "door-own-requests")], ME),
        ([refusing("shut", "user", "own-door", "-")], ME),
    ],
)
def test_a_closed_door_is_told_by_its_name(changes: list[Change], door: str) -> None:
    assert told(*changes) == [(door, "field", "")]


def test_the_fields_that_stay_shut_behind_an_open_door_are_told() -> None:
    address = " ".join(path for path in edition().fields if "address" in edition().field_ancestors(path))
    shut = refusing("shut", "any", "address", "self", action="correct")
    assert told(shut) == [(CORRECT, "field", address)]
    assert told(refusing("shut", "user", "ledger", "-", action="read")) == [(ME, "field", "User.accesses")]
    (found,) = (
        each for each in findings(refusing("shut", "user", "contact", "held", action="any"))
        if each.key == ME
    )  # fmt: skip
    assert str(found).split(": ", 1)[1].startswith("`User.email`, `User.phone` would be closed to the person")
    assert "個人情報保護法第33条" in found.what_ja


@pytest.mark.parametrize("fact", sorted(set(Fact) - {Fact.ERASED, *OF_EVENTS}))
def test_no_fact_that_may_be_true_of_the_person_closes_their_data_unseen(fact: Fact) -> None:
    found = told(refusing("shut", "any", "record", fact, action="any"))
    assert [(key, len(about.split()) > TOLD) for key, _, about in found] == [(ME, True), (CORRECT, True)]


def test_the_notices_of_a_withdrawal_are_part_of_the_right_to_it() -> None:
    notice, holders = f"{WITHDRAW}.notice", f"{WITHDRAW}.holders"
    for part in (notice, holders):
        assert told(refusing("shut", "user", part, "-")) == [(WITHDRAW, "field", part)]
        assert told(refusing("shut", "any", part, "held")) == [(WITHDRAW, "field", part)]
    both = [refusing("shut", "user", notice, "-"), refusing("shut2", "user", holders, "-")]
    assert told(*both) == [(WITHDRAW, "field", f"{holders} {notice}")]
    assert told(refusing("shut", "user", notice, "erased")) == []


def announced(day: str, *purposes: str) -> list[Change]:
    return [cell("purposes", each, "announced_on", day) for each in purposes]


@pytest.mark.parametrize("day", ["", "2026-11-23", "2099-01-01"])
def test_a_purpose_that_nobody_can_declare_yet_is_no_way(day: str) -> None:
    assert told(*announced(day, ACCOUNT)) == [(door, "field", "") for door in (WITHDRAW, CORRECT)]
    assert {key for key, _, _ in told(*announced(day, ACCOUNT, REQUESTS))} == {ME, CORRECT, HOLD, WITHDRAW}
    later = row("purposes", id="service.later", parent="service", number="62", announced_on=day, **LATER)
    gone = without("rules", "door-own-account", "door-own-requests")
    doors = [
        rule("later", "user", "service.later", "person", recipient="person", needs="self"),
        rule("later-door", "user", "service.later", "own-door", action="invoke", recipient="person"),
    ]
    assert told(later, gone, *doors) == [(ME, "field", "")]


def test_from_its_day_on_a_purpose_is_a_way() -> None:
    assert told(*announced(TODAY.isoformat(), ACCOUNT, REQUESTS)) == []


def test_another_closing_is_another_finding() -> None:
    less = refusing("shut", "user", "User.phone", "-", action="read")
    more = refusing("shut", "user", "contact", "-", action="read")
    ids = [{each.id for each in findings(change) if each.code == "RIGHT_CLOSED"} for change in (less, more)]
    assert ids[0].isdisjoint(ids[1])
    assert all(ids)


@pytest.mark.parametrize(
    "changes",
    [
        [without("rules", "door-own-requests")],
        [refusing("shut", "frontend", "consent-act", "held")],
        [refusing("shut", "user", "consent-act", "erased")],
        [refusing("shut", "any", "record", "erased+abroad-informed", action="any")],
        [without("rules", "consent-shown", "consent-paper")],
        [cell("fields", "User.phone", "category", "unsorted")],
    ],
)
def test_what_leaves_the_person_their_way_is_not_told(changes: list[Change]) -> None:
    assert told(*changes) == []


def changed(base: Edition, *changes: Change) -> Edition:
    tables = base.tables()
    for change in changes:
        change(tables)
    return Edition.from_tables(tables, base.model)


def looked_at(base: Edition, wish: Wish) -> Examined:
    """What is found in a draft with this one edit."""
    terms = Terms(tuple(sorted(base.declared.items())), tuple(base.guards))
    drafted = edit(Sketch(base.canonical()), (wish,), terms)
    assert drafted.flaws == ()
    return examine(Sketch(base.canonical(), drafted.edits), TODAY)


def test_closing_one_needs_a_second_person_until_an_edition_has_it() -> None:
    base = edition()

    def closing(base: Edition, rule_gone: str) -> tuple[bool, list[bool]]:
        found = looked_at(base, Wish("rules", rule_gone, None))
        assert found.widens is False
        closed = [each.id in found.accepted for each in found.findings if each.code == "RIGHT_CLOSED"]
        return found.needs_approval, closed

    assert closing(base, "consent-own") == (True, [False])
    after = changed(base, without("rules", "consent-own"))
    assert closing(after, "matching-form") == (False, [True])


@pytest.mark.parametrize(
    ("key", "first", "rights"),
    [
        ("nightShift", "", [ME, CORRECT]),
        ("nightShift", TODAY.isoformat(), [ME, CORRECT]),
        ("nightShift", "2099-01-01", [ME, CORRECT]),
        ("selfIntroduction", "", [ME, CORRECT]),
    ],
)
def test_leaving_out_a_question_closes_the_answers_to_those_who_gave_them(
    key: str, first: str, rights: list[str]
) -> None:
    base = changed(edition(), cell("questions", key, "asked_from", first))
    found = looked_at(base, Wish("questions", key, None))
    assert found.widens is False
    closed = [each for each in found.findings if each.code == "RIGHT_CLOSED"]
    assert [(each.key, each.about) for each in closed] == [(door, f"User.answers.{key}") for door in rights]
    assert found.needs_approval is bool(rights)
    assert all(f"`User.answers.{key}` would be closed to the person" in each.what for each in closed)


def test_a_question_that_is_asked_no_more_or_that_its_giver_never_saw_closes_nothing() -> None:
    base = edition()
    ended = looked_at(base, Wish("questions", "nightShift", (("asked_until", "2020-01-01"),)))
    shut = changed(base, without("rules", "door-own-account", "door-own-requests", "update-own"))
    hidden = looked_at(shut, Wish("questions", "nightShift", None))
    for found in (ended, hidden):
        assert not [each.id for each in found.overridable if each.code == "RIGHT_CLOSED"]
