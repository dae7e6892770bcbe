"""The residence card."""

from datetime import date
from typing import Any

import pytest

from models.demo.statuses import Status as DemoStatus
from models.derived import PERMITTED_28_HOURS, WorkRestriction
from models.formats.card import (
    OtherActivity,
    card_mistakes,
    card_number,
    other_activity,
    sex,
    work_restriction,
)
from models.formats.nationality import nationality
from models.formats.period import period_of_stay
from models.formats.status import Status, status
from tests.models.formats.expect import code, wrong

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "text", ["ＡＢ１２３４５６７８ＣＤ", "AB-12345678-CD", " ab 1234 5678 cd ", "AB12345678CD\u200b"]
)
def test_a_card_number_is_understood_however_it_is_written(text: str) -> None:
    assert card_number(text) == "AB12345678CD"


@pytest.mark.parametrize("text", ["123456789018", "1234-5678-9018", "６２１４　９８３２　０２５７"])
def test_an_individual_number_is_refused_with_the_law(text: str) -> None:
    found = wrong(card_number, text)
    assert found.code == "INDIVIDUAL_NUMBER"
    assert "My Number Act, Articles 15 and 20" in found.en
    assert "番号法第15条・第20条" in found.ja


def test_twelve_digits_with_another_check_digit_are_just_no_card_number() -> None:
    assert code(card_number, "123456789019") == "CARD_NUMBER"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Student", "Student"),
        ("留学", "Student"),
        ("技術・人文知識・国際業務", "Engineer/Specialist in Humanities/International Services"),
        (
            "engineer / specialist in humanities / international services",
            "Engineer/Specialist in Humanities/International Services",
        ),
        ("特定技能１号", "Specified Skilled Worker (i)"),
        ("特定技能第二号", "Specified Skilled Worker (ii)"),
        ("高度専門職１号ロ", "Highly Skilled Professional (i)(b)"),
        ("技能実習３号イ", "Technical Intern Training (iii)(a)"),
        ("永住者の配偶者等", "Spouse or Child of Permanent Resident"),
    ],
)
def test_a_status_is_kept_by_its_english_name(text: str, kept: str) -> None:
    assert status(text) == kept


@pytest.mark.parametrize("text", ["Temporary Visitor", "短期滞在", "外交", "Visa", "特定技能3号"])
def test_what_no_card_can_name_is_no_status(text: str) -> None:
    assert code(status, text) == "CARD_STATUS"


def test_every_status_has_two_names_that_are_its_own() -> None:
    assert all(each.ja and status(each.ja) == each.value == status(each.value) for each in Status)
    assert len({each.ja for each in Status}) == len(Status)


def test_the_statuses_of_the_demonstration_are_among_them_under_the_same_names() -> None:
    assert {each.name: each.value for each in DemoStatus}.items() <= {
        each.name: each.value for each in Status
    }.items()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("就労制限なし", "NONE"),
        ("在留資格に基づく就労活動のみ可", "BY_STATUS"),
        ("指定書により指定された就労活動のみ可", "DESIGNATED"),
        ("指定書記載機関での在留資格に基づく就労活動のみ可", "DESIGNATED"),
        ("就労不可", "NOT_PERMITTED"),
        ("not_permitted", "NOT_PERMITTED"),
        *((each.value, each.value) for each in WorkRestriction),
    ],
)
def test_the_work_restriction_is_known_by_code_and_as_printed(text: str, kept: str) -> None:
    assert work_restriction(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("なし", "NONE"),
        ("許可：原則週28時間以内・風俗営業等の従事を除く", PERMITTED_28_HOURS),
        ("許可（原則週２８時間以内・風俗営業等の従事を除く）", PERMITTED_28_HOURS),
        *((each.value, each.value) for each in OtherActivity),
    ],
)
def test_other_activity_is_known_by_code_and_as_printed(text: str, kept: str) -> None:
    assert other_activity(text) == kept


def test_a_permission_for_one_job_is_not_taken_for_28_hours() -> None:
    assert code(other_activity, "許可：資格外活動許可書に記載された範囲内の活動") == "CARD_OTHER_ACTIVITY"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("P3Y", "P3Y"),
        ("p1y3m", "P1Y3M"),
        ("P15M", "P1Y3M"),
        ("P12M", "P1Y"),
        ("3年", "P3Y"),
        ("１年３月", "P1Y3M"),
        ("4年3か月", "P4Y3M"),
        ("6ヶ月", "P6M"),
        ("5年", "P5Y"),
        ("31日", "P31D"),
        ("3 years", "P3Y"),
        ("1 year 3 months", "P1Y3M"),
        ("無期限", "INDEFINITE"),
        ("Indefinite", "INDEFINITE"),
    ],
)
def test_a_period_is_kept_as_a_duration(text: str, kept: str) -> None:
    assert period_of_stay(text) == kept


@pytest.mark.parametrize(
    "text", ["P", "P0Y", "0年", "P6Y", "5年1月", "61月", "1年90日", "PT5H", "P1W", "3", "年", "2000日"]
)
def test_no_other_period_can_be_granted(text: str) -> None:
    assert code(period_of_stay, text) == "CARD_PERIOD"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("VN", "VN"),
        ("vnm", "VN"),
        ("VIET NAM", "VN"),
        ("Vietnam", "VN"),
        ("ベトナム", "VN"),
        ("U.S.A.", "US"),
        ("米国", "US"),
        ("United Kingdom", "GB"),
        ("韓国", "KR"),
        ("大韓民国", "KR"),
        ("Korea", "KR"),
        ("台湾", "TW"),
        ("Taiwan", "TW"),
        ("TW", "TW"),
        ("パレスチナ", "PS"),
        ("PSE", "PS"),
        ("Russia", "RU"),
        ("トルコ", "TR"),
        ("Cote d\u2019Ivoire", None),
        ("Côte d\u2019Ivoire", "CI"),
    ],
)
def test_a_nationality_or_region_is_kept_as_its_code(text: str, kept: str | None) -> None:
    if kept is None:
        assert code(nationality, text) == "CARD_NATIONALITY"
    else:
        assert nationality(text) == kept


@pytest.mark.parametrize("text", ["XX", "朝鮮", "無国籍", "Asia", "704", "."])
def test_what_is_no_nationality_is_refused(text: str) -> None:
    assert code(nationality, text) == "CARD_NATIONALITY"


@pytest.mark.parametrize(
    ("text", "kept"), [("F", "F"), ("m", "M"), ("女", "F"), ("男性", "M"), ("female", "F")]
)
def test_sex_is_kept_as_on_the_card(text: str, kept: str) -> None:
    assert sex(text) == kept


def test_no_other_sex_is_printed_on_a_card() -> None:
    assert code(sex, "X") == "CARD_SEX"


ISSUED = date(2024, 4, 1)


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"card_issued_on": ISSUED, "card_valid_until": ISSUED, "card_stay_expires_on": ISSUED}, []),
        (
            {"card_issued_on": ISSUED, "card_valid_until": date(2024, 3, 31)},
            [("residenceCard.validUntil", "CARD_VALID_ENDED")],
        ),
        (
            {"card_issued_on": ISSUED, "card_stay_expires_on": date(2024, 3, 31)},
            [("residenceCard.stayExpiresOn", "CARD_STAY_ENDED")],
        ),
        (
            {"card_stay_expires_on": ISSUED, "card_period_of_stay": "INDEFINITE"},
            [("residenceCard.stayExpiresOn", "CARD_STAY_ENDLESS")],
        ),
        ({"card_issued_on": date(2026, 11, 23)}, [("residenceCard.issuedOn", "CARD_ISSUED_FUTURE")]),
        ({"card_issued_on": date(2012, 7, 8)}, [("residenceCard.issuedOn", "CARD_ISSUED_EARLY")]),
        ({"card_valid_until": date(2025, 1, 1), "card_issued_on": None}, []),
        ({}, []),
    ],
)
def test_dates_that_contradict_each_other_are_told_with_their_paths(
    columns: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert [(each.path, each.wrong.code) for each in card_mistakes(columns, TODAY)] == found


def test_an_expired_card_is_no_mistake() -> None:
    assert not card_mistakes({"card_issued_on": ISSUED, "card_valid_until": date(2026, 11, 21)}, TODAY)
