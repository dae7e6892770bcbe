"""The record of a provision: made as the register says of the recipient, with what was confirmed, and found again."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models.day import today_in_japan
from models.grounds.confirmed import Confirmed
from models.grounds.ground import Confirmation
from models.grounds.known import read_grounds
from models.provisions.retention import ProvisionMethod, retain_until
from models.recipients.recipient import Recipient
from models.registry import KnownRecipient, read_registry
from tests.world import World

READ = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id email } }'
FOUND = """query($user: ID, $to: ID, $method: ProvisionMethod, $basis: ID, $purgeable: Boolean)
@purpose(id: "compliance.security") {
  provisions(user: $user, recipient: $to, method: $method, basis: $basis, purgeable: $purgeable, first: 1000) {
    edges { node { id user recipient recipientName recipientAddress recipientRepresentative items basis consentedAt
      providedOn retainUntil method contract firstProvidedOn lastProvidedOn purgeable confirmation confirmedOn
      foreignInformed } } } }"""
TODAY = today_in_japan(datetime.now(UTC))


async def provisions(world: World, **chosen: Any) -> list[dict[str, Any]]:
    answer = await world.ask("auditor", FOUND, chosen)
    assert "errors" not in answer, answer
    return [edge["node"] for edge in answer["data"]["provisions"]["edges"]]


async def given(world: World, client: str = "employer-a") -> dict[str, Any]:
    """The record of what this client is given now of the busy person."""
    user = world.demo.users["busy"]
    assert (await world.ask(client, READ, {"id": user}))["data"]["user"]["id"] == user
    return (await provisions(world, user=user, to=client))[0]


@asynccontextmanager
async def registered(world: World, recipient: str, **parts: Any) -> AsyncIterator[None]:
    """The register says otherwise of a recipient for a while, and the gateway knows it."""
    before = await Recipient.get(id=recipient)
    await Recipient.filter(id=recipient).update(**parts)
    try:
        await until(
            world, recipient, lambda known: known.method == parts.get("provision_method", known.method)
        )
        yield
    finally:
        await Recipient.filter(id=recipient).update(**{name: getattr(before, name) for name in parts})
        await until(world, recipient, lambda known: known.method is ProvisionMethod.INDIVIDUAL)


async def until(world: World, recipient: str, told: Callable[[KnownRecipient], bool]) -> None:
    """Ask for what is in force until it tells so of the recipient; each look may take the lease of what is known."""
    while not told((await world.house.inforce.current()).registry.recipients[recipient]):
        assert await world.ask("auditor", "{ recipients { id } }")


async def test_a_record_is_made_singly_where_the_register_says_nothing_else(a_world: World) -> None:
    record = await given(a_world)
    assert (record["method"], record["contract"], record["purgeable"]) == ("INDIVIDUAL", None, False)
    assert record["providedOn"] == record["firstProvidedOn"] == record["lastProvidedOn"]
    day = date.fromisoformat(record["providedOn"])
    assert record["retainUntil"] == retain_until(day).isoformat()
    assert (record["confirmation"], record["confirmedOn"], record["foreignInformed"]) == (None, None, None)


async def test_a_record_is_made_with_others_where_the_register_says_so(a_world: World) -> None:
    async with registered(a_world, "employer-a", provision_method=ProvisionMethod.BULK):
        record = await given(a_world)
    assert (record["method"], record["contract"]) == ("BULK", None)
    assert record["retainUntil"] == retain_until(TODAY, ProvisionMethod.BULK).isoformat()


async def test_a_contract_stands_in_for_the_record_where_the_register_names_it(a_world: World) -> None:
    parts = {"provision_method": ProvisionMethod.CONTRACT, "contract": "求人掲載契約書 第2026-001号"}
    async with registered(a_world, "employer-a", **parts):
        record = await given(a_world)
    assert (record["method"], record["contract"]) == ("CONTRACT", parts["contract"])
    assert record["retainUntil"] == retain_until(TODAY, ProvisionMethod.CONTRACT).isoformat()
    assert record["items"] == ["User.id", "User.email"]


async def test_without_a_contract_the_record_is_made_singly_and_kept_for_longer(a_world: World) -> None:
    async with registered(a_world, "employer-a", provision_method=ProvisionMethod.CONTRACT, contract=" "):
        record = await given(a_world)
    assert (record["method"], record["contract"]) == ("INDIVIDUAL", None)
    assert record["retainUntil"] == retain_until(TODAY).isoformat()


async def test_a_record_tells_what_was_confirmed_where_the_recipient_is_expected_to_know_people(
    a_world: World,
) -> None:
    earlier = TODAY - timedelta(days=30)
    await Confirmation.create(
        id="older", recipient="employer-b", how="書面", foreign_informed=False, confirmed_on=earlier
    )
    latest = await Confirmation.create(
        id="latest", recipient="employer-b", how="書面", foreign_informed=True, confirmed_on=TODAY
    )
    try:
        await until(a_world, "employer-b", lambda known: known.grounds.confirmation is not None)
        plain = await given(a_world, "employer-b")
        assert (plain["confirmation"], plain["foreignInformed"]) == (None, None)
        await Recipient.filter(id="employer-b").update(identifying=True)
        await until(a_world, "employer-b", lambda known: known.identifying)
        record = await given(a_world, "employer-b")
    finally:
        await Recipient.filter(id="employer-b").update(identifying=False)
        await Confirmation.filter(recipient="employer-b").delete()
    assert (record["confirmation"], record["confirmedOn"]) == (latest.id, TODAY.isoformat())
    assert record["foreignInformed"] is True
    known = (await read_registry(a_world.house.store, datetime.now(UTC))).recipients["employer-b"]
    assert (record["recipientName"], record["recipientAddress"], record["recipientRepresentative"]) == (
        known.name,
        known.address,
        known.representative,
    )
    assert record["items"] == ["User.id"]
    assert record["retainUntil"] == retain_until(TODAY).isoformat()


async def test_the_latest_confirmation_that_holds_is_told_and_one_with_foreign_information_before_others(
    a_world: World,
) -> None:
    made = {"recipient": "support-org", "how": "書面"}
    days = {"first": TODAY - timedelta(days=9), "second": TODAY - timedelta(days=5), "ended": TODAY}
    for name, day in days.items():
        await Confirmation.create(
            id=name, confirmed_on=day, ended_on=TODAY if name == "ended" else None, **made
        )
    try:
        grounds = await read_grounds(a_world.house.store, TODAY)
        assert grounds["support-org"].confirmation == Confirmed(
            "second", days["second"], foreign_informed=False
        )
        await Confirmation.filter(id="first").update(foreign_informed=True)
        grounds = await read_grounds(a_world.house.store, TODAY)
        assert grounds["support-org"].confirmation == Confirmed("first", days["first"], foreign_informed=True)
        before = await read_grounds(a_world.house.store, days["first"] - timedelta(days=1))
        assert "support-org" not in before
    finally:
        await Confirmation.filter(recipient="support-org").delete()


async def test_records_are_found_by_method_basis_and_term(a_world: World) -> None:
    await given(a_world)
    everything = await provisions(a_world)
    assert everything
    by_method = {each: await provisions(a_world, method=each) for each in ProvisionMethod}
    assert sorted(one["id"] for each in by_method.values() for one in each) == sorted(
        one["id"] for one in everything
    )
    assert all(one["method"] == each for each, found in by_method.items() for one in found)
    assert await provisions(a_world, basis="CONSENT") == everything
    assert await provisions(a_world, basis="27-1-1") == []
    assert await provisions(a_world, purgeable=True) == []
    assert await provisions(a_world, purgeable=False) == everything


async def test_a_cursor_of_other_filters_leads_nowhere(a_world: World) -> None:
    await given(a_world)
    await given(a_world)
    page = 'query($m: ProvisionMethod, $a: String) @purpose(id: "compliance.security") { provisions(%s) { pageInfo { endCursor } } }'
    first = await a_world.ask("auditor", page.replace("($m: ProvisionMethod, $a: String)", "") % "first: 1")
    cursor = first["data"]["provisions"]["pageInfo"]["endCursor"]
    wrong = await a_world.ask(
        "auditor", page % "first: 1, method: $m, after: $a", {"m": "INDIVIDUAL", "a": cursor}
    )
    assert a_world.codes(wrong) == ["BAD_INPUT"]
