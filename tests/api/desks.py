"""The privacy desk as tests play it: two members of staff, the documents they send, and what the ledger says of it."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from api.tokens.access_token import Holder
from models.clients.client import Client
from models.ledger.history import AccessQuery, History
from models.ledger.recorded import AccessRecord
from tests.world import World

DESK = "privacy-desk"
REQUESTS = '@purpose(id: "compliance.requests")'
CHANGED = "state changes { by what requestId parts { name was became } }"
CASE = "id recipient basis reference office requester whyNoConsent items people from until state openedBy approvedBy closedBy"
KINDS: Mapping[str, tuple[str, str]] = {
    "recordEntrustment": ("entrustment", "contract purposes from until supervisedOn superviseDays endedOn"),
    "superviseEntrustment": ("entrustment", "supervisedOn superviseDays"),
    "endEntrustment": ("entrustment", "endedOn"),
    "recordSuccession": ("succession", "reference purposes on"),
    "endSuccession": ("succession", "endedOn"),
    "announceJointUse": (
        "jointUse",
        "recipients purposes items rangeOfUsers usersPurpose managerName managerAddress managerRepresentative announcedAt",
    ),
    "endJointUse": ("jointUse", "endedOn"),
    "recordForeignCheck": (
        "foreignCheck",
        "recipient regime measures checkedOn nextDueOn maintained problems action",
    ),
    "confirmRelatedConsent": ("confirmation", "recipient how foreignInformed confirmedOn until"),
    "endConfirmation": ("confirmation", "endedOn"),
    "draftTransmissionNotice": (
        "transmissionNotice",
        "recipient items recipientJa itemsJa purposeJa optOutUrl from until publishedAt",
    ),
    "publishTransmissionNotice": ("transmissionNotice", "publishedAt"),
    "endTransmissionNotice": ("transmissionNotice", "endedOn"),
}
"""The mutations of grounds, each with the name of its payload's record and some of its parts."""


def changing(name: str, fields: str, purpose: str = "") -> str:
    """The document of one mutation."""
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"mutation Do($i: {kind}!) {purpose} {{ {name}(input: $i) {{ {fields} }} }}"


def ground(name: str) -> str:
    told, fields = KINDS[name]
    return changing(name, f"{told} {{ id {fields} {CHANGED} }}")


def case(name: str, fields: str = CASE) -> str:
    return changing(name, f"case {{ {fields} }}", REQUESTS)


async def keep(world: World, name: str, **said: Any) -> Any:
    """Change a ground and answer with its record."""
    answer = await world.ask(DESK, ground(name), {"i": said})
    assert "errors" not in answer, answer
    return answer["data"][name][KINDS[name][0]]


async def wrong(world: World, query: str, said: Mapping[str, Any], **more: Any) -> dict[str, str]:
    """What is wrong with an input: each path below it, with the reason."""
    answer = await world.ask(DESK, query, {"i": dict(said)}, **more)
    assert "data" not in answer or set(answer["data"].values()) == {None}, answer
    return {
        each["extensions"]["argument"].removeprefix("input."): each["extensions"]["reason"]
        for each in answer["errors"]
    }


async def as_staff(world: World, staff: str, query: str, said: Any, *, client: str = DESK) -> Any:
    """Ask as a member of staff who uses a client."""
    token = world.house.tokens.mint(
        Holder(client=await Client.get(name=client), staff=staff), now=time.time()
    )
    response = await world.http.post(
        "/graphql",
        json={"query": query, "variables": said},
        headers={"Authorization": f"Bearer {token}"},
    )
    return response.json()


def asked_by_law(*people: str, **more: Any) -> dict[str, Any]:
    """What is said of a complete case file about these people, for two items."""
    return {
        "recipient": "authority",
        "basis": "27-1-1",
        "reference": "架空第1号",
        "office": "架空地方出入国在留管理局",
        "requester": "審査官 架空 花子",
        "people": list(people),
        "items": ["name", "birth"],
        "until": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
        **more,
    }


async def open_case(world: World, said: Mapping[str, Any], *, approved: bool = True) -> str:
    """A case file opened by one member of staff and approved by another."""
    answer = await as_staff(world, "corp:mori", case("openCase"), {"i": dict(said)})
    assert "errors" not in answer, answer
    name: str = answer["data"]["openCase"]["case"]["id"]
    if approved:
        answer = await as_staff(world, "corp:hayashi", case("approveCase"), {"i": {"case": name}})
        assert answer["data"]["approveCase"]["case"]["state"] == "OPEN", answer
    return name


async def newest(world: World, client: str) -> AccessRecord:
    """The last access of a client in the ledger."""
    found = await History(world.house.store, world.house.inforce.bits).accesses(
        AccessQuery(client=client, limit=1)
    )
    return found[0]


async def obeyed(world: World) -> None:
    """See that the gateway knows what is registered now, as it does within its lease of a second."""
    inforce = world.house.inforce
    async with inforce._turn():  # noqa: SLF001 - as its watch does three times in a lease
        await inforce._read()  # noqa: SLF001


async def explained(  # noqa: PLR0913, PLR0917 - a question has these parts
    world: World, role: str, purpose: str, recipient: str, field: str, facts: list[str], *, client: str = DESK
) -> Any:
    """Why a question is answered as it is, as this client is told."""
    query = """query Why($role: ID!, $purpose: ID!, $recipient: ID!, $field: String!, $facts: [ID!]) {
      explain(role: $role, purpose: $purpose, recipient: $recipient, field: $field, facts: $facts) {
        allowed reason rule clause nearest { rule failed missing matched } } }"""
    said = {"role": role, "purpose": purpose, "recipient": recipient, "field": field, "facts": facts}
    answer = await world.ask(client, query, said)
    assert "errors" not in answer, answer
    return answer["data"]["explain"]
