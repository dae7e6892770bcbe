"""What holds of every format, whatever is typed."""
# ruff: noqa: SLF001 - full-width text is the point; only `_meta` knows how long a column is

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

import jaconv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.formats import card, contact, names
from models.formats.address import PARTS, complete
from models.formats.answer import answer
from models.formats.dates import birth_date
from models.formats.dates import date as read_date
from models.formats.era import ERAS
from models.formats.fields import FIELDS
from models.formats.form import read_person
from models.formats.nationality import nationality
from models.formats.period import period_of_stay
from models.formats.postal import towns
from models.formats.screening import findings, refused
from models.formats.status import Status, status
from models.formats.wrong import SENTENCES, Wrong
from models.user import User
from policies.banned import banned
from policies.edition import Edition
from policies.form import Kind
from tests.models.formats.test_answer import question

TODAY = date(2026, 11, 22)

ANY = st.text(st.characters(exclude_categories=()), max_size=60)
"""Any text, halves of pairs and all."""

LIKELY: Mapping[str, tuple[Callable[[str], Any], st.SearchStrategy[str]]] = {
    "phone": (contact.phone, st.from_regex(r"(\+81 ?|\+84|0)[0-9 ()-]{7,13}", fullmatch=True)),
    "email": (
        contact.email,
        st.from_regex(r"[a-zA-Z0-9.+_-]{1,20}@[a-zA-Z0-9例え.-]{3,20}\.jp", fullmatch=True),
    ),
    "name_roman": (names.name_roman, st.text("ANan '-.\u2019\u3000", min_size=1)),
    "name_kanji": (names.name_kanji, st.text("李明\ufa19々ソのｱ・ \u3099\U000e0100", min_size=1)),
    "name_kana": (names.name_kana, st.text("ｱｶﾞーァう\u309b\u3099ゞ・･ ", min_size=1)),
    "postal_code": (PARTS["postalCode"].read, st.from_regex("〒?[0-9]{3}[-ー ]?[0-9]{4}", fullmatch=True)),
    "prefecture": (
        PARTS["prefecture"].read,
        st.sampled_from(["東京都", "京都", "Ōsaka-fu", "JP-47", "gunma"]),
    ),
    "city": (PARTS["city"].read, st.text("渋谷区ﾊﾞー1-\u2212 Ａ", min_size=1)),
    "building": (PARTS["building"].read, st.text("コーポ\uff8aﾟ０ー1号室 ()", min_size=1)),
    "date": (
        lambda text: read_date(text).isoformat(),
        st.one_of(
            st.dates().map(str),
            st.dates(date(1868, 1, 1)).map(lambda day: f"{day:%Y年%m月%d日}"),
            st.builds(
                "{}{}年{}月{}日".format,
                st.sampled_from([each.ja for each in ERAS]),
                st.integers(0, 64),
                st.integers(1, 12),
                st.integers(1, 31),
            ),
        ),
    ),
    "birth_date": (
        lambda text: birth_date(text, TODAY).isoformat(),
        st.dates(date(1900, 1, 1), date(2030, 1, 1)).map(str),
    ),
    "card_number": (
        card.card_number,
        st.from_regex(r"[A-Za-z]{2}[ -]?[0-9]{7,8}[ -]?[A-Za-z]{2}", fullmatch=True),
    ),
    "status": (status, st.sampled_from([name for each in Status for name in (each.value, each.ja)])),
    "work_restriction": (card.work_restriction, st.sampled_from(["就労不可", "NONE", "designated"])),
    "other_activity": (card.other_activity, st.sampled_from(["なし", "NONE", "PERMITTED_28_HOURS"])),
    "sex": (card.sex, st.sampled_from(["F", "m", "女"])),
    "period_of_stay": (
        period_of_stay,
        st.from_regex("(P[0-9]{1,2}[YMD]|[0-9]年[0-9]{1,2}月)", fullmatch=True),
    ),
    "nationality": (nationality, st.sampled_from(["VN", "vnm", "台湾", "Palestine", "U.S.A."])),
    **{
        kind.value: (
            partial(answer, question(kind, *(("0", "60") if kind is Kind.NUMBER else ("YES", "NO")))),
            st.sampled_from(["YES", "12", "2026-01-01", "あ\r\nい"]),
        )
        for kind in Kind
        if kind is not Kind.MULTI_CHOICE
    },
}
"""Each format with texts of which it accepts some."""

EACH = pytest.mark.parametrize("name", LIKELY)


def tried(read: Callable[[str], Any], text: str) -> Any:
    """The value, or the Wrong; any other exception is a failure."""
    found: Any
    try:
        found = read(text)
    except Wrong as wrong:
        found = wrong
    assert not isinstance(found, Wrong) or found.__context__ is None
    return found


def widened(text: str) -> str:
    return jaconv.h2z(text, kana=False, ascii=True, digit=True)


@EACH
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_kept_value_is_read_as_itself(name: str, data: st.DataObject) -> None:
    read, likely = LIKELY[name]
    value = tried(read, data.draw(st.one_of(likely, likely.map(widened), ANY)))
    if not isinstance(value, Wrong):
        assert read(str(value)) == value


@EACH
def test_each_format_accepts_some_of_what_is_likely(name: str) -> None:
    read, likely = LIKELY[name]
    accepted = []

    @settings(max_examples=100, database=None, deadline=None)
    @given(likely)
    def attempt(text: str) -> None:
        accepted.append(not isinstance(tried(read, text), Wrong))

    attempt()
    assert any(accepted)


@EACH
@settings(max_examples=150, deadline=None)
@given(text=ANY)
def test_nothing_but_wrong_is_ever_raised(name: str, text: str) -> None:
    tried(LIKELY[name][0], text)


@EACH
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_sentence_does_not_hold_the_input(name: str, data: st.DataObject) -> None:
    read, likely = LIKELY[name]
    mark = data.draw(st.from_regex("[a-z]{4}Q[0-9]{7}", fullmatch=True))
    text = data.draw(st.one_of(likely, ANY)) + mark
    found = tried(read, text)
    if isinstance(found, Wrong):
        assert mark not in f"{found.en}{found.ja}{found.argument}{found.args}"
        assert text not in (found.en, found.ja)
        assert found.code in SENTENCES


@settings(max_examples=150, deadline=None)
@given(ANY)
def test_the_searches_fail_for_no_text(text: str) -> None:
    findings(text)
    banned(text)
    tried(refused, text)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 9_999_999),
    st.sampled_from([None, "JP-13", "JP-01"]),
    st.sampled_from([None, "中央区", "町"]),
)
def test_a_completed_address_is_completed_as_itself(
    digits: int, prefecture: str | None, town: str | None
) -> None:
    code = f"{digits:07}"
    columns = tried(lambda text: complete(text, prefecture, None, town), code)
    if isinstance(columns, Wrong):
        assert columns.argument in {"address.postalCode", "address.prefecture", "address.town"}
        return
    again = complete(*(columns[each] for each in ("postal_code", "prefecture", "city", "town")))
    assert again == columns
    assert columns["prefecture"] in {each.prefecture for each in towns(f"{code[:3]}-{code[3:]}")} | {None}


@pytest.mark.parametrize("path", FIELDS)
def test_a_value_fits_its_column(path: str) -> None:
    column = User._meta.fields_map[FIELDS[path].column]
    longest = getattr(column, "max_length", None)
    for text in ("A" * 250, "李" * 250, "ア" * 250, "１" * 250, "a" * 240 + "@example.jp"):
        value = tried(lambda text: FIELDS[path].read(text, TODAY), text)
        assert isinstance(value, Wrong) or longest is None or len(str(value)) <= longest


def longest_of(column: str) -> int:
    """How many characters a column holds."""
    return int(getattr(User._meta.fields_map[column], "max_length"))  # noqa: B009 - of some kinds of field alone


def test_the_limits_are_those_of_the_columns() -> None:
    longest = {
        "name.roman": "A",
        "name.kanji": "李",
        "name.kana": "ア",
        "address.city": "市",
        "address.town": "町",
        "address.block": "号",
        "address.building": "室",
    }
    for path, letter in longest.items():
        most = longest_of(FIELDS[path].column)
        assert FIELDS[path].read(letter * most, TODAY) == letter * most
        with pytest.raises(Wrong, match=f"at most {most} "):
            FIELDS[path].read(letter * (most + 1), TODAY)
    assert max(len(each.value) for each in Status) <= longest_of("card_status")


SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | ANY
JSON = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY, inner, max_size=3)
)
STEPS = sorted({step for path in FIELDS for step in path.split(".")} | {"answers", "cardImage"})
PERSON = st.dictionaries(
    st.sampled_from(STEPS) | ANY,
    JSON
    | st.dictionaries(st.sampled_from(STEPS) | ANY, SCALAR)
    | st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "key": st.sampled_from(["availableFrom", "desiredJobs", "religion"]) | ANY,
                "value": JSON,
            },
        ),
        max_size=4,
    ),
)


@settings(max_examples=300, deadline=None)
@given(PERSON, st.booleans())
def test_any_object_is_read_without_an_exception(
    edition: Edition, typed: dict[str, Any], update: bool
) -> None:
    values, mistakes = read_person(typed, edition.questions, TODAY, update=update)
    columns = {field.column for field in FIELDS.values()} | {"answers"}
    assert set(values) <= columns
    assert all(each.wrong.argument == each.path and each.wrong.code in SENTENCES for each in mistakes)
    assert len({(each.path, each.wrong.code) for each in mistakes}) <= len(mistakes)
