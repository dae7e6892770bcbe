"""What the check finds in an edition that loads: each fault by its name, and not in what is sound beside it."""

import ast
import csv
import pickle
import re
from pathlib import Path

import pytest

import models.editions
import policies
from api.cli.declared import FIELDS
from policies.check.report import check, steps
from policies.edition import Edition
from policies.mistake import SENTENCES, Severity
from policies.table import FIRST_ROW
from policies.tree import Tree
from tests.policies.check.drafts import (
    TODAY,
    Change,
    cell,
    drafted,
    edition,
    findings,
    report,
    row,
    rule,
    told,
    without,
)

MATCHING = ("frontend", "service.matching")


def test_the_shipped_edition_has_no_finding() -> None:
    found = report(decisions=True)
    assert found.findings == ()
    assert (found.edition, found.whole) == (edition().id, True)


@pytest.mark.parametrize(
    ("changes", "code", "key", "column"),
    [
        pytest.param(
            [rule("twin", *MATCHING, "band")], "DUPLICATE", "twin", "rule", id="the same names and needs"
        ),
        pytest.param(
            [rule("twin", "user", "service.account", "person", recipient="person", needs="self"),
             without("rules", "own-account"),
             rule("again", "user", "service.account", "person", recipient="person", needs="self")],
            "DUPLICATE", "again", "rule", id="the later one is told",
        ),
        pytest.param(
            [row("groups", id="own", wider="third_party", ja="別", en="Own"),
             rule("one", "employer", "service.application", "User.phone", recipient="employer", needs="noticed+consented+offer-accepted"),
             rule("two", "employer", "service.application", "User.phone", recipient="employer", needs="consented+noticed+offer-accepted+interview"),
             without("rules", "application-contact"),
             rule("mail", "employer", "service.application", "User.email", recipient="employer", needs="noticed+consented+interview")],
            "DUPLICATE", "two", "rule", id="needs in another order, with a stage that is implied",
        ),
        pytest.param(
            [row("categories", child="lone", parent="contact", ja="一つ", en="Lone"),
             cell("fields", "User.phone", "category", "lone"),
             rule("one", "frontend", "service.billing", "lone"),
             rule("two", "frontend", "service.billing", "User.phone")],
            "DUPLICATE", "two", "rule", id="a category and its only field",
        ),
        pytest.param(
            [rule("part", "frontend", "service.account", "contact")], "SHADOWED", "part", "rule", id="a narrower field"
        ),
        pytest.param(
            [rule("part", "frontend", "service.account", "profile", needs="noticed+consented")],
            "SHADOWED", "part", "rule", id="more needs",
        ),
        pytest.param(
            [rule("part", "employer", "service.application", "contact", recipient="employer", needs="noticed+consented+hired")],
            "SHADOWED", "part", "rule", id="a stage that implies the one needed",
        ),
        pytest.param(
            [rule("part", "inspectors", "none", "client-register", action="invoke", recipient="any", needs="-")],
            "SHADOWED", "part", "rule", id="a role all of which stand under another",
        ),
        pytest.param(
            [rule("part", "employer", "service.application", "contact", eft="deny", recipient="employer", needs="held")],
            "SHADOWED", "part", "rule", id="a deny under a wider one",
        ),
        pytest.param(
            [rule("part", "others", "any", "record", action="any", eft="deny", recipient="any", needs="delegated+!entrusted+held")],
            "SHADOWED", "part", "rule", id="a deny with one need more",
        ),
        pytest.param(
            [rule("odd", "employer", "service.application", "address", action="any", eft="deny", recipient="employer", needs="interview+!applied")],
            "NEEDS_CONTRADICT", "odd", "needs", id="a stage without one that it implies",
        ),
        pytest.param(
            [rule("odd", *MATCHING, "name", needs="self")], "NEEDS_NEVER", "odd", "needs", id="self of the frontend"
        ),
        pytest.param(
            [rule("odd", *MATCHING, "name", needs="noticed+interview")],
            "NEEDS_NEVER", "odd", "needs", id="a stage at a recipient nobody applies to",
        ),
        pytest.param(
            [rule("odd", "support_org", "service.support", "form", recipient="support_org", needs="noticed+consented+hired")],
            "NEEDS_NEVER", "odd", "needs", id="a stage at a support organisation",
        ),
        pytest.param(
            [rule("odd", *MATCHING, "name", needs="located")], "NEEDS_NEVER", "odd", "needs", id="what is true of events alone"
        ),
        pytest.param(
            [rule("odd", "analytics", "insight.analytics", "event-trail", action="transmit", recipient="analytics", needs="self")],
            "NEEDS_NEVER", "odd", "needs", id="self of an analytics provider",
        ),
        pytest.param(
            [rule("odd", "frontend", "service.account", "identifier", action="collect")],
            "DENIED_ALWAYS", "odd", "rule", id="refused without needs",
        ),
        pytest.param(
            [rule("odd", "frontend", "service.billing", "contact", needs="noticed+erased")],
            "DENIED_ALWAYS", "odd", "rule", id="refused for what it needs",
        ),
        pytest.param(
            [rule("odd", "frontend", "any", "contact", needs="noticed+held+opted-out"),
             rule("more", "others", "compliance", "record", eft="deny", recipient="any", needs="held")],
            "DENIED_ALWAYS", "odd", "rule", id="refused by one rule here and by another there",
        ),
        pytest.param(
            [rule("odd", "employer", "service.eligibility", "card", recipient="employer", needs="noticed+abroad"),
             rule("more", "employer", "service.eligibility", "card", eft="deny", recipient="employer", needs="abroad-informed")],
            "DENIED_ALWAYS", "odd", "rule", id="what mends one refusal meets another",
        ),
        pytest.param(
            [rule("odd", "frontend", "service.account", "shared-door")], "NEVER_ASKED", "odd", "action", id="a door is not read"
        ),
        pytest.param(
            [rule("odd", "frontend", "service.account", "contact", action="invoke")],
            "NEVER_ASKED", "odd", "action", id="a field is not invoked",
        ),
        pytest.param(
            [rule("odd", "frontend", "none", "contact", eft="deny", needs="held")],
            "NEVER_ASKED", "odd", "purpose", id="personal data without a purpose",
        ),
        pytest.param(
            [row("categories", child="void", parent="profile", ja="空", en="Void"), rule("odd", *MATCHING, "void")],
            "NEVER_ASKED", "odd", "field", id="a category without fields",
        ),
        pytest.param(
            [row("roles", id="guild", wider="others", kind="wider", ja="組", en="Guild"),
             rule("odd", "guild", "service.matching", "name")],
            "NEVER_ASKED", "odd", "role", id="a wider role without roles",
        ),
        pytest.param(
            [row("purposes", id="study", number="62", abstract="yes", ja="研究", en="Study"),
             rule("odd", "frontend", "study", "name")],
            "NEVER_ASKED", "odd", "purpose", id="an abstract purpose without leaves",
        ),
        pytest.param(
            [cell("fields", "User.phone", "category", "unsorted")],
            "GAP_UNSORTED", "User.phone", "category", id="an unsorted field",
        ),
        pytest.param(
            [row("questions", key="tool", kind="short-text", category="unsorted", label_ja="道具", label_en="Tool")],
            "GAP_UNSORTED", "tool", "category", id="an unsorted answer",
        ),
        pytest.param(
            [row("guards", field="Query.secret", category="doors", ja="秘密", en="Secret")],
            "GAP", "Query.secret", "category", id="a guard that no rule opens",
        ),
        pytest.param(
            [without("guards", "Query.recipients")], "GUARD_MISSING", "Query.recipients", "field", id="a guard left out"
        ),
    ],
)  # fmt: skip
def test_a_fault_is_found_by_its_name(changes: list[Change], code: str, key: str, column: str) -> None:
    found = [each for each in findings(*changes) if each.code == code]
    assert [(each.key, each.column) for each in found] == [(key, column)], findings(*changes)
    assert found[0].severity is (Severity.OVERRIDABLE if code == "GAP_UNSORTED" else Severity.WRONG)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(
            [rule("less", "frontend", "service.matching", "residence", needs="noticed+consented"),
             rule("more", "frontend", "service.matching", "User.address.city", needs="noticed+screened")],
            id="a narrower field with other needs",
        ),
        pytest.param(
            [rule("deny", "frontend", "service.matching", "band", eft="deny", needs="opted-out")], id="a deny with the names of an allow"
        ),
        pytest.param(
            [rule("deny", "frontend", "service", "contact", eft="deny", needs="held+!lawful"), without("rules", "held-service")],
            id="a deny with a need that is absent",
        ),
        pytest.param(
            [rule("sent-abroad", "employer", "service.application", "birth", recipient="employer", needs="noticed+consented+abroad")],
            id="refused but for what mends it",
        ),
        pytest.param(
            [rule("either", "any", "service.billing", "registration", recipient="person", needs="self")], id="self where a user may ask"
        ),
        pytest.param(
            [rule("stage", "any", "service.application", "birth", recipient="any", needs="noticed+consented+hired")],
            id="a stage where an employer may be meant",
        ),
        pytest.param(
            [row("guards", field="Mutation.part", category="acts", ja="部分", en="Part"),
             row("guards", field="Mutation.part.one", category="desk-act", ja="一", en="One")],
            id="a guard whose parts are opened",
        ),
    ],
)  # fmt: skip
def test_what_is_sound_beside_a_fault_is_not_one(changes: list[Change]) -> None:
    assert [each for each in findings(*changes) if each.code != "BEYOND_MATRIX"] == []


def test_a_finding_names_the_rule_that_makes_it_needless_or_refuses_it() -> None:
    (twin,) = findings(rule("twin", *MATCHING, "band"))
    assert twin.what == "the rule says the same as `matching-band`"
    (part,) = findings(rule("part", "frontend", "service.account", "contact"))
    assert "`account` already says all of it" in part.what
    planted = rule("odd", "frontend", "service.account", "identifier", action="collect")
    (odd,) = (each for each in findings(planted) if each.code == "DENIED_ALWAYS")
    assert odd.what == "`identifier-given` refuses it in every case"
    assert odd.what_ja == "いつでも規則`identifier-given`により拒否されます"


def test_a_rule_that_never_decides_leaves_a_gap_as_if_it_were_not_there() -> None:
    spoiled = (
        without("rules", "own-account", "own-requests", "requests"),
        rule("odd", *MATCHING, "history", needs="noticed+self"),
    )
    assert ("GAP", "User.history") in told(*spoiled)


def test_a_deny_of_one_among_like_fields_keeps_that_one_from_being_beyond_the_matrix() -> None:
    opened = rule("wide", "frontend", "service.billing", "form")
    kept = rule("kept", "frontend", "service.billing", "User.answers.education", eft="deny", needs="-")
    everything = {f"User.answers.{key}" for key, each in edition().questions.items() if not each.kind.free}
    for changes, beyond in (
        ([opened], everything),
        ([opened, kept], everything - {"User.answers.education"}),
    ):
        found = [dict(each.told) for each in findings(*changes) if each.code == "BEYOND_MATRIX"]
        assert {each["path"] for each in found} == beyond
        assert {each["group"] for each in found} == {"internal"}


def test_what_is_beyond_the_matrix_is_told_by_labels_with_the_names_beside() -> None:
    needs = {"needs": "consented+noticed", "recipient": "employer"}
    given = rule("given", "employer", "service.application", "card-number", **needs)
    kept = rule("kept", "frontend", "service.billing", "User.answers.education", needs="-")
    told = {
        dict(each.told)["path"]: (each.what, each.what_ja)
        for each in findings(given, kept)
        if each.code == "BEYOND_MATRIX"
    }
    en, ja = told["User.residenceCard.number"]
    assert en.startswith(
        "by `given`, Employers (`employer`) may read Card number (`User.residenceCard.number`)"
        " for `service.application` given `consented+noticed`; "
    )
    assert ja.startswith(
        "規則`given`により、求人企業（`employer`）は、`service.application`のために、"
        "在留カード番号（`User.residenceCard.number`）を読めます（`consented+noticed`）。"
    )
    en, ja = told["User.answers.education"]
    assert "Our frontend (`frontend`) may read Education (`User.answers.education`)" in en
    assert " for `service.billing`, given to: Inside the company (`internal`), given no fact; " in en
    assert (
        "自社フロントエンド（`frontend`）は、`service.billing`のために、提供先を社内（`internal`）として、"
        in ja
    )


def test_a_covering_rule_is_found_among_many_of_the_same_names() -> None:
    facts = ("screened", "lawful", "abroad", "opted-out", "held", "entrusted")
    many = [rule(f"by-{fact}", *MATCHING, "registration", needs=fact) for fact in facts]
    part = rule("part", *MATCHING, "registration", needs="noticed+lawful")
    found = [each for each in findings(*many, part) if each.code == "SHADOWED"]
    assert [(each.key, dict(each.told)["other"]) for each in found] == [("part", "by-lawful")]


def test_a_gap_is_told_where_the_field_stands() -> None:
    found = report(
        row("guards", field="Query.secret", category="doors", ja="秘密", en="Secret"),
        row(
            "questions",
            key="tool",
            kind="choice",
            category="unsorted",
            choices="A",
            choices_ja="甲",
            choices_en="A",
            label_ja="道具",
            label_en="Tool",
        ),
        cell("fields", "User.phone", "category", "unsorted"),
    )
    places = {each.key: (each.file, each.row) for each in found.findings}
    tables = edition().tables()
    assert places["Query.secret"] == ("guards.csv", FIRST_ROW + len(tables["guards"]))
    assert places["tool"] == ("questions.csv", FIRST_ROW + len(tables["questions"]))
    assert places["User.phone"] == (
        "fields.csv",
        FIRST_ROW + [each[0] for each in tables["fields"]].index("User.phone"),
    )


def test_a_table_of_fields_is_held_against_what_code_declares() -> None:
    tables = drafted(
        without("fields", "User.phone"), row("fields", path="User.nickname", category="unsorted")
    )
    found = check(tables, edition().model, today=TODAY, fields=FIELDS).findings
    assert [(each.code, each.key, each.severity) for each in found] == [
        ("FIELD_LEFT_OUT", "User.phone", "OVERRIDABLE"),
        ("GAP_UNSORTED", "User.nickname", "OVERRIDABLE"),
        ("FIELD_UNDECLARED", "User.nickname", "OVERRIDABLE"),
    ]
    assert [each.row for each in found] == [0, *[FIRST_ROW + len(FIELDS) - 1] * 2]
    assert check(drafted(), edition().model, today=TODAY, fields=FIELDS).findings == ()


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("ja", "事業活動に用いるため", "TEXT_VAGUE"),
        ("ja", "マーケティング活動に用いるため", "TEXT_VAGUE"),
        ("ja", "サービス向上のため", "TEXT_VAGUE"),
        ("ja", "当社サービスの品質向上及び改善のため", "TEXT_VAGUE"),
        ("ja", "求人情報を提供するため", "TEXT_VAGUE"),
        ("ja", "お客様の利便性の向上のために利用します。", "TEXT_VAGUE"),
        ("ja", "その他当社の事業に関連する業務を適切かつ円滑に遂行するため", "TEXT_VAGUE"),
        ("ja", "サービス向上のため（不正利用の防止を含みません）", "TEXT_VAGUE"),
        ("ja", "連絡のため", "TEXT_SHORT"),
        ("ja", "ー", "TEXT_SHORT"),
        ("ja", "広告・宣伝", "TEXT_AS_PARENT"),
        ("ja", "会員登録、本人認証及び登録情報の管理のため。", "TEXT_AS_ANOTHER"),
        ("en", "For our business activities", "TEXT_VAGUE"),
        ("en", "To be used for marketing activities", "TEXT_VAGUE"),
        ("en", "To improve the service", "TEXT_VAGUE"),
        ("en", "To provide recruitment information", "TEXT_VAGUE"),
        ("en", "To enhance your customer experience", "TEXT_VAGUE"),
        ("en", "For e-mail", "TEXT_SHORT"),
        ("en", "PROMOTION.", "TEXT_AS_PARENT"),
        ("en", "to register you as a member, confirm that it is you, and keep the details you entered", "TEXT_AS_ANOTHER"),
    ],
)  # fmt: skip
def test_a_text_too_vague_to_announce_is_found(column: str, text: str, code: str) -> None:
    (found,) = findings(cell("purposes", "promotion.newsletter", column, text))
    assert (found.code, found.key, found.column) == (code, "promotion.newsletter", column)
    assert found.severity is Severity.WRONG


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("ja", "求人に関するメールを送信するため"),
        ("ja", "会員登録時に入力された内容を、会員企業へ提供するため"),
        (
            "ja",
            "事業における商品の発送、関連するアフターサービス、新商品・サービスに関する情報のお知らせのため",
        ),
        ("ja", "不正ログインを検知し、遮断するため"),
        ("en", "To send e-mail about job offers"),
        ("en", "To provide the details you entered at registration to our member companies"),
        ("en", "To detect and block fraudulent sign-ins"),
    ],
)
def test_a_text_that_the_guidelines_accept_is_taken(column: str, text: str) -> None:
    assert told(cell("purposes", "promotion.newsletter", column, text)) == []


def test_the_heading_of_purposes_need_not_be_announced() -> None:
    assert (
        told(cell("purposes", "promotion", "ja", "活動"), cell("purposes", "promotion", "en", "Marketing"))
        == []
    )


def test_a_failing_row_of_the_decision_table_is_told_in_words() -> None:
    found = report(cell("rules", "application-contact", "needs", "noticed+consented+hired"), decisions=True)
    failing = [each for each in found.findings if each.code == "DECISION_FAILS"]
    assert failing
    first = failing[0]
    assert (
        "expects `allow` by `application-contact`, and the answer is `deny` by no rule: the rule "
        in first.what
    )
    assert "the person was hired" in first.what
    assert "採用されている" in first.what_ja
    assert (first.table, first.column) == ("decisions", "expected")
    table = edition().tables()["decisions"]
    assert " ".join(table[first.row - FIRST_ROW][2:8]) == first.key


def test_a_row_about_a_field_that_is_not_there_fails_and_says_so() -> None:
    asked = row("decisions", ja="甲", en="a", role="employer", action="read", purpose="service.application",
                field="User.shoeSize", recipient="employer", facts="-", expected="allow", rule="account")  # fmt: skip
    (found,) = findings(asked)
    assert found.code == "DECISION_FAILS"
    assert "the field `User.shoeSize` is unknown" in found.what


@pytest.mark.parametrize(
    ("column", "written", "en", "ja"),
    [
        (
            "role",
            "emploer",
            "did you mean `employer` by the role `emploer`?",
            "「role」の`emploer`は、`employer`のことですか",
        ),
        (
            "purpose",
            "service.aplication",
            "did you mean `service.application` by",
            "`service.application`のことですか",
        ),
        ("recipient", "zzz", "the recipient `zzz` is unknown", "「recipient」の`zzz`は登録されていません"),
        ("action", "", "the column `action` is empty", "「action」が空欄です"),
    ],
)
def test_a_row_that_fails_for_a_misspelt_name_says_which(column: str, written: str, en: str, ja: str) -> None:
    names = {"role": "employer", "action": "read", "purpose": "service.application", "recipient": "employer"}
    cells = names | {column: written}
    asked = row(
        "decisions", ja="甲", en="a", field="User.email", facts="-", expected="allow", rule="account", **cells
    )
    (found,) = findings(asked)
    assert (found.code, en in found.what, ja in found.what_ja) == ("DECISION_FAILS", True, True), found.text(
        "ja"
    )


def test_what_no_longer_depends_on_a_refused_row_is_told_beside_it() -> None:
    found = report(
        cell("rules", "account", "purpose", "service.acount"),
        rule("twin", *MATCHING, "band"),
        cell("purposes", "promotion.newsletter", "ja", "サービス向上のため"),
        without("guards", "Query.recipients"),
    )
    assert {each.code for each in found.findings} == {
        "NAME_UNKNOWN",
        "DUPLICATE",
        "TEXT_VAGUE",
        "GUARD_MISSING",
    }
    assert (found.loads, found.whole, found.edition) == (False, False, "")


def test_the_check_says_nothing_that_follows_from_a_refused_row_alone() -> None:
    found = report(cell("rules", "requests", "eft", "alow"), decisions=True)
    assert [each.code for each in found.findings] == ["EFFECT_UNKNOWN"]
    found = report(cell("categories", "contact", "parent", "particular"), decisions=True)
    assert {each.code for each in found.findings} == {"PARENT_UNKNOWN"}


@pytest.mark.parametrize(
    ("table", "above", "tree"),
    [
        ("categories", "parent", edition().categories),
        ("roles", "wider", edition().roles),
        ("groups", "wider", edition().groups),
    ],
    ids=["categories", "roles", "groups"],
)
def test_a_circle_is_told_and_nothing_that_follows_from_it(table: str, above: str, tree: Tree) -> None:
    for name in tree:
        *_, lowest = tree.within(name)
        circling = report(cell(table, name, above, lowest), decisions=True).findings
        assert {each.code for each in circling} == {"CIRCLE"}, (name, lowest)
        ways = [dict(each.told)["way"].split(" → ") for each in circling]
        assert all({name, lowest} <= set(way) for way in ways)
        assert len({frozenset(way) for way in ways}) == len(ways)
        assert circling[0].row == min(each.row for each in circling)


def test_what_is_wrong_beside_a_circle_is_told_too() -> None:
    found = report(
        cell("categories", "profile", "parent", "contact"),
        cell("guards", "Query.me", "category", "own-dor"),
        cell("rules", "account", "purpose", "service.acount"),
    ).findings
    assert {each.code for each in found} == {"CIRCLE", "CATEGORY_UNKNOWN", "NAME_UNKNOWN"}


def test_findings_stand_in_the_order_of_tables_and_rows() -> None:
    found = report(
        rule("twin", *MATCHING, "band"),
        rule("part", "frontend", "service.account", "contact"),
        cell("purposes", "promotion.newsletter", "ja", "サービス向上のため"),
        cell("purposes", "service.matching", "en", "To improve the service"),
        without("guards", "Query.recipients"),
    ).findings
    assert [each.code for each in found] == [
        "TEXT_VAGUE",
        "TEXT_VAGUE",
        "GUARD_MISSING",
        "DUPLICATE",
        "SHADOWED",
    ]
    assert [each.row for each in found if each.table == "purposes"] == sorted(
        each.row for each in found if each.table == "purposes"
    )


def test_the_id_of_a_finding_stays_where_rows_move() -> None:
    planted = rule("part", "frontend", "service.account", "contact")
    (before,) = findings(planted)
    (after,) = findings(planted, lambda tables: tables["rules"].reverse())
    assert before.id == after.id == "SHADOWED:rules:part:rule"
    assert before.row != after.row


def test_a_report_passes_to_another_process_as_it_is() -> None:
    found = report(rule("part", "frontend", "service.account", "contact"), decisions=True)
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - made here


def test_the_work_is_done_in_slices_that_tell_how_far_it_is() -> None:
    seen: list[tuple[int, int]] = []
    tables = drafted(decisions=True)
    check(tables, edition().model, today=TODAY, progress=lambda done, total: seen.append((done, total)))
    total = len(tables["rules"]) + len(tables["decisions"])
    assert seen[:2] == [(0, total), (0, total)]
    assert seen[-1] == (total, total)
    assert seen == sorted(seen)
    assert len(seen) > 4
    work = steps(tables, edition().model, today=TODAY)
    next(work)
    work.close()


def test_only_what_may_be_accepted_is_let_through_by_its_id() -> None:
    found = report(
        rule("part", "frontend", "service.account", "contact"),
        cell("fields", "User.phone", "category", "unsorted"),
    )
    ids = [each.id for each in found.findings]
    assert len(ids) == 2
    assert [each.code for each in found.standing_in_the_way(ids)] == ["SHADOWED"]
    assert found.standing_in_the_way() == found.findings


def test_every_sentence_is_used_and_every_code_has_one() -> None:
    used = {
        node.value
        for room in (policies, models.editions)
        for module in Path(room.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(SENTENCES) - used == set()
    called = {
        argument.value
        for module in Path(policies.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for argument in node.args[:2]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        if re.fullmatch("[A-Z]+_[A-Z_]+", argument.value)
    }
    assert called - set(SENTENCES) == set()


def test_a_draft_that_has_nothing_refused_is_the_edition_that_loads() -> None:
    tables = drafted(decisions=True)
    assert report(decisions=True).edition == Edition.from_tables(tables, edition().model).id


def test_no_code_has_two_sentences() -> None:
    path = Path(policies.__path__[0]) / "check" / "sentences.csv"
    with path.open(encoding="utf-8", newline="") as file:
        codes = [each["code"] for each in csv.DictReader(file)]
    assert [code for code in codes if codes.count(code) > 1] == []
    assert codes == list(SENTENCES)
