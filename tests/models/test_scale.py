"""Every door finds what it is asked for by an index, in a database with enough people for the planner to care."""

import asyncio
import secrets
from collections.abc import Iterator

import pytest

from benchmarks.postgres import Server, execute
from benchmarks.scale import scaled, settings
from benchmarks.scale_doors import Seen, scanned_whole
from benchmarks.scale_report import written

PEOPLE = (200, 20_000)
LEDGER = 40_000


@pytest.fixture(scope="module")
def measured(
    postgres_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[list[list[Seen]], tuple[float, float]]]:
    name = f"test_{secrets.token_hex(6)}"
    asyncio.run(execute(postgres_server.dsn, f'CREATE DATABASE "{name}"'))
    given = settings(postgres_server.database(name), str(tmp_path_factory.mktemp("var")))
    yield asyncio.run(scaled(given, *PEOPLE, LEDGER, 1))
    asyncio.run(execute(postgres_server.dsn, f'DROP DATABASE "{name}" WITH (FORCE)'))


def test_no_door_reads_a_table_that_grows_from_end_to_end(
    measured: tuple[list[list[Seen]], tuple[float, float]],
) -> None:
    doors = measured[0][-1]
    assert len(doors) >= 25
    assert [
        (seen.door.name, table) for seen in doors for plan in seen.plans for table in scanned_whole(plan)
    ] == []
    for seen in doors:
        assert any(plan.indices for plan in seen.plans), seen.door.name


@pytest.mark.parametrize(
    ("door", "index"),
    [
        ("user", "users_pkey"),
        ("users by prefecture", "idx_users_prefecture_id"),
        ("users by nationality", "idx_users_card_nationality_mark_id"),
        ("users in REGISTERED_AT_DESC", "idx_users_registered_at_id"),
        ("accesses of one client", "accesses_2026_11_client_id_idx"),
    ],
)
def test_a_door_that_has_an_index_of_its_own_uses_it(
    measured: tuple[list[list[Seen]], tuple[float, float]], door: str, index: str
) -> None:
    (seen,) = [seen for seen in measured[0][-1] if seen.door.name == door]
    used = {name.partition("_2")[0] for plan in seen.plans for name in plan.indices}
    assert index.partition("_2")[0] in used


def test_the_page_tells_every_door_and_what_was_read_whole(
    measured: tuple[list[list[Seen]], tuple[float, float]],
) -> None:
    page = written(*measured, PEOPLE, LEDGER, "16")
    assert "Read from end to end, of the tables that grow: none." in page
    for seen in measured[0][-1]:
        assert f"| {seen.door.name} |" in page
        assert f"### {seen.door.name}\n" in page
