"""What partners send: a person with all that is needed, and the operations of the desk about those who wait."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.api.test_register import USER
from tests.world import World

APPLICATION, SUPPORT, REQUESTS = "service.application", "service.support", "compliance.requests"
SEND = """
mutation Send($input: ReceiveUsersInput!) @purpose(id: "%s") {
  receiveUsers(input: $input) { results { index outcome received mistakes { path code message } __typename } }
}
"""
WAITING = """
query @purpose(id: "compliance.requests") {
  received(first: 1000) {
    edges { node { id outcome reasons provider providerName acquisitionHistory evidence { kind reference } known
      consentMethod purposes items { field value withheld } } }
    pageInfo { hasNextPage }
  }
}
"""
ACCEPT = """
mutation($input: AcceptReceivedInput!) @purpose(id: "compliance.requests") {
  acceptReceived(input: $input) { received user { id email birthDate consents { purpose recipient state }
    notices { source policyVersion purposes } accesses { edges { node { client purpose } } } } }
}
"""
REJECT = """
mutation($input: RejectReceivedInput!) @purpose(id: "compliance.requests") { rejectReceived(input: $input) { received } }
"""
RECEIPTS = """
query($user: ID, $provider: ID, $first: Int = 50, $after: String) @purpose(id: "compliance.security") {
  receipts(user: $user, provider: $provider, first: $first, after: $after) {
    edges { node { id received user provider providerName providerAddress providerRepresentative acquisitionHistory
      evidence { kind reference } purpose consentedAt consentMethod policyVersion noticeShownAt items acquiredAt
      receivedOn retainUntil requestId } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
HISTORY = "Entered on our careers page on 2026-11-01"
PROFILE = {name: value for name, value in USER.items() if name != "residenceCard"}
KEPT = ("users", "acquisitions", "consents", "receipts", "received_items")


NOW = datetime.now(UTC)
"""One time for all that is sent, so that the same may be sent again."""


def at(hours: float) -> str:
    """A time so many hours before these tests."""
    return (NOW - timedelta(hours=hours)).isoformat()


def person(email: str, *, purpose: str = APPLICATION, name: str | None = None, **more: Any) -> dict[str, Any]:
    """A person who may be received; the name in Roman letters is their own, made from the address."""
    own = "".join(each for each in email.upper() if "A" <= each <= "Z")
    user = {**PROFILE, "email": email, "name": {"roman": name or own}, **more.pop("user", {})}
    return {
        "user": user,
        "notice": {
            "policyVersion": "1",
            "language": "ja",
            "purposes": ["service.account", purpose],
            "shownAt": at(3),
        },
        "acquiredAt": at(1),
        "history": HISTORY,
        "consent": {"givenAt": at(2), "method": "TICK"},
        "evidence": {"kind": "CONTRACT", "reference": "C-2026-7 of 2026-04-01"},
        "fairMeans": True,
        **more,
    }


async def send(
    world: World, *people: dict[str, Any], client: str = "employer-a", purpose: str = APPLICATION, **more: Any
) -> Any:
    """The answer to sending these people."""
    return await world.ask(client, SEND % purpose, {"input": {"people": list(people)}}, **more)


async def results(world: World, *people: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """What became of these people."""
    answer = await send(world, *people, **more)
    assert "errors" not in answer, answer
    told: list[dict[str, Any]] = answer["data"]["receiveUsers"]["results"]
    return told


async def waiting(world: World) -> dict[str, dict[str, Any]]:
    """Those who wait, by their number."""
    answer = await world.ask("privacy-desk", WAITING)
    assert "errors" not in answer, answer
    return {edge["node"]["id"]: edge["node"] for edge in answer["data"]["received"]["edges"]}


async def counted(world: World) -> dict[str, int]:
    """How many rows of each kind there are."""
    return {
        table: int((await world.house.store.fetch(f"SELECT count(*) FROM {table}", {}))[0][0])
        for table in KEPT
    }


async def found(world: World, email: str) -> list[str]:
    """The ids of those who have this address."""
    rows = await world.house.store.fetch("SELECT id FROM users WHERE email = :email", {"email": email})
    return [row[0] for row in rows]
