"""The property of every exchange: whatever is asked for, the new token opens nothing that the one before did not."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import orjson
from hypothesis import event, given, settings
from hypothesis import strategies as st

from api.tokens.access_token import AccessTokens
from api.tokens.fault import Fault
from api.tokens.grant import Asking, Granting, Limit
from api.tokens.keys import Keyring, RingKey, new_key
from api.tokens.scope import Scope, known_words, scope_of
from models.clients.client import Client
from tests.api.oauth import EDITION, ISSUER, NOW

RECIPIENTS = ("partner", "partner-2", "elsewhere")
PURPOSES = tuple(each.id for each in EDITION.purposes.values() if not each.abstract)
CATEGORIES = tuple(EDITION.categories)
WORDS = tuple(sorted(known_words(EDITION)))
GRANTING = Granting(AccessTokens(Keyring.of([RingKey(new_key(), 0.0)]), ISSUER, ISSUER, 900), lambda: EDITION)
POINTS = tuple(product(PURPOSES, RECIPIENTS, CATEGORIES))


def some(names: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)


words = st.lists(st.sampled_from(WORDS), max_size=4, unique=True).map(tuple)
detail = st.fixed_dictionaries(
    {"type": st.just("personal_data")},
    optional={
        "purposes": some(tuple(EDITION.purposes)),
        "categories": some(CATEGORIES),
        "recipients": some(RECIPIENTS),
    },
).filter(lambda made: len(made) > 1)
details = st.none() | st.lists(detail, min_size=1, max_size=3)


def opened(scopes: list[Scope | None]) -> set[tuple[str, str, str]]:
    """The purposes, recipients and categories that all of these scopes let go together."""
    return {point for point in POINTS if all(each is None or opens(each, *point) for each in scopes)}


def opens(scope: Scope, purpose: str, recipient: str, category: str) -> bool:
    if not scope.covers(EDITION, purpose, recipient):
        return False
    names = scope.categories(EDITION, purpose, recipient)
    return names is None or not names.isdisjoint(EDITION.categories.ancestors(category))


@dataclass(frozen=True)
class Case:
    """A client's own scope, the token it had, and what it asks for."""

    own: tuple[str, ...]
    had: tuple[str, ...]
    had_details: Any
    asked: tuple[str, ...]
    asked_details: Any


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Half of them ask for a part of what they had, so that many are granted."""
    own, had, had_details = draw(words), draw(words), draw(details)
    within = draw(st.booleans())
    near = (
        tuple(word for word in WORDS if any(word.startswith(each) for each in (*own, *had))) if within else ()
    )
    asked = draw(st.lists(st.sampled_from(near or WORDS), max_size=2, unique=True).map(tuple))
    again = [dict(draw(st.sampled_from(had_details)))] if had_details and within else draw(details)
    return Case(own, had, had_details, asked, draw(st.none() | st.just(again)))


@settings(max_examples=200, deadline=None)
@given(cases())
def test_no_exchange_opens_what_the_token_before_did_not(case: Case) -> None:
    before = Scope.of_details(case.had_details) if case.had_details else None
    form = {"scope": " ".join(case.asked)} if case.asked else {}
    if case.asked_details:
        form["authorization_details"] = orjson.dumps(case.asked_details).decode()
    client = Client(id="partner", role="employer", recipients=list(RECIPIENTS), scopes=list(case.own))
    limit = Limit(recipients=RECIPIENTS[:2], words=case.had, details=before)
    try:
        given_words, given_details = GRANTING.scope(Asking(client, form, None, NOW), limit)
    except Fault as fault:
        event(fault.error)
        return
    event("granted")
    after = opened([scope_of(given_words), given_details])
    assert after <= opened([scope_of(case.own), scope_of(case.had), before])
    if "authorization_details" in form and given_details:
        named = {name for grant in given_details.grants for name in grant.recipients or ()}
        assert named <= set(limit.recipients)
