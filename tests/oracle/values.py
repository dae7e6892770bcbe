"""The values of a person's fields, those made from others included, worked out anew."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.oracle.people import Person

COLUMNS = {
    "User.id": "id",
    "User.version": "version",
    "User.registeredAt": "registered_at",
    "User.name.roman": "name_roman",
    "User.name.kanji": "name_kanji",
    "User.name.kana": "name_kana",
    "User.email": "email",
    "User.phone": "phone",
    "User.birthDate": "birth_date",
    "User.address.postalCode": "postal_code",
    "User.address.prefecture": "prefecture",
    "User.address.city": "city",
    "User.address.town": "town",
    "User.address.block": "block",
    "User.address.building": "building",
    "User.residenceCard.number": "card_number",
    "User.residenceCard.status": "card_status",
    "User.residenceCard.workRestriction": "card_work_restriction",
    "User.residenceCard.otherActivity": "card_other_activity",
    "User.residenceCard.periodOfStay": "card_period_of_stay",
    "User.residenceCard.stayExpiresOn": "card_stay_expires_on",
    "User.residenceCard.validUntil": "card_valid_until",
    "User.residenceCard.issuedOn": "card_issued_on",
    "User.residenceCard.nationality": "card_nationality",
    "User.residenceCard.sex": "card_sex",
}
OBJECTS = ("name", "address", "residenceCard")


def parts(object_name: str) -> list[str]:
    """The fields of a nested object."""
    return [path for path in COLUMNS if path.startswith(f"User.{object_name}.")]


def value(person: Person, path: str, today: date) -> Any:
    """The value of a field."""
    made = MADE.get(path)
    return person.row[COLUMNS[path]] if made is None else made(person.row, today)


def _initials(row: dict[str, Any], _today: date) -> str | None:
    name = row["name_roman"]
    return None if not name else " ".join(part[0].upper() + "." for part in name.split())


def _email(row: dict[str, Any], _today: date) -> str | None:
    email: str | None = row["email"]
    if not email or "@" not in email:
        return None
    at = email.rindex("@")
    return email[:at][:1] + "***" + email[at:]


def _phone(row: dict[str, Any], _today: date) -> str | None:
    phone: str | None = row["phone"]
    return "*" * (len(phone) - 2) + phone[-2:] if phone else None


def _age(row: dict[str, Any], today: date) -> str | None:
    birth = row["birth_date"]
    if birth is None:
        return None
    grown = (today.month, today.day) >= (birth.month, birth.day)
    if (birth.month, birth.day) == (2, 29) and (today.month, today.day) == (2, 28):
        grown = True
    age = today.year - birth.year - (not grown)
    if age < 18:
        return "UNDER_18"
    for least, most in STEPS:
        if age <= most:
            return f"{least}-{most}"
    return "60+"


STEPS = ((18, 24), (25, 29), (30, 34), (35, 39), (40, 49), (50, 59))
AGES = {"UNDER_18", *(f"{least}-{most}" for least, most in STEPS), "60+"}


def _eligibility(row: dict[str, Any], today: date) -> str | None:
    restriction, until = row["card_work_restriction"], row["card_stay_expires_on"]
    if restriction is None:
        return None
    if until is None:
        return "ELIGIBLE" if restriction == "NONE" else "NEEDS_CHECK"
    if today > until:
        waits = row["stay_pending"] and today - until <= timedelta(days=61)
        return "NEEDS_CHECK" if waits else "NOT_ELIGIBLE"
    if restriction == "NOT_PERMITTED":
        return "NEEDS_CHECK" if row["card_other_activity"] == "PERMITTED_28_HOURS" else "NOT_ELIGIBLE"
    return "NEEDS_CHECK" if restriction == "DESIGNATED" else "ELIGIBLE"


MADE: dict[str, Callable[[dict[str, Any], date], str | None]] = {
    "User.initials": _initials,
    "User.emailMasked": _email,
    "User.phoneMasked": _phone,
    "User.ageBand": _age,
    "User.workEligibility": _eligibility,
}
