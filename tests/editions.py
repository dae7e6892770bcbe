"""Editions made of the shipped one, and put in force as a publication would."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from models.database.store import Store
from models.inforce import InForce, PolicyUnavailable
from policies.edition import Edition
from policies.rule import Rule, parse_needs

_PUT = """
INSERT INTO editions (id, number, canonical, published_at, published_by, approved_by, note)
SELECT :id, MAX(number) + 1, :canonical, :at, 'a test', NULL, '' FROM editions
"""


def with_rules(edition: Edition, rules: Iterable[Rule]) -> Edition:
    """The edition with other rules; it loads.

    Raises:
        PolicyError: it does not.
    """
    return Edition.from_canonical(replace(edition, rules=tuple(rules)).canonical())


def needing(edition: Edition, rule: str, needs: str) -> Edition:
    """The edition with other needs in one rule."""
    return with_rules(
        edition,
        (replace(each, needs=parse_needs(needs)) if each.id == rule else each for each in edition.rules),
    )


def without(edition: Edition, *names: str) -> Edition:
    """The edition without these rules."""
    return with_rules(edition, (each for each in edition.rules if each.id not in names))


def same_but_for_a_word(edition: Edition) -> Edition:
    """Another edition that decides everything alike."""
    first, *rest = edition.rules
    return with_rules(edition, [replace(first, note_en=f"{first.note_en}, again"), *rest])


async def put_in_force(store: Store, inforce: InForce, edition: Edition) -> None:
    """Publish it, and wait until this process knows."""
    async with store.transaction() as transaction:
        values = {"id": edition.id, "canonical": edition.canonical(), "at": datetime.now(UTC)}
        await transaction.execute(_PUT, values)
    inforce.outdate()
    while await _known(inforce) != edition.id:
        continue


async def _known(inforce: InForce) -> str | None:
    """The edition that is known; None where a busy machine was too slow to read one within its lease."""
    with suppress(PolicyUnavailable):
        return (await inforce.current()).edition.id
    return None
