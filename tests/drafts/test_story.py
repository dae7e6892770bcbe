"""The story of a change of the rules: drafted, checked, approved by another, published, obeyed, and rolled back."""

from typing import Any

from policies.edition import Edition
from tests.drafts.desk import ADMIN, APPROVER, agreed, do, drafted, read, reasons, refused, row, send
from tests.world import World

CONTACT = "employer read service.application User.email employer noticed+consented"
WIDER = (
    row("rules", "application-contact", needs="noticed+consented"),
    row("decisions", CONTACT, expected="allow", rule="application-contact"),
    row("decisions", f"{CONTACT}+applied", expected="allow", rule="application-contact"),
)
"""Contact details before the interview, with the rows of the decision table that say so."""

BEYOND = tuple(
    f"BEYOND_MATRIX:rules:application-contact:field:User.{field} service.application employer>employer consented+noticed"
    for field in ("email", "phone")
)
"""What the check finds in it: no employer needs them that early."""

AREA = "employer read service.application User.address.{} employer noticed+consented"
NARROWER = (
    row("rules", "application-area", needs="noticed+consented+interview"),
    row("decisions", AREA.format("prefecture"), expected="deny", rule=""),
    row("decisions", AREA.format("city"), expected="deny", rule=""),
)


async def contact_of(world: World) -> Any:
    """What the employer is told of an applicant: the e-mail address, and under which edition the ledger says that was."""
    query = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id email } }'
    answer = await send(world, "employer-a", query, {"id": world.demo.users["consented-employer-a"]})
    asked = '{ accesses(client: "employer-a", first: 1) { edges { node { edition } } } }'
    told = await send(world, "auditor", f'query @purpose(id: "compliance.security") {asked}')
    return answer["data"]["user"]["email"], told["data"]["accesses"]["edges"][0]["node"]["edition"]


async def test_dropping_a_need_demands_a_second_person_who_is_not_its_author(rules: World) -> None:
    draft = await do(rules, "createDraft", note="Contact details from the application on")
    assert (draft["state"], draft["version"], draft["edits"], draft["createdBy"]) == ("OPEN", 1, [], ADMIN)
    assert draft["hash"] == draft["base"] == (await rules.house.inforce.current()).edition.id
    which = {"draft": draft["id"]}
    draft = await do(rules, "editDraft", **which, ifVersion=1, edits=list(WIDER))
    assert (draft["widens"], draft["needsApproval"]) == (True, True)
    assert [(each["id"], each["severity"], each["key"]) for each in draft["check"]] == [
        (each, "OVERRIDABLE", "application-contact") for each in BEYOND
    ]
    assert (
        "Employers (`employer`) may read Contact (`User.email`) for `service.application`"
        in draft["check"][0]["text"]
    )
    assert [each["key"] for each in draft["edits"]] == ["application-contact", CONTACT, f"{CONTACT}+applied"]
    told = {**which, "hash": draft["hash"], "note": "Employers asked for it"}
    (missing,) = await refused(rules, "publishEdition", **told)
    assert (missing["code"], missing["reason"], missing["status"]) == (
        "OPERATION_FORBIDDEN",
        "APPROVAL_MISSING",
        403,
    )
    assert "Art 23" in missing["clause"]
    assert missing["findings"] == list(BEYOND)
    (own,) = await refused(rules, "approveDraft", ADMIN, **agreed(draft))
    assert (own["code"], own["field"]) == ("OPERATION_FORBIDDEN", "Mutation.approveDraft")
    draft = await do(rules, "approveDraft", APPROVER, **agreed(draft))
    assert [(each["by"], each["counts"]) for each in draft["approvals"]] == [(APPROVER, True)]
    draft = await do(rules, "publishEdition", **told)
    assert draft["state"] == "PUBLISHED"
    answer = await send(
        rules, ADMIN, "{ edition { id number publishedBy approvedBy draftedBy base draft note } }"
    )
    assert answer["data"]["edition"] == {
        "id": draft["hash"],
        "number": draft["edition"],
        "publishedBy": ADMIN,
        "approvedBy": APPROVER,
        "draftedBy": [ADMIN],
        "base": draft["base"],
        "draft": draft["id"],
        "note": "Employers asked for it",
    }


async def test_what_was_published_is_obeyed_and_rolled_back_and_the_ledger_knows_which_decided(
    rules: World,
) -> None:
    before = (await rules.house.inforce.current()).edition.id
    async with rules.house.store.transaction() as transaction:
        applied = "UPDATE applications SET stage = 'APPLIED' WHERE user_id = :user"
        await transaction.execute(applied, {"user": rules.demo.users["consented-employer-a"]})
    assert await contact_of(rules) == (None, before)
    draft = await drafted(rules, *WIDER)
    after = await do(rules, "approveDraft", APPROVER, **agreed(draft), publish=True)
    assert after["state"] == "PUBLISHED"
    email, decided = await contact_of(rules)
    assert "@" in email
    assert decided == after["hash"]
    back = await do(rules, "rollBackEdition", to=before, note="It was too much")
    assert (back["hash"], back["base"], back["widens"]) == (before, after["hash"], False)
    again = await do(rules, "publishEdition", draft=back["id"], hash=before, note="It was too much")
    assert again["edition"] == after["edition"] + 1
    assert await contact_of(rules) == (None, before)


async def test_adding_a_need_is_published_without_a_second_person(rules: World) -> None:
    draft = await drafted(rules, *NARROWER)
    assert (draft["widens"], draft["needsApproval"], draft["check"]) == (False, False, [])
    told = {"draft": draft["id"], "hash": draft["hash"], "note": "Closer to what is needed"}
    assert (await do(rules, "publishEdition", **told))["state"] == "PUBLISHED"
    back = await do(rules, "rollBackEdition", to=draft["base"], note="As before")
    assert back["widens"] is True
    told = {"draft": back["id"], "hash": back["hash"], "note": "As before"}
    assert await reasons(rules, "publishEdition", **told) == ["APPROVAL_MISSING"]


async def test_interview_added_to_another_rule_is_published_by_its_author_alone(rules: World) -> None:
    form = row("rules", "application-form", needs="noticed+consented+interview")
    draft = await drafted(rules, form)
    wrong = [each for each in draft["check"] if each["severity"] == "WRONG"]
    assert wrong
    assert {each["code"] for each in wrong} == {"DECISION_FAILS"}
    rows = [row("decisions", each["key"], expected="deny", rule="") for each in wrong]
    draft = await do(rules, "editDraft", draft=draft["id"], ifVersion=2, edits=rows)
    assert (draft["widens"], draft["needsApproval"], draft["check"]) == (False, False, [])
    told = {"draft": draft["id"], "hash": draft["hash"], "note": "Only for those they meet"}
    done = await do(rules, "publishEdition", **told)
    assert (done["state"], done["approvals"]) == ("PUBLISHED", [])


async def test_a_rule_without_its_rows_of_the_decision_table_is_not_published(rules: World) -> None:
    draft = await drafted(rules, WIDER[0])
    wrong = [each for each in draft["check"] if each["severity"] == "WRONG"]
    assert [(each["code"], each["table"], each["key"]) for each in wrong] == [
        ("DECISION_FAILS", "decisions", each) for each in (CONTACT, f"{CONTACT}+applied")
    ]
    told = {"draft": draft["id"], "hash": draft["hash"], "note": "x"}
    for name, client in (("publishEdition", ADMIN), ("approveDraft", APPROVER)):
        (open_,) = await refused(rules, name, client, **told)
        assert (open_["reason"], open_["status"]) == ("FINDINGS_OPEN", 409)
        assert open_["findings"] == [each["id"] for each in wrong]


async def test_nobody_but_staff_sees_drafts_or_who_made_an_edition(rules: World) -> None:
    draft = await drafted(rules, *NARROWER)
    for client in ("auditor", "privacy-desk", APPROVER):
        assert (await read(rules, draft["id"], client))["hash"] == draft["hash"]
    answer = await send(rules, "employer-a", "query($id: ID!) { draft(id: $id) { id } }", {"id": draft["id"]})
    assert answer["errors"][0]["extensions"]["field"] == "Query.draft"
    await do(rules, "publishEdition", draft=draft["id"], hash=draft["hash"], note="x")
    answer = await send(rules, "employer-a", "{ edition { id publishedBy approvedBy draftedBy draft note } }")
    assert answer["data"]["edition"] == {
        "id": draft["hash"],
        "publishedBy": None,
        "approvedBy": None,
        "draftedBy": [],
        "draft": None,
        "note": None,
    }


async def test_the_history_tells_every_edition_and_gives_its_tables_as_csv(
    rules: World, edition: Edition
) -> None:
    draft = await drafted(rules, *NARROWER)
    await do(rules, "publishEdition", draft=draft["id"], hash=draft["hash"], note="x")
    query = "query($after: String) { editions(first: 1, after: $after) { edges { node { id number base } cursor } } }"
    first = (await send(rules, "auditor", query))["data"]["editions"]["edges"][0]
    assert (first["node"]["id"], first["node"]["base"]) == (draft["hash"], draft["base"])
    second = (await send(rules, "auditor", query, {"after": first["cursor"]}))["data"]["editions"]["edges"][0]
    assert (second["node"]["id"], second["node"]["number"]) == (edition.id, first["node"]["number"] - 1)
    query = 'query($id: ID!) { edition(id: $id) { csv(table: "rules") tables { name columns rows } } }'
    told = (await send(rules, "auditor", query, {"id": edition.id}))["data"]["edition"]
    assert {each["name"]: each["rows"] for each in told["tables"]} == edition.tables()
    draft = await drafted(rules)
    said = {"draft": draft["id"], "ifVersion": 1, "tables": [{"table": "rules", "csv": told["csv"]}]}
    back = await do(rules, "importDraft", **said)
    assert [each["key"] for each in back["edits"]] == ["application-area"]
