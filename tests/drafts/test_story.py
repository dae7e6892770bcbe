"""The story of a change of the rules: drafted, checked, approved by another, published, obeyed, and rolled back."""

from tests.drafts.desk import ADMIN, APPROVER, do, read, reasons, row, send
from tests.world import World

CONTACT = "employer read service.application User.email employer noticed+consented"
WIDER = (
    row("rules", "application-contact", needs="noticed+consented"),
    row("decisions", CONTACT, expected="allow", rule="application-contact"),
    row("decisions", f"{CONTACT}+applied", expected="allow", rule="application-contact"),
)


async def test_dropping_a_need_demands_a_second_person_who_is_not_its_author(own_world: World) -> None:
    world = own_world
    draft = await do(world, "createDraft", note="Contact details from the application on")
    assert (draft["state"], draft["version"], draft["edits"], draft["createdBy"]) == ("OPEN", 1, [], ADMIN)
    assert draft["hash"] == draft["base"] == world.house.inforce.edition_in_force.id
    which = {"draft": draft["id"]}
    draft = await do(world, "editDraft", **which, ifVersion=1, edits=list(WIDER))
    assert (draft["widens"], draft["needsApproval"], draft["check"]) == (True, True, [])
    which |= {"hash": draft["hash"], "note": "Employers asked for it"}
    assert await reasons(world, "publishEdition", **which) == ["APPROVAL_MISSING"]
    draft = await do(world, "approveDraft", APPROVER, **which)
    assert [each["counts"] for each in draft["approvals"]] == [True]
    draft = await do(world, "publishEdition", **which)
    assert (draft["state"], draft["edition"]) == ("PUBLISHED", 2)
    answer = await send(world, ADMIN, "{ edition { id number approvedBy draftedBy base } }")
    assert answer["data"]["edition"] == {
        "id": draft["hash"],
        "number": 2,
        "approvedBy": APPROVER,
        "draftedBy": [ADMIN],
        "base": draft["base"],
    }
    assert (await read(world, draft["id"]))["state"] == "PUBLISHED"
