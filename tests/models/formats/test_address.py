"""Addresses against the table of postal codes."""

import pytest

from models.formats.address import complete, read_address
from models.formats.postal import postal_code, towns
from models.formats.prefecture import prefecture
from tests.models.formats.expect import code, wrong


@pytest.mark.parametrize(
    "text", ["１００－０００１", "〒100-0001", "100 0001", "1000001", "100ー0001", "〒１００−０００１"]
)
def test_a_postal_code_is_understood_however_it_is_written(text: str) -> None:
    assert postal_code(text) == "100-0001"


@pytest.mark.parametrize("text", ["100-000", "100-00011", "10A-0001", "一〇〇"])
def test_a_postal_code_has_seven_digits(text: str) -> None:
    assert code(postal_code, text) == "POSTAL_CODE_SHAPE"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("JP-13", "JP-13"),
        ("jp-13", "JP-13"),
        ("東京都", "JP-13"),
        ("東京", "JP-13"),
        ("Tokyo", "JP-13"),
        ("TOKYO-TO", "JP-13"),
        ("京都", "JP-26"),
        ("京都府", "JP-26"),
        ("Ōsaka Prefecture", "JP-27"),
        ("北海道", "JP-01"),
        ("Hokkaidō", "JP-01"),
        ("Gumma", "JP-10"),
        ("鹿児島県", "JP-46"),
    ],
)
def test_a_prefecture_is_kept_as_its_code(text: str, kept: str) -> None:
    assert prefecture(text) == kept


@pytest.mark.parametrize("text", ["JP-00", "JP-48", "東京府", "California", "都", "県"])
def test_no_other_prefecture_exists(text: str) -> None:
    assert code(prefecture, text) == "PREFECTURE"


def test_there_are_47_prefectures_each_known_by_the_name_in_the_table() -> None:
    codes = {f"JP-{number:02}" for number in range(1, 48)}
    assert {prefecture(each) for each in codes} == codes


def test_a_code_fills_what_it_tells() -> None:
    assert complete("100-0001") == {
        "postal_code": "100-0001",
        "prefecture": "JP-13",
        "city": "千代田区",
        "town": "千代田",
        "block": None,
        "building": None,
    }


def test_a_code_confirms_what_was_given_and_spells_it_as_the_table_does() -> None:
    given = complete(
        "〒150-0041", "Tokyo", "渋谷区", "神南", block="１－２ー３", building="コーポさくら　１０１"
    )
    assert list(given.values()) == ["150-0041", "JP-13", "渋谷区", "神南", "1-2-3", "コーポさくら 101"]
    assert complete("150-0041", city="Shibuya-ku", town="Jinnan") == complete("150-0041")


@pytest.mark.parametrize(
    ("argument", "reason", "given"),
    [
        ("address.postalCode", "POSTAL_CODE_UNKNOWN", {"postal_code": "999-9999"}),
        ("address.postalCode", "POSTAL_CODE_SHAPE", {"postal_code": "999"}),
        ("address.prefecture", "ADDRESS_PREFECTURE", {"postal_code": "150-0041", "prefecture": "大阪府"}),
        ("address.prefecture", "PREFECTURE", {"postal_code": "150-0041", "prefecture": "Edo"}),
        ("address.city", "ADDRESS_CITY", {"postal_code": "150-0041", "city": "新宿区"}),
        ("address.city", "ADDRESS_CITY", {"postal_code": "150-0041", "city": "Shinjuku-ku"}),
        ("address.city", "ADDRESS_CITY", {"postal_code": "150-0041", "city": "区"}),
        ("address.town", "ADDRESS_TOWN", {"postal_code": "150-0041", "town": "代々木"}),
        ("address.building", "TEXT_CHARACTERS", {"building": "101\x07"}),
        ("address.block", "TEXT_TOO_LONG", {"block": "1" * 101}),
        ("address.building", "INDIVIDUAL_NUMBER", {"building": "123456789018"}),
    ],
)
def test_a_mismatch_names_the_argument(argument: str, reason: str, given: dict[str, str]) -> None:
    found = wrong(complete, **given)
    assert (found.argument, found.code) == (argument, reason)


def test_every_mismatch_is_told_at_once() -> None:
    _, mistakes = read_address(
        {"postalCode": "150-0041", "prefecture": "大阪府", "city": "新宿区", "town": "代々木"}
    )
    assert [(each.path, each.wrong.code) for each in mistakes] == [
        ("address.prefecture", "ADDRESS_PREFECTURE"),
        ("address.city", "ADDRESS_CITY"),
        ("address.town", "ADDRESS_TOWN"),
    ]


@pytest.mark.parametrize(
    ("postal", "given", "kept"),
    [
        ("604-0925", "寺町通御池上る上本能寺前町", "寺町通御池上る上本能寺前町"),
        ("060-0001", "北１条西", "北一条西"),
        ("060-0001", "北一条西３丁目", "北一条西3丁目"),
        ("100-0013", "霞ヶ関", "霞が関"),
        ("070-0026", "西一条", None),
        ("105-0001", "虎の門", "虎ノ門"),
    ],
)
def test_a_town_is_known_in_other_spellings_and_with_more_around_it(
    postal: str, given: str, kept: str | None
) -> None:
    if kept is None:
        assert wrong(complete, postal, town=given).argument == "address.town"
    else:
        assert complete(postal, town=given)["town"] == kept


@pytest.mark.parametrize(
    ("postal", "given", "kept"),
    [
        ("618-0000", "島本町", "三島郡島本町"),
        ("618-0000", "三島郡島本町", "三島郡島本町"),
        ("004-0000", "清田区", "札幌市清田区"),
        ("004-0000", "札幌市", "札幌市"),
        ("060-0001", "札幌市", "札幌市中央区"),
        ("060-0001", "Sapporo-shi Chūō-ku", "札幌市中央区"),
        ("963-8001", "郡山市", "郡山市"),
    ],
)
def test_a_city_is_known_without_its_county_or_ward(postal: str, given: str, kept: str) -> None:
    assert complete(postal, city=given)["city"] == kept


def test_a_code_of_several_cities_fills_only_what_they_share() -> None:
    shared = complete("004-0000")
    assert (shared["prefecture"], shared["city"], shared["town"]) == ("JP-01", None, None)


def test_a_code_of_two_prefectures_is_settled_by_any_part_that_tells_them_apart() -> None:
    assert complete("498-0000")["prefecture"] is None
    assert complete("498-0000", prefecture="Mie")["city"] == "桑名郡木曽岬町"
    assert complete("498-0000", city="弥富市")["prefecture"] == "JP-23"
    assert wrong(complete, "498-0000", prefecture="Gifu").argument == "address.prefecture"


def test_a_town_settles_the_city_where_a_code_has_several() -> None:
    several = towns("999-4554")
    assert {each.city for each in several} == {"尾花沢市", "北村山郡大石田町"}
    assert complete("999-4554", town="鷹巣")["city"] == "北村山郡大石田町"


def test_a_code_for_the_rest_of_a_city_takes_any_town() -> None:
    assert complete("100-0000", town="どこか")["town"] == "どこか"


def test_the_code_of_an_office_is_a_postal_code_too() -> None:
    assert complete("060-8621")["city"] == "札幌市中央区"


def test_without_a_code_parts_are_only_folded() -> None:
    given = complete(prefecture="大阪", city="Ｏｓａｋａ－ｓｈｉ")
    assert (given["prefecture"], given["city"], given["postal_code"]) == ("JP-27", "Osaka-shi", None)


def test_a_code_in_no_table_has_no_towns() -> None:
    assert towns("000-0000") == ()
