"""The last accesses decided again at the command line: counts, and people only through the ledger's door."""

import asyncio
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.database.opening import opened
from models.ledger.bits import unpack
from models.publish import publish_shipped
from policies.edition import Edition
from policies.replay.tally import FEW
from tests.cli.conftest import Mokuteki, change, ended

DAYS = 20


def ask(sql: str, values: Mapping[str, Any] | None = None) -> list[Any]:
    async def read() -> list[Any]:
        async with opened(os.environ["MOKUTEKI_DATABASE_URL"], pool_size=2) as store:
            return list(await store.fetch(sql, values or {}))

    return asyncio.run(read())


@pytest.fixture(scope="module")
def home(database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installation whose rules are sixty days old and that was used for the last twenty; its `var` directory."""
    var = tmp_path_factory.mktemp("var")

    async def publish() -> None:
        at = datetime.now(UTC) - timedelta(days=60)
        async with opened(database_url, pool_size=2) as store:
            assert await publish_shipped(store, edition, at)

    asyncio.run(publish())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOKUTEKI_VAR", str(var))
        patch.setenv("MOKUTEKI_DATABASE_URL", database_url)
        for words in (("demo", "--people", "30"), ("traffic", "--accesses", "250", "--days", str(DAYS))):
            patch.setattr(sys, "argv", ["mokuteki", *words])
            assert ended() == 0
        yield var


@pytest.fixture
def wider(home: Path, tmp_path: Path, mokuteki: Mokuteki) -> Path:
    """Rules that open contact details before the interview."""
    assert home.is_dir()
    folder = tmp_path / "rules"
    assert mokuteki("policy", "pull", str(folder)).code == 0
    change(folder / "rules.csv", "noticed+consented+interview", "noticed+consented")
    return folder


def replayed(mokuteki: Mokuteki, folder: Path, *words: str) -> dict[str, Any]:
    ran = mokuteki("policy", "replay", str(folder), "--json", *words)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def people() -> set[str]:
    return {row[0] for row in ask("SELECT id FROM users")}


def newest() -> Any:
    return ask(
        "SELECT client, role, purpose, operation, outcome, code, refs FROM accesses ORDER BY id DESC LIMIT 1"
    )[0]


def test_who_would_gain_what_is_counted_by_client_purpose_and_field(mokuteki: Mokuteki, wider: Path) -> None:
    told = replayed(mokuteki, wider)
    lines = {(each["client"], each["field"]): each for each in told["lines"]}
    one = lines["employer-b", "User.email"]
    assert (one["role"], one["purpose"], one["recipient"]) == (
        "employer",
        "service.application",
        "employer-b",
    )
    assert (one["step"], one["change"], one["sure"], one["exact"]) == (None, "GAIN", True, True)
    assert {each["field"] for each in told["lines"]} == {"User.email", "User.phone"}
    assert one["people"] is None or (one["people"] >= FEW and one["people"] % FEW == 0)
    assert 0 < one["accesses"] == sum(one["days"].values()) <= told["changed"]
    assert told["undecided"] == 0
    listed = ask("SELECT COUNT(*) FROM accesses WHERE purpose IS NOT NULL")[0][0]
    assert told["accesses"] == listed


def test_the_table_says_so_in_both_languages_and_names_nobody(mokuteki: Mokuteki, wider: Path) -> None:
    counts = replayed(mokuteki, wider)
    ran = mokuteki("policy", "replay", str(wider))
    assert ran.code == 0
    one = next(
        each for each in counts["lines"] if (each["client"], each["field"]) == ("employer-b", "User.email")
    )
    row = next(line for line in ran.out.splitlines() if one["line"] in line)
    cells = [cell.strip() for cell in row.strip("│").split("│")]
    assert cells == [
        one["line"],
        "employer-b (employer)",
        "service.application",
        "employer-b",
        "User.email",
        "▲ surely gains",
        str(one["accesses"]),
        "fewer than 10" if one["people"] is None else f"≥{one['people']}",
        str(len(one["days"])),
    ]
    assert ran.out.endswith(
        f"of the last 30 days: accesses read: {counts['accesses']}, changed: {counts['changed']}\n"
    )
    japanese = mokuteki("policy", "replay", str(wider), "--language", "ja").out
    assert "▲ 確実に新たに許可" in japanese
    assert ("10人未満" in japanese) == any(each["people"] is None for each in counts["lines"])
    assert f"直近30日間：アクセス{counts['accesses']}件のうち、変わるもの{counts['changed']}件" in japanese
    assert not [each for each in people() if each in ran.out + japanese + json.dumps(counts)]


def test_fewer_days_hold_fewer_accesses(mokuteki: Mokuteki, wider: Path) -> None:
    few, every = replayed(mokuteki, wider, "--days", "2"), replayed(mokuteki, wider)
    assert 0 < few["accesses"] < every["accesses"]
    assert mokuteki("policy", "replay", str(wider), "--days", "367").code == 2


def test_the_checkout_changes_nothing_of_what_it_decided(mokuteki: Mokuteki, home: Path) -> None:
    assert home.is_dir()
    ran = mokuteki("policy", "replay")
    assert ran.code == 0
    assert ran.out.startswith("under the checkout (")
    assert ran.out.endswith("changed: 0\n")


def test_a_draft_is_replayed_by_its_id(mokuteki: Mokuteki, wider: Path) -> None:
    pushed = json.loads(mokuteki("policy", "push", str(wider), "--note", "Earlier", "--json").out)
    ran = mokuteki("policy", "replay", "--draft", pushed["draft"], "--json")
    assert json.loads(ran.out)["to"] == {"name": f"draft {pushed['draft']}", "edition": pushed["hash"]}
    assert json.loads(ran.out)["lines"] == replayed(mokuteki, wider)["lines"]


def test_a_bar_goes_to_its_end(mokuteki: Mokuteki, wider: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int | None]] = []
    module = sys.modules["api.cli.policy_replay"]
    monkeypatch.setattr(module, "shown", lambda _bar: lambda done, total: told.append((done, total)))
    assert mokuteki("policy", "replay", str(wider)).code == 0
    assert told == sorted(told)
    assert told[-1] == (100, 100)


LISTING = ("--operator", "yamada", "--purpose")


def test_the_people_of_a_line_are_on_record_before_they_are_told(mokuteki: Mokuteki, wider: Path) -> None:
    one = replayed(mokuteki, wider)["lines"][0]
    words = ("policy", "replay", str(wider), "--people", one["line"])
    ran = mokuteki(*words, *LISTING, "compliance.security")
    assert ran.code == 0, ran.err
    told = ran.out.split()
    assert len(set(told)) == len(told) > 0
    assert one["people"] == (len(told) // FEW * FEW or None)
    assert set(told) <= people()
    client, role, purpose, operation, outcome, _, refs = newest()
    assert (client, role, purpose, operation, outcome) == (
        *("cli:yamada", "auditor", "compliance.security", "policy replay", "RELEASED"),
    )
    listed = ", ".join(map(str, unpack(bytes(refs))))
    assert {row[0] for row in ask(f"SELECT id FROM users WHERE ref IN ({listed})")} == set(told)
    assert re.search(r"this reading stands in the ledger as `cli:yamada`", ran.err)


def test_without_a_reason_or_a_right_nobody_is_told_of(mokuteki: Mokuteki, wider: Path) -> None:
    one = replayed(mokuteki, wider)["lines"][0]
    words = ("policy", "replay", str(wider), "--people", one["line"])
    ran = mokuteki(*words)
    assert (ran.code, ran.out) == (1, "")
    assert "say why with `--purpose` and who you are with `--operator`" in ran.err
    ran = mokuteki(*words, *LISTING, "service.account")
    assert (ran.code, ran.out) == (1, "")
    assert "the refusal is recorded" in ran.err
    client, *_, operation, outcome, code, refs = newest()
    assert (client, operation, outcome, code) == (
        "cli:yamada",
        "policy replay",
        "REFUSED",
        "PURPOSE_NOT_ALLOWED",
    )
    assert bytes(refs) == b""
    ran = mokuteki("policy", "replay", str(wider), "--people", "00000000", *LISTING, "compliance.security")
    assert (ran.code, ran.out) == (1, "")
    assert "no line of this replay has this name" in ran.err


def test_what_nobody_used_is_told_and_written_as_a_folder(
    mokuteki: Mokuteki, home: Path, tmp_path: Path
) -> None:
    assert home.is_dir()
    words = ("policy", "evidence", "--days", "30")
    told = json.loads(mokuteki(*words, "--json").out)
    assert set(told["removable"]) < set(told["unused"])
    assert {"own-account", "requests"} & set(told["removable"]) == set()
    assert "promotion.ads" in told["undeclared"]
    folder = tmp_path / "narrowed"
    ran = mokuteki(*words, "--draft", str(folder))
    assert ran.code == 0, ran.err
    heads = [line for line in ran.out.splitlines() if not line.startswith("  ")]
    assert heads[0] == f"allows that allowed nothing and may go: {len(told['removable'])}"
    assert heads[-1] == f"accesses read: {told['accesses']}, of the last 30 days"
    assert f"{len(told['removable'])} rules are gone in {folder} (edition " in ran.err
    rules = (folder / "rules.csv").read_text(encoding="utf-8")
    assert [name for name in told["removable"] if f"\n{name}," in rules] == []
    assert mokuteki("policy", "check", str(folder)).err == "" or gaps_only(mokuteki, folder)
    impact = mokuteki("policy", "impact", str(folder), "--exit-code", "--json")
    assert (impact.code, json.loads(impact.out)["widens"]) == (0, False)
    assert json.loads(impact.out)["narrowed"] > 0
    assert not [each for each in people() if each in ran.out]


def gaps_only(mokuteki: Mokuteki, folder: Path) -> bool:
    """Whether nothing is found but that a field is open to nobody any more."""
    found = json.loads(mokuteki("policy", "check", str(folder), "--json").out)["findings"]
    return {each["code"] for each in found} <= {"GAP", "GAP_UNSORTED"}


def test_the_evidence_is_told_in_japanese_and_overwrites_nothing(
    mokuteki: Mokuteki, home: Path, tmp_path: Path
) -> None:
    assert home.is_dir()
    (tmp_path / "rules.csv").write_text("mine\n", encoding="utf-8")
    ran = mokuteki("policy", "evidence", "--language", "ja", "--draft", str(tmp_path))
    assert ran.code == 1
    assert "何も許可せず、外せる許可の規則：" in ran.out
    assert "`rules.csv` would be overwritten" in ran.err
    assert (tmp_path / "rules.csv").read_text(encoding="utf-8") == "mine\n"
    assert mokuteki("policy", "evidence", "--draft", str(tmp_path), "--force").code == 0
    (tmp_path / "file").write_text("", encoding="utf-8")
    ran = mokuteki("policy", "evidence", "--draft", str(tmp_path / "file"))
    assert (ran.code, ran.out) == (1, "")
    assert "is a file: name a folder" in ran.err


def test_what_is_newer_than_the_days_stays(mokuteki: Mokuteki, home: Path, tmp_path: Path) -> None:
    assert home.is_dir()
    ran = mokuteki("policy", "evidence", "--days", "90", "--draft", str(tmp_path / "narrowed"))
    assert ran.code == 0
    assert ran.out.startswith("allows that allowed nothing and may go: 0\n")
    assert "no folder is written" in ran.err
    assert not (tmp_path / "narrowed").exists()
