import csv
from pathlib import Path

import pytest

from api.cli.decision_table import SHIPPED_TABLE
from tests.cli.conftest import Mokuteki, change

HEADER = "ja,en,role,action,purpose,field,recipient,facts,expected,rule"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def write(table: Path, *rows: str) -> str:
    table.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return str(table)


def test_the_shipped_table_holds(mokuteki: Mokuteki) -> None:
    with SHIPPED_TABLE.open(encoding="utf-8", newline="") as file:
        rows = sum(1 for _ in csv.reader(file)) - 1
    ran = mokuteki("policy", "test")
    assert (ran.code, ran.out) == (0, f"{rows:,} rows: every answer is as the table says\n")


def test_a_changed_rule_fails_its_rows_in_words(mokuteki: Mokuteki, draft: Path) -> None:
    change(draft / "rules.csv", "noticed+consented+interview", "noticed+consented+hired")
    ran = mokuteki("policy", "test", str(draft))
    assert ran.code == 1
    line = next(line for line in ran.out.splitlines() if "expected allow by `application-contact`" in line)
    assert line.startswith("row ")
    assert "answered deny by no rule: the rule `application-contact` would allow it" in line
    assert "the person was hired" in line
    assert ran.err.startswith("mokuteki: ")
    assert "answered otherwise" in ran.err


def test_a_failing_row_is_told_in_japanese(mokuteki: Mokuteki, draft: Path) -> None:
    change(draft / "rules.csv", "noticed+consented+interview", "noticed+consented+hired")
    ran = mokuteki("policy", "test", str(draft), "--lang", "ja")
    assert ran.code == 1
    assert "期待はallow（規則「application-contact」）、答えはdeny" in ran.out
    assert "行の答えが表と違います。" in ran.err
    assert mokuteki("policy", "test", "--lang", "ja").out.endswith("行：どの答えも表のとおりです\n")


def test_a_rule_that_no_row_expects_is_named(mokuteki: Mokuteki, table: Path) -> None:
    row = "甲,a,frontend,read,service.account,User.email,internal,noticed,allow,account"
    ran = mokuteki("policy", "test", "--table", write(table, row))
    assert (ran.code, ran.out) == (0, "1 row: every answer is as the table says\n")
    assert "no row expects: erased, " in ran.err
    assert " account," not in ran.err


def test_a_recipient_of_ones_own_is_given_its_group(mokuteki: Mokuteki, table: Path) -> None:
    asked = "甲,a,employer,read,service.application,User.initials,bakery,noticed+consented"
    row = f"{asked},allow,application-introduction"
    path = write(table, row)
    ran = mokuteki("policy", "test", "--table", path)
    assert ran.code == 1
    assert "add `--recipient bakery=GROUP`" in ran.out
    assert mokuteki("policy", "test", "--table", path, "--recipient", "bakery=employer").code == 0
    assert "the groups are" in mokuteki("policy", "test", "--table", path, "--recipient", "bakery=shop").err


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("甲,a,frontend,read", "row 2 of the table has 4 of 10 cells"),
        ("甲,a,frontend,read,service.account,User.id,internal,seen,allow,account", "column `facts`"),
        ("甲,a,frontend,read,service.account,User.id,internal,noticed,yes,account", "column `expected`"),
    ],
)
def test_a_row_that_could_never_hold_is_refused(mokuteki: Mokuteki, table: Path, row: str, told: str) -> None:
    ran = mokuteki("policy", "test", "--table", write(table, row))
    assert (ran.code, ran.out) == (1, "")
    assert told in ran.err


def test_a_missing_table_is_one_sentence(mokuteki: Mokuteki, table: Path) -> None:
    ran = mokuteki("policy", "test", "--table", str(table))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "mokuteki: there is no such decision table: name one with `--table`\n"


def test_another_header_is_refused(mokuteki: Mokuteki, table: Path) -> None:
    table.write_text("a,b\n", encoding="utf-8")
    assert HEADER in mokuteki("policy", "test", "--table", str(table)).err


def test_a_row_may_name_a_rule_that_is_to_come_and_fails_as_a_sentence(
    mokuteki: Mokuteki, table: Path
) -> None:
    row = "甲,a,employer,read,service.application,User.answers.tool,employer-a,noticed,allow,tool-open"
    ran = mokuteki("policy", "test", "--table", write(table, row))
    assert ran.code == 1
    assert ran.out.startswith("row 2 (a): expected allow by `tool-open`, answered deny by no rule")
    assert "see that `User.answers.tool` is a field" in ran.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--table", "none.csv"), "この判断表はありません。`--table`で指定してください"),
        (("--table", "{row}", "--recipient", "bakery=shop"), "グループは"),
        (("--table", "{row}"), "「expected」：この名前はありません。直してください"),
        (("/nope",), "フォルダ`/nope`がありません。規則のファイルがあるフォルダを指定してください"),
    ],
)
def test_what_keeps_it_from_asking_is_told_in_japanese(
    mokuteki: Mokuteki, table: Path, words: tuple[str, ...], told: str
) -> None:
    path = write(table, "甲,a,frontend,read,service.account,User.email,internal,noticed,maybe,account")
    ran = mokuteki("policy", "test", *(each.format(row=path) for each in words), "--language", "ja")
    assert (ran.code, ran.out) == (1, "")
    assert told in ran.err


def test_every_mistake_of_rules_that_do_not_load_is_told_in_japanese(mokuteki: Mokuteki, draft: Path) -> None:
    change(draft / "rules.csv", "noticed+consented+interview", "noticed+consented+seen")
    ran = mokuteki("policy", "test", str(draft), "--language", "ja")
    first, *_, last = ran.err.splitlines()
    assert (ran.code, first.startswith("`rules.csv`"), "行目" in first) == (1, True, True)
    assert last.endswith("誤りのため読み込めません。直してから、もう一度試してください")
