"""Records of provision at the command line: told as an access of its own, and removed when due and on record."""

import csv
import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from api.cli.ledger_format import FORMULA, line
from api.cli.provisions_export import GROUNDS
from api.cli.provisions_format import COLUMNS, WORDS
from api.house import House
from api.schema.guarded import REGISTERS
from models.catalogue import FIELDS
from models.day import JAPAN, today_in_japan
from models.ledger.access import Outcome
from models.ledger.entry import Entry, Group, ProvisionEntry
from models.ledger.history import History, ProvisionQuery
from models.provisions.retention import ProvisionMethod, retain_until
from tests.cli.conftest import Mokuteki, Ran
from tests.cli.test_ledger_export import at, listed, locked, newest, person

EXPORT = ("provisions", "export", "--purpose")
SECURITY = (*EXPORT, "compliance.security", "--operator", "yamada")
REQUESTS = (*EXPORT, "compliance.requests", "--operator", "sato")
REFS = count(1)


@pytest.fixture(scope="module", autouse=True)
def home(at_home: Path) -> Path:
    at(listed)
    return at_home


def lines(ran: Ran) -> list[dict[str, Any]]:
    assert ran.code == 0, ran.err
    return [json.loads(line) for line in ran.out.splitlines()]


def provided(*days: date, **more: Any) -> Callable[[House], Awaitable[list[int]]]:
    """Something was provided on each of these days to a recipient of the past, about somebody whose link is gone."""

    async def work(house: House) -> list[int]:
        refs = [next(REFS) for _ in days]
        for ref, day in zip(refs, days, strict=True):
            one = ProvisionEntry(
                ref=ref,
                recipient="past",
                name="=HYPERLINK(1)",
                address="東京都",
                representative="＝代表",
                items=frozenset({"User.id", "User.email"}),
                basis="CONSENT",
                consented_at=None,
                retain_until=retain_until(day),
            )
            group = Group(one.items, frozenset(), ("CONSENT",), (ref,))
            made = Entry(
                at=datetime(day.year, day.month, day.day, 12, tzinfo=JAPAN),
                request_id=f"past-{ref}",
                client="past",
                role="employer",
                purpose="service.application",
                recipient="past",
                operation=None,
                edition="e",
                outcome=Outcome.RELEASED,
                groups=(group,),
                provisions=(replace(one, **more),),
            )
            await house.ledger.record(made)
        return refs

    return work


async def kept(house: House) -> int:
    return len(await History(house.store, house.inforce.bits).provisions(ProvisionQuery(recipient="past")))


def test_an_export_tells_what_the_law_wants_of_each_provision(mokuteki: Mokuteki, home: Path) -> None:
    told = lines(mokuteki(*SECURITY))
    assert set(told[0]) == set(REGISTERS["Provision"].split())
    support = next(each for each in told if each["recipient"] == "support-org")
    assert support["user"] == person(home, "busy")
    assert support["recipientName"] == "一般社団法人架空くらしの架け橋"
    assert support["recipientRepresentative"] == "代表理事 橋本 見子"
    assert "User.residenceCard.number" in support["items"]
    assert (support["basis"], support["method"], support["purgeable"]) == ("CONSENT", "INDIVIDUAL", False)
    assert support["consentedAt"]
    day = date.fromisoformat(support["providedOn"])
    assert date.fromisoformat(support["retainUntil"]) == retain_until(day)
    assert [each["id"] for each in told] == sorted((each["id"] for each in told), reverse=True)


def test_an_export_of_provisions_is_an_access_itself(mokuteki: Mokuteki) -> None:
    shown = {each["user"] for each in lines(mokuteki(*SECURITY))}
    record = at(newest)
    assert (record.client, record.role, record.operation) == ("cli:yamada", "auditor", "provisions export")
    assert (record.purpose, record.recipient) == ("compliance.security", "internal")
    assert (record.outcome, record.users) == ("RELEASED", len(shown))
    assert {release.released for release in record.releases} == {("User.accesses",)}


def test_an_export_for_another_purpose_is_refused_and_the_refusal_recorded(
    mokuteki: Mokuteki, tmp_path: Path
) -> None:
    out = tmp_path / "provisions.csv"
    ran = mokuteki(*EXPORT, "service.matching", "--operator", "yamada", "--out", str(out))
    assert (ran.code, ran.out, out.exists()) == (1, "", False)
    assert "PURPOSE_NOT_ALLOWED" in ran.err
    record = at(newest)
    assert (record.operation, record.outcome, record.code) == (
        "provisions export",
        "REFUSED",
        "PURPOSE_NOT_ALLOWED",
    )


def test_nothing_is_told_of_provisions_while_the_ledger_cannot_be_written(
    mokuteki: Mokuteki, database_url: str, tmp_path: Path
) -> None:
    out = tmp_path / "provisions.jsonl"
    with locked(database_url):
        ran = mokuteki(*SECURITY, "--out", str(out))
    assert (ran.code, ran.out, out.exists()) == (1, "", False)
    assert "could not be recorded, so nothing is told" in ran.err


def test_an_export_holds_what_was_chosen_and_no_more(mokuteki: Mokuteki, home: Path) -> None:
    who = person(home, "busy")
    of_one = lines(mokuteki(*REQUESTS, "--user", who))
    assert {each["user"] for each in of_one} == {who}
    assert at(newest).users == 1
    to_one = lines(mokuteki(*SECURITY, "--recipient", "employer-b"))
    assert {each["recipient"] for each in to_one} == {"employer-b"}
    assert lines(mokuteki(*SECURITY, "--method", "BULK")) == []
    assert lines(mokuteki(*SECURITY, "--basis", "27-1-1")) == []
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    assert lines(mokuteki(*SECURITY, "--since", tomorrow)) == []
    assert lines(mokuteki(*SECURITY, "--until", tomorrow)) == lines(mokuteki(*SECURITY))


def test_an_export_about_nobody_is_no_word_that_nothing_is_on_record(
    mokuteki: Mokuteki, tmp_path: Path
) -> None:
    out = tmp_path / "records.csv"
    ran = mokuteki(*REQUESTS, "--user", "nobody", "--format", "csv", "--out", str(out))
    assert (ran.code, ran.out, out.exists()) == (1, "", False)
    assert ran.err.startswith("mokuteki: `--user` is the id of nobody here")
    record = at(newest)
    assert (record.client, record.operation, record.outcome) == ("cli:sato", "provisions export", "REFUSED")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--recipient", "nope"), "no recipient is named `nope`: `mokuteki recipient list` tells the names"),
        (("--basis", "BOGUS"), "`--basis` is no ground: name one of SELF, CONSENT, "),
        (("--since", "2026-11-02", "--until", "2026-11-01"), "`--until` is not after `--since`"),
        (("--since", "2026-11-02", "--until", "2026-11-02"), "`--until` is not after `--since`"),
    ],
)
def test_what_is_chosen_and_does_not_exist_is_no_empty_answer(
    mokuteki: Mokuteki, words: tuple[str, ...], told: str
) -> None:
    ran = mokuteki(*SECURITY, *words)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"mokuteki: {told}")
    assert ran.err.count("\n") == 1


def test_csv_has_headers_in_both_languages_and_no_cell_is_a_formula(mokuteki: Mokuteki) -> None:
    at(provided(date(2018, 2, 1)))
    ran = mokuteki(*SECURITY, "--purgeable", "--format", "csv")
    assert ran.code == 0, ran.err
    header, *rows = csv.reader(io.StringIO(ran.out))
    assert len(rows) == 1
    assert header == list(COLUMNS.values())
    told = dict(zip(COLUMNS, rows[0], strict=True))
    assert told["recipientName"] == "'=HYPERLINK(1)"
    assert told["recipientRepresentative"].startswith("'＝")
    fields = [FIELDS[each] for each in ("User.email", "User.id")]
    assert set(told["items"].split(" | ")) == {f"{each.path} {each.ja} {each.en}" for each in fields}
    assert told["basis"] == "CONSENT 本人の同意 Consent of the person"
    assert told["method"] == "INDIVIDUAL 提供の都度作成 One record for each provision"
    assert (told["retainUntil"], told["purgeable"]) == ("2021-02-01", "はい yes")
    assert told["user"].startswith("unlinked:")
    everything = mokuteki(*SECURITY, "--format", "csv").out
    assert not [
        cell for each in csv.reader(io.StringIO(everything)) for cell in each if cell.startswith(FORMULA)
    ]


def test_every_ground_and_method_has_its_names() -> None:
    assert list(WORDS) == [*GROUNDS, *ProvisionMethod]


def test_a_file_of_csv_opens_in_a_spreadsheet_and_json_has_no_mark(
    mokuteki: Mokuteki, tmp_path: Path
) -> None:
    for command in ("provisions", "ledger"):
        for kind, mark in (("csv", b"\xef\xbb\xbf"), ("jsonl", b"")):
            out = tmp_path / f"{command}.{kind}"
            words = (command, "export", "--purpose", "compliance.security", "--operator", "yamada")
            ran = mokuteki(*words, "--format", kind, "--out", str(out))
            assert ran.code == 0, ran.err
            assert out.read_bytes().startswith(mark or b"{")
        assert not mokuteki(*words, "--format", "csv").out.startswith("\ufeff")


@pytest.mark.parametrize("start", FORMULA)
def test_a_cell_that_would_be_a_formula_is_told_as_text(start: str) -> None:
    ((cell,),) = csv.reader(io.StringIO(line([f"{start}1+1"]), newline=""))
    assert cell == f"'{start}1+1".replace("\r", " ").replace("\n", " ")


def test_a_purge_tells_what_may_go_and_removes_it_only_when_told_to(mokuteki: Mokuteki) -> None:
    mokuteki("provisions", "purge", "--yes", "--operator", "before")
    at(provided(date(2018, 2, 1), date(2019, 3, 1), today_in_japan(datetime.now(UTC))))
    before = at(kept)
    told = mokuteki("provisions", "purge")
    assert told.code == 0, told.err
    assert "past" in told.out
    assert "2018-02-01" in told.out
    assert "2 may go" in told.out
    assert at(kept) == before
    done = mokuteki("provisions", "purge", "--yes", "--operator", "yamada")
    assert done.code == 0, done.err
    assert "2 removed by `cli:yamada`" in done.out
    assert at(kept) == before - 2
    listed_ = mokuteki("provisions", "purges").out
    assert "cli:yamada" in listed_
    yesterday = today_in_japan(datetime.now(UTC)) - timedelta(days=1)
    assert yesterday.isoformat() in listed_
    again = mokuteki("provisions", "purge", "--yes", "--operator", "yamada")
    assert "no record of provision may go" in again.out
    assert mokuteki("provisions", "purges").out == listed_


def test_a_purge_leaves_what_is_kept_together_with_something_newer(mokuteki: Mokuteki) -> None:
    mokuteki("provisions", "purge", "--yes", "--operator", "before")
    today = today_in_japan(datetime.now(UTC))
    before = at(kept)
    old, new = date(2018, 2, 1), today - timedelta(days=400)
    (ref,) = at(provided(old, method=ProvisionMethod.BULK))
    at(provided(new, method=ProvisionMethod.BULK, ref=ref, retain_until=retain_until(new)))
    assert "no record of provision may go" in mokuteki("provisions", "purge", "--yes").out
    assert at(kept) == before + 2


def test_an_operator_without_a_name_removes_nothing(mokuteki: Mokuteki) -> None:
    at(provided(date(2018, 2, 1)))
    before = at(kept)
    ran = mokuteki("provisions", "purge", "--yes", "--operator", "two words")
    assert (ran.code, ran.out) == (1, "")
    assert "`--operator` is no name" in ran.err
    assert at(kept) == before
