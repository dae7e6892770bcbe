"""The scope: words and details that only narrow, by the trees of the edition."""

from typing import Any

import pytest

from api.cli.shared import edition_of_checkout
from api.tokens.scope import DetailsRefused, Grant, Scope, ScopeRefused, known_words, narrowed

EDITION = edition_of_checkout()
APPLICATION, ELIGIBILITY, ADS = "service.application", "service.eligibility", "promotion.newsletter"


def words(*asked: str, limit: tuple[str, ...] = ()) -> tuple[str, ...]:
    return narrowed(asked, limit, EDITION)


def test_what_is_asked_for_is_granted_where_the_client_is_not_narrowed() -> None:
    assert words("purpose:service.application", "category:card") == (
        "purpose:service.application",
        "category:card",
    )
    assert words() == ()


def test_a_clients_own_words_hold_for_every_kind_that_is_not_asked_for() -> None:
    limit = ("purpose:service.application",)
    assert words(limit=limit) == limit
    assert words("category:card", limit=limit) == (*limit, "category:card")


def test_a_narrower_name_of_a_tree_lies_within_a_wider_one_and_not_the_other_way() -> None:
    assert words("category:contact", limit=("category:profile",)) == ("category:contact",)
    assert words("purpose:service.billing", limit=("purpose:service",)) == ("purpose:service.billing",)
    for asked, limit in (
        ("category:profile", "category:contact"),
        ("purpose:service", "purpose:service.billing"),
    ):
        with pytest.raises(ScopeRefused, match="more than the client was registered for"):
            words(asked, limit=(limit,))


@pytest.mark.parametrize(
    "asked",
    [["everything"], ["purpose:"], [""], ["purpose:A"], [f"category:c{number}" for number in range(101)]],
)
def test_a_word_of_another_shape_is_refused(asked: list[str]) -> None:
    with pytest.raises(ScopeRefused):
        words(*asked)


def test_every_purpose_and_category_of_the_edition_can_be_asked_for() -> None:
    known = known_words(EDITION)
    assert {"purpose:service", "purpose:service.application", "category:card-number"} <= known
    assert all(map(words, known))


def test_an_abstract_purpose_covers_what_is_below_it() -> None:
    scope = Scope.of_words(["purpose:service"])
    assert scope.covers(EDITION, APPLICATION, "employer-a")
    assert not scope.covers(EDITION, ADS, "employer-a")


def detail(**more: Any) -> dict[str, Any]:
    return {"type": "personal_data", **more}


def test_details_keep_together_what_goes_together() -> None:
    scope = Scope.of_details(
        [
            detail(purposes=[APPLICATION], categories=["contact"], recipients=["employer-a"]),
            detail(purposes=[ELIGIBILITY], recipients=["employer-a"]),
        ]
    )
    assert scope.categories(EDITION, APPLICATION, "employer-a") == {"contact"}
    assert scope.categories(EDITION, ELIGIBILITY, "employer-a") is None
    assert not scope.covers(EDITION, APPLICATION, "employer-b")
    assert not scope.covers(EDITION, ADS, "employer-a")


def test_two_details_of_one_purpose_leave_in_the_categories_of_both() -> None:
    scope = Scope.of_details(
        [detail(purposes=[APPLICATION], categories=[each]) for each in ("name", "contact")]
    )
    assert scope.categories(EDITION, APPLICATION, "employer-a") == {"name", "contact"}


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({}, "a list of 1 to 20"),
        ([], "a list of 1 to 20"),
        ([detail(purposes=[APPLICATION])] * 21, "a list of 1 to 20"),
        ([{"type": "payment", "purposes": [APPLICATION]}], "of the type `personal_data`"),
        ([detail()], "`purposes`, `categories`, `recipients` only"),
        ([detail(purposes=[APPLICATION], actions=["read"])], "`purposes`, `categories`, `recipients` only"),
        ([detail(purposes=APPLICATION)], "`purposes` of an authorization detail is a list"),
        ([detail(purposes=[])], "`purposes` of an authorization detail is a list"),
        ([detail(recipients=[3])], "`recipients` of an authorization detail is a list"),
        ([detail(categories=["Card"])], "`categories` of an authorization detail is a list"),
    ],
)
def test_misshapen_details_are_refused_with_the_reason(details: object, told: str) -> None:
    with pytest.raises(DetailsRefused, match=told):
        Scope.of_details(details)


def test_a_grant_that_leaves_a_kind_open_is_wider_than_one_that_names_it() -> None:
    narrow, wide = (
        Grant(purposes=frozenset({APPLICATION}), categories=frozenset({"contact"})),
        Grant(purposes=frozenset({APPLICATION})),
    )
    assert narrow.within(EDITION, wide)
    assert not wide.within(EDITION, narrow)
    assert wide.names_within(EDITION, narrow)
