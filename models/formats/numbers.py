"""Numbers that belong to somebody: the Individual Number, that of a payment card, that of a residence card."""

import re
from typing import Final

from stdnum import luhn
from stdnum.jp import in_ as individual_number

RESIDENCE_CARD: Final = re.compile("[A-Z]{2}[0-9]{8}[A-Z]{2}")
"""Two letters, eight digits, two letters (ICRRA Rules 19-6(5))."""

_START, _END = "(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"
_RESIDENCE_CARD: Final = re.compile(
    f"{_START}(?:[A-Za-z]{{2}}[0-9]{{8}}[A-Za-z]{{2}}|[A-Z]{{2}}([ -])[0-9]{{8}}\\1[A-Z]{{2}}){_END}"
)
_INDIVIDUAL: Final = re.compile(
    rf"(?<![0-9A-Za-z+])(?=([0-9]{{12}}|[0-9]{{4}}([ .-])[0-9]{{4}}\2[0-9]{{4}}){_END})"
)
_PAYMENT: Final = re.compile(
    rf"{_START}(?=([2-6][0-9]{{12,18}}|[2-6][0-9]{{3}}([ .-])(?:"
    rf"[0-9]{{4}}\2[0-9]{{4}}\2[0-9]{{4}}(?:\2[0-9]{{1,3}})?|[0-9]{{6}}\2[0-9]{{4,5}})){_END})"
)
"""13 to 19 digits that begin with 2 to 6, as banks' do (ISO/IEC 7812), together or in the groups of a card."""

_NOT_DIGITS: Final = re.compile("[^0-9]")


def is_individual_number(digits: str) -> bool:
    """Twelve digits with the right check digit: an Individual Number (個人番号, My Number)."""
    return individual_number.is_valid(digits)


def holds_individual_number(text: str) -> bool:
    """A folded text holds one, together or in groups of four; a telephone number after `+` is none."""
    return any(is_individual_number(digits) for digits in _digits(_INDIVIDUAL, text))


def holds_payment_card(text: str) -> bool:
    """A folded text holds what passes the check of a credit or debit card's number (Luhn)."""
    return any(luhn.is_valid(digits) for digits in _digits(_PAYMENT, text))


def holds_residence_card(text: str) -> bool:
    """A folded text holds what is laid out like a residence card number."""
    return bool(_RESIDENCE_CARD.search(text))


def _digits(shape: re.Pattern[str], text: str) -> list[str]:
    return [_NOT_DIGITS.sub("", found[1]) for found in shape.finditer(text)]
