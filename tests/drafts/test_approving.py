"""The approving of drafts: of exactly one hash, by somebody without a part in it, each finding for a reason."""

from typing import Any

from tests.drafts.desk import ADMIN, APPROVER, do, drafted, read, reasons, refused, row
from tests.drafts.test_story import WIDER
from tests.world import World

OTHER = row("rules", "application-form", note_en="Other words")
UNTRIED = row(
    "rules",
    "no-card-by-post",
    eft="deny",
    role="others",
    action="erase",
    purpose="promotion",
    field="card",
    recipient="any",
    needs="-",
    clause="Clause 4",
    note_ja="カードは宣伝に使わない",
    note_en="The card never serves promotion",
)


def of(draft: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"draft": draft["id"], "hash": draft["hash"], "note": "Read and agreed", **more}


async def test_an_approval_is_of_one_hash_and_any_later_edit_leaves_it_behind(rules: World) -> None:
    draft = await drafted(rules, *WIDER)
    await do(rules, "approveDraft", APPROVER, **of(draft))
    changed = await do(rules, "editDraft", draft=draft["id"], ifVersion=2, edits=[OTHER])
    assert [(each["superseded"], each["counts"]) for each in changed["approvals"]] == [(True, False)]
    assert await reasons(rules, "publishEdition", **of(changed)) == ["APPROVAL_MISSING"]
    (left,) = await refused(rules, "publishEdition", **of(draft))
    assert (left["reason"], left["status"], left["argument"]) == ("HASH_CHANGED", 409, "input.hash")
    assert await reasons(rules, "approveDraft", APPROVER, **of(draft)) == ["HASH_CHANGED"]


async def test_nobody_approves_what_they_had_a_part_in_by_whichever_client(rules: World) -> None:
    draft = await drafted(rules, *WIDER, staff="corp:mori")
    draft = await do(rules, "editDraft", staff="corp:hayashi", draft=draft["id"], ifVersion=2, edits=[OTHER])
    for staff in ("corp:mori", "corp:hayashi"):
        (own,) = await refused(rules, "approveDraft", APPROVER, staff=staff, **of(draft))
        assert (own["code"], own["reason"], own["status"]) == ("OPERATION_FORBIDDEN", "OWN_DRAFT", 403)
    approved = await do(rules, "approveDraft", APPROVER, staff="corp:ueda", **of(draft))
    assert [each["by"] for each in approved["approvals"]] == ["corp:ueda"]
    assert await reasons(rules, "approveDraft", APPROVER, staff="corp:ueda", **of(draft)) == [
        "APPROVED_BEFORE"
    ]


async def test_who_approved_and_then_had_a_part_counts_no_more(rules: World) -> None:
    draft = await drafted(rules, *WIDER, staff="corp:mori")
    await do(rules, "approveDraft", APPROVER, staff="corp:ueda", **of(draft))
    for version, words in ((2, "Other words"), (3, "登録")):
        edit = row("rules", "application-form", note_en=words)
        await do(rules, "editDraft", staff="corp:ueda", draft=draft["id"], ifVersion=version, edits=[edit])
    base = next(rule for rule in rules.house.inforce.edition_in_force.rules if rule.id == "application-form")
    back = row("rules", "application-form", note_en=base.note_en)
    again = await do(rules, "editDraft", draft=draft["id"], ifVersion=4, edits=[back])
    assert again["hash"] == draft["hash"]
    assert [(each["superseded"], each["counts"]) for each in again["approvals"]] == [(False, False)]
    assert await reasons(rules, "publishEdition", **of(again)) == ["APPROVAL_MISSING"]


async def test_an_approval_that_was_taken_back_counts_no_more(rules: World) -> None:
    draft = await drafted(rules, *WIDER)
    await do(rules, "approveDraft", APPROVER, **of(draft))
    back = await do(rules, "withdrawApproval", APPROVER, draft=draft["id"])
    assert back["approvals"][0]["withdrawnAt"] is not None
    assert await reasons(rules, "publishEdition", **of(draft)) == ["APPROVAL_MISSING"]
    assert await reasons(rules, "withdrawApproval", APPROVER, draft=draft["id"]) == ["APPROVAL_UNKNOWN"]
    await do(rules, "approveDraft", APPROVER, **of(draft))
    assert (await do(rules, "publishEdition", APPROVER, **of(draft)))["state"] == "PUBLISHED"


async def test_a_finding_is_overridden_by_a_second_person_with_a_reason_though_nothing_widens(
    rules: World,
) -> None:
    draft = await drafted(rules, UNTRIED)
    assert (draft["widens"], draft["needsApproval"]) == (False, True)
    ((grade, finding),) = [(each["grade"], each["id"]) for each in draft["check"]]
    assert grade == "OVERRIDABLE"
    assert await reasons(rules, "publishEdition", **of(draft)) == ["APPROVAL_MISSING"]
    for overrides in ([], [{"finding": finding, "reason": " "}]):
        (unsaid,) = await refused(rules, "approveDraft", APPROVER, **of(draft), overrides=overrides)
        assert (unsaid["reason"], unsaid["findings"]) == ("OVERRIDES_MISSING", [finding])
    unknown = [{"finding": "none", "reason": "x"}]
    assert await reasons(rules, "approveDraft", APPROVER, **of(draft), overrides=unknown) == [
        "OVERRIDE_UNKNOWN"
    ]
    reason = [{"finding": finding, "reason": "Tried by hand"}]
    done = await do(rules, "approveDraft", APPROVER, **of(draft), overrides=reason, publish=True)
    assert done["state"] == "PUBLISHED"
    assert done["approvals"][0]["overrides"] == reason


async def test_what_changes_nothing_is_not_published(rules: World) -> None:
    draft = await drafted(rules)
    assert await reasons(rules, "publishEdition", **of(draft)) == ["DRAFT_UNCHANGED"]
    assert await reasons(rules, "publishEdition", **(of(draft) | {"note": " "})) == ["REASON_BLANK"]


async def test_an_approval_and_a_publication_are_on_record(rules: World) -> None:
    draft = await drafted(rules, *WIDER)
    await do(rules, "approveDraft", APPROVER, **of(draft))
    await do(rules, "publishEdition", **of(draft))
    query = "query($id: ID!) { draft(id: $id) { changes { what by requestId parts { name became } } } }"
    answer = await rules.ask("auditor", query, {"id": draft["id"]})
    changes = answer["data"]["draft"]["changes"]
    assert [(each["what"], each["by"]) for each in changes] == [
        ("PUBLISHED", ADMIN),
        ("APPROVED", APPROVER),
        ("EDITED", ADMIN),
        ("CREATED", ADMIN),
    ]
    asked = 'query @purpose(id: "compliance.security") { accesses(first: 9) { edges { node { requestId client outcome } } } }'
    accesses = (await rules.ask("auditor", asked))["data"]["accesses"]["edges"]
    recorded = {each["node"]["requestId"]: each["node"]["outcome"] for each in accesses}
    assert [recorded[each["requestId"]] for each in changes] == ["RELEASED"] * 4
    assert (await read(rules, draft["id"]))["approvals"][0]["note"] == "Read and agreed"
