"""Publishing a checkout: the number of a purpose belongs to it for good, or nothing is published."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from models.database.opening import migrate, opened
from models.publish import publish_shipped
from policies.edition import Edition
from policies.mistake import PolicyError

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def renumbered(edition: Edition, purpose: str, number: int) -> Edition:
    """The edition with another number for a purpose."""
    changed = replace(edition.purposes[purpose], number=number)
    made = replace(edition, purposes={**edition.purposes, purpose: changed})
    return Edition.from_canonical(made.canonical())


def renamed(edition: Edition, purpose: str, name: str) -> Edition:
    """The edition with another name for a purpose, everywhere."""
    tables = edition.tables()
    tables = {
        table: [[name if cell == purpose else cell for cell in row] for row in rows]
        for table, rows in tables.items()
    }
    return Edition.from_tables(tables, edition.model)


async def test_a_checkout_that_numbers_purposes_otherwise_is_refused_whole(
    database_url: str, edition: Edition
) -> None:
    earlier = renamed(edition, "promotion.newsletter", "promotion.letters")
    number = edition.purposes["promotion.newsletter"].number
    later = renumbered(edition, "promotion.newsletter", 40)
    await migrate(database_url)
    async with opened(database_url, pool_size=2) as store:
        for one, wrong, why in (
            (earlier, edition, ("NUMBER_REUSED", f"{number} was the number of `promotion.letters`")),
            (later, edition, ("NUMBER_REUSED", f"{number} was the number of `promotion.letters`")),
            (later, renumbered(later, "promotion.newsletter", 41), ("NUMBER_CHANGED", "had the number 40 ")),
        ):
            await publish_shipped(store, one, NOW)
            before = await store.fetch("SELECT number, id FROM editions ORDER BY number", {})
            assert before[-1][1] == one.id
            with pytest.raises(PolicyError) as refused:
                await publish_shipped(store, wrong, NOW)
            told = next(each for each in refused.value.mistakes if each.code == why[0])
            assert (told.key, told.column, why[1] in told.what) == ("promotion.newsletter", "number", True)
            assert await store.fetch("SELECT number, id FROM editions ORDER BY number", {}) == before
