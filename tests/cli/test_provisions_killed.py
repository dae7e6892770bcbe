"""A purge that is killed leaves whole batches, each on record, and the next one goes on."""

import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from api.house import House
from api.settings import CHECKOUT
from models.day import JAPAN, today_in_japan
from models.ledger.access import Outcome
from models.ledger.entry import Entry, ProvisionEntry
from models.provisions.purge import BATCH, due, runs
from models.provisions.retention import retain_until
from tests.cli.conftest import Mokuteki
from tests.cli.test_ledger_export import at

MADE = date(2018, 2, 1)
RECORDS = 6 * BATCH
PATIENCE = 60.0


@pytest.fixture(scope="module", autouse=True)
def home(at_home: Path) -> Path:
    at(provided)
    return at_home


async def provided(house: House) -> None:
    """So many records of 2018, of one operation."""
    made = Entry(
        at=datetime(MADE.year, MADE.month, MADE.day, 12, tzinfo=JAPAN),
        request_id="past",
        client="past",
        role="employer",
        purpose="service.application",
        recipient="past",
        operation=None,
        edition="e",
        outcome=Outcome.RELEASED,
        provisions=tuple(
            ProvisionEntry(
                ref=ref,
                recipient="past",
                name="A",
                address="B",
                representative="C",
                items=frozenset({"User.id"}),
                basis="CONSENT",
                consented_at=None,
                retain_until=retain_until(MADE),
            )
            for ref in range(1, RECORDS + 1)
        ),
    )
    await house.ledger.record(made)


async def left(house: House) -> int:
    return sum(each.records for each in await due(house.store, today_in_japan(datetime.now(UTC))))


async def on_record(house: House) -> int:
    return sum(each.records for each in await runs(house.store))


async def begun(house: House) -> None:
    """Return when a batch is on record."""
    deadline = time.monotonic() + PATIENCE
    while not await on_record(house):
        assert time.monotonic() < deadline


def test_a_purge_that_is_killed_is_taken_up_by_the_next(mokuteki: Mokuteki) -> None:
    async def killed(house: House) -> int:
        words = [sys.executable, "-m", "api", "provisions", "purge", "--yes", "--operator", "killed"]
        with subprocess.Popen(words, cwd=CHECKOUT, stdout=subprocess.DEVNULL) as process:  # noqa: ASYNC220, S603 - our own command
            await begun(house)
            process.kill()
            return process.wait()

    assert at(left) == RECORDS
    assert at(killed) != 0
    removed = at(on_record)
    assert 0 < removed < RECORDS
    assert removed % BATCH == 0
    assert at(left) == RECORDS - removed
    again = mokuteki("provisions", "purge", "--yes", "--operator", "yamada")
    assert f"{RECORDS - removed:,} removed by `cli:yamada`" in again.out
    assert (at(left), at(on_record)) == (0, RECORDS)
    listed = mokuteki("provisions", "purges").out
    assert "cli:killed" in listed
    assert f"{removed:,}" in listed
