"""A cell opens in its own field and row, under its own key, whole, and nowhere else."""

from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sealing.cell import LARGEST_NUMBER, MARK, CellKey, MarkKey, Unreadable, number_of
from models.sealing.datakey import MasterKey, Use, WrongMasterKey

NUMBER = "User.residenceCard.number"
SEX = "User.residenceCard.sex"
KEY = CellKey(7, b"k" * 32)


@given(plain=st.binary(max_size=200), ref=st.integers(1, (1 << 63) - 1))
def test_what_was_sealed_opens_again(plain: bytes, ref: int) -> None:
    assert KEY.open(NUMBER, ref, KEY.seal(NUMBER, ref, plain)) == plain


def test_a_cell_is_number_nonce_reference_value_and_tag_long_and_never_twice_the_same() -> None:
    first, second = (KEY.seal(NUMBER, 5, b"AB12345678CD") for _ in range(2))
    assert len(first) == 3 + 12 + 8 + 12 + 16
    assert first[:3] == second[:3] == b"\x00\x00\x07"
    assert first[3:15] != second[3:15]
    assert first[15:] != second[15:]
    assert b"AB12345678CD" not in first


@pytest.mark.parametrize("number", [1, 255, 256, LARGEST_NUMBER])
def test_a_cell_names_its_key(number: int) -> None:
    assert number_of(CellKey(number, b"k" * 32).seal(SEX, 1, b"F")) == number


@pytest.mark.parametrize(
    ("path", "ref", "key"),
    [(SEX, 5, KEY), (NUMBER, 6, KEY), (NUMBER, 5, CellKey(7, b"x" * 32))],
    ids=["another field", "another row", "another key"],
)
def test_a_cell_opens_nowhere_else(path: str, ref: int, key: CellKey) -> None:
    cell = KEY.seal(NUMBER, 5, b"AB12345678CD")
    with pytest.raises(Unreadable) as refused:
        key.open(path, ref, cell)
    assert (refused.value.path, refused.value.number) == (path, 7)
    assert key.open_all(path, [ref], [cell]) is None


def test_a_cell_with_one_bit_turned_or_cut_off_does_not_open() -> None:
    cell = KEY.seal(NUMBER, 5, b"AB12345678CD")
    spoilt = [cell[:place] + bytes([cell[place] ^ 1]) + cell[place + 1 :] for place in range(3, len(cell))]
    for each in (*spoilt, *(cell[:length] for length in range(3, len(cell)))):
        with pytest.raises(Unreadable):
            KEY.open(NUMBER, 5, each)
        assert KEY.open_all(NUMBER, [5], [each]) is None


def test_many_open_at_once_and_in_order_unless_one_of_them_is_another_s() -> None:
    refs = list(range(1, 50))
    cells = [KEY.seal(NUMBER, ref, str(ref).encode()) for ref in refs]
    assert KEY.open_all(NUMBER, refs, cells) == [str(ref).encode() for ref in refs]
    assert KEY.open_all(NUMBER, refs, [*cells[1:], cells[0]]) is None
    assert KEY.open_all(NUMBER, refs, [*cells[:-1], CellKey(8, b"8" * 32).seal(NUMBER, 49, b"49")]) is None


def test_equal_values_of_one_field_have_one_mark_and_no_others_have() -> None:
    key = MarkKey(9, b"m" * 32)
    marks = {key.mark(path, value) for path in (NUMBER, SEX) for value in ("VN", "vn", "V", "N", "", "VN ")}
    assert len(marks) == 12
    assert key.mark(NUMBER, "VN") == MarkKey(9, b"m" * 32).mark(NUMBER, "VN")
    assert key.mark(NUMBER, "VN") != MarkKey(9, b"n" * 32).mark(NUMBER, "VN")
    assert {len(mark) for mark in marks} == {24}
    assert {b64decode(mark)[:3] for mark in marks} == {b"\x00\x00\x09"}
    assert {len(b64decode(mark)) for mark in marks} == {3 + MARK}


def test_a_field_and_its_value_cannot_be_cut_elsewhere_for_the_same_mark() -> None:
    key = MarkKey(9, b"m" * 32)
    assert key.mark("User.a", "b.c") != key.mark("User.a.b", "c")


def test_a_wrapped_key_opens_with_its_master_key_in_its_own_row_only() -> None:
    master, secret = MasterKey(b"m" * 32), b"s" * 32
    wrapped = master.wrap(3, Use.CELL, secret)
    assert secret not in wrapped
    assert master.unwrap(3, Use.CELL, wrapped) == secret
    spoilt = wrapped[:-1] + bytes([wrapped[-1] ^ 1])
    for other, number, use, kept in (
        (MasterKey(b"n" * 32), 3, Use.CELL, wrapped),
        (master, 4, Use.CELL, wrapped),
        (master, 3, Use.MARK, wrapped),
        (master, 3, Use.CELL, spoilt),
        (master, 3, Use.CELL, b""),
    ):
        with pytest.raises(WrongMasterKey, match="is not the one that wrapped the data keys"):
            other.unwrap(number, use, kept)
