"""The demonstration's traffic: real operations, on record on the days that they are spread over."""

import asyncio
import json
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.database.opening import opened
from models.day import moment
from models.ledger.usage import Usages
from tests.cli.conftest import Mokuteki


def rows(sql: str) -> list[Any]:
    async def read() -> list[Any]:
        async with opened(os.environ["MOKUTEKI_DATABASE_URL"], pool_size=2) as store:
            return list(await store.fetch(sql, {}))

    return asyncio.run(read())


@pytest.mark.usefixtures("at_home")
def test_so_many_operations_are_on_record_over_so_many_days(mokuteki: Mokuteki) -> None:
    ((before,),) = rows("SELECT COUNT(*) FROM accesses")
    told_today = told_of("frontend"), told_of("employer-a")
    ran = mokuteki("traffic", "--accesses", "300", "--days", "40")
    assert (ran.code, ran.err) == (0, "300 operations of the last 40 days but two are on record\n"), ran
    ((after,),) = rows("SELECT COUNT(*) FROM accesses")
    assert after - before == 300
    asked = "SELECT MIN(at), MAX(at) FROM accesses WHERE operation IN ('Profile', 'Matches', 'Applicants')"
    ((first, last),) = rows(asked)
    assert moment(last) - moment(first) > timedelta(days=35)
    assert moment(last) <= datetime.now(UTC) - timedelta(days=2)
    assert (told_of("frontend"), told_of("employer-a")) == told_today
    told = {tuple(row) for row in rows("SELECT DISTINCT client, outcome FROM accesses WHERE users > 0")}
    assert {("frontend", "RELEASED"), ("employer-b", "PARTLY")} <= told


def told_of(client: str) -> tuple[int, int]:
    """Of how many people a gateway that starts now counts the client as told, yesterday and today."""

    async def read() -> tuple[int, int]:
        async with opened(os.environ["MOKUTEKI_DATABASE_URL"], pool_size=2) as store:
            return await Usages(store).people_by_window(client, 86_400, datetime.now(UTC))

    return asyncio.run(read())


@pytest.mark.usefixtures("at_home")
def test_what_nobody_used_is_drafted_on_the_demonstration(mokuteki: Mokuteki, tmp_path: Path) -> None:
    assert mokuteki("traffic", "--accesses", "200").code == 0
    narrowed = str(tmp_path / "narrowed")
    ran = mokuteki("policy", "evidence", "--days", "30", "--draft", narrowed)
    assert (ran.code, "rules are gone in" in ran.err) == (0, True), ran.err
    assert "nothing widens" in mokuteki("policy", "impact", narrowed).out
    pushed = mokuteki("policy", "push", narrowed, "--note", "Not used in 30 days", "--json")
    draft = json.loads(pushed.out)
    assert (pushed.code, draft["next"], draft["findings"]) == (0, "PUBLISH", [])
    assert {each["table"] for each in draft["edits"]} == {"rules", "decisions"}


@pytest.mark.usefixtures("at_home")
def test_the_same_seed_asks_the_same(mokuteki: Mokuteki) -> None:
    seen = [asked()]
    for _ in range(2):
        assert mokuteki("traffic", "--accesses", "20").code == 0
        seen.append(asked())
    first, second = seen[1] - seen[0], seen[2] - seen[1]
    assert first == second
    assert first.total() == 20


def asked() -> Counter[tuple[str, ...]]:
    """How often each client sent each operation, and how many people it was told of."""
    return Counter(tuple(row) for row in rows("SELECT client, operation, users FROM accesses"))


def test_a_database_without_people_is_told_what_to_do(
    tmp_path: Path, mokuteki: Mokuteki, monkeypatch: Any
) -> None:
    monkeypatch.setenv("MOKUTEKI_VAR", str(tmp_path))
    monkeypatch.setenv("MOKUTEKI_DATABASE_URL", f"sqlite://{tmp_path}/empty.db")
    assert mokuteki("init").code == 0
    ran = mokuteki("traffic")
    assert (ran.code, ran.err) == (
        1,
        "mokuteki: the database has nobody in it: run `mokuteki demo` first\n",
    )
