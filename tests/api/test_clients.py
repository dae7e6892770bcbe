"""The register of clients through the interface: who may, what is told at once, what is recorded, and no secret twice."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from models.clients.client import Client, ClientSecret
from models.clients.secret import hash_secret
from models.ledger.history import AccessQuery, History
from models.ledger.recorded import AccessRecord
from models.register import RegisterChange
from tests.api.test_attack_tokens import registered
from tests.world import World

PARTS = """
id role active recipients scopes documents owner contact authentication jwks binding networks expiresAt
requestsPerMinute peoplePerHour peoplePerDay createdAt lastUsedAt secrets { id createdAt expiresAt }
changes { id at by requestId what parts { name was became } }
"""
ADD = (
    f"mutation Add($input: AddClientInput!) {{ addClient(input: $input) {{ client {{ {PARTS} }} secret }} }}"
)
UPDATE = f"mutation Change($input: UpdateClientInput!) {{ updateClient(input: $input) {{ client {{ {PARTS} }} }} }}"
ROTATE = """
mutation Rotate($input: RotateClientSecretInput!) {
  rotateClientSecret(input: $input) { secret client { secrets { id expiresAt } } }
}
"""
REVOKE = "mutation Stop($input: RevokeClientInput!) { revokeClient(input: $input) { client { active } } }"
RESTORE = "mutation Again($input: RestoreClientInput!) { restoreClient(input: $input) { client { active } } }"
LIST = f"query Clients {{ clients {{ {PARTS} }} }}"
ONE = f"query One($id: ID!) {{ client(id: $id) {{ {PARTS} }} }}"

STAFF = ("policy-admin", "policy-approver", "privacy-desk", "auditor")
OTHERS = ("frontend", "employer-a", "support-org", "mail-sender", "analytics", "ad-network", "authority")
ADMIN = "policy-admin"


def new(name: str, **more: Any) -> dict[str, Any]:
    parts = {
        "role": "employer",
        "recipients": ["employer-a"],
        "owner": "架空",
        "contact": "api@alpha.example",
    }
    return {"input": {"name": name, **parts, **more}}


def of(client: str, **more: Any) -> dict[str, Any]:
    return {"input": {"client": client, **more}}


CHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "addClient": (ADD, new("attacked")),
    "updateClient": (UPDATE, of("employer-b", networks=None, peoplePerDay=1_000_000)),
    "rotateClientSecret": (ROTATE, of("employer-b")),
    "revokeClient": (REVOKE, of("employer-b")),
    "restoreClient": (RESTORE, of("employer-b")),
}


async def made(world: World, name: str, **more: Any) -> Any:
    answer = await world.ask(ADMIN, ADD, new(name, **more))
    assert "errors" not in answer, answer
    return answer["data"]["addClient"]


async def rows() -> list[int]:
    return [await model.all().count() for model in (Client, ClientSecret, RegisterChange)]


async def clients_now() -> str:
    """All that is kept of clients, but for their last use."""
    kept: list[Any] = [
        {name: value for name, value in row.items() if name != "last_used_at"}
        for row in await Client.all().order_by("id").values()
    ]
    for model in (ClientSecret, RegisterChange):
        kept += await model.all().order_by("id").values()
    return str(kept)


async def newest(world: World) -> AccessRecord:
    found = await History(world.house.store, world.house.inforce.bits).accesses(AccessQuery(limit=1))
    return found[0]


async def everything_kept(world: World) -> str:
    """All that the tables hold, as text."""
    tables = ("clients", "register_changes", "client_secrets", "accesses", "access_tail", "answered")
    kept = [await world.house.store.fetch(f"SELECT * FROM {table}", {}) for table in tables]
    return str([tuple(row) for some in kept for row in some])


async def test_the_administrator_registers_a_client_whose_secret_is_told_once(a_world: World) -> None:
    told = await made(
        a_world, "bakery", scopes=["purpose:service.application"], expiresAt="2099-04-01T00:00:00+09:00"
    )
    client, secret = told["client"], told["secret"]
    assert (client["id"], client["role"], client["active"], client["owner"]) == (
        "bakery",
        "employer",
        True,
        "架空",
    )
    assert client["expiresAt"] == "2099-03-31T15:00:00+00:00"
    assert (client["authentication"], client["binding"], client["networks"]) == ("SECRET", "DEFAULT", None)
    (change,) = client["changes"]
    assert (change["what"], change["by"]) == ("ADDED", ADMIN)
    (row,) = await ClientSecret.filter(client_id="bakery")
    assert row.hash == hash_secret(secret)
    record = await newest(a_world)
    assert (record.client, record.role, record.purpose, record.operation) == (
        ADMIN,
        "policy_admin",
        None,
        "Add",
    )
    assert (record.outcome, record.request_id, record.users) == ("RELEASED", change["requestId"], 0)
    assert record.releases == ()
    again = (await a_world.ask(ADMIN, ONE, {"id": "bakery"}))["data"]["client"]
    assert again == client
    assert secret not in json.dumps(again)


async def test_the_new_client_gets_a_token_with_its_secret(a_world: World) -> None:
    secret = (await made(a_world, "tokened"))["secret"]
    form = {"grant_type": "client_credentials", "client_id": "tokened", "client_secret": secret}
    got = await a_world.http.post("/oauth/token", data=form)
    assert got.status_code == 200, got.text
    assert got.json()["access_token"]


@pytest.mark.parametrize("client", STAFF)
async def test_staff_read_the_register_and_never_a_hash(a_world: World, client: str) -> None:
    answer = await a_world.ask(client, LIST)
    assert "errors" not in answer, answer
    found = {each["id"]: each for each in answer["data"]["clients"]}
    assert {*STAFF, *OTHERS} <= set(found)
    assert found["employer-a"]["owner"]
    hashes = {each.hash for each in await ClientSecret.all()}
    assert not any(each in json.dumps(answer) for each in hashes)
    assert (await a_world.ask(client, ONE, {"id": "nobody"}))["data"] == {"client": None}


@pytest.mark.parametrize("client", OTHERS)
async def test_nobody_else_reads_it(a_world: World, client: str) -> None:
    for query, values in ((LIST, {}), (ONE, {"id": client})):
        answer = await a_world.ask(client, query, values)
        assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]
        assert "data" not in answer


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("client", [*OTHERS, "policy-approver", "privacy-desk", "auditor"])
async def test_nobody_but_the_administrator_changes_a_client(
    a_world: World, client: str, change: str
) -> None:
    query, values = CHANGES[change]
    before = await clients_now()
    answer = await a_world.ask(client, query, values)
    assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]
    assert answer["errors"][0]["extensions"]["field"] == f"Mutation.{change}"
    assert "data" not in answer
    assert await clients_now() == before
    record = await newest(a_world)
    assert (record.client, record.outcome, record.code) == (client, "REFUSED", "OPERATION_FORBIDDEN")


APPROVERS: dict[str, tuple[str, dict[str, Any]]] = {
    "addClient": (ADD, new("second", role="policy_approver", recipients=["internal"])),
    "updateClient": (UPDATE, of("policy-approver", networks=None, authentication="PRIVATE_KEY", jwks="{}")),
    "rotateClientSecret": (ROTATE, of("policy-approver")),
    "restoreClient": (RESTORE, of("policy-approver")),
}


@pytest.mark.parametrize("change", APPROVERS)
async def test_whoever_drafts_rules_makes_nobody_who_approves_them(a_world: World, change: str) -> None:
    query, values = APPROVERS[change]
    before = await clients_now()
    answer = await a_world.ask(ADMIN, query, values)
    assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]
    assert answer["errors"][0]["extensions"]["reason"] == "APPROVER_CLIENT"
    assert "mokuteki client" in answer["errors"][0]["message"]
    assert "data" not in answer
    assert await clients_now() == before


async def test_the_interface_stops_an_approver_and_lets_none_come_back(a_world: World) -> None:
    inforce = a_world.house.inforce
    try:
        answer = await a_world.ask(ADMIN, REVOKE, of("policy-approver"))
        assert answer["data"] == {"revokeClient": {"client": {"active": False}}}
        again = await a_world.ask(ADMIN, RESTORE, of("policy-approver"))
        assert again["errors"][0]["extensions"]["reason"] == "APPROVER_CLIENT"
        assert not (await Client.get(name="policy-approver")).active
    finally:
        await Client.filter(name="policy-approver").update(active=True)
        inforce.outdate()


@pytest.mark.parametrize("change", CHANGES)
async def test_a_person_changes_no_client(a_world: World, change: str) -> None:
    query, values = CHANGES[change]
    before = await clients_now()
    answer = await a_world.ask("frontend", query, values, user=a_world.demo.users["plain"])
    assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]
    assert await clients_now() == before


@pytest.mark.parametrize("scope", ["purpose:service.account", "category:contact", "category:client-act"])
@pytest.mark.parametrize("change", CHANGES)
async def test_a_narrowed_token_changes_no_client(a_world: World, change: str, scope: str) -> None:
    query, values = CHANGES[change]
    before = await clients_now()
    answer = await a_world.ask(ADMIN, query, values, scope=(scope,))
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["extensions"]["reason"]) == (
        "OPERATION_FORBIDDEN",
        "SCOPE_TOO_NARROW",
    )
    assert "data" not in answer
    assert await clients_now() == before


async def test_an_unscoped_token_of_a_client_narrowed_since_changes_no_client(a_world: World) -> None:
    query, values = CHANGES["updateClient"]
    await a_world.token(ADMIN)
    async with registered(a_world, ADMIN, scopes=["purpose:service.account"]):
        before = await clients_now()
        (error,) = (await a_world.ask(ADMIN, query, values))["errors"]
        assert error["extensions"]["reason"] == "SCOPE_TOO_NARROW"
        assert await clients_now() == before


@pytest.mark.parametrize(("language", "japanese"), [("ja", True), ("en", False)])
async def test_every_mistake_is_told_at_its_path_in_the_language_asked(
    a_world: World, language: str, japanese: bool
) -> None:
    before = await rows()
    wrong = new("a b", role="user", recipients=["tea"], scopes=["tea"], contact="nobody", networks=["x"])
    answer = await a_world.ask(ADMIN, ADD, wrong, headers={"Accept-Language": language})
    told = {error["extensions"]["argument"]: error["extensions"]["reason"] for error in answer["errors"]}
    assert told == {
        "input.name": "CLIENT_NAME",
        "input.role": "CLIENT_ROLE",
        "input.recipients.0": "CLIENT_RECIPIENT",
        "input.scopes.0": "CLIENT_SCOPE_SHAPE",
        "input.contact": "EMAIL_SHAPE",
        "input.networks.0": "CLIENT_NETWORK",
    }
    for error in answer["errors"]:
        assert (error["extensions"]["code"], error["path"]) == ("BAD_INPUT", ["addClient"])
        assert any("\u3040" < sign < "\u30ff" for sign in error["message"]) is japanese
    assert await rows() == before
    record = await newest(a_world)
    assert (record.outcome, record.code, record.purpose) == ("REFUSED", "BAD_INPUT", None)


async def test_a_private_key_is_refused_and_repeated_nowhere(a_world: World) -> None:
    private = "ZGVyIGdlaGVpbWUgVGVpbA"
    key = {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": private}
    values = new("leaky", authentication="PRIVATE_KEY", jwks=json.dumps({"keys": [key]}))
    with capture_logs() as logs:
        response = await a_world.send(ADMIN, ADD, values)
    (error,) = response.json()["errors"]
    assert error["extensions"]["argument"] == "input.jwks.keys.0"
    assert error["extensions"]["reason"] == "CLIENT_KEY_PRIVATE"
    assert private not in response.text + str(logs) + await everything_kept(a_world)


async def test_a_change_is_told_with_what_stood_there(a_world: World) -> None:
    await made(a_world, "changing", peoplePerDay=5)
    answer = await a_world.ask(ADMIN, UPDATE, of("changing", owner="B", peoplePerDay=None, binding="DPOP"))
    client = answer["data"]["updateClient"]["client"]
    assert (client["owner"], client["peoplePerDay"], client["binding"]) == ("B", None, "DPOP")
    parts = {each["name"]: (each["was"], each["became"]) for each in client["changes"][0]["parts"]}
    assert parts == {
        "owner": ('"架空"', '"B"'),
        "peoplePerDay": ("5", None),
        "binding": ('"DEFAULT"', '"DPOP"'),
    }
    assert a_world.codes(await a_world.ask(ADMIN, UPDATE, of("nobody", owner="B"))) == ["BAD_INPUT"]


async def test_a_rotation_lets_both_secrets_serve_and_one_at_once_only_the_new(a_world: World) -> None:
    first = (await made(a_world, "rotating"))["secret"]

    async def serves(secret: str) -> bool:
        form = {"grant_type": "client_credentials", "client_id": "rotating", "client_secret": secret}
        return (await a_world.http.post("/oauth/token", data=form)).status_code == 200

    told = (await a_world.ask(ADMIN, ROTATE, of("rotating")))["data"]["rotateClientSecret"]
    second = told["secret"]
    old, _ = told["client"]["secrets"]
    ends = datetime.fromisoformat(old["expiresAt"]) - datetime.now(UTC)
    assert timedelta(days=6) < ends <= timedelta(days=7)
    assert [await serves(first), await serves(second)] == [True, True]
    told = (await a_world.ask(ADMIN, ROTATE, of("rotating", overlapDays=0)))["data"]["rotateClientSecret"]
    assert [await serves(each) for each in (first, second, told["secret"])] == [False, False, True]


async def test_a_client_that_is_stopped_asks_nothing_more_until_it_is_restored(a_world: World) -> None:
    await made(a_world, "stopping")
    asks = "{ purposes { id } }"
    old = await a_world.token("stopping")
    await a_world.house.inforce._read()  # noqa: SLF001 - the lease's next reading, now
    assert "data" in await a_world.ask("stopping", asks)
    answer = await a_world.ask(ADMIN, REVOKE, of("stopping"))
    assert answer["data"]["revokeClient"]["client"] == {"active": False}
    await a_world.house.inforce._read()  # noqa: SLF001
    response = await a_world.send("stopping", asks)
    assert (response.status_code, a_world.codes(response.json())) == (401, ["UNAUTHENTICATED"])
    await a_world.ask(ADMIN, RESTORE, of("stopping"))
    await a_world.house.inforce._read()  # noqa: SLF001
    response = await a_world.send("stopping", asks)
    assert (response.status_code, a_world.codes(response.json())) == (401, ["UNAUTHENTICATED"])
    a_world.tokens.clear()
    assert await a_world.token("stopping") != old
    assert "data" in await a_world.ask("stopping", asks)


async def test_what_a_frontend_got_for_people_before_it_was_stopped_stays_dead(a_world: World) -> None:
    await made(a_world, "kiosk", role="frontend", recipients=["internal"])
    user, asks = a_world.demo.users["plain"], "{ purposes { id } }"
    await a_world.house.inforce._read()  # noqa: SLF001 - the lease's next reading, now
    assert "data" in await a_world.ask("kiosk", asks, user=user)
    await a_world.ask(ADMIN, ROTATE, of("kiosk", overlapDays=0))
    await a_world.house.inforce._read()  # noqa: SLF001
    assert "data" in await a_world.ask("kiosk", asks, user=user)
    await a_world.ask(ADMIN, REVOKE, of("kiosk"))
    await a_world.ask(ADMIN, RESTORE, of("kiosk"))
    await a_world.house.inforce._read()  # noqa: SLF001
    response = await a_world.send("kiosk", asks, user=user)
    assert (response.status_code, a_world.codes(response.json())) == (401, ["UNAUTHENTICATED"])
    a_world.tokens.clear()
    assert "data" in await a_world.ask("kiosk", asks, user=user)


@pytest.mark.parametrize("again", ["addClient", "rotateClientSecret"])
async def test_a_replay_tells_no_secret_and_changes_nothing(a_world: World, again: str) -> None:
    name = f"replayed-{again.lower()}"
    headers = {"Idempotency-Key": f"{again}-key"}
    query, values = (ADD, new(name)) if again == "addClient" else (ROTATE, of(name))
    if again != "addClient":
        await made(a_world, name)
    first = await a_world.send(ADMIN, query, values, headers=headers)
    secret = first.json()["data"][again]["secret"]
    before = await clients_now()
    with capture_logs() as logs:
        second = await a_world.send(ADMIN, query, values, headers=headers)
    (error,) = second.json()["errors"]
    assert (error["extensions"]["code"], error["extensions"]["reason"]) == ("BAD_INPUT", "SECRET_TOLD_ONCE")
    assert "rotateClientSecret" in error["message"]
    assert await clients_now() == before
    assert secret not in second.text + str(logs) + await everything_kept(a_world)


async def test_a_replay_of_what_has_no_secret_is_answered_again(a_world: World) -> None:
    await made(a_world, "twice")
    headers = {"Idempotency-Key": "twice-key"}
    values = of("twice", owner="B")
    first = await a_world.ask(ADMIN, UPDATE, values, headers=headers)
    second = await a_world.ask(ADMIN, UPDATE, values, headers=headers)
    assert first == second
    assert len(second["data"]["updateClient"]["client"]["changes"]) == 2


async def test_no_record_no_change(a_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = await clients_now()

    async def refuse(*_: object) -> None:
        raise LookupError("no record")

    monkeypatch.setattr(a_world.house.ledger, "record_within", refuse)
    for query, values in CHANGES.values():
        response = await a_world.send(ADMIN, query, values)
        assert "data" not in response.json()
    assert await clients_now() == before


async def test_several_changes_of_one_operation_are_all_made_or_none(a_world: World) -> None:
    both = """
    mutation($a: AddClientInput!, $b: RevokeClientInput!) {
      addClient(input: $a) { client { id } secret } revokeClient(input: $b) { client { id } }
    }
    """
    wrong = {"a": new("together")["input"], "b": {"client": "nobody"}}
    assert a_world.codes(await a_world.ask(ADMIN, both, wrong)) == ["BAD_INPUT"]
    assert await Client.filter(id="together").count() == 0
    right = {"a": new("together")["input"], "b": {"client": "together"}}
    answer = await a_world.ask(ADMIN, both, right)
    assert answer["data"]["revokeClient"] == {"client": {"id": "together"}}
    assert not (await Client.get(id="together")).active


async def test_registers_are_asked_beside_clients_under_aliases(a_world: World) -> None:
    query = (
        '{ a: client(id: "employer-a") { name: id __typename } purposes { id } b: clients { id } __typename }'
    )
    data = (await a_world.ask("auditor", query))["data"]
    assert data["a"] == {"name": "employer-a", "__typename": "Client"}
    assert data["__typename"] == "Query"
    assert {"id": "employer-a"} in data["b"]
    assert data["purposes"]


async def test_a_purpose_is_not_asked_for_and_not_recorded(a_world: World) -> None:
    answer = await a_world.ask(ADMIN, UPDATE, of("analytics", owner="C"), headers={"Purpose": "service.tea"})
    assert "errors" not in answer, answer
    assert (await newest(a_world)).purpose is None


async def test_each_operation_notes_the_last_use_of_its_client(a_world: World) -> None:
    await Client.filter(id="support-org").update(last_used_at=None)
    await a_world.ask("support-org", "{ purposes { id } }")
    await a_world.house.uses.write()
    found = (await a_world.ask("auditor", ONE, {"id": "support-org"}))["data"]["client"]["lastUsedAt"]
    assert datetime.now(UTC) - datetime.fromisoformat(found) < timedelta(minutes=1)
