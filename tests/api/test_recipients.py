"""The register of recipients through the interface: who may, what is told at once, and that the next operation obeys."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from models.day import JAPAN, today_in_japan
from models.inforce import InForce
from models.ledger.history import AccessQuery, History
from models.ledger.recorded import AccessRecord
from models.recipients.recipient import Recipient
from models.register import RegisterChange
from tests.api.test_attack_tokens import registered
from tests.world import World

PARTS = """
id kind name formerNames address representative country foreignRoute stateOrgan identifying status closed missing
contract contractFrom contractUntil contact noticeUrl changes { id at by requestId what parts { name was became } }
"""
LIST = f"query Recipients {{ recipients {{ {PARTS} }} }}"
ONE = f"query One($id: ID!) {{ recipient(id: $id) {{ {PARTS} }} }}"
READ = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id email } }'

STAFF = ("policy-admin", "policy-approver", "privacy-desk", "auditor")
OTHERS = ("frontend", "employer-a", "support-org", "mail-sender", "analytics", "ad-network", "authority")
DESK = "privacy-desk"
DAY = timedelta(days=1)


def mutation(name: str) -> str:
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"mutation Change($input: {kind}!) {{ {name}(input: $input) {{ recipient {{ {PARTS} }} }} }}"


ADD, UPDATE, STOP, REOPEN = map(
    mutation, ("addRecipient", "updateRecipient", "stopRecipient", "reopenRecipient")
)


def new(recipient: str, /, **more: Any) -> dict[str, Any]:
    return {"input": {"id": recipient, "kind": "employer", "name": "架空パン株式会社", **more}}


def of(recipient: str, **more: Any) -> dict[str, Any]:
    return {"input": {"recipient": recipient, **more}}


CHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "addRecipient": (ADD, new("attacked")),
    "updateRecipient": (UPDATE, of("employer-b", kind="mail_sender", address=None)),
    "stopRecipient": (STOP, of("employer-b")),
    "reopenRecipient": (REOPEN, of("employer-b")),
}


async def done(world: World, query: str, given: dict[str, Any]) -> Any:
    answer = await world.ask(DESK, query, given)
    assert "errors" not in answer, answer
    (payload,) = answer["data"].values()
    return payload["recipient"]


async def kept() -> str:
    """All that is kept of recipients."""
    return str([list(await model.all().order_by("id").values()) for model in (Recipient, RegisterChange)])


async def newest(world: World) -> AccessRecord:
    found = await History(world.house.store, world.house.inforce.bits).accesses(AccessQuery(limit=1))
    return found[0]


async def read(world: World, client: str = "employer-a", situation: str = "consented-employer-a") -> Any:
    return await world.ask(client, READ, {"id": world.demo.users[situation]})


def refusal(answer: Any) -> tuple[str, str | None]:
    (error,) = answer["errors"]
    assert "data" not in answer
    return error["extensions"]["code"], error["extensions"]["reason"]


async def test_the_desk_registers_a_recipient_and_the_record_says_by_whom(a_world: World) -> None:
    told = await done(
        a_world,
        ADD,
        new(
            "bakery",
            address="大阪府架空市1-2-3",
            representative="代表取締役 小麦 花子",
            contract="第2026-007号",
            contractFrom="2020-04-01",
            contractUntil="2099-03-31",
            contact="個人情報窓口 06-0000-0000",
            noticeUrl="https://bakery.example/notices",
        ),
    )
    assert (told["status"], told["closed"], told["missing"]) == ("ACTIVE", None, [])
    assert (told["country"], told["foreignRoute"], told["formerNames"]) == ("JP", None, [])
    assert (told["contractFrom"], told["contractUntil"]) == ("2020-04-01", "2099-03-31")
    (change,) = told["changes"]
    assert (change["what"], change["by"]) == ("ADDED", DESK)
    record = await newest(a_world)
    assert (record.client, record.role, record.purpose) == (DESK, "privacy_officer", None)
    assert (record.outcome, record.request_id, record.releases) == ("RELEASED", change["requestId"], ())
    assert (await a_world.ask(DESK, ONE, {"id": "bakery"}))["data"]["recipient"] == told


async def test_every_change_is_told_with_what_stood_there_and_a_new_name_keeps_the_old(
    a_world: World,
) -> None:
    await done(a_world, ADD, new("renamed", address="A"))
    told = await done(a_world, UPDATE, of("renamed", name="新パン株式会社", address=None, kind="support_org"))
    assert (told["name"], told["formerNames"]) == ("新パン株式会社", ["架空パン株式会社"])
    assert told["missing"] == ["address", "representative"]
    parts = {each["name"]: (each["was"], each["became"]) for each in told["changes"][0]["parts"]}
    assert parts == {
        "kind": ('"employer"', '"support_org"'),
        "name": ('"架空パン株式会社"', '"新パン株式会社"'),
        "address": ('"A"', '""'),
        "formerNames": ("[]", '["架空パン株式会社"]'),
    }
    assert [each["what"] for each in told["changes"]] == ["CHANGED", "ADDED"]


@pytest.mark.parametrize("client", STAFF)
async def test_staff_read_the_register_with_its_changes(a_world: World, client: str) -> None:
    answer = await a_world.ask(client, LIST)
    assert "errors" not in answer, answer
    found = {each["id"]: each for each in answer["data"]["recipients"]}
    assert {"internal", "person", "employer-a", "authority"} <= set(found)
    assert found["authority"]["stateOrgan"] is True
    assert (await a_world.ask(client, ONE, {"id": "nobody"}))["data"] == {"recipient": None}


@pytest.mark.parametrize("client", OTHERS)
async def test_nobody_else_reads_it(a_world: World, client: str) -> None:
    for query, values in ((LIST, {}), (ONE, {"id": client})):
        answer = await a_world.ask(client, query, values)
        assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]
        assert "data" not in answer


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("client", [*OTHERS, "policy-admin", "policy-approver", "auditor"])
async def test_nobody_but_the_desk_changes_a_recipient(a_world: World, client: str, change: str) -> None:
    query, values = CHANGES[change]
    before = await kept()
    answer = await a_world.ask(client, query, values)
    assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]
    assert answer["errors"][0]["extensions"]["field"] == f"Mutation.{change}"
    assert "data" not in answer
    assert await kept() == before
    record = await newest(a_world)
    assert (record.client, record.outcome, record.code) == (client, "REFUSED", "OPERATION_FORBIDDEN")


@pytest.mark.parametrize("change", CHANGES)
async def test_a_person_changes_no_recipient(a_world: World, change: str) -> None:
    query, values = CHANGES[change]
    before = await kept()
    answer = await a_world.ask("frontend", query, values, user=a_world.demo.users["plain"])
    assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]
    assert await kept() == before


@pytest.mark.parametrize(
    "scope", ["purpose:compliance.requests", "category:contact", "category:recipient-act"]
)
@pytest.mark.parametrize("change", CHANGES)
async def test_a_narrowed_token_changes_no_recipient(a_world: World, change: str, scope: str) -> None:
    query, values = CHANGES[change]
    before = await kept()
    answer = await a_world.ask(DESK, query, values, scope=(scope,))
    assert refusal(answer) == ("OPERATION_FORBIDDEN", "SCOPE_TOO_NARROW")
    assert await kept() == before


@pytest.mark.parametrize(("language", "japanese"), [("ja", True), ("en", False)])
async def test_every_mistake_is_told_at_its_path_in_the_language_asked(
    a_world: World, language: str, japanese: bool
) -> None:
    before = await kept()
    wrong = new(
        "Bakery 1",
        kind="internal",
        name=" ",
        formerNames=["A", ""],
        address="x" * 301,
        country="Atlantis",
        contractFrom="2026-04-01",
        contractUntil="2026-03-31",
        noticeUrl="http://bakery.example/notices",
    )
    answer = await a_world.ask(DESK, ADD, wrong, headers={"Accept-Language": language})
    told = {error["extensions"]["argument"]: error["extensions"]["reason"] for error in answer["errors"]}
    assert told == {
        "input.id": "RECIPIENT_ID",
        "input.kind": "RECIPIENT_KIND",
        "input.name": "TEXT_BLANK",
        "input.formerNames.1": "TEXT_BLANK",
        "input.address": "TEXT_TOO_LONG",
        "input.country": "COUNTRY",
        "input.contractUntil": "RECIPIENT_CONTRACT_DAYS",
        "input.noticeUrl": "RECIPIENT_NOTICE_URL",
    }
    for error in answer["errors"]:
        assert (error["extensions"]["code"], error["path"]) == ("BAD_INPUT", ["addRecipient"])
        assert any("\u3040" < sign < "\u30ff" for sign in error["message"]) is japanese
    assert await kept() == before
    record = await newest(a_world)
    assert (record.outcome, record.code, record.purpose) == ("REFUSED", "BAD_INPUT", None)


async def test_a_change_that_is_sent_twice_under_one_key_is_made_once(a_world: World) -> None:
    headers = {"Idempotency-Key": "adds-a-recipient"}
    first = await a_world.send(DESK, ADD, new("once"), headers=headers)
    before = await kept()
    second = await a_world.send(DESK, ADD, new("once"), headers=headers)
    assert second.json() == first.json()
    assert first.json()["data"]["addRecipient"]["recipient"]["id"] == "once"
    assert await kept() == before
    other = await a_world.send(DESK, ADD, new("twice"), headers=headers)
    assert (other.status_code, refusal(other.json())) == (200, ("BAD_INPUT", "KEY_REUSED"))
    assert await Recipient.filter(id="twice").count() == 0


async def test_a_stopped_recipient_is_refused_at_the_next_operation_and_served_again_when_reopened(
    a_world: World,
) -> None:
    assert (await read(a_world))["data"]["user"]["email"]
    told = await done(a_world, STOP, of("employer-a"))
    assert (told["status"], told["closed"]) == ("STOPPED", "STOPPED")
    assert refusal(await read(a_world)) == ("PURPOSE_NOT_ALLOWED", "RECIPIENT_STOPPED")
    assert refusal(await a_world.ask("employer-a", "{ purposes { id } }")) == (
        "PURPOSE_NOT_ALLOWED",
        "RECIPIENT_STOPPED",
    )
    record = await newest(a_world)
    assert (record.client, record.outcome, record.reason) == ("employer-a", "REFUSED", "RECIPIENT_STOPPED")
    told = await done(a_world, REOPEN, of("employer-a"))
    assert (told["status"], told["closed"]) == ("ACTIVE", None)
    assert [each["what"] for each in told["changes"]][:2] == ["REOPENED", "STOPPED"]
    assert (await read(a_world))["data"]["user"]["email"]


async def test_another_process_obeys_when_it_reads_next(a_world: World) -> None:
    other = InForce(a_world.house.store)
    try:
        assert (await other.current()).registry.open_to("employer-a") is not None
        await done(a_world, STOP, of("employer-a"))
        await other._read()  # noqa: SLF001 - what it does before each lease ends
        assert (await other.current()).registry.open_to("employer-a") is None
        assert "employer-a" not in (await other.current()).registry.kinds
    finally:
        await done(a_world, REOPEN, of("employer-a"))


async def test_a_pending_recipient_is_given_nothing_until_it_is_opened(a_world: World) -> None:
    told = await done(a_world, ADD, new("waiting", pending=True, address="A", representative="B"))
    assert (told["status"], told["closed"]) == ("PENDING", "PENDING")
    async with registered(a_world, "employer-b", recipients=["waiting"]):
        a_world.tokens.clear()
        assert refusal(await read(a_world, "employer-b")) == ("PURPOSE_NOT_ALLOWED", "RECIPIENT_PENDING")
        await done(a_world, REOPEN, of("waiting"))
        assert (await read(a_world, "employer-b"))["data"] == {"user": None}
    a_world.tokens.clear()


@pytest.mark.parametrize(
    ("part", "named", "japanese"),
    [
        ("address", "no address for", "この提供先の住所が"),
        ("representative", "no representative for", "代表者氏名が"),
    ],
)
async def test_a_blank_item_of_the_record_refuses_provision_by_name_and_filled_in_works_at_once(
    a_world: World, part: str, named: str, japanese: str
) -> None:
    (row,) = await Recipient.filter(id="employer-a").values()
    assert (await done(a_world, UPDATE, of("employer-a", **{part: None})))["missing"] == [part]
    answer = await read(a_world)
    assert refusal(answer) == ("OPERATION_FORBIDDEN", "RECIPIENT_INCOMPLETE")
    assert answer["errors"][0]["extensions"]["missing"] == [part]
    assert named in answer["errors"][0]["message"]
    told = await a_world.ask(
        "employer-a", READ, {"id": a_world.demo.users["plain"]}, headers={"Accept-Language": "ja"}
    )
    assert japanese in told["errors"][0]["message"]
    await done(a_world, UPDATE, of("employer-a", **{part: row[part]}))
    assert (await read(a_world))["data"]["user"]["email"]


async def test_every_blank_item_is_named_and_the_company_and_its_entrustees_need_none(a_world: World) -> None:
    blank = {"address": None, "representative": None}
    before = {row["id"]: row for row in await Recipient.filter(id__in=["employer-a", "mail-sender"]).values()}
    for each in before:
        await done(a_world, UPDATE, of(each, **blank))
    answer = await read(a_world)
    assert answer["errors"][0]["extensions"]["missing"] == ["address", "representative"]
    assert "no address, representative for" in answer["errors"][0]["message"]
    query = 'query($id: ID!) @purpose(id: "promotion.newsletter") { user(id: $id) { email } }'
    sent = await a_world.ask("mail-sender", query, {"id": a_world.demo.users["newsletter"]})
    assert sent["data"]["user"]["email"]
    for each, row in before.items():
        await done(a_world, UPDATE, of(each, **{part: row[part] for part in blank}))


async def test_the_kind_of_a_recipient_decides_what_it_is_given_at_the_next_operation(a_world: World) -> None:
    assert (await read(a_world))["data"]["user"]["email"]
    await done(a_world, UPDATE, of("employer-a", kind="support_org"))
    assert refusal(await read(a_world)) == ("PURPOSE_NOT_ALLOWED", "ROLE_NOT_ALLOWED")
    await done(a_world, UPDATE, of("employer-a", kind="employer"))
    assert (await read(a_world))["data"]["user"]["email"]


async def test_a_provision_bears_the_name_that_the_recipient_had_then(a_world: World) -> None:
    asks = (
        'query($id: ID!) @purpose(id: "compliance.requests") { provisions(user: $id, recipient: "employer-a", first: 2)'
        " { edges { node { recipientName } } } }"
    )
    user = a_world.demo.users["consented-employer-a"]
    (row,) = await Recipient.filter(id="employer-a").values()
    await read(a_world)
    told = await done(a_world, UPDATE, of("employer-a", name="株式会社新アルファ"))
    assert told["formerNames"] == [row["name"]]
    await read(a_world)
    answer = await a_world.ask(DESK, asks, {"id": user})
    names = [each["node"]["recipientName"] for each in answer["data"]["provisions"]["edges"]]
    assert names == ["株式会社新アルファ", row["name"]]
    told = await done(a_world, UPDATE, of("employer-a", name=row["name"]))
    assert told["formerNames"] == ["株式会社新アルファ"]


async def test_a_client_is_registered_only_for_a_recipient_that_is_open(a_world: World) -> None:
    add = "mutation($input: AddClientInput!) { addClient(input: $input) { client { id } } }"
    await done(a_world, ADD, new("mill"))
    parts = {"role": "employer", "recipients": ["mill"], "owner": "架空", "contact": "a@mill.example"}
    await done(a_world, STOP, of("mill"))
    answer = await a_world.ask("policy-admin", add, {"input": {"name": "mill", **parts}})
    assert refusal(answer) == ("BAD_INPUT", "CLIENT_RECIPIENT")
    await done(a_world, REOPEN, of("mill"))
    answer = await a_world.ask("policy-admin", add, {"input": {"name": "mill", **parts}})
    assert answer["data"]["addClient"]["client"] == {"id": "mill"}


async def test_the_company_and_the_person_are_always_open(a_world: World) -> None:
    before = await kept()
    for own in ("internal", "person"):
        assert refusal(await a_world.ask(DESK, STOP, of(own))) == ("BAD_INPUT", "RECIPIENT_OWN")
        answer = await a_world.ask(DESK, UPDATE, of(own, contractUntil="2020-01-01", kind="employer"))
        assert {each["extensions"]["reason"] for each in answer["errors"]} == {
            "RECIPIENT_OWN",
            "RECIPIENT_KIND",
        }
    assert await kept() == before


@pytest.mark.parametrize("change", ["updateRecipient", "stopRecipient", "reopenRecipient"])
@pytest.mark.parametrize("name", ["nobody", "a b", "x" * 61])
async def test_a_recipient_that_is_none_is_told_so(a_world: World, change: str, name: str) -> None:
    answer = await a_world.ask(DESK, mutation(change), of(name))
    assert refusal(answer) == ("BAD_INPUT", "RECIPIENT_UNKNOWN")


async def test_a_contract_that_ended_yesterday_is_told_as_lapsed(a_world: World) -> None:
    today = today_in_japan(datetime.now(UTC))
    told = await done(a_world, ADD, new("lapsing", contractUntil=str(today)))
    assert told["closed"] is None
    told = await done(a_world, UPDATE, of("lapsing", contractUntil=str(today - DAY)))
    assert (told["status"], told["closed"]) == ("ACTIVE", "LAPSED")
    told = await done(a_world, UPDATE, of("lapsing", contractFrom=str(today + DAY), contractUntil=None))
    assert told["closed"] == "LAPSED"


async def test_a_contract_lapses_at_midnight_in_japan_for_whoever_asks_next(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    inforce, today = a_world.house.inforce, today_in_japan(datetime.now(UTC))
    midnight = datetime.combine(today + DAY, time.min, JAPAN)
    await done(a_world, UPDATE, of("employer-a", contractUntil=str(today)))
    for at, told in ((midnight - timedelta(microseconds=1), None), (midnight, "RECIPIENT_LAPSED")):
        monkeypatch.setattr(inforce, "_clock", lambda at=at: at)
        await inforce._read()  # noqa: SLF001 - what it does before each lease ends
        answer = await read(a_world)
        if told is None:
            assert answer["data"]["user"]["email"]
        else:
            assert refusal(answer) == ("PURPOSE_NOT_ALLOWED", told)
    await done(a_world, UPDATE, of("employer-a", contractUntil=None))
    assert (await read(a_world))["data"]["user"]["email"]
    monkeypatch.undo()
    await inforce._read()  # noqa: SLF001
