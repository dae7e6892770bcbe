"""The approving of drafts: of exactly one hash, by somebody without a part in it, each finding for a reason."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from models.clients.client import Client
from models.drafts.entitled import APPROVING, entitled
from models.drafts.record import Author, read_edits
from models.drafts.register import DraftRegister
from models.editions.force import force_of
from models.person_row import new_id
from models.register import Keeper, RegisterChange
from policies.drafts.drafting import Drafted
from tests.api.test_attack_waiting import denying
from tests.drafts.desk import ADMIN, APPROVER, agreed, do, drafted, read, reasons, refused, row
from tests.drafts.test_story import BEYOND, CONTACT, WIDER
from tests.world import World

OTHER = row("rules", "application-form", note_en="Other words")
UNSORTED = row(
    "rules",
    "unsorted-read",
    eft="allow",
    role="privacy_officer",
    action="read",
    purpose="compliance.requests",
    field="unsorted",
    recipient="internal",
    needs="-",
    clause="Clause 8",
    note_ja="担当者は未分類の項目を見る",
    note_en="The privacy officer reads what is not sorted yet",
)


def of(draft: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"draft": draft["id"], "hash": draft["hash"], "note": "Read and agreed", **more}


async def test_an_approval_is_of_one_hash_and_any_later_edit_leaves_it_behind(rules: World) -> None:
    draft = await drafted(rules, *WIDER)
    await do(rules, "approveDraft", APPROVER, **agreed(draft))
    changed = await do(rules, "editDraft", draft=draft["id"], ifVersion=2, edits=[OTHER])
    assert [(each["superseded"], each["counts"]) for each in changed["approvals"]] == [(True, False)]
    assert await reasons(rules, "publishEdition", **of(changed)) == ["APPROVAL_MISSING"]
    (left,) = await refused(rules, "publishEdition", **of(draft))
    assert (left["reason"], left["status"], left["argument"]) == ("HASH_CHANGED", 409, "input.hash")
    assert await reasons(rules, "approveDraft", APPROVER, **agreed(draft)) == ["HASH_CHANGED"]


async def test_nobody_approves_what_they_had_a_part_in_by_whichever_client(rules: World) -> None:
    draft = await drafted(rules, *WIDER, staff="corp:mori")
    draft = await do(rules, "editDraft", staff="corp:hayashi", draft=draft["id"], ifVersion=2, edits=[OTHER])
    for staff in ("corp:mori", "corp:hayashi"):
        (own,) = await refused(rules, "approveDraft", APPROVER, staff=staff, **agreed(draft))
        assert (own["code"], own["reason"], own["status"]) == ("OPERATION_FORBIDDEN", "OWN_DRAFT", 403)
    approved = await do(rules, "approveDraft", APPROVER, staff="corp:ueda", **agreed(draft))
    assert [each["by"] for each in approved["approvals"]] == ["corp:ueda"]
    assert await reasons(rules, "approveDraft", APPROVER, staff="corp:ueda", **agreed(draft)) == [
        "APPROVED_BEFORE"
    ]


async def test_an_approval_publishes_its_draft_once_and_no_other_that_says_the_same(rules: World) -> None:
    draft = await drafted(rules, *WIDER)
    await do(rules, "approveDraft", APPROVER, **agreed(draft))
    await do(rules, "publishEdition", APPROVER, **of(draft))
    back = await do(rules, "rollBackEdition", to=draft["base"], note="Too much was opened")
    await do(rules, "publishEdition", APPROVER, **of(back))
    assert (await rules.house.inforce.current()).edition.id == draft["base"]
    assert await reasons(rules, "publishEdition", **of(draft)) == ["DRAFT_CLOSED"]
    again = await drafted(rules, *WIDER)
    assert (again["base"], again["hash"], again["approvals"]) == (draft["base"], draft["hash"], [])
    assert await reasons(rules, "publishEdition", **of(again)) == ["APPROVAL_MISSING"]
    forth = await do(rules, "rollBackEdition", to=draft["hash"], note="Opened after all")
    assert (forth["hash"], forth["needsApproval"]) == (draft["hash"], True)
    assert await reasons(rules, "publishEdition", **of(forth)) == ["APPROVAL_MISSING"]


async def test_an_approval_waits_while_another_edition_is_in_force_and_can_be_taken_back(
    rules: World,
) -> None:
    draft, other = await drafted(rules, *WIDER), await drafted(rules, OTHER)
    await do(rules, "approveDraft", APPROVER, **agreed(draft))
    await do(rules, "publishEdition", APPROVER, **of(other))
    assert await reasons(rules, "publishEdition", **of(draft)) == ["STALE_BASE"]
    back = await do(rules, "rollBackEdition", to=draft["base"], note="The words were better before")
    await do(rules, "publishEdition", APPROVER, **of(back))
    assert [each["counts"] for each in (await read(rules, draft["id"]))["approvals"]] == [True]
    await do(rules, "withdrawApproval", APPROVER, draft=draft["id"])
    assert await reasons(rules, "publishEdition", **of(draft)) == ["APPROVAL_MISSING"]


@pytest.mark.parametrize(
    ("author", "approver", "same"),
    [
        (Author("cli:mori", "cli:mori"), Author("corp:mori", APPROVER), True),
        (Author("cli:mori", "cli:mori"), Author("corp:Mori@company.example", APPROVER), True),
        (Author("cli:mori", "cli:mori"), Author("mori", "mori"), True),
        (Author("cli:policy-approver", "cli:policy-approver"), Author(APPROVER, APPROVER), True),
        (Author("cli:mori", "cli:mori"), Author("corp:ueda", APPROVER), False),
        (Author("corp:mori", ADMIN), Author("corp:mori", APPROVER), True),
        (Author("corp:mori", ADMIN), Author("other:mori", APPROVER), True),
        (Author("corp:mori@a", ADMIN), Author("corp:mori@b", APPROVER), False),
        (Author("corp:mori", ADMIN), Author("corp:ueda", ADMIN), False),
        (Author(ADMIN, ADMIN), Author("corp:ueda", ADMIN), True),
        (Author(ADMIN, ADMIN), Author(APPROVER, APPROVER), False),
    ],
)
def test_who_comes_two_ways_may_be_one_person(author: Author, approver: Author, *, same: bool) -> None:
    assert author.may_be(approver) is same
    assert approver.may_be(author) is same


async def test_an_operator_does_not_approve_as_staff_of_the_same_name(rules: World) -> None:
    draft = await drafted(rules, *WIDER, staff="corp:mori")
    async with rules.house.store.transaction() as transaction:
        by_hand = DraftRegister(transaction, Keeper(by="cli:ueda", at=datetime.now(UTC)), "cli:ueda")
        kept = await read_edits(transaction, draft["id"])
        same = Drafted(draft["hash"], tuple(each.edit for each in kept), tuple(each.was for each in kept))
        await by_hand.change(draft["id"], 2, same, "IMPORTED", draft["base"])
    (own,) = await refused(rules, "approveDraft", APPROVER, staff="corp:ueda", **agreed(draft))
    assert (own["reason"], own["status"]) == ("OWN_DRAFT", 403)
    approved = await do(rules, "approveDraft", APPROVER, staff="corp:tanaka", **agreed(draft))
    assert [each["by"] for each in approved["approvals"]] == ["corp:tanaka"]


async def test_who_approved_and_then_had_a_part_counts_no_more(rules: World) -> None:
    draft = await drafted(rules, *WIDER, staff="corp:mori")
    await do(rules, "approveDraft", APPROVER, staff="corp:ueda", **agreed(draft))
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
    await do(rules, "approveDraft", APPROVER, **agreed(draft))
    back = await do(rules, "withdrawApproval", APPROVER, draft=draft["id"])
    assert back["approvals"][0]["withdrawnAt"] is not None
    assert await reasons(rules, "publishEdition", **of(draft)) == ["APPROVAL_MISSING"]
    assert await reasons(rules, "withdrawApproval", APPROVER, draft=draft["id"]) == ["APPROVAL_UNKNOWN"]
    await do(rules, "approveDraft", APPROVER, **agreed(draft))
    assert (await do(rules, "publishEdition", APPROVER, **of(draft)))["state"] == "PUBLISHED"


async def test_an_approval_by_a_client_that_was_stopped_since_counts_no_more(rules: World) -> None:
    inforce = rules.house.inforce
    draft = await drafted(rules, *WIDER)
    await do(rules, "approveDraft", APPROVER, **agreed(draft))
    try:
        await Client.filter(name=APPROVER).update(active=False)
        inforce.outdate()
        assert await reasons(rules, "publishEdition", **of(draft)) == ["APPROVAL_MISSING"]
        assert [each["counts"] for each in (await read(rules, draft["id"]))["approvals"]] == [False]
    finally:
        await Client.filter(name=APPROVER).update(active=True)
        inforce.outdate()
    assert [each["counts"] for each in (await read(rules, draft["id"]))["approvals"]] == [True]
    assert (await do(rules, "publishEdition", **of(draft)))["state"] == "PUBLISHED"


async def test_a_client_that_was_kept_in_the_interface_approves_nothing(rules: World) -> None:
    draft = await drafted(rules, *WIDER)
    change = {
        "id": new_id(),
        "register": "client",
        "record": APPROVER,
        "at": datetime.now(UTC),
        "what": "SECRET_ADDED",
        "was": {},
        "became": {},
    }
    kept = await RegisterChange.create(**change, by="policy-admin")
    try:
        (told,) = await refused(rules, "approveDraft", APPROVER, **agreed(draft))
        assert (told["reason"], told["status"]) == ("APPROVER_CLIENT", 403)
        await RegisterChange.filter(id=kept.id).delete()
        await RegisterChange.create(**change, by="cli:root")
        assert (await do(rules, "approveDraft", APPROVER, **agreed(draft)))["approvals"]
    finally:
        await RegisterChange.filter(record=APPROVER).delete()


async def test_an_approval_by_a_role_that_may_approve_no_more_counts_no_more(rules: World) -> None:
    draft = await drafted(rules, *WIDER)
    await do(rules, "approveDraft", APPROVER, **agreed(draft))
    force = await rules.house.inforce.current()
    now = datetime.now(UTC)
    assert entitled(force, now)(APPROVER, APPROVING)
    assert not any(entitled(force, now)(each, APPROVING) for each in (ADMIN, "frontend", "nobody"))
    known = force.registry.clients[APPROVER]
    ended = replace(known, expires_at=now.timestamp())
    registry = replace(force.registry, clients={**force.registry.clients, APPROVER: ended})
    assert not entitled(replace(force, registry=registry), now)(APPROVER, APPROVING)
    closed = force_of(denying(force.edition, "no-approver", "invoke", "approval-act"), 1, force.registry)
    assert not entitled(closed, now)(APPROVER, APPROVING)


async def test_each_finding_is_overridden_by_a_second_person_with_a_reason(rules: World) -> None:
    draft = await drafted(rules, *WIDER)
    findings = [each["id"] for each in draft["check"]]
    assert {(each["severity"], each["code"], each["accepted"]) for each in draft["check"]} == {
        ("OVERRIDABLE", "BEYOND_MATRIX", False)
    }
    assert len(findings) == len(BEYOND)
    reason = [{"finding": each, "reason": "Weighed by hand"} for each in findings]
    blank = [reason[0], {"finding": findings[1], "reason": " "}]
    for overrides, open_ in (([], findings), (reason[:1], findings[1:]), (blank, findings[1:])):
        (unsaid,) = await refused(rules, "approveDraft", APPROVER, **of(draft), overrides=overrides)
        assert (unsaid["reason"], unsaid["findings"]) == ("OVERRIDES_MISSING", open_)
    unseen = [reason[0], {"finding": findings[1], "reason": "\u200b\u2060 \u3164"}]
    (unsaid,) = await refused(rules, "approveDraft", APPROVER, **of(draft), overrides=unseen)
    assert (unsaid["reason"], unsaid["findings"]) == ("OVERRIDES_MISSING", findings[1:])
    for text, code in (("ab\u202edehgiew", "TEXT_CHARACTERS"), ("w" * 2_001, "TEXT_TOO_LONG")):
        turned = [reason[0], {"finding": findings[1], "reason": text}]
        (other,) = await refused(rules, "approveDraft", APPROVER, **of(draft), overrides=turned)
        assert (other["reason"], other["argument"]) == (code, "input.overrides.1.reason")
    unknown = [*reason, {"finding": "none", "reason": "x"}]
    (other,) = await refused(rules, "approveDraft", APPROVER, **of(draft), overrides=unknown)
    assert (other["reason"], other["findings"]) == ("OVERRIDE_UNKNOWN", ["none"])
    done = await do(rules, "approveDraft", APPROVER, **of(draft), overrides=reason, publish=True)
    assert done["state"] == "PUBLISHED"
    assert done["approvals"][0]["overrides"] == reason


@pytest.mark.parametrize("name", ["createDraft", "approveDraft", "publishEdition"])
@pytest.mark.parametrize(
    ("note", "code"),
    [(" ", "REASON_BLANK"), ("\u200b\u00ad\ufeff", "REASON_BLANK"), ("a\u2066b", "TEXT_CHARACTERS")],
    ids=["blank", "nothing to be seen", "turned round"],
)
async def test_a_note_says_why_in_what_can_be_seen(rules: World, name: str, note: str, code: str) -> None:
    draft = await drafted(rules, OTHER)
    said = {"note": note} if name == "createDraft" else {**of(draft), "note": note}
    client = ADMIN if name == "createDraft" else APPROVER
    (told,) = await refused(rules, name, client, **said)
    assert (told["reason"], told["argument"]) == (code, "input.note")


async def test_a_finding_is_overridden_by_a_second_person_though_nothing_widens(rules: World) -> None:
    before = await drafted(rules, row("fields", "User.version", category="unsorted"), UNSORTED)
    assert before["check"] == []
    await do(rules, "approveDraft", APPROVER, **agreed(before), publish=True)
    draft = await drafted(rules, {"table": "rules", "key": UNSORTED["key"], "remove": True})
    assert (draft["widens"], draft["needsApproval"]) == (False, True)
    ((severity, finding),) = [(each["severity"], each["id"]) for each in draft["check"]]
    assert (severity, finding) == ("OVERRIDABLE", "GAP_UNSORTED:fields:User.version:category")
    (missing,) = await refused(rules, "publishEdition", **of(draft))
    assert (missing["reason"], missing["findings"]) == ("APPROVAL_MISSING", [finding])
    done = await do(rules, "approveDraft", APPROVER, **agreed(draft), publish=True)
    assert done["state"] == "PUBLISHED"


async def test_what_was_accepted_once_keeps_nobody_from_narrowing_it(rules: World) -> None:
    wide = await drafted(rules, *WIDER)
    await do(rules, "approveDraft", APPROVER, **agreed(wide), publish=True)
    beside = await drafted(rules, OTHER)
    assert [each["accepted"] for each in beside["check"]] == [True] * len(BEYOND)
    assert (beside["widens"], beside["needsApproval"]) == (False, False)
    await do(rules, "publishEdition", **of(beside))
    applied = row("decisions", CONTACT, expected="deny", rule="")
    narrower = await drafted(
        rules, row("rules", "application-contact", needs="noticed+consented+applied"), applied
    )
    assert [each["accepted"] for each in narrower["check"]] == [True] * len(BEYOND)
    done = await do(rules, "publishEdition", **of(narrower))
    assert (done["state"], done["approvals"]) == ("PUBLISHED", [])


async def test_what_changes_nothing_is_not_published(rules: World) -> None:
    draft = await drafted(rules)
    assert await reasons(rules, "publishEdition", **of(draft)) == ["DRAFT_UNCHANGED"]
    assert await reasons(rules, "publishEdition", **(of(draft) | {"note": " "})) == ["REASON_BLANK"]


async def test_an_approval_and_a_publication_are_on_record(rules: World) -> None:
    draft = await drafted(rules, *WIDER)
    await do(rules, "approveDraft", APPROVER, **agreed(draft))
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
