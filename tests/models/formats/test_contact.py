"""Telephone numbers and e-mail addresses."""

import phonenumbers
import pytest

from models.formats.contact import email, phone
from tests.models.formats.expect import code, wrong


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("０９０−１２３４−５６７８", "+819012345678"),
        ("０９０ー１２３４ー５６７８", "+819012345678"),
        ("090 1234 5678", "+819012345678"),
        ("(03) 1234-5678", "+81312345678"),
        ("+81 (0)80-1234-5678", "+818012345678"),
        ("+84 912 345 678", "+84912345678"),
        ("010 84 912 345 678", "+84912345678"),
        ("\u200b070-1234-5678", "+817012345678"),
    ],
)
def test_a_number_is_understood_however_it_is_written(text: str, kept: str) -> None:
    assert phone(text) == kept


def test_the_library_knows_the_mobile_prefix_of_2026() -> None:
    number = phonenumbers.parse("060-1234-5678", "JP")
    assert phonenumbers.is_valid_number(number)
    assert phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("090-1234-567", "PHONE_LENGTH"),
        ("090-1234-56789", "PHONE_LENGTH"),
        ("03-1234-567", "PHONE_LENGTH"),
        ("110", "PHONE_LENGTH"),
        ("02-0000-0000", "PHONE_UNKNOWN"),
        ("+999 1234 5678", "PHONE_UNKNOWN"),
        ("+84 1", "PHONE_UNKNOWN"),
        ("0570-000-000", "PHONE_KIND"),
        ("0990-123-456", "PHONE_KIND"),
        ("020-1234-5678", "PHONE_KIND"),
        ("call 03-1234-5678", "PHONE_CHARACTERS"),
        ("03-1234-5678 ext. 5", "PHONE_CHARACTERS"),
        ("+", "PHONE_CHARACTERS"),
        ("", "TEXT_BLANK"),
        (" \u3000 ", "TEXT_BLANK"),
        ("0" * 41, "TEXT_TOO_LONG"),
        ("03-1234\x00-5678", "TEXT_CHARACTERS"),
    ],
)
def test_a_number_nobody_can_be_called_at_is_refused_with_its_reason(text: str, reason: str) -> None:
    assert code(phone, text) == reason


def test_numbers_that_belong_to_nobody_serve_as_examples() -> None:
    assert phone("090-0123-4567") == "+819001234567"
    assert phone("070-0123-4567") == "+817001234567"
    assert code(phone, "080-0123-4567") == "PHONE_FREE_DIAL", "0800 numbers exist"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Lan.Nguyen@EXAMPLE.JP", "Lan.Nguyen@example.jp"),
        ("ｌａｎ＠ｅｘａｍｐｌｅ．ｊｐ", "lan@example.jp"),
        (" lan+work@example.ne.jp ", "lan+work@example.ne.jp"),
        ("lan@例え.jp", "lan@xn--r8jz45g.jp"),
        ("o'neil_1@example.com", "o'neil_1@example.com"),
    ],
)
def test_an_address_is_kept_with_its_domain_in_small_letters(text: str, kept: str) -> None:
    assert email(text) == kept


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("lan", "EMAIL_SHAPE"),
        ("lan@", "EMAIL_SHAPE"),
        ("@example.jp", "EMAIL_SHAPE"),
        ("lan@example", "EMAIL_SHAPE"),
        ("lan@localhost", "EMAIL_SHAPE"),
        ("lan@mail.invalid", "EMAIL_SHAPE"),
        ("a..b@example.jp", "EMAIL_SHAPE"),
        ("Lan <lan@example.jp>", "EMAIL_SHAPE"),
        ('"l an"@example.jp', "EMAIL_SHAPE"),
        ("lan@[192.0.2.1]", "EMAIL_SHAPE"),
        ("lan@example.jp, an@example.jp", "EMAIL_SHAPE"),
        ("蘭@example.jp", "EMAIL_ASCII"),
        ("lan@example.jp\r\nBcc: all@example.jp", "TEXT_CHARACTERS"),
        (f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 63}.jp", "TEXT_TOO_LONG"),
    ],
)
def test_what_cannot_be_delivered_is_refused_with_its_reason(text: str, reason: str) -> None:
    assert code(email, text) == reason


def test_a_name_in_other_scripts_before_the_at_is_explained() -> None:
    assert "before the @" in wrong(email, "蘭@example.jp").en


def test_a_domain_that_grows_beyond_the_column_is_refused() -> None:
    assert code(email, "lan@" + ".".join(["例え" * 12] * 8) + ".jp") == "EMAIL_SHAPE"
