"""The scope of a consent: the categories that alone it opens, told by the database in the statement that reads the data.

A consent that names categories is rare, and the users who ever gave one are marked, so nothing is looked for elsewhere.
"""

from collections.abc import Iterable

from models.restraint import Mark
from models.standing import AUTHORITY, LAWFUL_CASE, Circumstance, standing_consent, told_of

_MARKED = f"(u.marks <> 0 AND (u.marks & {Mark.NARROWED.value}) <> 0)"


def scopes(circumstance: Circumstance) -> tuple[str, ...]:
    """For each consent that the purpose needs, its categories with a space between; blank where it opens everything."""
    return tuple(_scope(purpose) for purpose in circumstance.chain)


def scope_told(circumstance: Circumstance) -> str:
    """The categories of the consent before which the person was told of the country abroad (APPI Art 28(1), (2)).

    What a case file lets an authority have needs no consent, and so nothing told before one.
    """
    scope = _scope(circumstance.chain[0], told_of(circumstance))
    if AUTHORITY not in circumstance.recipient_names:
        return scope
    return f"CASE WHEN EXISTS (SELECT 1 {LAWFUL_CASE}) THEN '' ELSE {scope} END"


def leaves_out(circumstance: Circumstance, names: Iterable[str]) -> str:
    """Whether a consent that the purpose needs opens categories, and none of `names`: those that hold one field."""
    names = tuple(names)
    return _any(_left_out(purpose, names) for purpose in circumstance.chain)


def untold(circumstance: Circumstance, names: Iterable[str]) -> str:
    """Whether the person was told of the country abroad for categories, and for none of `names`."""
    left = _any([_left_out(circumstance.chain[0], tuple(names), told_of(circumstance))])
    if AUTHORITY not in circumstance.recipient_names:
        return left
    return f"({left} AND NOT EXISTS (SELECT 1 {LAWFUL_CASE}))"


def _scope(purpose: str, more: str = "") -> str:
    found = f"(SELECT c.categories {standing_consent(purpose)}{more})"
    return f"CASE WHEN {_MARKED} THEN COALESCE({found}, '') ELSE '' END"


def _left_out(purpose: str, names: tuple[str, ...], more: str = "") -> str:
    """REPLACE compares letter by letter in both dialects, which LIKE does not."""
    none_of = "".join(
        f" AND REPLACE(' ' || c.categories || ' ', ' {quoted} ', '') = ' ' || c.categories || ' '"
        for quoted in (name.replace("'", "''") for name in names)
    )
    return f"EXISTS (SELECT 1 {standing_consent(purpose)}{more} AND c.categories <> ''{none_of})"


def _any(claims: Iterable[str]) -> str:
    return f"({_MARKED} AND ({' OR '.join(claims)}))"
