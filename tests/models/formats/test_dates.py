"""Dates, by the Gregorian calendar and by eras; dates of birth."""

from datetime import date, timedelta

import pytest

from models.formats.dates import birth_date
from models.formats.dates import date as read
from models.formats.era import ERAS, SOLAR, era_day
from tests.models.formats.expect import code, wrong

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "text",
    [
        "2019-05-01",
        "2019/5/1",
        "2019.05.01",
        "2019年5月1日",
        "２０１９年０５月０１日",
        "2019 - 05 - 01",
        "二〇一九年五月一日",
        "令和元年5月1日",
        "令和1/5/1",
        "R1.5.1",
        "r01-05-01",
        "㋿元年五月一日",
        "令和 元年 5月 1日",
    ],
)
def test_one_day_is_understood_however_it_is_written(text: str) -> None:
    assert read(text) == date(2019, 5, 1)


@pytest.mark.parametrize(
    ("era", "year", "last"),
    [
        ("明治", 45, date(1912, 7, 29)),
        ("大正", 15, date(1926, 12, 24)),
        ("昭和", 64, date(1989, 1, 7)),
        ("平成", 31, date(2019, 4, 30)),
    ],
)
def test_each_era_ends_the_day_before_the_next(era: str, year: int, last: date) -> None:
    following = last + timedelta(days=1)
    assert read(f"{era}{year}年{last.month}月{last.day}日") == last
    found = wrong(read, f"{era}{year}年{following.month}月{following.day}日")
    assert found.code == "ERA_ENDED"
    assert last.isoformat() in found.ja
    assert following in {each.begins for each in ERAS}


@pytest.mark.parametrize("era", ERAS[1:])
def test_each_era_begins_in_its_first_year(era: tuple[str, str, str, date]) -> None:
    name, letter, _, begins = era
    assert read(f"{name}元年{begins.month}月{begins.day}日") == begins
    assert read(f"{letter}1.{begins.month}.{begins.day}") == begins
    before = begins - timedelta(days=1)
    found = wrong(
        read, f"{name}1/{before.month}/{before.day}" if before.year == begins.year else f"{name}0/1/1"
    )
    assert found.code == "ERA_NOT_BEGUN"
    assert begins.isoformat() in found.en


def test_days_by_the_lunar_calendar_are_not_taken_for_gregorian_ones() -> None:
    assert read("明治6年1月1日") == SOLAR
    assert code(read, "明治5年12月2日") == "ERA_LUNAR"
    assert code(read, "明治元年1月25日") == "ERA_LUNAR"
    assert code(read, "明治元年1月24日") == "ERA_NOT_BEGUN"
    assert read("1872-12-31") == date(1872, 12, 31)


def test_an_unknown_era_is_a_fault_of_the_caller() -> None:
    with pytest.raises(KeyError):
        era_day("慶応", 1, 1, 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2019-02-29", "DATE_IMPOSSIBLE"),
        ("2019-13-01", "DATE_IMPOSSIBLE"),
        ("0000-01-01", "DATE_IMPOSSIBLE"),
        ("平成2年2月29日", "DATE_IMPOSSIBLE"),
        ("令和0年5月1日", "ERA_NOT_BEGUN"),
        ("01/05/2019", "DATE_SHAPE"),
        ("2019/5-1", "DATE_SHAPE"),
        ("2019年5/1", "DATE_SHAPE"),
        ("2019-5-1日", "DATE_SHAPE"),
        ("令和5年", "DATE_SHAPE"),
        ("慶応3年1月1日", "DATE_SHAPE"),
        ("May 1, 2019", "DATE_SHAPE"),
        ("٢٠١٩-٠٥-٠١", "DATE_SHAPE"),
        ("", "TEXT_BLANK"),
    ],
)
def test_what_is_no_day_is_refused_with_its_reason(text: str, reason: str) -> None:
    assert code(read, text) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-11-23", "BIRTH_FUTURE"),
        ("2026-11-22", "BIRTH_TOO_YOUNG"),
        ("2011-11-23", "BIRTH_TOO_YOUNG"),
        ("1905-11-22", "BIRTH_TOO_OLD"),
        ("明治38年11月22日", "BIRTH_TOO_OLD"),
    ],
)
def test_a_birth_date_nobody_at_work_can_have_is_refused(text: str, reason: str) -> None:
    assert code(birth_date, text, TODAY) == reason


def test_a_birth_date_is_accepted_from_the_15th_birthday_until_the_121st() -> None:
    assert birth_date("2011-11-22", TODAY) == date(2011, 11, 22)
    assert birth_date("1905-11-23", TODAY) == date(1905, 11, 23)
    assert birth_date("平成10年4月2日", TODAY) == date(1998, 4, 2)
    assert birth_date("2008-02-29", date(2026, 2, 28)) == date(2008, 2, 29)


def test_the_youngest_age_is_that_of_the_law() -> None:
    assert "Labor Standards Act, Article 56" in wrong(birth_date, "2020-01-01", TODAY).en
