"""The sentences: one for every code, in both languages."""

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import models.formats
from models.formats.address import PARTS
from models.formats.contact import phone
from models.formats.wrong import SENTENCES, Wrong

ROOM = Path(models.formats.__path__[0])
ROOT = ROOM.parent.parent
CHANGES = ROOT / "api" / "gateway" / "changes"
"""Where an input is checked against what is kept and what was shown."""

EVENTS = ROOT / "api" / "events"
"""Where a request with events is answered."""

MODELS = ROOT / "models"
"""Where the formats are, and where what is entered into a register is checked."""

JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")


def codes() -> Iterator[str]:
    """Every code the formats can give: in `Wrong(…)`, in a list of reasons, or for a banned name."""
    for file in (
        *CHANGES.glob("*.py"),
        *MODELS.rglob("*.py"),
        *EVENTS.glob("*.py"),
        CHANGES.parent / "documents" / "fitting.py",
    ):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in SENTENCES:
                yield node.value
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "Wrong"
                and isinstance(node.args[0], ast.Constant)
            ):
                yield str(node.args[0].value)
    with (ROOT / "policies" / "banned.csv").open(encoding="utf-8", newline="") as table:
        yield from (row["code"] for row in csv.DictReader(table))
    yield from (f"ADDRESS_{name.upper()}" for name in ("prefecture", "city", "town") if name in PARTS)


def test_every_code_has_its_sentence_and_every_sentence_its_code() -> None:
    assert set(codes()) == set(SENTENCES)


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_there_in_both_languages(code: str) -> None:
    sentence = SENTENCES[code]
    assert re.fullmatch(r"[A-Z]+(_[A-Z]+)*", code)
    assert sentence.en.endswith(".")
    assert sentence.en[0].isupper() or sentence.en.startswith("{")
    assert sentence.ja.endswith("。")
    assert JAPANESE.search(sentence.ja)


@pytest.mark.parametrize("code", SENTENCES)
def test_both_languages_are_told_the_same(code: str) -> None:
    names = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in SENTENCES[code]]
    assert names[0] - {"era"} == names[1] - {"gengo"}


def test_the_examples_in_the_sentences_are_those_of_nobody() -> None:
    numbers = {
        found
        for each in SENTENCES.values()
        for text in each
        for found in re.findall(r"[A-Z]{2}\d{8}[A-Z]{2}", text)
    }
    addresses = {
        found for each in SENTENCES.values() for text in each for found in re.findall(r"@([\w.]+\w)", text)
    }
    assert numbers == {"AB12345678CD"}
    assert addresses == {"example.jp"}


def test_a_wrong_is_its_english_sentence() -> None:
    wrong = Wrong("TEXT_TOO_LONG", longest=200)
    assert str(wrong) == wrong.en == "Write at most 200 characters."
    assert wrong.ja == "200文字以内で入力してください。"
    assert wrong.argument == ""


def test_a_mistake_lets_go_of_what_the_raising_functions_held() -> None:
    with pytest.raises(Wrong) as caught:
        phone("")
    assert caught.value.__traceback__ is not None
    mistake = caught.value.at("phone")
    assert (mistake.path, mistake.wrong.argument) == ("phone", "phone")
    assert mistake.wrong.__traceback__ is None
