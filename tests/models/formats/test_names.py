"""Names in Roman letters, kanji and katakana."""

import pytest

from models.formats.names import name_kana, name_kanji, name_roman
from tests.models.formats.expect import code


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("NGUYEN VAN AN", "NGUYEN VAN AN"),
        ("  ＮＧＵＹＥＮ　ＶＡＮ  AN ", "NGUYEN VAN AN"),
        ("O\u2019NEIL\u2010SMITH JR.", "O'NEIL-SMITH JR."),
        ("Maria dela Cruz", "Maria dela Cruz"),
        ("'ABD AL-RAHMAN", "'ABD AL-RAHMAN"),
    ],
)
def test_a_roman_name_is_kept_as_on_the_card(text: str, kept: str) -> None:
    assert name_roman(text) == kept


@pytest.mark.parametrize(
    "text", ["NGUYỄN", "王明", "LI, MING", "R2 D2", "- .", "LI_MING", "LI @ MING", "ИВАН"]
)
def test_a_roman_name_with_anything_else_is_refused(text: str) -> None:
    assert code(name_roman, text) == "NAME_ROMAN"


@pytest.mark.parametrize(
    "text", ["李明", "李 明", "田中 ソウザ", "佐々木 あい", "山﨑", "葛\U000e0100城", "𠮷野", "ﾊﾞｻﾞｰﾙ 健"]
)
def test_a_name_in_kanji_may_have_kana_and_rare_forms(text: str) -> None:
    assert name_kanji(text).replace("バザール", "ﾊﾞｻﾞｰﾙ") == text


def test_a_compatibility_kanji_is_not_folded_into_another() -> None:
    assert name_kanji("\ufa19谷") == "\ufa19谷"
    assert name_kanji("\ufa19谷") != "神谷"


@pytest.mark.parametrize("text", ["LI MING", "グエン", "李1", "李明!", "이명"])
def test_a_name_without_kanji_is_none_in_kanji(text: str) -> None:
    assert code(name_kanji, text) == "NAME_KANJI"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("ｸﾞｴﾝ･ｳﾞｧﾝ･ｱﾝ", "グエン・ヴァン・アン"),
        ("ぐえん　う゛ぁん", "グエン ヴァン"),
        ("ぐえん ゔぁん", "グエン ヴァン"),
        ("リー", "リー"),
        ("カ\u3099", "ガ"),
    ],
)
def test_kana_become_full_width_katakana(text: str, kept: str) -> None:
    assert name_kana(text) == kept


@pytest.mark.parametrize("text", ["NGUYEN", "グエン-アン", "・ー", "李", "グエン1", "グエン&アン"])
def test_a_name_in_anything_but_kana_is_refused(text: str) -> None:
    assert code(name_kana, text) == "NAME_KANA"


@pytest.mark.parametrize("read", [name_roman, name_kana])
@pytest.mark.parametrize(
    ("hidden", "what"),
    [
        ("\x00", "NUL"),
        ("\t", "a tab"),
        ("\n", "a line end"),
        ("\x7f", "delete"),
        ("\ud800", "half of a pair"),
        ("\u202e", "a turn to the left"),
        ("\u2066", "an isolate"),
        ("\ue000", "private use"),
        ("\ufdd0", "no character"),
        ("\U0001ffff", "no character"),
    ],
)
def test_what_cannot_be_seen_is_refused(read: object, hidden: str, what: str) -> None:
    assert callable(read)
    for name in ("LI{}MING", "リ{}ー"):
        assert code(read, name.format(hidden)) == "TEXT_CHARACTERS", what


def test_a_name_is_no_longer_than_its_column() -> None:
    assert name_roman("A" * 200) == "A" * 200
    assert code(name_roman, "A" * 201) == "TEXT_TOO_LONG"
    assert name_roman("A" + " " * 500 + "B") == "A B", "it is measured as it is kept"
    assert code(name_roman, "A" + " " * 2000 + "B") == "TEXT_TOO_LONG", "and not folded at any length"
