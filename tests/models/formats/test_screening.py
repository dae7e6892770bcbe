"""What free text may not hold, and what is found in it."""

import csv
import re
from pathlib import Path

import pytest

import models.formats.screening as screening_module
from models.demo.phrases import PHRASES
from models.formats.screening import FINDINGS, findings, refused
from tests.models.formats.expect import code

DATA = Path(screening_module.__file__).parent


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("My number is 123456789018.", "INDIVIDUAL_NUMBER"),
        ("マイナンバーは１２３４－５６７８－９０１８です", "INDIVIDUAL_NUMBER"),
        ("1234 5678 9018", "INDIVIDUAL_NUMBER"),
        ("1234\u200b56789018", "INDIVIDUAL_NUMBER"),
        ("1234ー5678ー9018", "INDIVIDUAL_NUMBER"),
        ("0000 1234 5678 9018", "INDIVIDUAL_NUMBER"),
        ("4111 1111 1111 1111", "PAYMENT_CARD_NUMBER"),
        ("カードは4111-1111-1111-1111です", "PAYMENT_CARD_NUMBER"),
        ("5555555555554444", "PAYMENT_CARD_NUMBER"),
        ("3782 822463 10005", "PAYMENT_CARD_NUMBER"),
        ("30569309025904", "PAYMENT_CARD_NUMBER"),
        ("6304000000000000000", "PAYMENT_CARD_NUMBER"),
        ("在留カード AB12345678CD です", "RESIDENCE_CARD_NUMBER"),
        ("ａｂ１２３４５６７８ｃｄ", "RESIDENCE_CARD_NUMBER"),
        ("AB-12345678-CD", "RESIDENCE_CARD_NUMBER"),
    ],
)
def test_a_number_that_belongs_to_somebody_is_refused(text: str, reason: str) -> None:
    assert code(refused, text) == reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123456789019",
        "4012 8888 8888 1882",
        "090-1234-5678 / 03-1234-5678",
        "+819012345678",
        "2019-05-01 2020-03-31",
        "1764000000000",
        "9784101010014",
        "from 20190501 to 20200331",
        "on 20190501 to",
        "AB1234567CD",
        "XAB12345678CD",
        "1234567890181",
        "123",
        "\ud800",
    ],
)
def test_other_numbers_are_let_pass(text: str) -> None:
    refused(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("少数民族の出身です", ("RACE",)),
        ("I belong to an ethnic minority.", ("RACE",)),
        ("支持政党はありません", ("CREED",)),
        ("私はイスラム教徒です", ("RELIGION",)),
        ("I am a Muslim and eat halal.", ("RELIGION",)),
        ("I eat halal food only.", ("RELIGION",)),
        ("障害のある人です", ("MEDICAL",)),
        ("被差別部落", ("SOCIAL_STATUS",)),
        ("糖尿病で通院しています", ("MEDICAL",)),
        ("I was diagnosed with diabetes.", ("MEDICAL",)),
        ("身体障害があります", ("MEDICAL",)),
        ("HIV陽性", ("MEDICAL",)),
        ("前科はありません", ("CRIMINAL_RECORD",)),
        ("I have two convictions.", ("CRIMINAL_RECORD",)),
        ("詐欺の被害に遭いました", ("CRIME_VICTIM",)),
        ("労働組合に入っています", ("UNION",)),
        ("member of a trade union", ("UNION",)),
        ("出生地はハノイです", ("BIRTHPLACE",)),
        ("I was born in Hanoi.", ("BIRTHPLACE",)),
        ("本籍は京都です", ("DOMICILE",)),
        ("ＤＯＭＩＣＩＬＥ　ＯＦ　ＯＲＩＧＩＮ", ("DOMICILE",)),
        ("仏教徒で、うつ病です", ("RELIGION", "MEDICAL")),
        ("re\u200bligion", ("RELIGION",)),
    ],
)
def test_what_may_not_be_collected_is_found_in_both_languages(text: str, found: tuple[str, ...]) -> None:
    assert findings(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "一生懸命がんばります",
        "障害者施設で三年間、入浴と食事のお手伝いをしました",
        "障害のある方の支援をしました",
        "システム障害の対応を担当しました",
        "日系企業で働きたいです",
        "設計思想を学びました",
        "ご発展をお祈り申し上げます",
        "監理団体は協同組合です",
        "在日十年になります",
        "生まれて初めて雪を見ました",
        "I cared for people with disabilities and stroke patients.",
        "Heat treatment of metal parts.",
        "The probation period was three months.",
        "traces of coffee; Caucasus; unionised ions; casters",
        "European Union",
        "DVDとTDVの編集",
    ],
)
def test_harmless_phrases_are_passed_over(text: str) -> None:
    assert findings(text) == ()


def test_a_harmless_phrase_hides_no_other_word() -> None:
    assert findings("障害者施設で働き、私も障害があります") == ("MEDICAL",)
    assert findings("信システム障害条") == (), "nor does its going make a word"


def test_the_phrases_of_the_demonstration_are_harmless() -> None:
    told = [phrase for phrases in PHRASES.values() for phrase in phrases if findings(phrase)]
    assert not told


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_word_is_found_by_itself_under_its_code() -> None:
    missed = [row for row in rows("words.csv") if row["code"] not in findings(row["word"])]
    assert not missed


def test_every_word_names_its_law_once() -> None:
    words = rows("words.csv")
    assert all(row["source"].startswith(("APPI", "1999 Notice 141")) for row in words)
    assert len({(row["code"], row["word"].casefold()) for row in words}) == len(words)
    assert {(row["code"], row["language"]) for row in words} == {
        (each, language) for each in FINDINGS for language in ("ja", "en")
    }


def test_every_harmless_phrase_would_be_found_without_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening_module, "_HARMLESS_PHRASES", re.compile("(?!)"))
    assert not [row["phrase"] for row in rows("harmless.csv") if not findings(row["phrase"])]
    assert all(row["about"] for row in rows("harmless.csv"))


def test_the_findings_are_the_ten_matters_of_the_law() -> None:
    assert FINDINGS == (
        "RACE",
        "CREED",
        "RELIGION",
        "SOCIAL_STATUS",
        "MEDICAL",
        "CRIMINAL_RECORD",
        "CRIME_VICTIM",
        "UNION",
        "BIRTHPLACE",
        "DOMICILE",
    )
