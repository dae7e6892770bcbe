"""The form of one person, read at once."""

from datetime import date
from typing import Any

import pytest

from models.demo.people import Person, people
from models.formats.form import read_person
from policies.edition import Edition

TODAY = date(2026, 11, 22)

FULL: dict[str, Any] = {
    "name": {"roman": "NGUYEN VAN AN", "kanji": None, "kana": "ｸﾞｴﾝ･ｳﾞｧﾝ･ｱﾝ"},
    "email": "an@EXAMPLE.jp",
    "phone": "060-1234-5678",
    "birthDate": "平成10年4月2日",
    "address": {"postalCode": "1500041", "block": "1-2-3", "building": "コーポさくら 101号室"},
    "residenceCard": {
        "number": "ab12345678cd",
        "status": "技術・人文知識・国際業務",
        "workRestriction": "在留資格に基づく就労活動のみ可",
        "otherActivity": "なし",
        "periodOfStay": "3年",
        "stayExpiresOn": "2028年4月1日",
        "validUntil": date(2028, 4, 1),
        "nationality": "ベトナム",
        "sex": "男",
        "issuedOn": "2025-04-01",
    },
    "answers": [{"key": "japaneseLevel", "value": "N2"}, {"key": "desiredJobs", "values": ["IT"]}],
}

LEAST: dict[str, Any] = {"name": {"roman": "LI MING"}, "email": "li@example.jp", "birthDate": "1998-04-02"}


def told(edition: Edition, given: dict[str, Any], *, update: bool = False) -> list[tuple[str, str]]:
    _, mistakes = read_person(given, edition.questions, TODAY, update=update)
    return [(each.path, each.wrong.code) for each in mistakes]


def test_everything_a_person_types_becomes_the_values_of_columns(edition: Edition) -> None:
    values, mistakes = read_person(FULL, edition.questions, TODAY)
    assert not mistakes
    assert values == {
        "name_roman": "NGUYEN VAN AN",
        "name_kanji": None,
        "name_kana": "グエン・ヴァン・アン",
        "email": "an@example.jp",
        "phone": "+816012345678",
        "birth_date": date(1998, 4, 2),
        "postal_code": "150-0041",
        "prefecture": "JP-13",
        "city": "渋谷区",
        "town": "神南",
        "block": "1-2-3",
        "building": "コーポさくら 101号室",
        "card_number": "AB12345678CD",
        "card_status": "Engineer/Specialist in Humanities/International Services",
        "card_work_restriction": "BY_STATUS",
        "card_other_activity": "NONE",
        "card_period_of_stay": "P3Y",
        "card_stay_expires_on": date(2028, 4, 1),
        "card_valid_until": date(2028, 4, 1),
        "card_nationality": "VN",
        "card_sex": "M",
        "card_issued_on": date(2025, 4, 1),
        "answers": {"japaneseLevel": "N2", "desiredJobs": ["IT"]},
    }


def test_name_mail_and_birth_date_are_enough(edition: Edition) -> None:
    values, mistakes = read_person(LEAST, edition.questions, TODAY)
    assert not mistakes
    assert values == {"name_roman": "LI MING", "email": "li@example.jp", "birth_date": date(1998, 4, 2)}


def test_without_them_nobody_is_registered(edition: Edition) -> None:
    needed = [("name.roman", "REQUIRED"), ("email", "REQUIRED"), ("birthDate", "REQUIRED")]
    assert told(edition, {}) == needed
    assert told(edition, {"name": None, "email": None, "birthDate": None}) == needed
    assert told(edition, {"name": {"kana": "リー"}, "email": "li@example.jp"}) == [needed[0], needed[2]]


@pytest.mark.parametrize(
    ("card", "found"),
    [
        (None, []),
        ({}, []),
        ({"number": None, "status": None}, []),
        ({"number": "AB12345678CD", "validUntil": "2028-04-01"}, []),
        ({"number": "AB12345678CD", "stayExpiresOn": "2028-04-01"}, []),
        ({"number": "AB12345678CD"}, [("residenceCard.validUntil", "CARD_END_REQUIRED")]),
        ({"validUntil": "2028-04-01"}, [("residenceCard.number", "REQUIRED")]),
        (
            {"status": "留学"},
            [("residenceCard.number", "REQUIRED"), ("residenceCard.validUntil", "CARD_END_REQUIRED")],
        ),
        ({"number": "?", "validUntil": "2028-04-01"}, [("residenceCard.number", "CARD_NUMBER")]),
    ],
)
def test_of_a_card_only_number_and_one_end_are_needed(
    edition: Edition, card: Any, found: list[tuple[str, str]]
) -> None:
    assert told(edition, {**LEAST, "residenceCard": card}) == found


def test_every_mistake_is_told_at_once_with_its_path(edition: Edition) -> None:
    given = {
        "name": {"roman": "王", "kana": "wang"},
        "email": "wang",
        "phone": "0120-123-456",
        "birthDate": "2020-01-01",
        "address": {"postalCode": "150-0041", "prefecture": "大阪府", "building": "\x00"},
        "residenceCard": {"number": "123456789018", "validUntil": "2020-01-01", "issuedOn": "2024-01-01"},
        "answers": [{"key": "availableFrom", "value": "soon"}, {"key": "religion", "value": "-"}],
    }
    assert told(edition, given) == [
        ("name.roman", "NAME_ROMAN"),
        ("name.kana", "NAME_KANA"),
        ("email", "EMAIL_SHAPE"),
        ("phone", "PHONE_FREE_DIAL"),
        ("birthDate", "BIRTH_TOO_YOUNG"),
        ("residenceCard.number", "INDIVIDUAL_NUMBER"),
        ("address.building", "TEXT_CHARACTERS"),
        ("address.prefecture", "ADDRESS_PREFECTURE"),
        ("residenceCard.validUntil", "CARD_VALID_ENDED"),
        ("answers.availableFrom", "DATE_SHAPE"),
        ("answers.1", "BANNED_RELIGION"),
    ]


@pytest.mark.parametrize(
    ("extra", "found"),
    [
        ({"nickname": "An"}, ("nickname", "FIELD_UNKNOWN")),
        ({"placeOfBirth": "Hanoi"}, ("placeOfBirth", "BANNED_ORIGIN")),
        ({"my_number": None}, ("my_number", "BANNED_INDIVIDUAL_NUMBER")),
        ({"residenceCard": {"image": "…"}}, ("residenceCard.image", "BANNED_IMAGE")),
        ({"address": {"country": "JP"}}, ("address.country", "FIELD_UNKNOWN")),
        ({"name": "An"}, ("name", "OBJECT_EXPECTED")),
        ({"phone": {"home": "1"}}, ("phone", "TEXT_EXPECTED")),
        ({"phone": True}, ("phone", "TEXT_EXPECTED")),
        ({"name.kana": "アン"}, ("", "FIELD_UNKNOWN")),
        ({"an@example.jp": "1"}, ("", "FIELD_UNKNOWN")),
        ({"address": {"東京 太郎": "1"}}, ("address", "FIELD_UNKNOWN")),
    ],
)
def test_what_the_form_has_no_place_for_is_a_mistake(
    edition: Edition, extra: dict[str, Any], found: tuple[str, str]
) -> None:
    assert told(edition, extra, update=True) == [found]


def test_an_update_needs_nothing_and_none_empties_what_is_optional(edition: Edition) -> None:
    given = {"phone": None, "name": {"kana": None}, "answers": [{"key": "nightShift", "value": None}]}
    values, mistakes = read_person(given, edition.questions, TODAY, update=True)
    assert not mistakes
    assert values == {"phone": None, "name_kana": None, "answers": {"nightShift": None}}
    assert read_person({}, edition.questions, TODAY, update=True) == ({}, [])


def test_an_update_may_take_away_card_address_and_answers_whole(edition: Edition) -> None:
    given = {"residenceCard": None, "address": None, "answers": None}
    values, mistakes = read_person(given, edition.questions, TODAY, update=True)
    assert not mistakes
    assert values.pop("answers") == dict.fromkeys(edition.questions)
    assert set(values.values()) == {None}
    assert {"card_number", "card_issued_on", "postal_code", "building"} <= set(values)
    assert len(values) == 16


def test_an_update_does_not_empty_what_is_needed(edition: Edition) -> None:
    assert told(edition, {"name": None, "email": None}, update=True) == [
        ("name.roman", "REQUIRED"),
        ("email", "REQUIRED"),
    ]
    assert told(edition, {"residenceCard": {"number": None}}, update=True) == [
        ("residenceCard.number", "REQUIRED")
    ]
    ends = {"validUntil": None, "stayExpiresOn": None}
    assert told(edition, {"residenceCard": ends}, update=True) == [
        ("residenceCard.validUntil", "CARD_END_REQUIRED")
    ]
    assert (
        told(edition, {"residenceCard": {"validUntil": None, "stayExpiresOn": "2028-01-01"}}, update=True)
        == []
    )


def test_a_registration_leaves_out_answers_that_are_not_given(edition: Edition) -> None:
    given = {
        **LEAST,
        "answers": [{"key": "nightShift", "value": None}, {"key": "education", "value": "MASTER"}],
    }
    values, _ = read_person(given, edition.questions, TODAY)
    assert values["answers"] == {"education": "MASTER"}
    assert "answers" not in read_person({**LEAST, "answers": None}, edition.questions, TODAY).values


def typed(person: Person) -> dict[str, Any]:
    """A person of the demonstration as they would fill in the form."""
    columns = person.personal()
    card = {"issuedOn": "issued_on", "stayExpiresOn": "stay_expires_on", "validUntil": "valid_until"}
    card |= {"workRestriction": "work_restriction", "otherActivity": "other_activity"}
    card |= {"periodOfStay": "period_of_stay"} | {
        name: name for name in ("number", "status", "nationality", "sex")
    }
    answers = [
        {"key": key, "values" if isinstance(value, list) else "value": value}
        for key, value in person.answers.items()
    ]
    return {
        "name": {name: columns[f"name_{name}"] for name in ("roman", "kanji", "kana")},
        "email": columns["email"],
        "phone": columns["phone"],
        "birthDate": columns["birth_date"].isoformat(),
        "address": {
            "postalCode": columns["postal_code"],
            **{name: columns[name] for name in ("prefecture", "city", "town", "block", "building")},
        },
        "residenceCard": {name: columns[f"card_{column}"] for name, column in card.items()},
        "answers": answers,
    }


def test_everybody_of_the_demonstration_is_read_as_themselves(edition: Edition) -> None:
    for person in people(1000, 20261122, edition, TODAY):
        values, mistakes = read_person(typed(person), edition.questions, TODAY)
        kept = person.personal()
        kept.pop("stay_pending")
        assert not mistakes, [(each.path, each.wrong.code) for each in mistakes]
        assert values == kept
