"""The command line is no second door: an export is decided, and recorded before it is told."""

import asyncio
import csv
import io
import json
import os
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest

from api.gateway.request import Request
from api.house import House, open_house
from api.settings import Settings
from api.tokens.requester import Requester
from models.ledger.history import AccessQuery, History
from models.ledger.recorded import AccessRecord
from models.user import User
from tests.cli.conftest import Mokuteki, Ran

Found = TypeVar("Found")

SECURITY = ("ledger", "export", "--purpose", "compliance.security", "--operator", "yamada")
REQUESTS = ("ledger", "export", "--purpose", "compliance.requests", "--operator", "sato")


def requester(client: str, role: str, recipient: str) -> Requester:
    return Requester(
        client=client,
        role=role,
        user=None,
        recipients=(recipient,),
        expires_at=float("inf"),
        token_id="t",
    )


async def listed(house: House) -> None:
    """An employer lists people, so that one access shows several."""
    people = "users { edges { node { id name { roman } } } }"
    query = f'query List @purpose(id: "service.application") {{ {people} }}'
    answer = await house.gateway.answer(
        requester("employer-a", "employer", "employer-a"), Request(id="several", query=query, variables={})
    )
    assert answer.users > 1


async def newest(house: House) -> AccessRecord:
    found = await History(house.store, house.inforce.bits).accesses(AccessQuery(limit=1))
    return found[0]


async def values(_house: House) -> set[str]:
    """Every value of everybody, as text, but for what is too short to be sure of."""
    names = ("name_roman", "name_kana", "email", "phone", "postal_code", "card_number")
    return {cell for row in await User.all() for name in names if (cell := getattr(row, name))}


def at(work: Callable[[House], Awaitable[Found]]) -> Found:
    """What an open house of this installation answers."""

    async def opened() -> Found:
        async with open_house(Settings.read(os.environ)) as house:
            return await work(house)

    return asyncio.run(opened())


@pytest.fixture(scope="module", autouse=True)
def home(at_home: Path) -> Path:
    at(listed)
    return at_home


def lines(ran: Ran) -> list[dict[str, Any]]:
    assert ran.code == 0, ran.err
    return [json.loads(line) for line in ran.out.splitlines()]


def person(home: Path, situation: str) -> str:
    return str(json.loads((home / "demo.json").read_text(encoding="utf-8"))["users"][situation])


def test_an_export_tells_who_asked_why_for_whom_and_which_fields(mokuteki: Mokuteki, home: Path) -> None:
    told = lines(mokuteki(*SECURITY))
    support = next(line for line in told if line["client"] == "support-org")
    assert support["purpose"] == "service.support"
    release = support["releases"][0]
    assert release["user"] == person(home, "busy")
    assert "User.residenceCard.number" in release["released"]
    assert release["basis"] == ["CONSENT"]
    assert release["provision"]["recipientName"] == "一般社団法人架空くらしの架け橋"
    assert [line["id"] for line in told] == sorted((line["id"] for line in told), reverse=True)


def test_an_export_holds_no_value_of_anybody(mokuteki: Mokuteki) -> None:
    told = mokuteki(*SECURITY).out
    found = at(values)
    assert len(found) > 100
    assert not [value for value in found if value in told]


def test_an_export_is_an_access_itself(mokuteki: Mokuteki) -> None:
    shown = {release["user"] for line in lines(mokuteki(*SECURITY)) for release in line["releases"]}
    record = at(newest)
    assert (record.client, record.role) == ("cli:yamada", "auditor")
    assert (record.purpose, record.recipient) == ("compliance.security", "internal")
    assert (record.operation, record.outcome) == ("ledger export", "RELEASED")
    assert record.users == len(shown) > 1
    assert {release.released for release in record.releases} == {("User.accesses",)}


def test_the_rules_decide_as_whom_an_operator_reads(mokuteki: Mokuteki) -> None:
    assert mokuteki(*REQUESTS).code == 0
    assert at(newest).role == "privacy_officer"


@pytest.mark.parametrize(
    ("purpose", "code", "known"),
    [
        ("service.matching", "PURPOSE_NOT_ALLOWED", True),
        ("compliance", "PURPOSE_ABSTRACT", True),
        ("curiosity", "PURPOSE_UNKNOWN", False),
        ("service.account", "PURPOSE_NOT_ALLOWED", True),
    ],
)
def test_another_purpose_is_refused_and_the_refusal_recorded(
    mokuteki: Mokuteki, tmp_path: Path, purpose: str, code: str, *, known: bool
) -> None:
    out = tmp_path / "ledger.jsonl"
    ran = mokuteki("ledger", "export", "--purpose", purpose, "--operator", "yamada", "--out", str(out))
    assert (ran.code, ran.out, out.exists()) == (1, "", False)
    assert code in ran.err
    record = at(newest)
    assert (record.client, record.outcome, record.code) == ("cli:yamada", "REFUSED", code)
    assert record.purpose == (purpose if known else None)


def test_an_export_about_one_person_holds_nothing_of_the_others(mokuteki: Mokuteki, home: Path) -> None:
    who = person(home, "busy")
    told = lines(mokuteki(*REQUESTS, "--user", who))
    assert {release["user"] for line in told for release in line["releases"]} == {who}
    assert {"employer-a", "employer-b", "support-org"} <= {line["client"] for line in told}
    assert all(line["users"] <= 1 for line in told)
    assert at(newest).users == 1


def test_an_export_about_a_person_is_in_their_history_though_it_shows_nothing(
    mokuteki: Mokuteki, home: Path
) -> None:
    future = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    ran = mokuteki(*REQUESTS, "--user", person(home, "plain"), "--since", future)
    assert (ran.code, ran.out) == (0, "")
    record = at(newest)
    assert (record.outcome, record.users) == ("RELEASED", 1)
    assert [release.released for release in record.releases] == [("User.accesses",)]


def test_an_export_about_nobody_is_recorded_as_one_that_found_nobody(mokuteki: Mokuteki) -> None:
    ran = mokuteki(*REQUESTS, "--user", "nobody")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("mokuteki: `--user` is the id of nobody here, so nothing is told")
    assert ran.err.endswith("the question stands in the ledger as `cli:sato`\n")
    assert at(newest).outcome == "REFUSED"


def test_a_row_for_each_person_in_csv(mokuteki: Mokuteki, home: Path) -> None:
    ran = mokuteki(*REQUESTS, "--user", person(home, "busy"), "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    support = next(row for row in rows if row["client"] == "support-org")
    assert "User.phone" in support["released"].split()
    assert support["recipientRepresentative"] == "代表理事 橋本 見子"
    everybody = list(csv.DictReader(io.StringIO(mokuteki(*SECURITY, "--format", "csv").out)))
    several = [row for row in everybody if row["requestId"] == "several"]
    assert len(several) == int(several[0]["users"]) > 1


def test_a_period_is_kept_to(mokuteki: Mokuteki) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    assert lines(mokuteki(*SECURITY, "--since", tomorrow)) == []
    assert lines(mokuteki(*SECURITY, "--until", "2019-05-29")) == []
    assert lines(mokuteki(*SECURITY, "--since", "2019-05-29T00:00", "--until", tomorrow))


def test_a_file_is_new_and_for_its_owner_alone(mokuteki: Mokuteki, tmp_path: Path) -> None:
    out = tmp_path / "ledger.jsonl"
    ran = mokuteki(*SECURITY, "--out", str(out))
    assert (ran.code, ran.out) == (0, "")
    assert out.stat().st_mode & 0o777 == 0o600
    before = out.read_text(encoding="utf-8")
    assert all(json.loads(line)["id"] for line in before.splitlines())
    again = mokuteki(*SECURITY, "--out", str(out))
    assert again.code == 1
    assert "exists already" in again.err
    assert out.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--operator", "two words"), "`--operator` is no name"),
        (("--operator", "a" * 41), "`--operator` is no name"),
        (("--since", "yesterday"), "`--since` is no day or time"),
        (("--until", "2026-13-01"), "`--until` is no day or time"),
        (("--since", "2026-11-02", "--until", "2026-11-01"), "`--until` is not after `--since`"),
        (("--out", "/nowhere/at/all"), "`--out` cannot be written"),
    ],
)
def test_a_wrong_option_is_one_sentence(mokuteki: Mokuteki, words: tuple[str, ...], told: str) -> None:
    ran = mokuteki(*SECURITY, *words)
    assert (ran.code, ran.out) == (1, "")
    assert told in ran.err
    assert ran.err.count("\n") == 1


def test_nothing_is_told_without_a_purpose_or_an_operator(mokuteki: Mokuteki) -> None:
    assert mokuteki("ledger", "export", "--operator", "yamada").code != 0
    assert mokuteki("ledger", "export", "--purpose", "compliance.security").code != 0


@contextmanager
def locked(url: str) -> Iterator[None]:
    """The ledger cannot be written for a while."""
    if url.startswith("sqlite://"):
        connection = sqlite3.connect(url.removeprefix("sqlite://"), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")
            connection.close()
        return
    loop = asyncio.new_event_loop()
    lock = loop.run_until_complete(asyncpg.connect(url))
    loop.run_until_complete(lock.execute("BEGIN"))
    loop.run_until_complete(lock.execute("LOCK TABLE accesses IN EXCLUSIVE MODE"))
    try:
        yield
    finally:
        loop.run_until_complete(lock.close())
        loop.close()


def test_nothing_is_told_while_the_ledger_cannot_be_written(
    mokuteki: Mokuteki, database_url: str, tmp_path: Path
) -> None:
    out = tmp_path / "ledger.jsonl"
    with locked(database_url):
        told = mokuteki(*SECURITY)
        kept = mokuteki(*SECURITY, "--out", str(out))
    assert (told.code, told.out) == (1, "")
    assert "could not be recorded, so nothing is told" in told.err
    assert (kept.code, out.exists()) == (1, False)
    assert mokuteki(*SECURITY).code == 0
