import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from api.cli.declared import FIELDS, GUARDS
from api.cli.findings import MOST, findings_json, tell
from api.cli.main import FAULTS
from api.cli.told import Language
from api.schema.build import build_schema, core
from api.schema.guarded import needed_guards
from models.catalogue import CATEGORIES, catalogue
from policies.edition import HERE, MODEL, shipped
from policies.mistake import mistake
from tests.cli.conftest import Mokuteki, change


def place(file: Path, begins: str) -> int:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(begins))


def test_the_shipped_rules_are_checked_in_silence(mokuteki: Mokuteki) -> None:
    assert mokuteki("policy", "check") == (0, "", "")


def test_the_shipped_rules_are_counted_and_named_when_asked(mokuteki: Mokuteki) -> None:
    ran = mokuteki("policy", "check", "--verbose")
    assert (ran.code, ran.err) == (0, "")
    edition = shipped(CATEGORIES)
    personal = len(catalogue(edition))
    told = f"{personal} fields of personal data ({len(edition.questions)} answers of the form among them)"
    guards = f"{len(edition.guards)} guards of queries and mutations"
    assert f"{len(edition.rules)} rules, 12 purposes" in ran.out
    assert f", {told}, {guards}: no mistakes" in ran.out
    assert personal + len(edition.guards) == len(edition.fields)
    assert edition.id in ran.out


def test_another_folder_is_checked_with_the_model_beside_it(mokuteki: Mokuteki, draft: Path) -> None:
    assert mokuteki("policy", "check", str(draft)) == (0, "", "")
    change(draft.parent / "casbin_model.conf", "!some", "some")
    ran = mokuteki("policy", "check", str(draft))
    assert ran.code == 1
    assert ran.err.startswith(
        f"the folder has no model, so `{draft.parent / 'casbin_model.conf'}` beside it is taken: put another into the"
        " folder if you mean one\n`casbin_model.conf`, column `e`: `e` is not as the judge needs it; write "
    )
    told = mokuteki("policy", "check", str(draft), "--language", "ja").err
    assert told.startswith("このフォルダにモデルがないため、隣の")
    (draft / "casbin_model.conf").write_text((HERE.parent / MODEL).read_text("utf-8"), encoding="utf-8")
    assert mokuteki("policy", "check", str(draft)) == (0, "", "")


def test_no_cell_has_a_say_over_the_terminal(mokuteki: Mokuteki, draft: Path) -> None:
    """Cells with colours, a line of their own, another direction, and the opening of an answer to the terminal."""
    spoilt = '"emplo\x1b[2Kyer\nall is well\u202e\x9b6n"'
    change(draft / "rules.csv", "application-contact,allow,employer,", f"application-contact,allow,{spoilt},")
    told = mokuteki("policy", "check", str(draft)).err
    assert "column `role`: it holds U+001B, U+202E, U+009B, which nobody sees" in told
    assert "`emplo[2Kyer\\nall is well6n` is unknown" in told
    assert all(line.isprintable() for line in told.splitlines())
    assert mokuteki("policy", "test", str(draft)).err.count("\x1b") == 0


@pytest.mark.parametrize("name", ["rules.csv", "decisions.csv", "casbin_model.conf"])
def test_nobody_waits_for_a_pipe(mokuteki: Mokuteki, draft: Path, name: str) -> None:
    (draft / name).unlink(missing_ok=True)
    os.mkfifo(draft / name)
    ran = mokuteki("policy", "check", str(draft))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines() == [
        f"`{name}`: this is a folder, a pipe or a device, and no file; put a plain file in its place",
        "mokuteki: 1 mistake in the rules: correct what is told, and check again for what depends on it",
    ]


def test_a_file_without_an_end_is_not_read(mokuteki: Mokuteki, draft: Path) -> None:
    for name in ("rules.csv", "roles.csv"):
        (draft / name).unlink()
    (draft / "rules.csv").symlink_to("/dev/zero")
    with (draft / "roles.csv").open("wb") as file:
        file.truncate(2**40)
    told = mokuteki("policy", "check", str(draft), "--language", "ja").err
    assert "`rules.csv`：通常のファイルではありません（フォルダ、パイプ、デバイスなど）。" in told
    assert "`roles.csv`：ファイルが64 MBを超えています。正しいファイルか確かめてください。" in told


def test_every_mistake_is_told_with_its_place_and_remedy(mokuteki: Mokuteki, draft: Path) -> None:
    change(draft / "rules.csv", "application-contact,allow,", "application-contact,alow,")
    change(
        draft / "rules.csv",
        "eligibility-terms,allow,employer,read,service.eligibility",
        "eligibility-terms,allow,employer,read,service.eligiblity",
    )
    change(draft / "categories.csv", "masked,profile,", "masked,profil,")
    change(draft / "purposes.csv", "新着求人のメールマガジンを送信するため", "サービス向上のため")
    ran = mokuteki("policy", "check", str(draft))
    assert (ran.code, ran.out) == (1, "")
    rows = [
        f"`purposes.csv` row {place(draft / 'purposes.csv', 'promotion.newsletter,')}, column `ja`: “サービス向上のため” is too vague",
        f"`categories.csv` row {place(draft / 'categories.csv', 'masked,')}, column `parent`: `profil` is unknown; did you mean `profile`?",
        f"`rules.csv` row {place(draft / 'rules.csv', 'application-contact,')}, column `eft`: `alow` is neither `allow` nor `deny`; did you mean `allow`?",
        f"`rules.csv` row {place(draft / 'rules.csv', 'eligibility-terms,')}, column `purpose`: `service.eligiblity` is unknown; did you mean `service.eligibility`?",
    ]
    told = [line for line in ran.err.splitlines()[:-1] if any(line.startswith(row) for row in rows)]
    assert len(told) == len(rows)
    assert [line.split(",")[0] for line in told] == [row.split(",")[0] for row in rows]
    assert all("; " in line for line in ran.err.splitlines()[:-1])
    count = len(ran.err.splitlines()) - 1
    assert ran.err.splitlines()[-1] == (
        f"mokuteki: {count} mistakes in the rules: correct what is told, and check again for what depends on it"
    )


def test_mistakes_are_told_in_japanese(mokuteki: Mokuteki, draft: Path) -> None:
    change(draft / "rules.csv", "application-contact,allow,", "application-contact,alow,")
    ran = mokuteki("policy", "check", str(draft), "--language", "ja")
    assert ran.code == 1
    row = place(draft / "rules.csv", "application-contact,")
    assert ran.err.splitlines() == [
        f"`rules.csv` {row}行目「eft」：`alow`は`allow`でも`deny`でもありません。`allow`のことですか。",
        "mokuteki: 規則に1件の誤りがあります。示した箇所を直して、もう一度点検してください",
    ]


def test_tools_are_told_as_json(mokuteki: Mokuteki, draft: Path) -> None:
    assert json.loads(mokuteki("policy", "check", "--json").out) == {
        "edition": shipped(CATEGORIES).id,
        "whole": True,
        "findings": [],
        "more": 0,
    }
    change(draft / "rules.csv", "application-contact,allow,", "application-contact,alow,")
    ran = mokuteki("policy", "check", str(draft), "--json")
    assert ran.code == 1
    (found,) = json.loads(ran.out)["findings"]
    assert (found["id"], found["severity"]) == ("EFFECT_UNKNOWN:rules:application-contact:eft", "REFUSED")
    assert (found["file"], found["column"], found["near"]) == ("rules.csv", "eft", ["allow"])
    assert found["row"] == place(draft / "rules.csv", "application-contact,")
    assert "does not" not in found["en"] + found["ja"]


def test_blank_lines_are_nothing_and_are_counted(mokuteki: Mokuteki, draft: Path) -> None:
    rules = draft / "rules.csv"
    change(rules, "application-contact,allow,", "\n" * 100_000 + "application-contact,allow,")
    assert mokuteki("policy", "check", str(draft)) == (0, "", "")
    change(rules, "application-contact,allow,", "application-contact,alow,")
    row = place(rules, "application-contact,")
    assert row > 100_000
    (told, _) = mokuteki("policy", "check", str(draft)).err.splitlines()
    assert told.startswith(f"`rules.csv` row {row}, column `eft`: `alow` is neither")


def test_of_very_many_mistakes_the_first_are_told_and_how_many_more_there_are(
    mokuteki: Mokuteki, draft: Path
) -> None:
    with (draft / "rules.csv").open("a", encoding="utf-8") as rules:
        rules.writelines(f"short-{number}\n" for number in range(MOST + 1_234))
    last = {
        "en": "mokuteki: 1,434 mistakes in the rules: correct what is told, and check again for what depends on it",
        "ja": "mokuteki: 規則に1,434件の誤りがあります。示した箇所を直して、もう一度点検してください",
    }
    more = {"en": "and 1,234 more that are not told here: ", "ja": "ほかに1,234件ありますが、"}
    for lang, closing in last.items():
        ran = mokuteki("policy", "check", str(draft), "--language", lang)
        assert ran.code == 1
        *told, others, end = ran.err.splitlines()
        assert (len(told), others.startswith(more[lang]), end) == (MOST, True, closing)
    ran = mokuteki("policy", "check", str(draft), "--json")
    found = json.loads(ran.out)
    assert (ran.code, len(found["findings"]), found["more"]) == (1, MOST, 1_234)
    ran = mokuteki("policy", "impact", str(draft), "in-force")
    assert (ran.code, len(ran.err.splitlines())) == (1, MOST + 2)


def test_what_nobody_may_accept_is_told_before_what_a_second_person_may(
    capsys: pytest.CaptureFixture[str],
) -> None:
    row = ("fields", 2, "category", "User.phone")
    may = [mistake("FIELD_UNDECLARED", *row, path="User.phone")] * MOST
    wrong = mistake("GAP", *row, path="User.phone")
    (first, *_), more = findings_json([*may, wrong]).values()
    assert (first["code"], more) == ("GAP", 1)
    tell([*may, wrong], Language.EN)
    told = capsys.readouterr().err.splitlines()
    assert (told[0], len(told)) == (str(wrong), MOST + 1)
    assert told[-1].startswith("and 1 more ")


def test_what_a_second_person_accepted_is_let_through_by_its_id(mokuteki: Mokuteki, draft: Path) -> None:
    change(draft / "rules.csv", "noticed+consented+interview", "noticed+consented")
    (draft / "decisions.csv").unlink()
    ids = [
        each["id"] for each in json.loads(mokuteki("policy", "check", str(draft), "--json").out)["findings"]
    ]
    assert [name.split(":")[0] for name in ids] == ["BEYOND_MATRIX", "BEYOND_MATRIX"]
    options = [word for name in ids for word in ("--accept", name)]
    assert mokuteki("policy", "check", str(draft), *options) == (0, "", "")
    one = mokuteki("policy", "check", str(draft), *options[:2])
    assert (one.code, len(one.err.splitlines())) == (1, 2)
    change(
        draft / "rules.csv",
        "noticed+consented,Clause 7; APPI Art 27(1),連絡先",
        "noticed,Clause 7; APPI Art 27(1),連絡先",
    )
    assert mokuteki("policy", "check", str(draft), *options).code == 1


def test_a_root_field_without_a_guard_is_a_mistake(mokuteki: Mokuteki, draft: Path) -> None:
    change(draft / "guards.csv", "Query.provisions,", "Query.provided,")
    ran = mokuteki("policy", "check", str(draft))
    assert ran.code == 1
    assert "`guards.csv`, column `field`: the running code asks about `Query.provisions`" in ran.err


def test_files_that_cannot_be_read_are_all_named_with_the_mistakes_of_the_others(
    mokuteki: Mokuteki, draft: Path
) -> None:
    (draft / "roles.csv").unlink()
    (draft / "groups.csv").write_bytes("id,wider,itself,ja,en\n役割".encode("shift_jis"))
    purposes = (draft / "purposes.csv").read_text(encoding="utf-8")
    (draft / "purposes.csv").write_text(purposes, encoding="utf-8-sig")
    change(draft / "categories.csv", "child,parent,", "parent,child,")
    change(
        draft / "questions.csv", "nightShift,choice,form,YES|NO|NEGOTIABLE", "nightShift,choice,form,YES|NO"
    )
    change(draft / "rules.csv", "application-contact,allow,", "application-contact,alow,")
    ran = mokuteki("policy", "check", str(draft))
    assert (ran.code, ran.out) == (1, "")
    question = place(draft / "questions.csv", "nightShift,")
    rule = place(draft / "rules.csv", "application-contact,")
    assert ran.err.splitlines() == [
        "`purposes.csv`: the file begins with a byte order mark; save it as UTF-8 without one",
        "`categories.csv` row 1: the header is not that of this table; write `child,parent,ja,en`",
        "`roles.csv`: the file is missing; add it: `purposes.csv`, `categories.csv`, `guards.csv`, `roles.csv`, `groups.csv`, `questions.csv`, `rules.csv` make an edition",
        "`groups.csv`: the file is not in UTF-8; save it as UTF-8, not as Shift-JIS or the like",
        f"`questions.csv` row {question}, column `choices`: the choices and their labels differ in number; label each choice",
        f"`rules.csv` row {rule}, column `eft`: `alow` is neither `allow` nor `deny`; did you mean `allow`?",
        "mokuteki: 6 mistakes in the rules: correct what is told, and check again for what depends on it",
    ]


def test_what_nobody_sees_in_a_cell_is_told_with_its_code_point(mokuteki: Mokuteki, draft: Path) -> None:
    change(draft / "purposes.csv", "メールマガジンを送信", "メールマガ\u00adジンを送信")
    ran = mokuteki("policy", "check", str(draft))
    row = place(draft / "purposes.csv", "promotion.newsletter,")
    told = f"`purposes.csv` row {row}, column `ja`: it holds U+00AD, which nobody sees"
    assert (ran.code, told in ran.err) == (1, True), ran.err


@pytest.mark.parametrize("command", ["test", "check"])
def test_a_short_row_is_told(mokuteki: Mokuteki, draft: Path, command: str) -> None:
    change(draft / "groups.csv", "employer,third_party,,", "employer,third_party,")
    ran = mokuteki("policy", command, str(draft))
    assert ran.code == 1
    row = place(draft / "groups.csv", "employer,")
    told = f"`groups.csv` row {row}: the row has 4 of 5 cells; write every cell of the header"
    assert told in ran.err


def test_a_folder_that_is_not_there_is_one_sentence(mokuteki: Mokuteki, draft: Path) -> None:
    ran = mokuteki("policy", "check", str(draft / "none"))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("mokuteki: there is no folder ")
    assert ran.err.count("\n") == 1


def test_a_test_of_a_folder_asks_the_table_of_that_folder(mokuteki: Mokuteki, draft: Path) -> None:
    table = (draft / "decisions.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (draft / "decisions.csv").write_text("".join(table[:11]), encoding="utf-8")
    assert mokuteki("policy", "test", str(draft)).out == "10 rows: every answer is as the table says\n"


def test_the_list_of_what_code_declares_is_that_of_the_code() -> None:
    assert dict(FIELDS) == dict(CATEGORIES)
    assert sorted(GUARDS) == sorted(needed_guards(core(build_schema())))
    assert set(GUARDS) == set(shipped(CATEGORIES).guards)


def test_a_check_reads_neither_schema_nor_database() -> None:
    program = (
        "import sys; sys.argv = ['mokuteki', 'policy', 'check'];"
        "from api.cli.main import app;"
        "app(standalone_mode=False);"
        "heavy = {'strawberry', 'graphql', 'tortoise', 'starlette', 'uvicorn', 'models.database', 'models.user', 'httpx'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert ran.stdout == "[]\n"


def test_every_fault_that_is_told_is_one_of_ours() -> None:
    for fault in FAULTS:
        module, _, name = fault.rpartition(".")
        assert issubclass(getattr(import_module(module), name), Exception)


def test_the_schema_tells_the_category_of_a_field(mokuteki: Mokuteki) -> None:
    ran = mokuteki("schema")
    assert ran.code == 0
    assert "Category `card-number`, tier 3, clause 2 (residence card)." in ran.out
