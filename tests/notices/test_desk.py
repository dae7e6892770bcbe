"""The desk sees what became of notices, and has dead ones tried again; each is on record, and nobody else does."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.ledger.history import AccessQuery, History
from models.notices.withdrawal import NoticeState, Trouble, WithdrawalNotice
from models.person_row import new_id
from models.register import RegisterChange
from tests.world import World

REQUESTS = '@purpose(id: "compliance.requests")'
SECURITY = '@purpose(id: "compliance.security")'
PARTS = "id user recipient purpose withdrawnAt state tries nextTryAt endedAt trouble"
PAGE = f"edges {{ node {{ {PARTS} }} }} pageInfo {{ hasNextPage endCursor }}"
RETRY = "mutation($id: ID!) { retryNotice(input: {notice: $id}) { notice state } }"
NOW = datetime.now(UTC).replace(microsecond=0)


def listing(purpose: str = REQUESTS) -> str:
    arguments = "$state: NoticeState, $first: Int = 50, $after: String"
    asked = "state: $state, first: $first, after: $after"
    return f"query({arguments}) {purpose} {{ notices({asked}) {{ {PAGE} }} }}"


async def kept(user: str, state: NoticeState, ago: int) -> WithdrawalNotice:
    """A notice of so many days ago, which nobody is going to send."""
    at = NOW - timedelta(days=ago)
    dead = state is NoticeState.DEAD
    return await WithdrawalNotice.create(
        id=new_id(),
        user_id=user,
        recipient="employer-b",
        purpose="service.application",
        withdrawn_at=at,
        state=state,
        tries=20,
        due_at=NOW + timedelta(days=1),
        ended_at=None if state is NoticeState.WAITING else at,
        trouble=Trouble.UNREACHABLE.value if dead else None,
    )


@pytest.fixture
async def notices(a_world: World) -> AsyncIterator[dict[str, WithdrawalNotice]]:
    users = a_world.demo.users
    yield {
        "dead": await kept(users["plain"], NoticeState.DEAD, 3),
        "taken": await kept(users["newsletter"], NoticeState.TAKEN, 2),
        "waiting": await kept(users["erased"], NoticeState.WAITING, 1),
        "unlinked": await kept("0" * 26, NoticeState.DEAD, 4),
    }
    await WithdrawalNotice.all().delete()


Notices = dict[str, WithdrawalNotice]


async def listed(world: World, **variables: Any) -> dict[str, Any]:
    answer = await world.ask("privacy-desk", listing(), variables)
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]["notices"]
    return found


async def test_the_desk_lists_notices_newest_first_with_whose_they_are(
    a_world: World, notices: Notices
) -> None:
    page = await listed(a_world)
    nodes = [edge["node"] for edge in page["edges"]]
    assert [each["id"] for each in nodes] == [
        notices[name].id for name in ("waiting", "taken", "dead", "unlinked")
    ]
    assert nodes[2] == {
        "id": notices["dead"].id,
        "user": a_world.demo.users["plain"],
        "recipient": "employer-b",
        "purpose": "service.application",
        "withdrawnAt": notices["dead"].withdrawn_at.isoformat(),
        "state": "DEAD",
        "tries": 20,
        "nextTryAt": None,
        "endedAt": notices["dead"].withdrawn_at.isoformat(),
        "trouble": "UNREACHABLE",
    }
    assert nodes[0]["nextTryAt"] is not None
    assert nodes[3]["user"] is None


async def test_by_state_and_page_by_page(a_world: World, notices: Notices) -> None:
    dead = await listed(a_world, state="DEAD", first=1)
    assert [edge["node"]["id"] for edge in dead["edges"]] == [notices["dead"].id]
    assert dead["pageInfo"]["hasNextPage"]
    after = dead["pageInfo"]["endCursor"]
    rest = await listed(a_world, state="DEAD", first=1, after=after)
    assert [edge["node"]["id"] for edge in rest["edges"]] == [notices["unlinked"].id]
    assert not rest["pageInfo"]["hasNextPage"]
    of_another = await a_world.ask("privacy-desk", listing(), {"state": "WAITING", "after": after})
    assert a_world.codes(of_another) == ["BAD_INPUT"]


async def test_the_reading_stands_in_the_ledger_of_everybody_it_showed(
    a_world: World, notices: Notices
) -> None:
    await listed(a_world, state="DEAD")
    history = History(a_world.house.store, a_world.house.inforce.bits)
    (record,) = await history.accesses(AccessQuery(limit=1))
    (ref,) = await history.refs([notices["dead"].user_id])
    assert (record.client, record.purpose, record.users) == ("privacy-desk", "compliance.requests", 1)
    assert [(each.ref, each.released) for each in record.releases] == [(ref, ("User.consents",))]


@pytest.mark.parametrize(
    ("client", "purpose", "code"),
    [
        ("privacy-desk", SECURITY, "OPERATION_FORBIDDEN"),
        ("privacy-desk", "", "PURPOSE_MISSING"),
        ("auditor", SECURITY, "OPERATION_FORBIDDEN"),
        ("auditor", REQUESTS, "PURPOSE_NOT_ALLOWED"),
        ("frontend", '@purpose(id: "service.account")', "OPERATION_FORBIDDEN"),
        ("employer-b", '@purpose(id: "service.application")', "OPERATION_FORBIDDEN"),
    ],
)
async def test_nobody_else_sees_them(
    a_world: World, notices: Notices, client: str, purpose: str, code: str
) -> None:
    response = await a_world.send(client, listing(purpose))
    assert a_world.codes(response.json()) == [code]
    assert not any(each.id in response.text for each in notices.values())


async def test_a_token_without_consents_in_its_scope_sees_none(a_world: World, notices: Notices) -> None:
    answer = await a_world.ask("privacy-desk", listing(), scope=("category:contact",))
    (error,) = answer["errors"]
    assert error["extensions"]["reason"] == "SCOPE_TOO_NARROW"
    assert notices["dead"].id not in json.dumps(answer)


async def test_a_dead_notice_is_tried_again_under_its_old_id_with_who_said_so_on_record(
    a_world: World, notices: Notices
) -> None:
    dead = notices["dead"]
    response = await a_world.send("privacy-desk", RETRY, {"id": dead.id})
    assert response.json() == {"data": {"retryNotice": {"notice": dead.id, "state": "WAITING"}}}
    (change,) = await RegisterChange.filter(register="notice", record=dead.id)
    assert (change.by, change.what, change.request_id) == (
        "privacy-desk",
        "RETRIED",
        response.headers["x-request-id"],
    )
    assert change.was == {"state": "DEAD", "tries": 20, "trouble": "UNREACHABLE"}
    row = await WithdrawalNotice.get(id=dead.id)
    assert row.state is not NoticeState.DEAD
    assert row.tries <= 1


@pytest.mark.parametrize(
    ("which", "reason"),
    [("taken", "NOTICE_NOT_DEAD"), ("waiting", "NOTICE_NOT_DEAD"), (None, "NOTICE_UNKNOWN")],
)
async def test_only_a_dead_notice_is_tried_again(
    a_world: World, notices: Notices, which: str | None, reason: str
) -> None:
    answer = await a_world.ask("privacy-desk", RETRY, {"id": notices[which].id if which else "nothing"})
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["extensions"]["reason"]) == ("BAD_INPUT", reason)
    assert error["extensions"]["argument"] == "input.notice"


@pytest.mark.parametrize("client", ["auditor", "policy-admin", "frontend", "employer-b"])
async def test_nobody_else_has_one_tried_again(a_world: World, notices: Notices, client: str) -> None:
    answer = await a_world.ask(client, RETRY, {"id": notices["dead"].id})
    assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]
    assert (await WithdrawalNotice.get(id=notices["dead"].id)).state is NoticeState.DEAD


async def test_a_narrowed_token_has_none_tried_again(a_world: World, notices: Notices) -> None:
    answer = await a_world.ask("privacy-desk", RETRY, {"id": notices["dead"].id}, scope=("category:consent",))
    (error,) = answer["errors"]
    assert error["extensions"]["reason"] == "SCOPE_TOO_NARROW"
