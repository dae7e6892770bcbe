"""The story of least privilege: what nothing used is found in the ledger, and drafted away with its impact."""

from datetime import datetime
from typing import Any

from policies.edition import Edition
from tests.drafts.desk import ADMIN, send
from tests.editions import put_in_force, same_but_for_a_word
from tests.jobs.office import DRAFT, document, ended, job_of, look, reason
from tests.world import World

ASKED = 'query @purpose(id: "service.application") { users(first: 100) { edges { node { id email residenceCard { number } } } } }'


async def gathered(world: World, days: int = 7) -> dict[str, Any]:
    """Evidence, after an employer read its applicants."""
    assert "errors" not in await send(world, "employer-a", ASKED) or True
    job = await job_of(world, "gatherEvidence", "auditor", days=days)
    assert (job["kind"], job["draft"], job["days"]) == ("EVIDENCE", None, days)
    return await ended(world, job["id"])


async def test_the_report_tells_what_was_used_and_how_old_the_rest_is(
    office: World, edition: Edition
) -> None:
    job = await gathered(office)
    assert (job["state"], job["impact"], job["replay"]) == ("DONE", None, None)
    told = job["evidence"]
    assert told["edition"] == edition.id
    length = datetime.fromisoformat(told["until"]) - datetime.fromisoformat(told["since"])
    assert length.days == 7
    used = {each["rule"]: each["accesses"] for each in told["used"]}
    unused = {each["rule"]: each for each in told["unused"]}
    assert used["application-introduction"] >= 1
    assert not used.keys() & unused.keys()
    assert used.keys() | unused.keys() >= {rule.id for rule in edition.rules if rule.effect == "allow"}
    assert unused["matching-band"]["removable"]
    assert {each["days"] for each in unused.values()} == {30}
    assert not unused["ledger-security"]["removable"]
    assert "service.billing" in told["undeclared"]
    (over,) = (each for each in told["overAsking"] if each["client"] == "employer-a")
    assert (over["role"], over["purpose"], over["recipient"]) == (
        "employer",
        "service.application",
        "employer-a",
    )
    assert [each["field"] for each in over["inVain"]] == ["User.residenceCard.number"]
    assert over["share"] == over["withheld"] / over["fields"]
    assert 0 < over["share"] < 1
    vain = {each["field"]: each["accesses"] for each in told["alwaysWithheld"]}
    assert vain["User.residenceCard.number"] == over["inVain"][0]["accesses"] == over["accesses"]


async def test_what_nothing_used_is_drafted_away_with_its_impact(office: World, edition: Edition) -> None:
    evidence = await gathered(office)
    going = {each["rule"] for each in evidence["evidence"]["unused"] if each["removable"]}
    asked = document("proposeLeastPrivilege", f"draft {{ {DRAFT} }} job {{ id kind draft hash askedBy }}")
    answer = await send(office, ADMIN, asked, {"i": {"job": evidence["id"], "note": "Nothing used these"}})
    made = answer["data"]["proposeLeastPrivilege"]
    draft = made["draft"]
    assert (draft["state"], draft["base"], draft["note"]) == ("OPEN", edition.id, "Nothing used these")
    removed = {each["key"] for each in draft["edits"] if each["table"] == "rules" and each["became"] is None}
    assert removed == going
    turned = [each for each in draft["edits"] if each["table"] == "decisions"]
    assert turned
    assert {cell["value"] for each in turned for cell in each["became"] if cell["column"] == "expected"} == {
        "deny"
    }
    assert made["job"]["draft"] == draft["id"]
    assert (made["job"]["kind"], made["job"]["hash"], made["job"]["askedBy"]) == (
        "IMPACT",
        draft["hash"],
        ADMIN,
    )
    impact = (await ended(office, made["job"]["id"]))["impact"]
    assert (impact["widens"], impact["widened"]) == (False, 0)
    assert impact["narrowed"] > 0
    assert {name for each in impact["changes"] for name in each["before"]} & going
    replay = await job_of(office, "assessDraft", draft=draft["id"], hash=draft["hash"], kind="REPLAY", days=7)
    told = (await ended(office, replay["id"]))["replay"]
    assert told["accesses"] > 0
    assert told["changed"] == 0  # nobody loses what nobody used


async def test_rules_younger_than_the_days_are_not_drafted_away(office: World) -> None:
    evidence = await gathered(office, days=60)
    assert {each["removable"] for each in evidence["evidence"]["unused"]} == {False}
    said = {"job": evidence["id"], "note": "A"}
    assert await reason(office, "proposeLeastPrivilege", **said) == (400, "BAD_INPUT", "NOTHING_UNUSED")


async def test_evidence_of_another_edition_is_refused(office: World, edition: Edition) -> None:
    evidence = await gathered(office)
    await put_in_force(office.house.store, office.house.inforce, same_but_for_a_word(edition))
    said = {"job": evidence["id"], "note": "A"}
    assert await reason(office, "proposeLeastPrivilege", **said) == (409, "BAD_INPUT", "EVIDENCE_OUTDATED")
    assert (await look(office, evidence["id"]))["evidence"]["edition"] == edition.id


async def test_only_evidence_that_is_done_is_drafted_from_and_with_a_reason(office: World) -> None:
    evidence = await gathered(office)
    wrong = (
        ({"job": "nothing", "note": "A"}, "JOB_UNKNOWN"),
        ({"job": evidence["id"], "note": " "}, "REASON_BLANK"),
    )
    for said, why in wrong:
        assert await reason(office, "proposeLeastPrivilege", **said) == (400, "BAD_INPUT", why)
    waits = await job_of(office, "gatherEvidence", days=7)
    async with office.house.store.transaction() as transaction:
        gone = "UPDATE policy_jobs SET state = 'CANCELLED' WHERE id = :id"
        await transaction.execute(gone, {"id": waits["id"]})
    said = {"job": waits["id"], "note": "A"}
    assert (await reason(office, "proposeLeastPrivilege", **said))[2] == "EVIDENCE_MISSING"
