"""The vectors of the domain that concern formats, each by its number."""

from datetime import date

import pytest

from models.formats.card import card_number
from models.formats.contact import phone
from models.formats.dates import date as read_date
from models.formats.postal import postal_code
from tests.models.formats.expect import code, wrong


def test_vector_1_card_number_is_accepted_and_lower_case_normalised() -> None:
    assert card_number("AB12345678CD") == "AB12345678CD"
    assert card_number("ab12345678cd") == "AB12345678CD"


@pytest.mark.parametrize(
    "text", ["AB1234567CD", "A112345678CD", "A12345678BCD", "ABC12345678CD", "AB12345678CDE"]
)
def test_vector_1_card_number_of_another_layout_is_refused(text: str) -> None:
    found = wrong(card_number, text)
    assert found.code == "CARD_NUMBER"
    assert "two letters, eight digits and two letters" in found.en
    assert "英字2文字、数字8桁、英字2文字" in found.ja


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("050-3188-0386", "+815031880386"),
        ("03-1234-5678", "+81312345678"),
        ("060-1234-5678", "+816012345678"),
    ],
)
def test_vector_2_phone_is_kept_as_e164(text: str, kept: str) -> None:
    assert phone(text) == kept


@pytest.mark.parametrize("text", ["0120-123-456", "0120-000-000", "0800-123-4567"])
def test_vector_2_free_dial_is_no_phone_of_a_seeker(text: str) -> None:
    found = wrong(phone, text)
    assert found.code == "PHONE_FREE_DIAL"
    assert "belongs to a company" in found.en


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("昭和64年1月7日", date(1989, 1, 7)),
    ],
)
def test_vector_7_era_is_kept_as_a_gregorian_date(text: str, day: date) -> None:
    assert read_date(text) == day


def test_vector_7_era_that_had_ended_is_refused() -> None:
    found = wrong(read_date, "昭和64年1月8日")
    assert found.code == "ERA_ENDED"
    assert "1989-01-07" in found.en
    assert "1989-01-07" in found.ja


def test_section_4_postal_code_has_seven_digits_in_two_groups() -> None:
    assert postal_code("1000001") == "100-0001"
    assert code(postal_code, "100-000") == "POSTAL_CODE_SHAPE"
