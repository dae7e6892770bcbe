"""A folder becomes a draft, and the draft an edition: under the conditions of the interface, on record by the operator."""

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest

from api.cli.policy import edition_of
from api.gateway.request import Request
from api.house import House, open_house
from api.settings import Settings
from api.tokens.requester import Requester
from models.drafts.register import REGISTER
from models.register import Change, read_changes
from tests.cli.conftest import Mokuteki, Ran, change

pytestmark = pytest.mark.usefixtures("at_home")

Found = TypeVar("Found")

APPROVE = "mutation Do($i: ApproveDraftInput!) { approveDraft(input: $i) { draft { hash } } }"
TEXT = "To prevent misuse, to audit"


@pytest.fixture
def rules(tmp_path: Path, mokuteki: Mokuteki) -> Path:
    """A folder with the edition in force."""
    folder = tmp_path / "rules"
    assert mokuteki("policy", "pull", str(folder)).code == 0
    return folder


def at(work: Callable[[House], Awaitable[Found]]) -> Found:
    """What an open house of this installation answers."""

    async def opened() -> Found:
        async with open_house(Settings.read(os.environ)) as house:
            return await work(house)

    return asyncio.run(opened())


def approve(pushed: Mapping[str, Any], staff: str) -> list[str]:
    """Approve a draft through the interface as a member of staff; the reasons against it."""
    requester = Requester(
        client="policy-approver",
        role="policy_approver",
        user=None,
        recipients=("internal",),
        expires_at=float("inf"),
        token_id="t",
        staff=staff,
    )
    said = {"i": {"draft": pushed["draft"], "hash": pushed["hash"], "note": "Agreed"}}

    async def answered(house: House) -> Any:
        request = Request(id=f"by-{staff}-{pushed['draft'][:8]}", query=APPROVE, variables=said)
        return (await house.gateway.answer(requester, request)).body

    return [each["extensions"]["reason"] for each in at(answered).get("errors", ())]


def history() -> list[tuple[Any, ...]]:
    """Every edition, the newest first: its number and id, and who published, approved and drafted it, and why."""

    async def read(house: House) -> list[tuple[Any, ...]]:
        columns = "number, id, published_by, approved_by, drafted_by, note"
        return [
            tuple(row)
            for row in await house.store.fetch(f"SELECT {columns} FROM editions ORDER BY number DESC", {})
        ]

    return at(read)


def on_record(draft: str) -> list[Change]:
    async def read(house: House) -> list[Change]:
        return (await read_changes(house.store, REGISTER, draft))[draft]

    return at(read)


def pushed(mokuteki: Mokuteki, folder: Path, *words: str) -> dict[str, Any]:
    ran = mokuteki(
        "policy", "push", str(folder), "--note", "A test", "--operator", "yamada", "--json", *words
    )
    assert ran.code in {0, 3}, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def publish(mokuteki: Mokuteki, draft: Mapping[str, Any], *words: str) -> Ran:
    named = ("--hash", draft["hash"], "--note", "As agreed", "--operator", "yamada")
    return mokuteki("policy", "publish", draft["draft"], *named, *words)


def other_note(folder: Path, text: str) -> None:
    """A change that opens nothing: the note of a rule."""
    change(folder / "rules.csv", "The data of an erased person", f"The data of an erased person {text}")


def drafts(mokuteki: Mokuteki, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(mokuteki("policy", "drafts", "--json", *words).out)
    return found


def test_a_folder_becomes_a_draft_on_record(mokuteki: Mokuteki, rules: Path) -> None:
    change(rules / "purposes.csv", TEXT, "To prevent misuse and to audit")
    ran = mokuteki("policy", "push", str(rules), "--note", "A clearer text", "--operator", "yamada")
    assert (ran.code, ran.err) == (0, "")
    newest = drafts(mokuteki)[0]
    assert (newest["state"], newest["version"], newest["note"]) == ("OPEN", 1, "A clearer text")
    assert newest["authors"] == ["cli:yamada"]
    assert newest["hash"] == edition_of(rules).id
    lines = dict(line.split("  ", 1) for line in ran.out.splitlines() if "  " in line)
    told = {name: text.strip() for name, text in lines.items()}
    assert (told["draft"], told["hash"], told["version"]) == (newest["draft"], newest["hash"], "1")
    assert (told["rows that differ"], told["widens"]) == ("purposes.csv 1", "▲ yes")
    assert "next: a second person approves exactly this hash with `approveDraft`" in ran.out
    made = on_record(newest["draft"])
    assert [(each.what, each.by) for each in made] == [("CREATED", "cli:yamada")]
    assert made[0].became["note"] == "A clearer text"


def test_a_purpose_with_another_number_than_it_had_is_not_published(mokuteki: Mokuteki, rules: Path) -> None:
    change(rules / "purposes.csv", "promotion.ads,promotion,,10,", "promotion.ads,promotion,,20,")
    draft = pushed(mokuteki, rules)
    assert draft["next"] == "CORRECT"
    (found,) = [each for each in draft["findings"] if each["code"] == "NUMBER_CHANGED"]
    assert "`promotion.ads` had the number 10 in a published edition" in found["en"]
    ran = publish(mokuteki, draft)
    assert (ran.code, "had the number 10" in ran.err) == (1, True), ran.err


def test_a_draft_is_compared_and_put_into_again(mokuteki: Mokuteki, rules: Path) -> None:
    change(rules / "purposes.csv", TEXT, "To prevent misuse and to audit")
    first = pushed(mokuteki, rules)
    ran = mokuteki("policy", "impact", "--draft", first["draft"], "--exit-code")
    assert ran.code == 2
    assert f" to draft {first['draft']} (" in ran.out
    change(rules / "purposes.csv", "To prevent misuse and to audit", "To prevent misuse, and to audit")
    again = ("--draft", first["draft"], "--if-version")
    second = pushed(mokuteki, rules, *again, "1")
    assert (second["draft"], second["version"]) == (first["draft"], 2)
    assert second["hash"] != first["hash"]
    made = on_record(first["draft"])
    assert [(each.what, each.by) for each in made] == [("IMPORTED", "cli:yamada"), ("CREATED", "cli:yamada")]
    assert made[0].became["note"] == "A test"
    stale = mokuteki("policy", "push", str(rules), *again, "1")
    assert (stale.code, stale.out) == (1, "")
    assert "`--if-version` is not the version of the record now" in stale.err
    same = mokuteki("policy", "push", str(rules), *again, "2")
    assert (same.code, same.out) == (0, "")
    assert "no draft is made or changed" in same.err
    assert drafts(mokuteki)[0]["version"] == 2


def test_every_mistake_of_a_folder_is_told_and_no_draft_is_made(mokuteki: Mokuteki, rules: Path) -> None:
    before = drafts(mokuteki)
    change(rules / "rules.csv", "application-contact,allow,", "application-contact,denny,")
    change(rules / "rules.csv", ",service.eligibility,", ",service.eligiblity,")
    words = ("policy", "push", str(rules), "--note", "A test")
    ran = mokuteki(*words)
    assert (ran.code, ran.out) == (1, "")
    *lines, closing = ran.err.splitlines()
    assert any("column `eft`" in line and "`denny`" in line for line in lines)
    assert any("did you mean `service.eligibility`?" in line for line in lines)
    assert (
        closing == f"mokuteki: {len(lines)} mistakes, and no draft was made or changed: correct each of them"
    )
    told = mokuteki(*words, "--language", "ja").err
    assert "`service.eligibility`のことですか。" in told
    assert f"{len(lines)}件の誤りがあるため、改定案は作成も変更もされていません" in told
    (rules / "roles.csv").unlink()
    assert "the file is missing" in mokuteki(*words).err
    assert drafts(mokuteki) == before


def test_a_table_that_the_folder_lacks_stays(mokuteki: Mokuteki, rules: Path) -> None:
    change(rules / "purposes.csv", TEXT, "To prevent misuse and to audit")
    (rules / "decisions.csv").unlink()
    assert {each["table"] for each in pushed(mokuteki, rules)["edits"]} == {"purposes"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "a new draft needs its reason"),
        (("--note", "  "), "`--note` is blank: say why"),
        (("--note", "why", "--if-version", "1"), "`--draft` and `--if-version` go together"),
        (("--note", "why", "--from", "999"), "no published edition has this number"),
        (("--note", "why", "--operator", "two words"), "`--operator` is no name"),
        (
            ("--note", "why", "--operator", "shipped"),
            "`shipped` is what records call the rules of the checkout",
        ),
        (("--note", "why", "--draft", "none", "--if-version", "1"), "no draft has this id"),
    ],
)
def test_what_is_wrong_with_the_asking_is_one_sentence(
    mokuteki: Mokuteki, rules: Path, words: tuple[str, ...], told: str
) -> None:
    change(rules / "purposes.csv", TEXT, "To prevent misuse and to audit")
    ran = mokuteki("policy", "push", str(rules), *words)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert told in ran.err


def test_what_is_in_force_makes_no_draft(mokuteki: Mokuteki, rules: Path) -> None:
    before = drafts(mokuteki)
    ran = mokuteki("policy", "push", str(rules), "--note", "A test", "--language", "ja")
    assert (ran.code, ran.out) == (0, "")
    assert "改定案は作成も変更もしません" in ran.err
    assert drafts(mokuteki) == before


def test_what_widens_waits_for_a_second_person_of_the_interface(mokuteki: Mokuteki, rules: Path) -> None:
    change(rules / "purposes.csv", TEXT, "To prevent misuse and to audit")
    draft = pushed(mokuteki, rules)
    assert (draft["widens"], draft["needsApproval"], draft["next"]) == (True, True, "APPROVE")
    before = history()
    barred = publish(mokuteki, draft)
    assert (barred.code, barred.out) == (1, "")
    assert "a second person must approve exactly this hash first" in barred.err
    assert "which only the interface takes (`approveDraft`)" in barred.err
    assert "承認はAPI（`approveDraft`）だけで受け付けます" in publish(mokuteki, draft, "--language", "ja").err
    assert approve(draft, "yamada") == ["OWN_DRAFT"]
    assert history() == before
    assert approve(draft, "tanaka") == []
    other = publish(mokuteki, {**draft, "hash": before[0][1]})
    assert (other.code, history()) == (1, before)
    assert "another edition than the one of this hash" in other.err
    ran = publish(mokuteki, draft)
    number = before[0][0] + 1
    assert ran == (
        0,
        f"edition {number} ({draft['hash'][:12]}) is in force: every process obeys within a second\n",
        "",
    )
    newest = history()[0]
    assert newest[:4] == (number, draft["hash"], "cli:yamada", "tanaka")
    assert (json.loads(newest[4]), newest[5]) == (["cli:yamada"], "As agreed")
    assert "was published or given up" in publish(mokuteki, draft).err
    assert mokuteki("policy", "diff", str(rules)).err.startswith(f"no difference from edition {number} ")


def test_what_opens_nothing_is_published_and_rolled_back_alone(mokuteki: Mokuteki, rules: Path) -> None:
    before = history()[0]
    other_note(rules, "and so on")
    draft = pushed(mokuteki, rules)
    assert (draft["needsApproval"], draft["findings"], draft["next"]) == (False, [], "PUBLISH")
    assert publish(mokuteki, draft).code == 0
    words = ("policy", "rollback", str(before[0]), "--note", "Not so", "--operator", "sato")
    ran = mokuteki(*words, "--publish")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"edition {before[0] + 2} ({before[1][:12]}) is in force")
    newest = history()[0]
    assert newest[:4] == (before[0] + 2, before[1], "cli:sato", None)
    assert newest[5] == "Not so"
    again = mokuteki(*words, "--publish")
    assert (again.code, again.out) == (1, "")
    assert again.err == (
        "mokuteki: that is just the edition in force: name an earlier one, which `mokuteki policy editions` lists\n"
    )


def test_a_way_back_that_widens_stays_a_draft(mokuteki: Mokuteki, rules: Path) -> None:
    before = history()[0]
    text = (
        "To prevent misuse and to audit" if TEXT not in (rules / "purposes.csv").read_text("utf-8") else TEXT
    )
    change(rules / "purposes.csv", text, "To prevent misuse, and to audit too")
    draft = pushed(mokuteki, rules)
    assert approve(draft, "tanaka") == []
    assert publish(mokuteki, draft).code == 0
    ran = mokuteki(
        "policy", "rollback", before[1][:10], "--note", "Back", "--operator", "yamada", "--publish"
    )
    assert ran.code == 1
    assert "a second person must approve exactly this hash first" in ran.err
    back = drafts(mokuteki)[0]
    assert (back["hash"], back["state"], back["note"]) == (before[1], "OPEN", "Back")
    assert f"hash              {before[1]}\n" in ran.out
    assert history()[0][1] == draft["hash"]


def test_a_folder_of_an_edition_before_is_drafted_from_that_one(mokuteki: Mokuteki, rules: Path) -> None:
    base = history()[0]
    other_note(rules, "of another")
    between = pushed(mokuteki, rules)
    assert publish(mokuteki, between).code == 0
    mokuteki("policy", "pull", str(base[0]), str(rules), "--force")
    other_note(rules, "of mine")
    draft = pushed(mokuteki, rules, "--from", str(base[0]))
    assert (draft["base"], draft["outdated"], draft["next"]) == (base[1], True, "REBASE")
    barred = publish(mokuteki, draft)
    assert barred.code == 1
    assert "bring the draft onto it with `mokuteki policy rebase`" in barred.err
    assert history()[0][1] == between["hash"]
    asked = (draft["draft"], "--if-version", "1", "--operator", "sato")
    contested = mokuteki("policy", "rebase", *asked)
    assert (contested.code, contested.out) == (1, "")
    both, closing = contested.err.splitlines()
    assert both.startswith("`rules:erased` was changed by both: the draft has note_en `")
    assert "of mine goes to nobody for any purpose`; the edition in force has note_en `" in both
    assert closing.endswith("name it with `--mine` or `--theirs`, such as `--mine 'rules:erased'`")
    told = json.loads(mokuteki("policy", "rebase", *asked, "--json").out)
    assert (told["draft"], [each["key"] for each in told["conflicts"]]) == (None, ["erased"])
    assert "of mine" in told["conflicts"][0]["mine"]["note_en"]
    idle = mokuteki("policy", "rebase", *asked, "--mine", "rules:account", "--language", "ja")
    assert "`account`は競合していません" in idle.err
    assert "names no row" in mokuteki("policy", "rebase", *asked, "--mine", "erased").err
    twice = mokuteki("policy", "rebase", *asked, "--mine", "rules:erased", "--theirs", "rules:erased")
    assert "under both `--mine` and `--theirs`" in twice.err
    assert drafts(mokuteki)[0]["version"] == 1
    ran = mokuteki("policy", "rebase", *asked, "--mine", "rules:erased", "--json")
    moved = json.loads(ran.out)
    assert (ran.code, moved["base"], moved["version"]) == (0, between["hash"], 2)
    assert (moved["outdated"], [(each["table"], each["key"]) for each in moved["edits"]]) == (
        False,
        [("rules", "erased")],
    )
    assert next((each.what, each.by) for each in on_record(draft["draft"])) == ("REBASED", "cli:sato")
    again = mokuteki("policy", "rebase", draft["draft"], "--if-version", "2")
    assert (again.code, again.out) == (0, "")
    assert "starts from the edition in force already" in again.err
    assert publish(mokuteki, moved).code == 0


def test_one_draft_is_told_whole(mokuteki: Mokuteki, rules: Path) -> None:
    old, new = "improve it (no personal", "better it (no personal"
    change(rules / "purposes.csv", old, new)
    draft = pushed(mokuteki, rules)
    assert approve(draft, "tanaka") == []
    told = mokuteki("policy", "drafts", draft["draft"]).out
    assert re.search(r"^state +open$", told, re.MULTILINE)
    assert re.search(r"^why +A test$", told, re.MULTILINE)
    assert re.search(r"^begun +\d{4}-\d\d-\d\d \d\d:\d\d JST, cli:yamada$", told, re.MULTILINE)
    edits = told.partition("edits:\n")[2].partition("\n\n")[0]
    assert edits.startswith("  ~ purposes.csv insight.analytics: en `")
    assert re.search(r"better it \(.+\)` \(cli:yamada, .+ JST\)$", edits)
    agreed = told.partition("approvals:\n")[2].splitlines()[0]
    assert re.fullmatch(r"  \S*tanaka agreed at .+ JST: .+", agreed)
    assert told.splitlines()[-1].startswith("next: `mokuteki policy publish ")
    assert told.splitlines()[-1].endswith("; it is approved")
    form = json.loads(mokuteki("policy", "drafts", draft["draft"], "--json").out)
    assert (form["next"], form["createdBy"], form["note"]) == ("PUBLISH_APPROVED", "cli:yamada", "A test")
    assert (old in form["edits"][0]["was"]["en"], form["edits"][0]["by"]) == (True, "cli:yamada")
    assert [(each["hash"], each["counts"]) for each in form["approvals"]] == [(draft["hash"], True)]
    change(rules / "purposes.csv", new, "refine it (no personal")
    pushed(mokuteki, rules, "--draft", draft["draft"], "--if-version", "1")
    told = mokuteki("policy", "drafts", draft["draft"]).out
    assert f"to what the draft was then ({draft['hash'][:12]}), which does not count now" in told
    assert "next: a second person approves exactly this hash" in told


def test_a_draft_that_changes_nothing_is_not_published_and_says_what_to_do(
    mokuteki: Mokuteki, rules: Path, tmp_path: Path
) -> None:
    same = tmp_path / "same"
    assert mokuteki("policy", "pull", str(same)).code == 0
    other_note(rules, "for a while")
    draft = pushed(mokuteki, rules)
    empty = pushed(mokuteki, same, "--draft", draft["draft"], "--if-version", "1")
    assert (empty["edits"], empty["next"]) == ([], "EDIT")
    assert "next: the draft changes nothing yet" in mokuteki("policy", "drafts", draft["draft"]).out
    refused = publish(mokuteki, empty)
    assert (refused.code, refused.out) == (1, "")
    assert "or give it up with `mokuteki policy withdraw`" in refused.err
    assert "取り下げてください" in publish(mokuteki, empty, "--language", "ja").err


def test_what_kept_a_draft_from_its_time_is_told(mokuteki: Mokuteki, rules: Path) -> None:
    other_note(rules, "at its time")
    draft = pushed(mokuteki, rules)
    assert publish(mokuteki, draft, "--at", "2099-04-01").code == 0
    told = mokuteki("policy", "drafts", draft["draft"]).out
    assert re.search(r"^comes into force +2099-04-01 00:00 JST, cli:yamada: As agreed$", told, re.MULTILINE)

    async def spoil(house: House) -> None:
        sql = "UPDATE drafts SET state = 'OPEN', trouble = 'STALE_BASE' WHERE id = :id"
        async with house.store.transaction() as transaction:
            await transaction.execute(sql, {"id": draft["draft"]})

    at(spoil)
    told = mokuteki("policy", "drafts", draft["draft"]).out
    assert re.search(r"^not published +another edition came into force since", told, re.MULTILINE)
    assert "comes into force" not in told


def test_a_draft_is_scheduled_for_a_time_of_japan(mokuteki: Mokuteki, rules: Path) -> None:
    other_note(rules, "later")
    draft = pushed(mokuteki, rules)
    ran = publish(mokuteki, draft, "--at", "2099-04-01", "--language", "ja")
    assert (ran.code, ran.err) == (0, "")
    assert "2099-04-01 00:00 JST" in ran.out
    newest = drafts(mokuteki, "--state", "SCHEDULED")[0]
    assert (newest["draft"], newest["publishAt"]) == (draft["draft"], "2099-03-31T15:00:00+00:00")
    assert (
        "next: nothing, it comes into force at its time" in mokuteki("policy", "drafts", draft["draft"]).out
    )
    barred = publish(mokuteki, draft).err
    assert "is to be published at its time: `mokuteki policy unschedule` opens it again" in barred
    left = mokuteki("policy", "unschedule", draft["draft"], "--operator", "sato")
    assert left == (0, f"draft {draft['draft']} is not published at its time: it is open again\n", "")
    assert next((each.what, each.by) for each in on_record(draft["draft"])) == ("CANCELLED", "cli:sato")
    assert "there is nothing to cancel" in mokuteki("policy", "unschedule", draft["draft"]).err
    assert "`--at` is no day or time" in publish(mokuteki, draft, "--at", "soon").err


def test_a_time_that_is_past_publishes_nothing(mokuteki: Mokuteki, rules: Path) -> None:
    other_note(rules, "too late")
    draft, before = pushed(mokuteki, rules), history()
    ran = publish(mokuteki, draft, "--at", "2020-11-01")
    assert ran == (
        1,
        "",
        "mokuteki: `--at` is 2020-11-01 00:00 JST, which is past: name a time to come, or leave it out to publish at once\n",
    )
    assert "過去の日時です" in publish(mokuteki, draft, "--at", "2020-11-01", "--language", "ja").err
    assert (history(), drafts(mokuteki)[0]["state"]) == (before, "OPEN")


def test_what_must_be_corrected_is_told_and_not_published(mokuteki: Mokuteki, rules: Path) -> None:
    change(rules / "rules.csv", "noticed+consented+interview", "noticed+consented+hired")
    draft = pushed(mokuteki, rules)
    assert (draft["widens"], draft["next"]) == (False, "CORRECT")
    assert {each["severity"] for each in draft["findings"]} == {"WRONG"}
    before = history()
    ran = publish(mokuteki, draft)
    assert (ran.code, ran.out) == (1, "")
    assert "correct the rules, or the row if it is wrong" in ran.err
    assert "the check found what must be corrected first" in ran.err
    assert history() == before


def test_an_alignment_lets_the_table_say_what_the_rules_answer(mokuteki: Mokuteki, rules: Path) -> None:
    change(rules / "rules.csv", "noticed+consented+interview", "noticed+consented+hired")
    ran = mokuteki("policy", "push", str(rules), "--note", "Later", "--operator", "yamada")
    assert ran.code == 3
    draft = drafts(mokuteki)[0]
    asked = (draft["draft"], "--if-version", "1")
    assert f"`mokuteki policy align {draft['draft']} --if-version 1` lets the decision table say" in ran.out
    stale = mokuteki("policy", "align", draft["draft"], "--if-version", "7")
    assert (stale.code, "`--if-version` is not the version" in stale.err) == (1, True)
    done = mokuteki("policy", "align", *asked, "--operator", "sato", "--json")
    aligned = json.loads(done.out)
    assert (done.code, aligned["findings"], aligned["next"]) == (0, [], "PUBLISH")
    assert {each["table"] for each in aligned["edits"]} == {"rules", "decisions"}
    assert drafts(mokuteki)[0]["authors"] == ["cli:yamada", "cli:sato"]
    same = mokuteki("policy", "align", draft["draft"], "--if-version", "2", "--language", "ja")
    assert (same.code, same.out) == (0, "")
    assert "すでに規則の答えのとおり" in same.err


def test_a_draft_is_given_up_for_good_by_the_version_that_was_read(mokuteki: Mokuteki, rules: Path) -> None:
    other_note(rules, "never")
    draft = pushed(mokuteki, rules)
    stale = mokuteki("policy", "withdraw", draft["draft"], "--if-version", "2")
    assert (stale.code, drafts(mokuteki)[0]["state"]) == (1, "OPEN")
    ran = mokuteki("policy", "withdraw", draft["draft"], "--if-version", "1", "--language", "ja")
    assert ran == (0, f"改定案{draft['draft']}を取り下げました\n", "")
    assert drafts(mokuteki)[0]["state"] == "WITHDRAWN"
    assert on_record(draft["draft"])[0].what == "WITHDRAWN"
    assert "was published or given up" in publish(mokuteki, draft).err


def test_programs_are_told_every_mistake_of_a_folder(mokuteki: Mokuteki, rules: Path) -> None:
    before = drafts(mokuteki)
    words = ("policy", "push", str(rules), "--note", "A test", "--json")
    change(rules / "rules.csv", "application-contact,allow,", "application-contact,denny,")
    ran = mokuteki(*words)
    told = json.loads(ran.out)
    assert (ran.code, told["draft"], ran.err.count("\n")) == (1, None, 1)
    assert [(each["code"], each["key"]) for each in told["findings"]] == [
        ("EFFECT_UNKNOWN", "application-contact")
    ]
    (rules / "roles.csv").unlink()
    told = json.loads(mokuteki(*words).out)
    assert "FILE_MISSING" in {each["code"] for each in told["findings"]}
    assert drafts(mokuteki) == before


def test_the_drafts_are_a_table(mokuteki: Mokuteki, rules: Path) -> None:
    change(rules / "rules.csv", "noticed+consented+interview", "noticed+consented+hired")
    draft = pushed(mokuteki, rules)
    told = mokuteki("policy", "drafts", "--language", "ja").out
    line = next(line for line in told.splitlines() if draft["draft"] in line)
    assert draft["hash"] in line
    assert "作成中" in line
    assert "cli:yamada" in line
