"""Names of what may not be collected."""

import pytest

from models.formats.banned import refuse_banned
from models.formats.fields import FIELDS, NAMES
from policies.banned import banned
from policies.check.fields import declared
from policies.edition import Edition
from tests.models.formats.expect import wrong


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("cardImage", "BANNED_IMAGE"),
        ("residenceCardImage", "BANNED_IMAGE"),
        ("residence_card_back_photo", "BANNED_IMAGE"),
        ("photo", "BANNED_IMAGE"),
        ("PHOTO_URL", "BANNED_IMAGE"),
        ("顔写真", "BANNED_IMAGE"),
        ("individualNumber", "BANNED_INDIVIDUAL_NUMBER"),
        ("myNumber", "BANNED_INDIVIDUAL_NUMBER"),
        ("my-number", "BANNED_INDIVIDUAL_NUMBER"),
        ("MYNUMBER", "BANNED_INDIVIDUAL_NUMBER"),
        ("placeOfBirth", "BANNED_ORIGIN"),
        ("PLACE_OF_BIRTH", "BANNED_ORIGIN"),
        ("birthplace", "BANNED_ORIGIN"),
        ("domicileOfOrigin", "BANNED_ORIGIN"),
        ("honseki", "BANNED_ORIGIN"),
        ("本籍", "BANNED_ORIGIN"),
        ("creed", "BANNED_CREED"),
        ("politicalViews", "BANNED_CREED"),
        ("Religion", "BANNED_RELIGION"),
        ("race", "BANNED_RACE"),
        ("ethnic_group", "BANNED_RACE"),
        ("socialStatus", "BANNED_SOCIAL_STATUS"),
        ("unionMembership", "BANNED_UNION"),
        ("medicalHistory", "BANNED_HEALTH"),
        ("disability", "BANNED_HEALTH"),
        ("criminalRecord", "BANNED_CRIME"),
        ("creditCardNumber", "BANNED_PAYMENT"),
    ],
)
def test_a_banned_name_is_refused_in_any_style(name: str, reason: str) -> None:
    assert wrong(refuse_banned, name).code == reason


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ("本籍はどこですか", "BANNED_ORIGIN"),
        ("ご出生の地をお書きください", "BANNED_ORIGIN"),
        ("あなたの宗教は何ですか", "BANNED_RELIGION"),
        ("労働組合に入っていますか", "BANNED_UNION"),
        ("個人番号を書いてください", "BANNED_INDIVIDUAL_NUMBER"),
        ("あなたのﾏｲﾅﾝﾊﾞｰは？", "BANNED_INDIVIDUAL_NUMBER"),
        ("病 歴はありますか", "BANNED_HEALTH"),
        ("日本籍ですか。本籍地はどちらですか", "BANNED_ORIGIN"),
        ("支持する政党", "BANNED_CREED"),
        ("逮捕されたことがありますか", "BANNED_CRIME"),
        ("給与の振込先の銀行口座", "BANNED_PAYMENT"),
        ("証明写真を送ってください", "BANNED_IMAGE"),
    ],
)
def test_a_banned_word_is_refused_inside_a_japanese_sentence(asked: str, reason: str) -> None:
    assert banned(asked) == reason


@pytest.mark.parametrize(
    "asked",
    [
        "国籍を教えてください",
        "日本籍ですか",
        "在留カード番号",
        "出身校",
        "現在の住所はどこですか",
        "システム障害の対応経験",
        "画像編集ソフトの経験年数",
        "健康保険に加入していますか",
        "協同組合での勤務経験",
        "民族料理の調理経験",
        "介護の資格はありますか",
        "希望する職種と勤務地",
    ],
)
def test_what_a_form_needs_may_be_asked_in_japanese(asked: str) -> None:
    assert banned(asked) is None


@pytest.mark.parametrize(
    ("name", "law_en", "law_ja"),
    [
        ("cardImage", "My Number Act, Article 20", "番号法第20条"),
        ("myNumber", "Articles 15 and 20", "番号法第15条・第20条"),
        ("honseki", "Employment Security Act, Article 5-5", "職業安定法第5条の5"),
        ("religion", "APPI, Article 2(3)", "個人情報保護法第2条第3項"),
        ("unionMembership", "1999 Notice 141", "平成11年労働省告示第141号"),
        ("disability", "Articles 2(3) and 20(2)", "第20条第2項"),
    ],
)
def test_the_reason_names_the_law_in_both_languages(name: str, law_en: str, law_ja: str) -> None:
    found = wrong(refuse_banned, name)
    assert law_en in found.en
    assert law_ja in found.ja


@pytest.mark.parametrize(
    "name",
    ["", "_", "trace", "embrace", "workplace", "marriage", "reunion", "imagine", "placeOfWork", "birthDate"],
)
def test_other_names_are_not_banned(name: str) -> None:
    assert banned(name) is None
    refuse_banned(name)


def test_no_field_of_the_form_and_no_question_is_banned(edition: Edition) -> None:
    names = {*NAMES, *edition.questions, *(step for path in FIELDS for step in path.split("."))}
    assert {name: banned(name) for name in names if banned(name)} == {}


def test_a_text_of_an_edition_is_read_whole_however_long_it_is(edition: Edition) -> None:
    long = "あ" * 200 + "本籍はどこですか"
    assert banned(long) is None
    assert banned(long, longest=None) == banned("本籍")
    fields = {f"User.{'very' * 40}MyNumber": "other"}
    assert any("is banned" in each.what for each in declared(fields, (), edition.categories))
