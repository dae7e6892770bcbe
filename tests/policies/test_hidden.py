"""What nobody sees in a cell is refused with its place; what people write in Japanese and English is not."""

import unicodedata

import pytest

from policies.edition import Edition
from policies.hidden import hidden, shown
from policies.mistake import Mistake
from policies.table import COLUMNS, FIRST_ROW
from tests.policies.check.drafts import Change, cell, drafted, edition

UNSEEN = {
    "a space of no width": "\u200b",
    "a joiner": "\u200d",
    "a soft hyphen": "\u00ad",
    "a byte order mark": "\ufeff",
    "an override of direction": "\u202e",
    "an isolate of direction": "\u2066",
    "a control": "\x1b",
    "a return": "\r",
    "a tab": "\t",
    "a line of Unicode": "\u2028",
    "private use": "\ue000",
    "private use beyond": "\U000f0000",
    "a filler": "\u3164",
    "a selector of forms": "\U000e0100",
    "a tag": "\U000e0041",
    "no character": "\ufffe",
}
WRITTEN = (
    "ご応募いただいた求人企業へ、応募情報を提供するため（第３条）",
    "ガギグゲゴ ﾊﾝｶｸ ー〜・「」『』【】—…※①㈱々〆ヶ髙﨑𠮷",
    "か\u3099",
    "全角　空白",
    "第一行\n第二行",
    "Ōsaka – “naïve” café, 10 °C ± 1, 100 €",
    "",
)


def found(*changes: Change, model: str | None = None) -> list[Mistake]:
    tables = drafted(*changes)
    return Edition.read(tables, edition().model if model is None else model, {})[1]


def unseen(mistakes: list[Mistake]) -> list[tuple[str, int, str, str]]:
    return [
        (each.table, each.row, each.column, dict(each.told)["points"])
        for each in mistakes
        if each.code == "CELL_CHARACTERS"
    ]


def test_every_control_format_half_private_and_separator_is_hidden_but_the_new_line() -> None:
    hiding = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    for code in range(0x110000):
        if unicodedata.category(chr(code)) in hiding and chr(code) != "\n":
            assert hidden(chr(code)) == f"U+{code:04X}"
    assert hidden("\n") == ""


def test_letters_digits_marks_and_signs_are_seen() -> None:
    for code in range(0x30000):
        kind = unicodedata.category(chr(code))
        if (
            kind[0] in "LNPSZ"
            and kind not in {"Zl", "Zp"}
            and "FILLER" not in unicodedata.name(chr(code), "")
        ):
            assert not hidden(chr(code)) or code == 0x2800, hex(code)


@pytest.mark.parametrize("text", WRITTEN)
def test_what_people_write_is_taken(text: str) -> None:
    assert (hidden(text), shown(text)) == ("", text)


@pytest.mark.parametrize("char", UNSEEN.values(), ids=UNSEEN)
@pytest.mark.parametrize("table", COLUMNS)
def test_no_cell_of_any_table_takes_it_and_its_place_is_told(table: str, char: str) -> None:
    tables = drafted(decisions=True)
    for column, name in enumerate(COLUMNS[table]):
        line = list(tables[table][3])
        spoilt = [*line[:column], line[column][:2] + char + line[column][2:], *line[column + 1 :]]
        rows = [*tables[table][:3], spoilt, *tables[table][4:]]
        mistakes = Edition.read({**tables, table: rows}, edition().model, {})[1]
        assert [each.code for each in mistakes] == ["CELL_CHARACTERS"]
        assert unseen(mistakes) == [(table, FIRST_ROW + 3, name, f"U+{ord(char):04X}")]


def test_all_of_a_cell_are_told_at_once_in_both_languages() -> None:
    (told,) = found(cell("rules", "account", "note_en", "Only\u202e eno\u200byna\u202e\u00ad yb\ue000"))
    assert str(told) == (
        "`rules.csv` row 18, column `note_en`: it holds U+202E, U+200B, U+00AD, which nobody sees, or which shows a text"
        " as another; type it in again instead of pasting it"
    )
    assert told.text("ja") == (
        "`rules.csv` 18行目「note_en」：見えない文字、又は表示を変える文字（U+202E, U+200B, U+00AD）が含まれています。"
        "貼り付けずに、入力し直してください。"
    )


def test_a_banned_question_does_not_pass_by_what_nobody_sees() -> None:
    mistakes = found(cell("questions", "nightShift", "label_ja", "本\u200b籍はどこですか"))
    assert [each.code for each in mistakes] == ["CELL_CHARACTERS", "QUESTION_BANNED"]


def test_a_text_of_nothing_that_can_be_seen_is_missing() -> None:
    mistakes = found(cell("rules", "account", "clause", "\u200b\u2060"))
    assert [each.code for each in mistakes] == ["CELL_CHARACTERS", "TEXT_MISSING"]


def test_a_line_of_the_model_with_it_is_told() -> None:
    model = f"# a note\n# {chr(0x202E)}another\n{edition().model}"
    assert unseen(found(model=model)) == [("casbin_model.conf", 2, "", "U+202E")]
    assert found(model=edition().model.replace("\n", "\r\n").replace(" = ", "\t= ")) == []
