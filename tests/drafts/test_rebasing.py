"""The rebasing of drafts: nothing is published on an edition that is gone, and no row is decided in silence."""

from typing import Any

from tests.drafts.desk import APPROVER, agreed, do, drafted, read, reasons, refused, row
from tests.drafts.test_story import NARROWER, WIDER
from tests.world import World

MINE = row("rules", "application-form", note_en="My words")
THEIRS = row("rules", "application-form", note_en="Their words")
BESIDE = row("rules", "application-text", note_en="Words beside")


async def published(world: World, *edits: dict[str, Any]) -> dict[str, Any]:
    draft = await drafted(world, *edits)
    return await do(world, "publishEdition", draft=draft["id"], hash=draft["hash"], note="Published")


async def test_a_draft_of_an_edition_that_is_gone_is_rebased_before_it_is_published(rules: World) -> None:
    draft = await drafted(rules, *NARROWER)
    other = await published(rules, BESIDE)
    told = {"draft": draft["id"], "hash": draft["hash"], "note": "x"}
    assert await reasons(rules, "publishEdition", **told) == ["STALE_BASE"]
    assert await reasons(rules, "approveDraft", APPROVER, **told) == ["STALE_BASE"]
    seen = await read(rules, draft["id"])
    assert (seen["outdated"], seen["conflicts"]) == (True, [])
    moved = await do(rules, "rebaseDraft", draft=draft["id"], ifVersion=2)
    assert (moved["base"], moved["outdated"], moved["version"]) == (other["hash"], False, 3)
    assert [each["key"] for each in moved["edits"]] == [each["key"] for each in draft["edits"]]
    done = await do(rules, "publishEdition", draft=draft["id"], hash=moved["hash"], note="x")
    notes = {rule.id: rule.note_en for rule in (await rules.house.inforce.current()).edition.rules}
    assert (done["state"], notes["application-text"]) == ("PUBLISHED", "Words beside")


async def test_a_conflict_is_shown_row_by_row_and_decided_by_name(rules: World) -> None:
    draft = await drafted(rules, MINE, *NARROWER)
    await published(rules, THEIRS)
    seen = await read(rules, draft["id"])
    (conflict,) = seen["conflicts"]
    assert (conflict["table"], conflict["key"]) == ("rules", "application-form")
    assert ("My words" in str(conflict["mine"]), "Their words" in str(conflict["theirs"])) == (True, True)
    said: dict[str, Any] = {"draft": draft["id"], "ifVersion": 2}
    (told,) = await refused(rules, "rebaseDraft", **said)
    assert (told["reason"], told["table"], told["key"]) == ("DRAFT_CONFLICT", "rules", "application-form")
    assert told["status"] == 409
    assert (await read(rules, draft["id"]))["version"] == 2
    none = {"table": "rules", "key": "account", "take": "MINE"}
    theirs = {"table": "rules", "key": "application-form", "take": "THEIRS"}
    (wrong,) = await refused(rules, "rebaseDraft", **said, resolutions=[theirs, none])
    assert (wrong["argument"], wrong["key"]) == ("input.resolutions.1", "account")
    moved = await do(rules, "rebaseDraft", **said, resolutions=[theirs])
    assert "application-form" not in [each["key"] for each in moved["edits"]]


async def test_what_is_mine_stands_when_that_is_said(rules: World) -> None:
    draft = await drafted(rules, MINE)
    await published(rules, THEIRS)
    mine = {"table": "rules", "key": "application-form", "take": "MINE"}
    moved = await do(rules, "rebaseDraft", draft=draft["id"], ifVersion=2, resolutions=[mine])
    (edit,) = moved["edits"]
    assert ("Their words" in str(edit["was"]), "My words" in str(edit["became"])) == (True, True)


async def test_an_approval_of_another_base_counts_no_more(rules: World) -> None:
    draft = await drafted(rules, *WIDER)
    await do(rules, "approveDraft", APPROVER, **agreed(draft))
    await published(rules, BESIDE)
    moved = await do(rules, "rebaseDraft", draft=draft["id"], ifVersion=2)
    assert [each["superseded"] for each in moved["approvals"]] == [True]
    told = {"draft": draft["id"], "hash": moved["hash"], "note": "x"}
    assert await reasons(rules, "publishEdition", **told) == ["APPROVAL_MISSING"]


async def test_a_draft_may_start_from_an_earlier_edition_and_is_then_outdated(rules: World) -> None:
    first = (await rules.house.inforce.current()).edition.id
    await published(rules, BESIDE)
    draft = await do(rules, "createDraft", **{"from": first, "note": "x"})
    assert (draft["base"], draft["outdated"]) == (first, True)
    moved = await do(rules, "rebaseDraft", draft=draft["id"], ifVersion=1)
    assert (moved["edits"], moved["outdated"]) == ([], False)
    assert await reasons(rules, "createDraft", **{"from": "none", "note": "x"}) == ["EDITION_UNKNOWN"]
