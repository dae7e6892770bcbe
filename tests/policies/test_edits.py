"""The edits of a draft: made, applied, and brought onto another edition."""

import time
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.drafts.edits import FIRST, Conflict, Edit, apply, compare, rebase
from policies.edition import Edition, PolicyError
from policies.table import COLUMNS
from tests.policies.world import edition

TABLE = "roles"
WIDTH = len(COLUMNS[TABLE])


def row(key: str, text: str = "") -> list[str]:
    return [key, *[text] * (WIDTH - 1)]


def tables(*rows: list[str]) -> dict[str, list[list[str]]]:
    return {TABLE: list(rows)}


def keys(of: Mapping[str, list[list[str]]]) -> str:
    return "".join(each[0] for each in of[TABLE])


some_rows = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("xyz")), unique_by=lambda one: one[0]
).map(lambda pairs: tables(*(row(key, text) for key, text in pairs)))


@given(some_rows, some_rows)
def test_what_two_editions_differ_in_makes_the_one_of_the_other(
    before: dict[str, list[list[str]]], after: dict[str, list[list[str]]]
) -> None:
    assert apply(before, compare(before, after)) == after


@given(some_rows)
def test_an_edition_differs_in_nothing_from_itself(same: dict[str, list[list[str]]]) -> None:
    assert compare(same, same) == ()


def test_a_row_changed_in_its_place_is_one_edit_and_moves_nothing() -> None:
    before = tables(*map(row, "abcd"))
    after = tables(row("a"), row("b", "x"), row("c"), row("d"))
    assert compare(before, after) == (Edit(TABLE, "b", tuple(row("b", "x"))),)


def test_one_moved_row_is_one_edit() -> None:
    (edit,) = compare(tables(*map(row, "abcd")), tables(*map(row, "dabc")))
    assert (edit.key, edit.after) == ("d", FIRST)


def test_a_new_row_without_a_place_stands_last_and_one_with_a_place_behind_it() -> None:
    edits = (Edit(TABLE, "n", tuple(row("n"))), Edit(TABLE, "m", tuple(row("m")), "a"))
    assert keys(apply(tables(*map(row, "ab")), edits)) == "ambn"


@given(
    some_rows,
    st.lists(
        st.tuples(st.sampled_from("abcdefghijk"), st.sampled_from((None, FIRST, *"abcdefghijk"))),
        unique_by=lambda one: one[0],
    ),
)
def test_each_placed_row_stands_where_it_would_had_the_ones_before_it_been_put_there_by_hand(
    before: dict[str, list[list[str]]], places: list[tuple[str, str | None]]
) -> None:
    placed = [(key, after) for key, after in places if after is not None or key not in keys(before)]
    order = [key for key in keys(before) if key not in dict(placed)]
    for key, after in placed:
        behind = after in order
        order.insert(0 if after == FIRST else order.index(after) + 1 if behind else len(order), key)
    edits = [Edit(TABLE, key, tuple(row(key)), after) for key, after in places]
    assert keys(apply(before, edits)) == "".join(order)


def seconds(many: int) -> float:
    """How long so many new rows take, each behind another of as many."""
    before = tables(*(row(f"r{number}") for number in range(many)))
    edits = [Edit(TABLE, f"n{at}", tuple(row(f"n{at}")), f"r{at * 7 % many}") for at in range(many)]
    began = time.process_time()
    assert len(apply(before, edits)[TABLE]) == 2 * many
    return time.process_time() - began


def test_eight_times_the_edits_take_about_eight_times_as_long() -> None:
    few, many = (min(seconds(count) for _ in range(3)) for count in (1_500, 12_000))
    assert many < 24 * few, "64 times as long where each looks through all"


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (Edit("colours", "a", None), "`colours` is no table of an edition"),
        (Edit(TABLE, "a", ("a", "x")), f"the row has 2 of {WIDTH} cells"),
        (Edit(TABLE, "a", tuple(row("b"))), "the row of `a` names itself `b`"),
        (Edit(TABLE, "z", None), "`z` is no row here, so it cannot be removed"),
    ],
)
def test_an_edit_that_fits_nothing_is_refused(edit: Edit, what: str) -> None:
    with pytest.raises(PolicyError, match=what):
        apply(tables(*map(row, "ab")), [edit])


def test_edits_of_other_rows_come_along() -> None:
    base, onto = tables(*map(row, "abc")), tables(row("a"), row("b", "theirs"), row("c"), row("d"))
    mine = compare(base, tables(row("a", "mine"), row("b")))
    edits, conflicts = rebase(base, mine, onto)
    assert conflicts == ()
    assert apply(onto, edits) == tables(row("a", "mine"), row("b", "theirs"), row("d"))


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (row("b", "mine"), row("b", "theirs")),
        (None, row("b", "theirs")),
        (row("b", "mine"), None),
    ],
)
def test_a_row_that_both_changed_is_a_conflict_and_the_edit_is_kept(
    mine: list[str] | None, theirs: list[str] | None
) -> None:
    base = tables(row("a"), row("b"))
    edit = Edit(TABLE, "b", tuple(mine) if mine else None)
    edits, conflicts = rebase(base, [edit], tables(row("a"), *([theirs] if theirs else [])))
    assert edits == (edit,)
    assert conflicts == (
        Conflict(
            TABLE, "b", tuple(row("b")), tuple(mine) if mine else None, tuple(theirs) if theirs else None
        ),
    )


@pytest.mark.parametrize("cells", [tuple(row("b", "same")), None])
def test_what_both_did_alike_is_no_conflict_and_falls_away(cells: tuple[str, ...] | None) -> None:
    base, edit = tables(row("a"), row("b")), Edit(TABLE, "b", cells)
    assert rebase(base, [edit], apply(base, [edit])) == ((), ())


def test_a_row_that_both_added_differently_is_a_conflict() -> None:
    base, edit = tables(row("a")), Edit(TABLE, "n", tuple(row("n", "mine")))
    edits, (conflict,) = rebase(base, [edit], tables(row("a"), row("n", "theirs")))
    assert (edits, conflict.base, conflict.theirs) == ((edit,), None, tuple(row("n", "theirs")))


def test_the_shipped_edition_comes_back_from_its_tables() -> None:
    assert Edition.from_tables(edition().tables(), edition().model).id == edition().id
