"""`mokuteki init` publishes the checkout, or tells why it does not and leaves what is in force."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.database.opening import migrate, opened
from models.publish import publish_shipped
from policies.edition import HERE, Edition
from tests.cli.conftest import Mokuteki
from tests.models.test_publish_numbers import renamed


def test_nothing_is_published_where_a_purpose_has_the_number_of_another(
    mokuteki: Mokuteki, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, edition: Edition
) -> None:
    url = f"sqlite://{tmp_path}/mokuteki.db"
    monkeypatch.setenv("MOKUTEKI_DATABASE_URL", url)
    earlier = renamed(edition, "promotion.newsletter", "promotion.letters")

    async def make() -> None:
        await migrate(url)
        async with opened(url, pool_size=2) as store:
            assert await publish_shipped(store, earlier, datetime(2026, 11, 22, tzinfo=UTC))

    async def published() -> list[str]:
        async with opened(url, pool_size=2) as store:
            return [row[0] for row in await store.fetch("SELECT id FROM editions", {})]

    asyncio.run(make())
    ran = mokuteki("init")
    lines = (HERE / "purposes.csv").read_text(encoding="utf-8").splitlines()
    row = next(at for at, line in enumerate(lines, 1) if line.startswith("promotion.newsletter,"))
    assert (ran.code, ran.out) == (1, "")
    (told,) = ran.err.splitlines()
    assert told.startswith(
        f"mokuteki: `purposes.csv` row {row}, column `number`: 9 was the number of `promotion.letters` in a"
    )
    assert told.endswith("; write a number that no purpose ever had, such as 16")
    assert asyncio.run(published()) == [earlier.id]
