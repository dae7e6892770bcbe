"""The editing of drafts: all rows or none, every mistake with its place, and the last writer never silently wins."""

import asyncio
from typing import Any

import pytest

from policies.drafts.sheet import write_sheet
from policies.edition import Edition
from tests.drafts.desk import ADMIN, changing, do, drafted, mistaken, read, reasons, refused, row, send
from tests.world import World

NEEDS = row("rules", "application-area", needs="noticed+consented+interview")


def gone(table: str, key: str) -> dict[str, Any]:
    return {"table": table, "key": key, "remove": True}


async def test_a_row_gives_only_what_changes_and_tells_what_it_was_and_who_made_it_so(rules: World) -> None:
    draft = await drafted(rules, NEEDS, staff="corp:mori")
    (edit,) = draft["edits"]
    was = {each["column"]: each["value"] for each in edit["was"]}
    became = {each["column"]: each["value"] for each in edit["became"]}
    assert {name for name in was if was[name] != became[name]} == {"needs"}
    assert became["needs"] == "noticed+consented+interview"
    assert (edit["by"], draft["authors"]) == ("corp:mori", ["corp:mori"])
    other = row("rules", "application-form", note_en="Other words")
    said = {"draft": draft["id"], "ifVersion": 2, "edits": [other]}
    draft = await do(rules, "editDraft", staff="corp:hayashi", **said)
    assert [(each["key"], each["by"]) for each in draft["edits"]] == [
        ("application-area", "corp:mori"),
        ("application-form", "corp:hayashi"),
    ]
    assert draft["authors"] == ["corp:mori", "corp:hayashi"]
    back = row("rules", "application-area", needs="noticed+consented")
    draft = await do(rules, "editDraft", draft=draft["id"], ifVersion=3, edits=[back])
    assert [each["key"] for each in draft["edits"]] == ["application-form"]
    assert draft["authors"] == ["corp:mori", "corp:hayashi", ADMIN]


async def test_rows_are_added_in_their_place_and_removed(rules: World) -> None:
    new = row(
        "rules",
        "no-ads",
        eft="deny",
        role="others",
        action="read",
        purpose="promotion",
        field="card",
        recipient="any",
        needs="-",
        clause="Clause 4",
        note_ja="カードは出さない",
        note_en="No card",
    )
    new["after"] = "abroad"
    draft = await drafted(rules, new, gone("rules", "matching-form"))
    (removed, added) = draft["edits"]
    assert (removed["key"], removed["became"]) == ("matching-form", None)
    assert (added["key"], added["was"], added["after"]) == ("no-ads", None, "abroad")
    draft = await do(rules, "editDraft", draft=draft["id"], ifVersion=2, edits=[gone("rules", "no-ads")])
    assert [each["key"] for each in draft["edits"]] == ["matching-form"]


async def test_every_mistake_is_told_at_once_with_its_edit_row_column_and_remedy(rules: World) -> None:
    draft = await drafted(rules, NEEDS)
    edits = [
        row("rules", "application-contact", purpose="service.aplication"),
        row("rules", "application-address", eft="denny"),
        gone("rules", "nothing"),
        row("rulez", "x", needs="-"),
        row("rules", "account", neds="-"),
        row("fields", "User.password", category="name"),
        gone("guards", "Mutation.publishEdition"),
    ]
    found = await refused(rules, "editDraft", draft=draft["id"], ifVersion=2, edits=edits)
    assert {each["reason"] for each in found} == {"DRAFT_MISTAKE"}
    told = {(each["argument"], each["table"], each["key"], each["column"]) for each in found}
    assert {
        ("input.edits.0", "rules", "application-contact", "purpose"),
        ("input.edits.1", "rules", "application-address", "eft"),
        ("input.edits.2", "rules", "nothing", None),
        ("input.edits.3", "rulez", "x", None),
        ("input.edits.4", "rules", "account", "neds"),
        ("input.edits.5", "fields", "User.password", "path"),
    } <= told
    (undeclared,) = [each for each in found if each["argument"] == "input.edits.5"]
    assert (undeclared["mistake"], undeclared["key"]) == ("EDIT_UNDECLARED", "User.password")
    assert (await read(rules, draft["id"]))["hash"] == draft["hash"]
    (guard,) = await refused(rules, "editDraft", draft=draft["id"], ifVersion=2, edits=edits[-1:])
    assert (guard["argument"], guard["key"]) == ("input.edits.0", "Mutation.publishEdition")


@pytest.mark.parametrize(
    "guard",
    [
        "Mutation.withdrawConsent.holders",
        "Mutation.withdrawConsent.notice",
        "Query.explain.others",
        "Mutation.setApplicationStage.HIRED",
        "Event.cookieId",
    ],
)
async def test_the_guard_of_a_part_of_a_field_cannot_be_taken_out(rules: World, guard: str) -> None:
    draft = await drafted(rules)
    (told,) = await refused(rules, "editDraft", draft=draft["id"], ifVersion=1, edits=[gone("guards", guard)])
    assert (told["mistake"], told["key"], told["column"]) == ("GUARD_MISSING", guard, "field")
    assert (await read(rules, draft["id"]))["hash"] == draft["hash"]


async def test_a_mistake_names_its_row_and_the_word_in_both_languages(rules: World) -> None:
    draft = await drafted(rules)
    said = {
        "draft": draft["id"],
        "ifVersion": 1,
        "edits": [row("rules", "account", purpose="service.acount")],
    }
    for language, words in (
        (
            "en",
            "`rules.csv` row 18, column `purpose`: `service.acount` is unknown; did you mean `service.account`?",
        ),
        (
            "ja",
            "`rules.csv` 18行目「purpose」：`service.acount`は登録されていません。`service.account`のことですか。",
        ),
    ):
        answer = await send(rules, ADMIN, changing("editDraft"), {"i": said}, language=language)
        (error,) = answer["errors"]
        assert (mistaken(error["message"], language), error["path"]) == (words, ["editDraft"])


async def test_a_change_of_another_version_is_refused(rules: World) -> None:
    draft = await drafted(rules, NEEDS)
    for name, more in (
        ("editDraft", {"edits": [NEEDS]}),
        ("importDraft", {}),
        ("rebaseDraft", {}),
        ("withdrawDraft", {}),
    ):
        (stale,) = await refused(rules, name, draft=draft["id"], ifVersion=1, **more)
        assert (stale["reason"], stale["status"], stale["argument"]) == (
            "STALE_VERSION",
            409,
            "input.ifVersion",
        )


async def test_of_many_edits_at_once_one_wins_and_the_others_are_told(rules: World) -> None:
    draft = await drafted(rules)
    said = {"draft": draft["id"], "ifVersion": 1}
    edits = [row("rules", "application-form", note_en=f"Words {each}") for each in range(6)]
    answers = await asyncio.gather(
        *(send(rules, ADMIN, changing("editDraft"), {"i": {**said, "edits": [each]}}) for each in edits)
    )
    won = [place for place, answer in enumerate(answers) if "errors" not in answer]
    lost = [answer["errors"][0]["extensions"]["reason"] for answer in answers if "errors" in answer]
    assert len(won) == 1
    assert lost == ["STALE_VERSION"] * 5
    (edit,) = (await read(rules, draft["id"]))["edits"]
    assert f"Words {won[0]}" in str(edit["became"])


async def test_whole_tables_come_as_csv_and_others_stay(rules: World, edition: Edition) -> None:
    draft = await drafted(rules, row("purposes", "service.matching", en="Other words"))
    tables = edition.tables()
    text = write_sheet("rules", [each for each in tables["rules"] if each[0] != "matching-form"])
    said = {"draft": draft["id"], "ifVersion": 2, "tables": [{"table": "rules", "csv": text}]}
    draft = await do(rules, "importDraft", **said)
    assert [(each["table"], each["key"]) for each in draft["edits"]] == [
        ("purposes", "service.matching"),
        ("rules", "matching-form"),
    ]
    broken = text.replace("service.matching,identifier", "service.matchin,identifier").replace(
        "allow", "alow", 1
    )
    said |= {
        "ifVersion": 3,
        "tables": [{"table": "rules", "csv": broken}, {"table": "roles", "csv": "id,x\n"}],
    }
    found = await refused(rules, "importDraft", **said)
    assert {(each["argument"], each["row"], each["column"]) for each in found} >= {
        ("input.tables.0", 16, "eft"),
        ("input.tables.1", 1, None),
    }
    assert (await read(rules, draft["id"]))["version"] == 3


async def test_a_draft_that_was_given_up_stays_so(rules: World) -> None:
    draft = await drafted(rules, NEEDS)
    gone_up = await do(rules, "withdrawDraft", draft=draft["id"], ifVersion=2)
    assert gone_up["state"] == "WITHDRAWN"
    told = {"draft": draft["id"], "hash": draft["hash"], "note": "x"}
    assert await reasons(rules, "publishEdition", **told) == ["DRAFT_CLOSED"]
    assert await reasons(rules, "editDraft", draft=draft["id"], ifVersion=3, edits=[NEEDS]) == [
        "DRAFT_CLOSED"
    ]
    listed = await send(rules, "auditor", "{ drafts(state: WITHDRAWN, first: 1) { edges { node { id } } } }")
    assert listed["data"]["drafts"]["edges"] == [{"node": {"id": draft["id"]}}]


@pytest.mark.parametrize(
    "name", ["editDraft", "withdrawDraft", "approveDraft", "publishEdition", "cancelPublication"]
)
async def test_what_is_no_draft_is_refused(rules: World, name: str) -> None:
    client = "policy-approver" if name == "approveDraft" else ADMIN
    needed: dict[str, dict[str, Any]] = {
        "editDraft": {"ifVersion": 1, "edits": []},
        "withdrawDraft": {"ifVersion": 1},
    }
    more = needed.get(name, {})
    if name in {"approveDraft", "publishEdition"}:
        more = {"hash": "x", "note": "x"}
    assert await reasons(rules, name, client, draft="none", **more) == ["DRAFT_UNKNOWN"]


async def test_a_change_sent_twice_under_one_key_is_made_once(rules: World) -> None:
    draft = await drafted(rules)
    said = {"i": {"draft": draft["id"], "ifVersion": 1, "edits": [NEEDS]}}
    answers = [
        await rules.ask(
            ADMIN, changing("editDraft"), said, headers={"Idempotency-Key": f"once-{draft['id']}"}
        )
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert answers[0]["data"]["editDraft"]["draft"]["version"] == 2
