"""What a policy is refused for at load: every mistake at once, each with its place and a remedy."""

import pickle
import shutil
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest

from policies.edition import HERE, MODEL, Edition, PolicyError, shipped
from policies.mistake import Mistake
from policies.table import COLUMNS, FIELDS, FIRST_ROW, Sheets
from tests.policies.world import declared, edition

Change = Callable[[Sheets], object]


def mistakes_of(change: Change, fields: dict[str, str] | None = None) -> tuple[Mistake, ...]:
    sheets = deepcopy(edition().sheets())
    change(sheets)
    with pytest.raises(PolicyError) as refusal:
        Edition.of(sheets, edition().model, declared() | (fields or {}))
    return refusal.value.mistakes


def cell(table: str, name: str, column: str, text: str) -> Change:
    """Writes a text in the row that begins with a name."""

    def write(sheets: Sheets) -> None:
        row = next(row for row in sheets[table] if row[0] == name)
        row[COLUMNS[table].index(column)] = text

    return write


def place(table: str, name: str) -> int:
    return FIRST_ROW + [row[0] for row in edition().sheets()[table]].index(name)


@pytest.mark.parametrize(
    ("table", "name", "column", "text", "what"),
    [
        ("rules", "account", "eft", "denny", "`denny` is neither `allow` nor `deny`"),
        ("rules", "account", "eft", "Deny", "`Deny` is neither `allow` nor `deny`"),
        ("rules", "account", "role", "clerk", "`clerk` is unknown"),
        ("rules", "account", "action", "peek", "`peek` is unknown"),
        ("rules", "account", "purpose", "service.acount", "`service.acount` is unknown"),
        ("rules", "account", "field", "profil", "`profil` is unknown"),
        ("rules", "account", "field", "User.shoeSize", "`User.shoeSize` is unknown"),
        ("rules", "account", "recipient", "employer-a", "`employer-a` is unknown"),
        ("rules", "account", "recipient", "", "the cell is empty"),
        ("rules", "account", "needs", "", "the needs are empty"),
        ("rules", "account", "needs", "notised", "`notised` is no fact"),
        ("rules", "account", "needs", "noticed+", "`` is no fact"),
        ("rules", "account", "needs", "noticed+noticed", "a fact stands here twice"),
        ("rules", "account", "needs", "!held", "so that not knowing would permit"),
        ("rules", "account", "purpose", "none", "`profile` holds personal data"),
        ("rules", "register-open", "field", "any", "`any` holds personal data"),
        ("rules", "register-open", "field", "everything", "`everything` holds personal data"),
        ("rules", "register-open", "field", "User.id", "`User.id` holds personal data"),
        ("rules", "account", "clause", "", "the cell is empty"),
        ("rules", "account", "note_ja", " ", "the cell is empty"),
        ("rules", "account", "note_en", "", "the cell is empty"),
        ("rules", "account", "rule", "any", "`any` is a reserved word"),
        ("rules", "account", "rule", "the account", "`the account` is no name"),
        ("roles", "employer", "wider", "readers", "`employer` must be under `others`"),
        ("roles", "user", "wider", "others", "`user` must not be under `others`"),
        ("roles", "employer", "wider", "others+crowd", "`crowd` is unknown"),
        ("roles", "others", "wider", "staff", "is above itself"),
        ("roles", "employer", "kind", "wider", "`employer` is a role of the gateway"),
        ("roles", "readers", "kind", "role", "`readers` is no role of the gateway"),
        ("roles", "employer", "ja", "", "the cell is empty"),
        ("purposes", "service.account", "parent", "promotion", "`service.account` lies outside `promotion`"),
        ("purposes", "service.account", "parent", "", "the cell is empty"),
        ("purposes", "service.account", "parent", "service.billing", "is no abstract purpose"),
        ("purposes", "service.account", "within", "service", "`service` is no other leaf purpose"),
        ("purposes", "service.account", "within", "service.account", "is no other leaf purpose"),
        ("purposes", "service.account", "within", "service.eligibility", "is itself within another"),
        ("purposes", "service.account", "number", "1", "1 is taken"),
        ("purposes", "service.account", "number", "63", "63 is above 62"),
        ("purposes", "service.account", "number", "99999999", "99999999 is above 62"),
        ("purposes", "service.account", "number", "-1", "`-1` is no number"),
        ("purposes", "service.account", "number", "first", "`first` is no number"),
        ("purposes", "service.account", "announced_on", "29/5/2019", "`29/5/2019` is no date"),
        ("purposes", "service.account", "ja", "", "the cell is empty"),
        ("purposes", "service", "parent", "compliance", "`service` is abstract and can have none"),
        ("purposes", "service", "announced_on", "2019-05-29", "`service` is abstract and can have none"),
        ("categories", "contact", "parent", "particular", "`particular` is unknown"),
        ("categories", "contact", "parent", "", "`contact` is a second root"),
        ("categories", "contact", "parent", "contact", "`contact` is above itself"),
        ("categories", "contact", "parent", "profile+card", "`contact` has several parents"),
        ("categories", "person", "parent", "contact", "is above itself"),
        ("categories", "form-text", "child", "form-texts", "the category `form-text` is missing"),
        ("categories", "card", "parent", "operation", "which is no category of personal data"),
        ("guards", "Query.users", "category", "gates", "`gates` is no category"),
        ("guards", "Query.users", "field", "users", "`users` is no name"),
        ("groups", "employer", "wider", "third", "`third` is unknown"),
        ("groups", "third_party", "wider", "employer", "is above itself"),
        ("groups", "internal", "itself", "si", "`si` is not allowed here"),
        ("questions", "nightShift", "category", "forms", "`forms` is no category"),
        ("questions", "nightShift", "category", "registers", "`registers` holds no personal data"),
        ("questions", "nightShift", "kind", "guess", "`guess` is not allowed here"),
        ("questions", "nightShift", "choices", "", "the choices are missing"),
        ("questions", "nightShift", "choices", "YES|YES|NO", "or one stands twice"),
        ("questions", "nightShift", "choices_ja", "可|不可", "differ in number"),
        ("questions", "nightShift", "label_en", "", "the cell is empty"),
        ("questions", "nightShift", "key", "night.shift", "`night.shift` is no name"),
        ("questions", "availableFrom", "choices", "TODAY", "this kind has no choices"),
        ("questions", "workExperienceYears", "choices", "60|0", "no least and greatest number"),
        ("questions", "workExperienceYears", "choices", "60", "no least and greatest number"),
        ("questions", "workExperienceYears", "choices_ja", "零|六十", "no least and greatest number"),
        ("questions", "selfIntroduction", "category", "form", "it would be read before it is screened"),
        ("questions", "nightShift", "required", "si", "`si` is not allowed here"),
        ("questions", "nightShift", "asked_from", "22/11/2026", "`22/11/2026` is no day"),
        ("questions", "nightShift", "asked_from", "2026-02-30", "`2026-02-30` is no day"),
        ("questions", "nightShift", "asked_from", "20261122", "`20261122` is no day"),
        ("questions", "nightShift", "asked_until", "2026-W47-7", "`2026-W47-7` is no day"),
        ("questions", "nightShift", "asked_until", "令和8年11月22日", "is no day"),
        ("questions", "nightShift", "key", "placeOfBirth", "Employment Security Act, Article 5-5"),
        ("questions", "nightShift", "key", "unionMembership", "1999 Notice 141"),
        ("questions", "nightShift", "key", "cardImage", "My Number Act, Article 20"),
        ("questions", "nightShift", "key", "myNumber", "My Number Act, Articles 15 and 20"),
        ("questions", "nightShift", "key", "medicalHistory", "APPI, Articles 2(3) and 20(2)"),
        ("questions", "nightShift", "label_en", "Your place of birth", "Employment Security Act"),
        ("questions", "nightShift", "label_ja", "本籍", "Employment Security Act"),
        ("questions", "nightShift", "label_ja", "本籍はどこですか", "Employment Security Act"),
        ("questions", "nightShift", "label_ja", "労働組合に入っていますか", "1999 Notice 141"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_place(
    table: str, name: str, column: str, text: str, what: str
) -> None:
    mistakes = mistakes_of(cell(table, name, column, text))
    found = [mistake for mistake in mistakes if what in mistake.what]
    assert found, mistakes
    assert all(mistake.remedy for mistake in mistakes)


def test_the_greatest_number_of_a_purpose_fits_what_people_were_shown() -> None:
    sheets = deepcopy(edition().sheets())
    cell("purposes", "service.account", "number", "62")(sheets)
    made = Edition.of(sheets, edition().model, declared())
    assert (1 << made.purposes["service.account"].number) < 1 << 63


def text_opened(category: str, **cells: str) -> Change:
    """A question in free text in this category, and a rule that opens it."""
    asked = {
        "key": "wish",
        "kind": "short-text",
        "category": category,
        "label_ja": "希望",
        "label_en": "Wish",
    }
    rule = {
        "rule": "wish-open",
        "eft": "allow",
        "role": "employer",
        "action": "read",
        "purpose": "service.application",
        "field": "User.answers.wish",
        "recipient": "employer",
        "needs": "noticed+consented",
        "clause": "7",
        "note_ja": "希望",
        "note_en": "wish",
        **cells,
    }

    def write(sheets: Sheets) -> None:
        for table, row in (("questions", asked), ("rules", rule)):
            sheets[table].append([row.get(column, "") for column in COLUMNS[table]])

    return write


@pytest.mark.parametrize("kind", ["short-text", "long-text"])
@pytest.mark.parametrize("category", ["unsorted", "form-text"])
@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"needs": "-"},
        {"field": "category"},
        {"field": "record"},
        {"field": "any"},
        {"action": "any"},
        {"role": "any", "recipient": "any"},
        {"role": "entrustee", "recipient": "entrustee"},
        {"recipient": "third_party"},
    ],
    ids=str,
)
def test_free_text_in_any_category_goes_outside_only_screened(
    category: str, kind: str, cells: dict[str, str]
) -> None:
    cells = {**cells, **({"field": category} if cells.get("field") == "category" else {})}
    opened = text_opened(category, **cells)

    def change(sheets: Sheets) -> None:
        opened(sheets)
        sheets["questions"][-1][COLUMNS["questions"].index("kind")] = kind

    (mistake,) = mistakes_of(change)
    assert (mistake.file, mistake.column) == ("rules.csv", "needs")
    assert mistake.row == FIRST_ROW + len(edition().rules)
    assert "a free text, outside the company before it is screened" in mistake.what
    assert mistake.remedy == "add `+screened`, or name a narrower field"


@pytest.mark.parametrize(
    "cells",
    [
        {"needs": "noticed+consented+screened"},
        {"role": "frontend", "recipient": "internal", "needs": "noticed"},
        {"role": "privacy_officer", "recipient": "first_party", "needs": "-"},
        {"eft": "deny"},
        {"action": "collect"},
    ],
    ids=str,
)
def test_free_text_may_be_opened_screened_or_within_the_company(cells: dict[str, str]) -> None:
    sheets = deepcopy(edition().sheets())
    text_opened("unsorted", **cells)(sheets)
    assert Edition.of(sheets, edition().model, declared()).rule("wish-open") is not None


def test_a_mistake_tells_file_row_column_and_remedy_in_one_sentence() -> None:
    (mistake,) = mistakes_of(cell("rules", "account", "eft", "denny"))
    assert (mistake.file, mistake.row, mistake.column) == ("rules.csv", place("rules", "account"), "eft")
    assert str(mistake) == (
        f"`rules.csv` row {mistake.row}, column `eft`: `denny` is neither `allow` nor `deny`; did you mean `deny`?"
    )
    assert mistake.text("ja") == (
        f"`rules.csv` {mistake.row}行目「eft」：`denny`は`allow`でも`deny`でもありません。`deny`のことですか。"
    )
    assert (mistake.code, mistake.key, mistake.severity) == ("EFFECT_UNKNOWN", "account", "REFUSED")
    assert mistake.id == "EFFECT_UNKNOWN:rules:account:eft"


@pytest.mark.parametrize(
    ("table", "name", "column", "text", "near"),
    [
        ("rules", "account", "purpose", "service.acount", "service.account"),
        ("rules", "account", "role", "fronted", "frontend"),
        ("rules", "account", "field", "User.adress.city", "User.address.city"),
        ("rules", "account", "field", "profil", "profile"),
        ("rules", "account", "recipient", "internel", "internal"),
        ("rules", "account", "needs", "notised", "noticed"),
        ("categories", "contact", "parent", "particular", "particulars"),
        ("groups", "employer", "wider", "third_pary", "third_party"),
        ("guards", "Query.users", "category", "shared-dor", "shared-door"),
        ("purposes", "service.account", "parent", "servise", "service"),
        ("purposes", "service.eligibility", "within", "service.aplication", "service.application"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_known(
    table: str, name: str, column: str, text: str, near: str
) -> None:
    found = [each for each in mistakes_of(cell(table, name, column, text)) if each.near]
    assert found[0].near[0] == near
    assert f"`{near}`" in found[0].remedy
    assert f"`{near}`" in found[0].remedy_ja


def test_a_name_like_no_other_is_told_where_names_are_found() -> None:
    mistakes = mistakes_of(cell("rules", "account", "purpose", "zzz"))
    assert [each.remedy for each in mistakes] == ["name a known purpose, or `any`"]


def test_a_circle_is_told_with_its_way() -> None:
    mistakes = mistakes_of(cell("categories", "particulars", "parent", "contact"))
    told = {each.key: each.what for each in mistakes if each.code == "CIRCLE"}
    assert told == {"particulars": "`particulars` is above itself: particulars → contact → particulars"}


def test_a_mistake_and_its_error_pass_to_another_process_as_they_are() -> None:
    mistakes = mistakes_of(cell("rules", "account", "eft", "denny"))
    again = pickle.loads(pickle.dumps(PolicyError(mistakes)))  # noqa: S301 - made here
    assert again.mistakes == mistakes
    assert str(again) == str(PolicyError(mistakes))


def test_a_short_row_is_refused() -> None:
    (mistake,) = mistakes_of(lambda sheets: sheets["rules"][4].pop())
    assert (mistake.row, mistake.what) == (FIRST_ROW + 4, "the row has 10 of 11 cells")


def test_a_long_row_is_refused() -> None:
    (mistake,) = mistakes_of(lambda sheets: sheets["rules"][4].append("more"))
    assert mistake.what == "the row has 12 of 11 cells"


@pytest.mark.parametrize("table", [table for table in COLUMNS if table not in {"guards", FIELDS}])
def test_a_name_given_twice_is_refused(table: str) -> None:
    mistakes = mistakes_of(lambda sheets: sheets[table].append(list(sheets[table][-1])))
    assert any("stands here twice" in mistake.what for mistake in mistakes)


def test_a_field_listed_twice_is_refused() -> None:
    tables = edition().tables()
    tables[FIELDS].append(["User.email", "person"])
    with pytest.raises(PolicyError, match=r"`User\.email` stands here twice"):
        Edition.from_tables(tables, edition().model)


def test_a_field_twice_guarded_is_refused() -> None:
    mistakes = mistakes_of(lambda sheets: sheets["guards"].append(list(sheets["guards"][0])))
    assert [mistake.what for mistake in mistakes] == ["`Query.user` stands here twice"]


@pytest.mark.parametrize("category", ["", "shoe", "registers", "operation"])
def test_a_field_of_personal_data_outside_personal_data_is_refused(category: str) -> None:
    (mistake,) = mistakes_of(lambda _: None, {"User.shoeSize": category})
    assert (mistake.file, mistake.column, mistake.key) == ("fields", "category", "User.shoeSize")
    assert "no category of personal data" in mistake.what


@pytest.mark.parametrize("path", ["Query.users", "User.answers.nightShift", "shoeSize"])
def test_a_field_of_personal_data_with_a_taken_or_malformed_path_is_refused(path: str) -> None:
    assert [each.what for each in mistakes_of(lambda _: None, {path: "contact"})] == [
        f"`{path}` is no path, or taken"
    ]


def test_a_missing_role_is_refused() -> None:
    mistakes = mistakes_of(lambda sheets: sheets["roles"].pop())
    assert [mistake.what for mistake in mistakes] == ["the role `auditor` is missing"]


def test_a_tree_deeper_than_casbin_follows_is_refused() -> None:
    def deepen(sheets: Sheets) -> None:
        for depth in range(8):
            above = f"deep{depth - 1}" if depth else "contact"
            sheets["categories"].append([f"deep{depth}", above, "深", "deep"])

    mistakes = mistakes_of(deepen)
    assert all("lies more than 8 names deep" in mistake.what for mistake in mistakes)
    assert [mistake.what.split("`")[1] for mistake in mistakes] == [
        "deep2",
        "deep3",
        "deep4",
        "deep5",
        "deep6",
        "deep7",
    ]


def test_all_mistakes_are_told_at_once() -> None:
    def spoil(sheets: Sheets) -> None:
        cell("rules", "account", "eft", "denny")(sheets)
        cell("rules", "erased", "needs", "")(sheets)
        cell("roles", "employer", "wider", "readers")(sheets)
        cell("purposes", "service.account", "number", "1")(sheets)
        cell("guards", "Query.users", "category", "gates")(sheets)

    assert {mistake.file for mistake in mistakes_of(spoil)} == {
        "rules.csv",
        "roles.csv",
        "purposes.csv",
        "guards.csv",
    }


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("&& !some(where (p.eft == deny))", "", "e"),
        ("&& met(r.standing, p.needs)", "", "m"),
        ('p.role == "any" || ', "", "m"),
        ("g4 = _, _\n", "", "g4"),
        ("recipient, standing", "recipient", "r"),
        ("rule, eft, role", "eft, role", "p"),
    ],
)
def test_a_model_of_another_shape_is_refused(old: str, new: str, name: str) -> None:
    with pytest.raises(PolicyError) as refusal:
        Edition.of(edition().sheets(), edition().model.replace(old, new), declared())
    assert [(each.file, each.column) for each in refusal.value.mistakes] == [("casbin_model.conf", name)]


def test_a_model_with_a_second_matcher_is_refused() -> None:
    with pytest.raises(PolicyError, match="`m2` is one definition too many"):
        Edition.of(edition().sheets(), edition().model + "m2 = true\n", declared())


def test_an_edition_comes_back_from_its_canonical_form() -> None:
    again = Edition.from_canonical(edition().canonical())
    assert again == edition()
    assert again.id == edition().id
    assert len(again.id) == 64


def test_any_change_gives_another_id() -> None:
    sheets = edition().sheets()
    cell("rules", "account", "note_en", "Another note")(sheets)
    assert Edition.of(sheets, edition().model, declared()).id != edition().id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"sheets":{}}',
        '{"sheets":[],"model":"","fields":{}}',
        '{"sheets":{"rules":{}},"model":"","fields":{}}',
        '{"sheets":{"rules":["row"]},"model":"","fields":{}}',
        '{"sheets":{"rules":[[1]]},"model":"","fields":{}}',
        '{"sheets":{},"model":"","fields":{"User.id":1}}',
    ],
)
def test_a_text_that_is_no_edition_is_refused(text: str) -> None:
    with pytest.raises(PolicyError, match="the text is not that of an edition"):
        Edition.from_canonical(text)


def test_an_edition_without_tables_is_refused() -> None:
    with pytest.raises(PolicyError, match="the role `user` is missing"):
        Edition.of({}, edition().model, {})


def test_a_file_with_another_header_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    shutil.copy(HERE.parent / MODEL, tmp_path)
    for table in (each for each in COLUMNS if each != FIELDS):
        shutil.copy(HERE / f"{table}.csv", folder)
    assert shipped(declared(), folder) == edition()
    rules = folder / "rules.csv"
    rules.write_text(rules.read_text("utf-8").replace("rule,eft", "eft,rule", 1), "utf-8")
    with pytest.raises(PolicyError, match=r"`rules.csv` row 1: the header is not that of this table"):
        shipped(declared(), folder)


def test_a_question_whose_last_day_is_before_its_first_is_refused() -> None:
    def write(sheets: Sheets) -> None:
        cell("questions", "nightShift", "asked_from", "2026-11-22")(sheets)
        cell("questions", "nightShift", "asked_until", "2026-11-21")(sheets)

    (mistake,) = mistakes_of(write)
    assert (mistake.column, mistake.what) == ("asked_until", "it is before `asked_from`")


def test_a_question_of_one_day_is_taken() -> None:
    sheets = deepcopy(edition().sheets())
    for column in ("asked_from", "asked_until"):
        cell("questions", "nightShift", column, "2026-11-22")(sheets)
    found = Edition.of(sheets, edition().model, declared()).questions["nightShift"]
    assert [found.asked_on(date(2026, 11, day)) for day in (21, 22, 23)] == [False, True, False]


def test_a_field_that_may_not_be_collected_is_refused_with_the_law() -> None:
    (mistake,) = mistakes_of(lambda _: None, {"User.placeOfBirth": "unsorted"})
    assert "Employment Security Act, Article 5-5" in mistake.what


@pytest.mark.parametrize(
    ("table", "column", "en", "ja"),
    [
        (
            "rules",
            "role",
            "the cell is empty; name a known role, or `any`",
            "空欄です。登録済みの名前か`any`を書いてください。",
        ),
        (
            "rules",
            "eft",
            "the cell is empty; write `allow` or `deny`",
            "空欄です。`allow`か`deny`を書いてください。",
        ),
        ("rules", "needs", "the needs are empty; write facts, or `-` for none", "条件が空欄です。"),
        ("rules", "rule", "the cell is empty; write a name of letters and digits", "空欄です。英数字を"),
        (
            "purposes",
            "number",
            "the cell is empty; write the next unused number",
            "空欄です。未使用の次の番号",
        ),
        (
            "guards",
            "category",
            "the cell is empty; name one of `categories.csv`",
            "空欄です。`categories.csv`にある区分",
        ),
        ("questions", "kind", "the cell is empty; write `choice` or", "空欄です。`choice`か"),
        (
            "decisions",
            "expected",
            "the cell is empty; write `allow` or `deny`",
            "空欄です。`allow`か`deny`を",
        ),
    ],
)
def test_an_empty_cell_tells_row_column_and_what_may_stand_there(
    table: str, column: str, en: str, ja: str
) -> None:
    def empty(sheets: Sheets) -> None:
        sheets[table][0][COLUMNS[table].index(column)] = ""

    mistakes = mistakes_of(empty)
    told = next(
        each for each in mistakes if (each.table, each.row, each.column) == (table, FIRST_ROW, column)
    )
    assert str(told).startswith(f"`{table}.csv` row 2, column `{column}`: {en}")
    assert told.text("ja").startswith(f"`{table}.csv` 2行目「{column}」：{ja}")
