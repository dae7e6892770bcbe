"""Every refusal of the decision (domain section 6, steps 4 to 11) by name: what the partner learns, what the desk does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.consents.consent import Consent, ConsentMethod, ConsentState
from models.grounds.ground import Entrustment, ForeignCheck
from models.recipients.recipient import Recipient
from models.restraint import OptOut
from policies.edition import Edition
from tests.api.desks import DESK, as_staff, asked_by_law, case, explained, keep, newest, obeyed, open_case
from tests.api.test_attack_waiting import publish
from tests.api.test_grounds import of_check, of_joint_use, on, today
from tests.world import World

SUPPORT = "service.support"


def one(purpose: str, fields: str) -> str:
    return f'query One($id: ID!) @purpose(id: "{purpose}") {{ user(id: $id) {{ id {fields} }} }}'


async def asked(world: World, client: str, purpose: str, fields: str, user: str) -> Any:
    return await world.ask(client, one(purpose, fields), {"id": user})


def reasons(answer: Any) -> list[tuple[str, Any]]:
    return [
        (each["extensions"]["code"], each["extensions"].get("reason")) for each in answer.get("errors", ())
    ]


def missing(why: Any) -> list[str]:
    """The facts that the nearest rule failed by."""
    assert why["allowed"] is False
    assert why["nearest"][0]["failed"] == "FACTS"
    (near, *_) = why["nearest"]
    found: list[str] = near["matched"] or near["missing"]
    return found


@asynccontextmanager
async def registered(world: World, recipient: str, **changed: Any) -> AsyncIterator[None]:
    """The recipient is registered so within the block."""
    (before,) = await Recipient.filter(id=recipient).values(*changed)
    await Recipient.filter(id=recipient).update(**changed)
    await obeyed(world)
    try:
        yield
    finally:
        await Recipient.filter(id=recipient).update(**before)
        await obeyed(world)


@asynccontextmanager
async def consenting(user: str, purpose: str, recipient: str, **more: Any) -> AsyncIterator[Consent]:
    """The person consents so within the block."""
    await Consent.filter(user_id=user, purpose=purpose, recipient=recipient).delete()
    parts: dict[str, Any] = {
        "state": ConsentState.GIVEN,
        "given_at": datetime.now(UTC) - timedelta(days=1),
        "notice_version": "1",
        "language": "ja",
        "method": ConsentMethod.TICK,
    }
    made = await Consent.create(
        id="in-a-block", user_id=user, purpose=purpose, recipient=recipient, **parts | more
    )
    try:
        yield made
    finally:
        await made.delete()


async def test_role_not_allowed(a_world: World) -> None:
    """Step 4."""
    user = a_world.demo.users["consented-employer-a"]
    answer = await asked(a_world, "employer-a", "promotion.newsletter", "email", user)
    assert reasons(answer) == [("PURPOSE_NOT_ALLOWED", "ROLE_NOT_ALLOWED")]
    why = await explained(a_world, "employer", "promotion.newsletter", "employer-a", "User.email", [])
    assert why["reason"] == "ROLE_NOT_ALLOWED"


async def test_field_not_necessary(a_world: World) -> None:
    """Step 5."""
    user = a_world.demo.users["plain"]
    answer = await asked(a_world, "frontend", "service.matching", "phone", user)
    assert reasons(answer) == [("FIELD_FORBIDDEN", "FIELD_NOT_NECESSARY")]
    assert answer["data"]["user"] == {"id": user, "phone": None}


async def test_stage_too_early(a_world: World) -> None:
    """Step 5, of the stage: the partner learns that the field is withheld, and no more."""
    user = a_world.demo.users["consented-employer-a"]
    async with consenting(user, "service.eligibility", "employer-a"):
        answer = await asked(a_world, "employer-a", "service.eligibility", "residenceCard { number }", user)
    assert reasons(answer) == [("FIELD_WITHHELD", None)]
    assert answer["data"]["user"]["residenceCard"] == {"number": None}
    facts = ["noticed", "consented", "interview"]
    field = "User.residenceCard.number"
    why = await explained(a_world, "employer", "service.eligibility", "employer-a", field, facts)
    assert (why["reason"], missing(why)) == ("STAGE_TOO_EARLY", ["offer-accepted"])


async def test_beyond_purpose(a_world: World) -> None:
    """Step 6."""
    user = a_world.demo.users["unnoticed"]
    assert (await asked(a_world, "frontend", "service.matching", "ageBand", user))["data"]["user"] is None
    why = await explained(a_world, "frontend", "service.matching", "internal", "User.ageBand", [])
    assert (why["reason"], missing(why)) == ("BEYOND_PURPOSE", ["noticed"])


async def test_suspended(a_world: World) -> None:
    """Step 7: use is suspended."""
    user = a_world.demo.users["held"]
    answer = await asked(a_world, "employer-a", "service.application", "ageBand", user)
    assert (answer["data"]["user"], "held" in str(answer)) == (None, False)
    facts = ["noticed", "consented", "held"]
    why = await explained(a_world, "employer", "service.application", "employer-a", "User.ageBand", facts)
    assert (why["reason"], missing(why)) == ("SUSPENDED", ["held"])


async def test_opted_out(a_world: World) -> None:
    """Step 7: the person opted out."""
    user = a_world.demo.users["newsletter"]
    assert (await asked(a_world, "mail-sender", "promotion.newsletter", "email", user))["data"]["user"]
    out = await OptOut.create(
        id="opted-out", user_id=user, purpose="promotion", since=datetime.now(UTC) - timedelta(hours=1)
    )
    answer = await asked(a_world, "mail-sender", "promotion.newsletter", "email", user)
    assert answer["data"]["user"] is None
    facts = ["noticed", "consented", "opted-out"]
    why = await explained(a_world, "entrustee", "promotion.newsletter", "mail-sender", "User.email", facts)
    assert (why["reason"], missing(why)) == ("OPTED_OUT", ["opted-out"])
    out.ended_at = datetime.now(UTC)
    await out.save()


async def test_erased(a_world: World) -> None:
    """Step 7: the person was erased."""
    user = a_world.demo.users["erased"]
    assert (await asked(a_world, "frontend", "service.account", "email", user))["data"]["user"] is None
    why = await explained(
        a_world, "frontend", "service.account", "internal", "User.email", ["noticed", "erased"]
    )
    assert (why["reason"], missing(why)) == ("ERASED", ["erased"])


@pytest.mark.parametrize("state", [None, "WITHDRAWN", "EXPIRED", "REFUSED", "REQUESTED"])
async def test_no_basis(a_world: World, state: str | None) -> None:
    """Step 9: no consent, or one that does not hold."""
    user = a_world.demo.users["plain"]
    if state is None:
        answer = await asked(a_world, "employer-a", "service.application", "ageBand", user)
    else:
        async with consenting(user, "service.application", "employer-a", state=ConsentState(state)):
            answer = await asked(a_world, "employer-a", "service.application", "ageBand", user)
    assert (answer["data"]["user"], "consent" in str(answer)) == (None, False)
    why = await explained(
        a_world, "employer", "service.application", "employer-a", "User.ageBand", ["noticed"]
    )
    assert (why["reason"], missing(why)) == ("NO_BASIS", ["consented"])


def with_rule(edition: Edition, *row: str) -> Edition:
    sheets = edition.sheets()
    sheets["rules"].append([*row, "7", "試験", "for a test"])
    return Edition.of(sheets, edition.model, edition.declared)


async def test_joint_use_not_announced(a_world: World, edition: Edition) -> None:
    """Step 9: a rule that rests on joint use opens with its announcement, and closes with its end."""
    user = a_world.demo.users["plain"]
    row = ("joint", "allow", "employer", "read", "service.matching", "introduction", "employer")
    await publish(a_world, with_rule(edition, *row, "noticed+jointly-used"))
    try:
        query = ("employer-a", "service.matching", "ageBand", user)
        assert (await asked(a_world, *query)).get("data") in (None, {"user": None})
        why = await explained(
            a_world, "employer", "service.matching", "employer-a", "User.ageBand", ["noticed"]
        )
        assert (why["reason"], missing(why)) == ("JOINT_USE_NOT_ANNOUNCED", ["jointly-used"])
        made = await keep(a_world, "announceJointUse", **of_joint_use())
        await obeyed(a_world)
        assert (await asked(a_world, *query))["data"]["user"]["ageBand"]
        await keep(a_world, "endJointUse", id=made["id"])
        await obeyed(a_world)
        assert (await asked(a_world, *query)).get("data") in (None, {"user": None})
    finally:
        await publish(a_world, edition)


async def test_a_rule_that_rests_on_succession_opens_with_it_and_closes_with_its_end(
    a_world: World, edition: Edition
) -> None:
    """Step 9: no ground at all is `NO_BASIS`."""
    user = a_world.demo.users["plain"]
    row = ("heir", "allow", "employer", "read", "service.matching", "introduction", "employer")
    await publish(a_world, with_rule(edition, *row, "noticed+succeeded"))
    try:
        query = ("employer-b", "service.matching", "ageBand", user)
        why = await explained(
            a_world, "employer", "service.matching", "employer-b", "User.ageBand", ["noticed"]
        )
        assert (why["reason"], missing(why)) == ("NO_BASIS", ["succeeded"])
        said = {
            "recipient": "employer-b",
            "reference": "架空承継",
            "purposes": ["service.matching"],
            "on": on(0),
        }
        made = await keep(a_world, "recordSuccession", **said)
        await obeyed(a_world)
        assert (await asked(a_world, *query))["data"]["user"]["ageBand"]
        assert reasons(await asked(a_world, "employer-a", *query[1:]))
        await keep(a_world, "endSuccession", id=made["id"])
        await obeyed(a_world)
        assert not (await asked(a_world, *query)).get("data", {}).get("user")
    finally:
        await publish(a_world, edition)


async def test_entrustment_inactive(a_world: World) -> None:
    """Step 9: the same for everybody, so the entrustee is told; a new entrustment opens at once."""
    user = a_world.demo.users["newsletter"]
    query = ("mail-sender", "promotion.newsletter", "email", user)
    assert (await asked(a_world, *query))["data"]["user"]["email"]
    running = await Entrustment.filter(recipient="mail-sender", ended_on=None).values_list("id", flat=True)
    for name in running:
        await keep(a_world, "endEntrustment", id=name)
    await obeyed(a_world)
    answer = await asked(a_world, *query)
    assert answer["data"]["user"] is None
    assert ("FIELD_FORBIDDEN", "ENTRUSTMENT_INACTIVE") in reasons(answer)
    facts = ["noticed", "consented", "delegated"]
    why = await explained(a_world, "entrustee", "promotion.newsletter", "mail-sender", "User.email", facts)
    assert (why["reason"], missing(why)) == ("ENTRUSTMENT_INACTIVE", ["delegated", "!entrusted"])
    said = {"recipient": "mail-sender", "contract": "架空第2号", "purposes": [query[1]], "from": on(-1)}
    await keep(a_world, "recordEntrustment", **said)
    await obeyed(a_world)
    assert (await asked(a_world, *query))["data"]["user"]["email"]


async def test_exception_incomplete(a_world: World) -> None:
    """Step 9: a case file that nobody approved is none."""
    user = a_world.demo.users["plain"]
    query = ("authority", "compliance.authority", "name { roman }", user)
    opened = await open_case(a_world, asked_by_law(user), approved=False)
    answer = await asked(a_world, *query)
    assert (answer["data"]["user"], "lawful" in str(answer)) == (None, False)
    why = await explained(a_world, "authority", query[1], "authority", "User.name.roman", [])
    assert (why["reason"], missing(why)) == ("EXCEPTION_INCOMPLETE", ["lawful"])
    await as_staff(a_world, "corp:hayashi", case("approveCase"), {"i": {"case": opened}})
    assert (await asked(a_world, *query))["data"]["user"]["name"]["roman"]
    await a_world.ask(DESK, case("closeCase"), {"i": {"case": opened}})


async def test_a_recipient_abroad_whose_consent_lacks_the_foreign_information_is_refused(
    a_world: World,
) -> None:
    """Step 10: what is missing is named to the desk, and not to the partner."""
    user = a_world.demo.users["plain"]
    query = ("support-org", SUPPORT, "name { roman }", user)
    async with registered(a_world, "support-org", country="DE"):
        async with consenting(user, SUPPORT, "support-org", foreign_informed=False):
            answer = await asked(a_world, *query)
            record = await newest(a_world, "support-org")
        assert answer["data"]["user"] is None
        assert "abroad" not in str(answer)
        assert "FOREIGN" not in str(answer)
        assert record.outcome == "REFUSED"
        facts = ["noticed", "consented", "abroad"]
        why = await explained(a_world, "support_org", SUPPORT, "support-org", "User.name.roman", facts)
        assert (why["reason"], why["rule"]) == ("FOREIGN_INFO_MISSING", "abroad")
        assert missing(why) == ["abroad", "!abroad-informed"]
        async with consenting(user, SUPPORT, "support-org", foreign_informed=True):
            assert (await asked(a_world, *query))["data"]["user"]["name"]["roman"]


async def test_an_entrustee_abroad_needs_more_than_its_contract(a_world: World) -> None:
    """Step 10: entrustment does not exempt (domain section 11, vector 9)."""
    user = a_world.demo.users["plain"]
    query = ("payment-processor", "service.billing", "name { roman }", user)
    assert (await asked(a_world, *query))["data"]["user"]["name"]["roman"]
    async with registered(a_world, "payment-processor", country="US"):
        assert (await asked(a_world, *query))["data"]["user"] is None
        facts = ["noticed", "delegated", "entrusted", "abroad"]
        why = await explained(
            a_world, "entrustee", "service.billing", "payment-processor", "User.name.roman", facts
        )
        assert why["reason"] == "FOREIGN_INFO_MISSING"
        async with registered(a_world, "payment-processor", foreign_route="DESIGNATED"):
            assert (await asked(a_world, *query))["data"]["user"]["name"]["roman"]


async def test_equivalent_lapsed(a_world: World) -> None:
    """Step 10: the look at the system abroad is overdue, or found it not kept up."""
    user = a_world.demo.users["plain"]
    query = ("payment-processor", "service.billing", "name { roman }", user)
    async with registered(a_world, "payment-processor", country="US", foreign_route="EQUIVALENT"):
        assert (await asked(a_world, *query))["data"]["user"] is None
        facts = ["noticed", "delegated", "entrusted", "abroad", "equivalent"]
        why = await explained(
            a_world, "entrustee", "service.billing", "payment-processor", "User.name.roman", facts
        )
        assert (why["reason"], why["rule"]) == ("EQUIVALENT_LAPSED", "equivalent")
        assert missing(why) == ["equivalent", "!abroad-informed"]
        for maintained, given in ((True, True), (False, False), (True, True)):
            more = {} if maintained else {"problems": "不備", "action": "是正を求めた"}
            said = of_check(recipient="payment-processor", maintained=maintained, nextDueOn=on(1), **more)
            await keep(a_world, "recordForeignCheck", **said)
            await obeyed(a_world)
            person = (await asked(a_world, *query))["data"]["user"]
            assert bool(person) is given
        await overdue("payment-processor")
        await obeyed(a_world)
        assert (await asked(a_world, *query))["data"]["user"] is None


async def overdue(recipient: str) -> None:
    """A look that is the latest, and was to be followed by another two days ago."""
    day = timedelta(days=1)
    await ForeignCheck.create(
        id="overdue",
        recipient=recipient,
        regime="架空",
        measures="架空",
        checked_on=today() + day,
        next_due_on=today() - 2 * day,
        maintained=True,
        at=datetime.now(UTC),
    )


async def test_iri_not_confirmed(a_world: World) -> None:
    """Step 11: the same for everybody, so the recipient is told; a confirmation opens at once, and its end closes."""
    user = a_world.demo.users["plain"]
    query = ("support-org", SUPPORT, "name { roman }", user)
    async with registered(a_world, "support-org", identifying=True), consenting(user, SUPPORT, "support-org"):
        answer = await asked(a_world, *query)
        assert answer["data"]["user"] is None
        assert ("FIELD_FORBIDDEN", "IRI_NOT_CONFIRMED") in reasons(answer)
        facts = ["noticed", "consented", "identifying"]
        why = await explained(a_world, "support_org", SUPPORT, "support-org", "User.name.roman", facts)
        assert (why["reason"], missing(why)) == ("IRI_NOT_CONFIRMED", ["identifying", "!confirmed"])
        made = await keep(a_world, "confirmRelatedConsent", recipient="support-org", how="提供先の申告")
        await obeyed(a_world)
        assert (await asked(a_world, *query))["data"]["user"]["name"]["roman"]
        await keep(a_world, "endConfirmation", id=made["id"])
        await obeyed(a_world)
        assert (await asked(a_world, *query))["data"]["user"] is None
