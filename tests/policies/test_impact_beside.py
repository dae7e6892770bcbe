"""What may widen beside decisions is told and needs a second person; what changes nothing for anybody does not."""

import pytest

from policies.drafts.edits import Edit
from policies.edition import Edition
from policies.impact.change import DECISION, Change, Impact
from policies.impact.impact import impact
from policies.table import COLUMNS
from tests.policies.editing import draft, new, reversed_rows, row, without
from tests.policies.world import edition


def kinds(*edits: Edit) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.direction, each.kind, each.keys) for each in beside(impact(edition(), draft(*edits)))]


def beside(found: Impact) -> list[Change]:
    return [change for change in found.changes if change.kind != DECISION]


COLOUR = new(
    "questions", "colour", "choice", "form", "A|B", "あ|い", "a|b", "色", "Colour", "", "", "", "", ""
)


@pytest.mark.parametrize(
    ("edit", "direction"),
    [
        (
            new("purposes", "service.training", "service", "", "16", "", "", "研修", "Training", "", ""),
            "widens",
        ),
        (row("purposes", "service.billing", number="31"), "widens"),
        (row("purposes", "service.billing", announced_on="2026-01-01"), "widens"),
        (row("purposes", "service.billing", ja="手数料などのため"), "widens"),
        (row("purposes", "service.eligibility", within=""), "widens"),
        (row("purposes", "service.billing", within="service.account"), "widens"),
        (row("purposes", "service.billing", announced_on=""), "narrows"),
        (COLOUR, "widens"),
        (row("questions", "nightShift", required="yes"), "widens"),
        (row("questions", "nightShift", help_en="Are you an owl?"), "widens"),
        (row("questions", "nightShift", asked_until="2027-01-01"), "widens"),
        (without("questions", "nightShift"), "narrows"),
        (row("questions", "nightShift", category="consent"), "widens"),
        (row("categories", "ledger", parent="profile"), "widens"),
        (row("guards", "Query.usage", category="open-register"), "widens"),
        (row("fields", "User.phone", category="name"), "widens"),
        (row("groups", "employer", wider=""), "widens"),
        (row("groups", "mail_sender", itself="yes"), "widens"),
        (row("roles", "analytics", wider="others+readers"), "widens"),
    ],
    ids=lambda part: f"{part.table} {part.key}" if isinstance(part, Edit) else part,
)
def test_what_may_widen_beside_decisions_is_told_of_its_own(edit: Edit, direction: str) -> None:
    found = impact(edition(), draft(edit))
    assert found.widens or direction == "narrows"
    if edit.table == "roles":
        assert all(change.roles == ("analytics",) for change in found.changes)
    else:
        assert (direction, edit.table, (edit.key,)) in kinds(edit)


def test_a_role_that_moves_without_a_decision_is_told_of_its_own() -> None:
    before = draft(new("roles", "idle", "", "wider", "予備", "Idle"))
    (change,) = impact(
        before,
        draft(
            new("roles", "idle", "", "wider", "予備", "Idle"), row("roles", "analytics", wider="others+idle")
        ),
    ).changes
    assert (change.direction, change.kind, change.keys) == ("widens", "roles", ("analytics",))
    assert (
        change.en
        == "The role `analytics` changes, wider `others` → `others+idle`: it may count as other roles"
    )
    assert (
        change.ja == "役割`analytics`が変わる：wider `others` → `others+idle`（別の役割としても扱われ得る）"
    )


def test_a_role_that_moves_does_not_hide_behind_a_decision_that_narrows() -> None:
    spare = new("roles", "spare", "", "wider", "予備", "Spare")
    before = draft(spare)
    after = draft(
        spare,
        row("roles", "employer", wider="others+readers+spare"),
        without("rules", "application-contact"),
    )
    found = impact(before, after)
    assert {change.direction for change in found.changes if change.kind == DECISION} == {"narrows"}
    first, *_ = beside(found)
    assert (first.direction, first.kind, first.keys) == ("widens", "roles", ("employer",))
    assert found.widens


@pytest.mark.parametrize(
    "edit",
    [
        row("categories", "contact", parent="profile"),
        row("guards", "Query.usage", category="open-register"),
        row("fields", "User.phone", category="name"),
        row("groups", "employer", wider=""),
        row("purposes", "service.billing", number="31"),
    ],
    ids=lambda edit: edit.table,
)
def test_no_row_that_may_widen_hides_behind_a_decision_that_narrows(edit: Edit) -> None:
    found = impact(edition(), draft(edit, without("rules", "application-contact")))
    assert any(change.direction == "narrows" for change in found.changes)
    assert ("widens", edit.table, (edit.key,)) in [(e.direction, e.kind, e.keys) for e in beside(found)]


@pytest.mark.parametrize(
    ("edit", "told_en"),
    [
        (row("rules", "account", note_en="Another note"), "1 rule (`account`) has another note or label"),
        (row("rules", "account", clause="Clause 1"), "1 rule (`account`) has another note or label"),
        (row("roles", "frontend", wider="readers+others"), "1 role (`frontend`) has another note or label"),
        (new("categories", "spare", "profile", "予備", "Spare"), "1 category (`spare`) is new"),
        (
            new(
                "rules",
                "twice",
                "allow",
                "user",
                "read",
                "service.account",
                "person",
                "person",
                "self+noticed",
                "1",
                "a",
                "b",
            ),
            "1 rule (`twice`) is new; no decision told here names it",
        ),
        (
            without("decisions", "user read service.account User.id person self"),
            "1 row of the decision table is removed",
        ),
        (
            row("decisions", "user read service.account User.id person self", expected="deny", rule=""),
            "1 row of the decision table expects another answer",
        ),
        (
            row("decisions", "user read service.account User.id person self", rule="another"),
            "1 row of the decision table expects another answer",
        ),
        (
            row("decisions", "user read service.account User.id person self", en="another text"),
            "1 row of the decision table has another note or label",
        ),
    ],
    ids=lambda part: f"{part.table} {part.key}" if isinstance(part, Edit) else "",
)
def test_what_changes_nothing_for_anybody_is_told_and_needs_nobody(edit: Edit, told_en: str) -> None:
    found = impact(edition(), draft(edit))
    assert [(change.direction, change.en) for change in found.changes] == [("tells", told_en)]
    assert not found.widens
    assert found.changes[0].ja


@pytest.mark.parametrize(
    ("edit", "told_en"),
    [
        (row("categories", "contact", ja="連絡"), "The category `contact` changes, ja `連絡先` → `連絡`"),
        (
            row("groups", "employer", en="Companies"),
            "The group of recipients `employer` changes, en `Employers` → `Companies`",
        ),
        (row("roles", "employer", en="Company"), "The role `employer` changes, en `Employer` → `Company`"),
    ],
    ids=lambda part: f"{part.table} {part.key}" if isinstance(part, Edit) else "",
)
def test_who_drafts_rewords_nothing_that_others_agree_to_by(edit: Edit, told_en: str) -> None:
    found = impact(edition(), draft(edit))
    assert [(change.direction, change.en) for change in found.changes] == [
        ("widens", f"{told_en}: who agrees to a draft reads these words")
    ]


def test_decisions_are_told_in_the_words_of_the_edition_in_force() -> None:
    wider = row("rules", "application-contact", needs="noticed+consented")
    called = row("groups", "employer", ja="本人", en="The person")
    plain, renamed = (impact(edition(), draft(*edits)) for edits in ((wider,), (wider, called)))
    told = [change.en for change in plain.changes if change.kind == "decision"]
    assert told
    assert [change.en for change in renamed.changes if change.kind == "decision"] == told
    assert "The person" not in " ".join(told)


def test_whom_nobody_called_anything_yet_is_told_by_name() -> None:
    new_group = new("groups", "guild", "third_party", "", "本人", "The person")
    rule = new(
        "rules", "guild-reads", "allow", "privacy_officer", "read", "compliance.requests", "User.email", "guild",
        "-", "Clause 7", "注", "a note",
    )  # fmt: skip
    told = " ".join(change.en + change.ja for change in impact(edition(), draft(new_group, rule)).changes)
    assert "The person (`guild`)" in told
    assert "本人（`guild`）" in told


def test_rows_of_the_decision_table_are_told_by_what_changes_of_them() -> None:
    own = "user read service.account User.id person self"
    other = "user read service.account User.id person -"
    found = impact(
        edition(),
        draft(row("decisions", own, expected="deny", rule=""), row("decisions", other, expected="allow")),
    )
    assert [(change.direction, change.ja, change.en) for change in found.changes] == [
        (
            "tells",
            "判断表の行2件の期待する答えが変わる",
            "2 rows of the decision table expect other answers",
        )
    ]


@pytest.mark.parametrize("table", [table for table in COLUMNS if table != "fields"])
def test_the_order_of_rows_changes_nothing_for_anybody(table: str) -> None:
    (change,) = impact(edition(), reversed_rows(table)).changes
    assert (change.direction, change.kind, change.keys) == ("tells", table, ())


def test_another_text_of_the_model_widens() -> None:
    other = Edition.from_tables(edition().tables(), edition().model + "\n# a remark\n")
    (change,) = impact(edition(), other).changes
    assert (change.direction, change.kind) == ("widens", "model")
