"""The aligning of the decision table: every row as the rules answer, each in sight of the author and of the approver."""

from typing import Any

from tests.drafts.desk import ADMIN, APPROVER, agreed, do, drafted, reasons, refused, row
from tests.drafts.test_story import BEYOND, CONTACT, WIDER
from tests.world import World

FORM = row("rules", "application-form", needs="noticed+consented+interview")


def expected(edit: dict[str, Any], side: str) -> tuple[str, str]:
    cells = {each["column"]: each["value"] for each in edit[side]}
    return cells["expected"], cells["rule"]


async def test_the_rows_that_fail_expect_what_the_rules_answer_and_nothing_else_changes(rules: World) -> None:
    draft = await drafted(rules, FORM, staff="corp:mori")
    failing = {each["key"] for each in draft["check"] if each["code"] == "DECISION_FAILS"}
    assert failing
    said = {"draft": draft["id"], "ifVersion": 2}
    draft = await do(rules, "alignDecisions", staff="corp:hayashi", **said)
    assert (draft["version"], draft["check"], draft["needsApproval"]) == (3, [], False)
    assert draft["authors"] == ["corp:mori", "corp:hayashi"]
    rule, *rows = draft["edits"]
    assert (rule["key"], rule["by"]) == ("application-form", "corp:mori")
    assert {(each["table"], each["key"]) for each in rows} == {("decisions", each) for each in failing}
    for each in rows:
        assert expected(each, "was") == ("allow", "application-form")
        assert expected(each, "became") == ("deny", "")
        was, became = ([cell["value"] for cell in each[side]][:-2] for side in ("was", "became"))
        assert was == became
        assert each["by"] == "corp:hayashi"
    told = {"draft": draft["id"], "hash": draft["hash"], "note": "Only for those they meet"}
    assert (await do(rules, "publishEdition", **told))["state"] == "PUBLISHED"


async def test_what_it_allows_still_waits_for_somebody_else(rules: World) -> None:
    draft = await drafted(rules, WIDER[0], staff="corp:mori")
    draft = await do(rules, "alignDecisions", staff="corp:ueda", draft=draft["id"], ifVersion=2)
    assert [each["id"] for each in draft["check"]] == list(BEYOND)
    by_key = {
        each["key"]: expected(each, "became") for each in draft["edits"] if each["table"] == "decisions"
    }
    assert by_key == dict.fromkeys((CONTACT, f"{CONTACT}+applied"), ("allow", "application-contact"))
    assert await reasons(rules, "publishEdition", draft=draft["id"], hash=draft["hash"], note="x") == [
        "APPROVAL_MISSING"
    ]
    (own,) = await refused(rules, "approveDraft", APPROVER, staff="corp:ueda", **agreed(draft))
    assert own["reason"] == "OWN_DRAFT"
    done = await do(rules, "approveDraft", APPROVER, staff="corp:sato", **agreed(draft))
    assert [each["counts"] for each in done["approvals"]] == [True]


async def test_an_approval_does_not_reach_the_rows_that_were_aligned_after_it(rules: World) -> None:
    draft = await drafted(rules, *WIDER)
    await do(rules, "approveDraft", APPROVER, **agreed(draft))
    spoiled = row("decisions", CONTACT, expected="deny", rule="")
    draft = await do(rules, "editDraft", draft=draft["id"], ifVersion=2, edits=[spoiled, FORM])
    draft = await do(rules, "alignDecisions", draft=draft["id"], ifVersion=3)
    assert [(each["superseded"], each["counts"]) for each in draft["approvals"]] == [(True, False)]
    assert {each["severity"] for each in draft["check"]} == {"OVERRIDABLE"}


async def test_where_nothing_fails_nothing_is_edited(rules: World) -> None:
    draft = await drafted(rules)
    aligned = await do(rules, "alignDecisions", draft=draft["id"], ifVersion=1)
    assert (aligned["edits"], aligned["hash"]) == ([], draft["base"])


async def test_it_is_of_the_version_that_was_read_and_of_those_who_draft(rules: World) -> None:
    draft = await drafted(rules, FORM)
    (stale,) = await refused(rules, "alignDecisions", ADMIN, draft=draft["id"], ifVersion=1)
    assert (stale["reason"], stale["status"], stale["argument"]) == ("STALE_VERSION", 409, "input.ifVersion")
    for client in (APPROVER, "auditor", "employer-a"):
        (barred,) = await refused(rules, "alignDecisions", client, draft=draft["id"], ifVersion=2)
        assert (barred["code"], barred["field"]) == ("OPERATION_FORBIDDEN", "Mutation.alignDecisions")
    assert await reasons(rules, "alignDecisions", draft="none", ifVersion=1) == ["DRAFT_UNKNOWN"]
