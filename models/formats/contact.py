"""Ways to reach a person: a telephone number and an e-mail address."""

import re
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from models.formats.fold import dashed, plain
from models.formats.wrong import Wrong

EMAIL_LONGEST: Final = 254
"""RFC 5321 section 4.5.3.1.3, less the angle brackets."""

_PHONE_TYPED: Final = 40
_JAPAN: Final = "JP"
_JAPAN_CODE: Final = 81
_SHAPE: Final = re.compile(r"\+?[0-9 ().\-/]*[0-9]")
_PERSONAL: Final = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
    }
)
"""The kinds of number that ring at one person's."""

_OTHERS: Final = {PhoneNumberType.TOLL_FREE: "PHONE_FREE_DIAL"}

_NOBODYS: Final = re.compile(r"[79]00[0-9]{7}")
"""Numbers that the numbering plan gives to nobody (0 after 070 and 090), and so to examples."""

_LONGER: Final = re.compile("[5-9]0")
_DIGITS: Final = (9, 10)
"""Digits after the first 0: of a fixed line; of 050, 060, 070, 080 and 090."""


def phone(text: str) -> str:
    """A person's telephone number in E.164: `090-1234-5678` gives `+819012345678`.

    A number without `+` and country code is Japanese. Whether a number can exist is known from the numbering
    plans that `phonenumbers` keeps; 060 is among its Japanese mobile prefixes.

    Raises:
        Wrong: `PHONE_CHARACTERS`, `PHONE_LENGTH` (Japan), `PHONE_UNKNOWN`, `PHONE_FREE_DIAL` (0120 and 0800 are
            a company's) or `PHONE_KIND` (0570, 0990, 020 and the like); `TEXT_…`.
    """
    typed = dashed(plain(text, _PHONE_TYPED).replace("ー", "-"))
    if not _SHAPE.fullmatch(typed):
        raise Wrong("PHONE_CHARACTERS")
    number = _parsed(typed)
    if number is None:
        raise Wrong("PHONE_UNKNOWN")
    if not phonenumbers.is_valid_number(number) and not _is_nobodys(number):
        raise Wrong("PHONE_LENGTH" if _is_misjudged(number) else "PHONE_UNKNOWN")
    kind = phonenumbers.number_type(number)
    if kind not in _PERSONAL and not _is_nobodys(number):
        raise Wrong(_OTHERS.get(kind, "PHONE_KIND"))
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _parsed(typed: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(typed, _JAPAN)
    except NumberParseException:
        return None


def _is_nobodys(number: PhoneNumber) -> bool:
    return number.country_code == _JAPAN_CODE and bool(_NOBODYS.fullmatch(_national(number)))


def _is_misjudged(number: PhoneNumber) -> bool:
    """A Japanese number with a digit too many or too few."""
    national = _national(number)
    return number.country_code == _JAPAN_CODE and len(national) != _DIGITS[bool(_LONGER.match(national))]


def _national(number: PhoneNumber) -> str:
    return phonenumbers.national_significant_number(number)


def email(text: str) -> str:
    """One e-mail address (RFC 5322 mailbox without a display name), its domain in small letters.

    A domain in other scripts becomes its ASCII form (IDNA). Nothing is asked of the network.

    Raises:
        Wrong: `EMAIL_ASCII` for other scripts before the @ (SMTPUTF8, RFC 6531: many servers cannot deliver
            it), `EMAIL_SHAPE`; `TEXT_…`.
    """
    typed = plain(text, EMAIL_LONGEST)
    address = _mailbox(typed)
    if address is None or len(address) > EMAIL_LONGEST:
        raise Wrong("EMAIL_SHAPE" if typed.rpartition("@")[0].isascii() else "EMAIL_ASCII")
    return address


def _mailbox(typed: str) -> str | None:
    try:
        return validate_email(typed, check_deliverability=False, allow_smtputf8=False).ascii_email
    except EmailNotValidError:
        return None
