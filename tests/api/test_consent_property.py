"""Narrowing a consent never widens anything: what is open under fewer categories is open under more, whatever the rules."""

from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest

from policies.edition import Edition
from tests.oracle.amend import amended
from tests.oracle.answer import Question
from tests.oracle.asker import Asker
from tests.oracle.stage import Play, Stage, played, staged

EMPLOYER = Asker(client="employer-a", role="employer", recipients=("employer-a",))
SENDER = Asker(client="mail-sender", role="entrustee", recipients=("mail-sender",))
ABROAD = Asker(client="employer-b", role="employer", recipients=("employer-b",))
"""Of another country on this stage."""

EVERYBODY = """{ users(first: 1000%s) { edges { node {
  id registeredAt name { roman kanji } birthDate email address { prefecture city town } workEligibility
  residenceCard { number status validUntil nationality } answers { key value } consents { id } } } } }"""
LOOKED_AT = (
    "",
    ', filter: {prefecture: {in: ["JP-13", "JP-27", "JP-23", "JP-14"]}}',
    ", filter: {workEligibility: {in: [ELIGIBLE, NEEDS_CHECK]}}",
    ", orderBy: REGISTERED_AT_DESC",
)
ASKERS = (
    (EMPLOYER, "service.application"),
    (EMPLOYER, "service.eligibility"),
    (ABROAD, "service.application"),
    (SENDER, "promotion.newsletter"),
)
FATE = 7
TURNS = 16


@pytest.fixture(scope="module")
async def stage(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    async with staged(database_url, tmp_path_factory.mktemp("var"), edition, FATE) as made:
        yield made


def cells(answer: dict[str, Any]) -> set[str]:
    """Each value that was told, with whose it is and where it stands."""
    found: set[str] = set()

    def walk(value: Any, at: str) -> None:
        if isinstance(value, dict):
            for key, part in value.items():
                walk(part, f"{at}.{key}")
        elif isinstance(value, list):
            for part in value:
                walk(part, f"{at}.{part['key']}" if "key" in part else f"{at}:{part}")
        elif value is not None:
            found.add(f"{at}={value}")

    for edge in ((answer.get("data") or {}).get("users") or {"edges": []})["edges"]:
        walk(edge["node"], edge["node"]["id"])
    return found


@pytest.mark.parametrize("number", [0, 1, 3])
async def test_narrowing_a_consent_never_widens_anything(stage: Stage, edition: Edition, number: int) -> None:
    """Under the shipped rules for 0, else under rules amended by this number."""
    dice, lost = Random(number), 0  # noqa: S311 - nothing secret is drawn
    names = [*edition.categories.within("person"), "gone"]
    async with played(stage, amended(edition, number) if number else edition) as play:
        kept = [row[0] for row in await play.house.store.fetch("SELECT id FROM consents ORDER BY id", {})]
        for _ in range(TURNS):
            asker, purpose = dice.choice(ASKERS)
            question = Question(EVERYBODY % dice.choice(LOOKED_AT), purpose=purpose)
            wide = {each: drawn(dice, names) if dice.random() < 0.6 else [] for each in kept}
            narrow = {each: fewer(dice, some or drawn(dice, names)) for each, some in wide.items()}
            await narrowed(play, wide)
            before = cells(await play.send(asker, question))
            await narrowed(play, narrow)
            after = cells(await play.send(asker, question))
            assert after <= before
            lost += len(before - after)
    assert lost > TURNS


def drawn(dice: Random, names: list[str]) -> list[str]:
    return dice.sample(names, dice.randint(1, 6))


def fewer(dice: Random, some: list[str]) -> list[str]:
    return some[: dice.randint(1, len(some))]


async def narrowed(play: Play, by: dict[str, list[str]]) -> None:
    """Let each of these consents name these categories."""
    async with play.house.store.transaction() as transaction:
        for consent, categories in by.items():
            said = {"id": consent, "categories": " ".join(categories)}
            await transaction.execute("UPDATE consents SET categories = :categories WHERE id = :id", said)
