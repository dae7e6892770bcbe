"""The kept: never more than its budget, and what is asked for stays."""

from api.gateway.kept import Kept


def test_what_was_asked_for_least_lately_goes_first() -> None:
    kept: Kept[str, int] = Kept(3)
    for place, name in enumerate("abc"):
        kept.keep(name, place)
    assert kept.get("a") == 0
    kept.keep("d", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c"), kept.get("d")) == (0, None, 2, 3)
    assert (len(kept), kept.size) == (3, 3)


def test_sizes_are_added_up_and_a_new_value_takes_the_place_of_the_old() -> None:
    kept: Kept[str, int] = Kept(10)
    kept.keep("a", 1, 6)
    kept.keep("a", 2, 4)
    kept.keep("b", 3, 6)
    assert (kept.get("a"), kept.size) == (2, 10)
    kept.keep("c", 4, 7)
    assert (kept.get("a"), kept.get("b"), kept.get("c"), kept.size) == (None, None, 4, 7)


def test_what_is_larger_than_the_budget_is_not_kept_at_all() -> None:
    kept: Kept[str, int] = Kept(10)
    kept.keep("a", 1, 11)
    assert (kept.get("a"), len(kept), kept.size) == (None, 0, 0)
