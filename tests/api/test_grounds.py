"""The register of grounds through the interface: who may, every mistake at once, what is on record, what it opens."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.day import today_in_japan
from models.grounds.ground import (
    Confirmation,
    Entrustment,
    ForeignCheck,
    JointUse,
    Succession,
    TransmissionNotice,
)
from models.recipients.recipient import Recipient
from models.register import RegisterChange
from tests.api.desks import DESK, KINDS, ground, keep, newest, obeyed, wrong
from tests.world import World

DAY = timedelta(days=1)
GROUNDS = """query List($to: ID) { grounds(recipient: $to) {
  entrustments { id recipient state endedOn changes { what by requestId parts { name was became } } }
  successions { id recipient state } jointUses { id recipients state }
  foreignChecks { id state maintained nextDueOn } confirmations { id recipient state foreignInformed }
} }"""
ABROAD = "abroad-gmbh"


def today() -> date:
    return today_in_japan(datetime.now(UTC))


def on(days: int) -> str:
    return (today() + days * DAY).isoformat()


def of_entrustment(**more: Any) -> dict[str, Any]:
    return {
        "recipient": "mail-sender",
        "contract": "架空第1号",
        "purposes": ["service.matching"],
        "from": on(-10),
        **more,
    }


def of_joint_use(**more: Any) -> dict[str, Any]:
    return {
        "recipients": ["employer-a", "employer-b"],
        "purposes": ["service.matching"],
        "items": ["contact", "User.birthDate"],
        "rangeOfUsers": "架空グループ各社",
        "usersPurpose": "求人の案内",
        "managerName": "株式会社架空",
        "managerAddress": "東京都架空区1-1-1",
        "managerRepresentative": "代表取締役 架空 太郎",
        "announcedAt": "2026-01-05T09:00:00+09:00",
        **more,
    }


def of_check(**more: Any) -> dict[str, Any]:
    return {
        "recipient": ABROAD,
        "regime": "GDPR に相当する制度",
        "measures": "暗号化",
        "maintained": True,
        "nextDueOn": on(300),
        **more,
    }


GIVEN: dict[str, dict[str, Any]] = {
    "recordEntrustment": of_entrustment(),
    "superviseEntrustment": {"id": "canary"},
    "endEntrustment": {"id": "canary"},
    "recordSuccession": {
        "recipient": "employer-b",
        "reference": "架空承継第1号",
        "purposes": ["service.account"],
        "on": on(-1),
    },
    "endSuccession": {"id": "canary"},
    "announceJointUse": of_joint_use(),
    "endJointUse": {"id": "canary"},
    "recordForeignCheck": of_check(),
    "confirmRelatedConsent": {"recipient": "ad-network", "how": "提供先の申告"},
    "endConfirmation": {"id": "canary"},
    "draftTransmissionNotice": {"recipient": "analytics", "from": on(-1)},
    "publishTransmissionNotice": {"id": "canary"},
    "endTransmissionNotice": {"id": "canary"},
}
MODELS = (
    *(Entrustment, Succession, JointUse, ForeignCheck, Confirmation, TransmissionNotice),
    RegisterChange,
)


async def rows() -> list[int]:
    return [await model.all().count() for model in MODELS]


async def listed(world: World, recipient: str | None = None, client: str = DESK) -> Any:
    answer = await world.ask(client, GROUNDS, {"to": recipient})
    assert "errors" not in answer, answer
    return answer["data"]["grounds"]


async def grounds_of(world: World, recipient: str) -> Any:
    """What the gateway takes to hold for a recipient now."""
    await obeyed(world)
    return world.house.inforce.registry.recipients[recipient].grounds


@pytest.fixture
async def abroad(a_world: World) -> str:
    await Recipient.get_or_create(
        id=ABROAD,
        defaults={
            "kind": "support_org",
            "name": "Fiktiv GmbH",
            "address": "Berlin",
            "representative": "Max Muster",
            "country": "DE",
            "foreign_route": "EQUIVALENT",
        },
    )
    await obeyed(a_world)
    return ABROAD


async def test_an_entrustment_is_kept_told_and_obeyed_until_it_is_ended(a_world: World) -> None:
    made = await keep(
        a_world, "recordEntrustment", **of_entrustment(until=on(100), scope="架空", supervisedOn=on(-2))
    )
    assert (made["contract"], made["purposes"], made["from"], made["until"], made["superviseDays"]) == (
        "架空第1号",
        ["service.matching"],
        on(-10),
        on(100),
        365,
    )
    assert made["state"] == "HOLDS"
    record = await newest(a_world, DESK)
    assert (record.purpose, record.outcome, record.users) == (None, "RELEASED", 0)
    (change,) = made["changes"]
    assert (change["what"], change["by"], change["requestId"]) == ("ADDED", DESK, record.request_id)
    assert "service.matching" in (await grounds_of(a_world, "mail-sender")).entrusted
    seen = await keep(a_world, "superviseEntrustment", id=made["id"], superviseDays=30)
    assert (seen["supervisedOn"], seen["superviseDays"], seen["state"]) == (on(0), 30, "HOLDS")
    assert seen["changes"][0]["what"] == "SUPERVISED"
    parts = {each["name"]: (each["was"], each["became"]) for each in seen["changes"][0]["parts"]}
    assert parts == {"supervisedOn": (f'"{on(-2)}"', f'"{on(0)}"'), "superviseDays": ("365", "30")}
    ended = await keep(a_world, "endEntrustment", id=made["id"])
    assert (ended["endedOn"], ended["state"]) == (on(0), "ENDED")
    assert "service.matching" not in (await grounds_of(a_world, "mail-sender")).entrusted
    for name in ("endEntrustment", "superviseEntrustment"):
        assert await wrong(a_world, ground(name), {"id": made["id"]}) == {"id": "GROUND_ENDED"}
    (told,) = [
        each for each in (await listed(a_world, "mail-sender"))["entrustments"] if each["id"] == made["id"]
    ]
    assert [each["what"] for each in told["changes"]] == ["ENDED", "SUPERVISED", "ADDED"]


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"from": on(1)}, "TO_COME"),
        ({"from": on(-10), "until": on(-1)}, "OVER"),
        ({"from": on(-366)}, "UNSUPERVISED"),
        ({"from": on(-365)}, "HOLDS"),
        ({"from": on(-700), "supervisedOn": on(-31), "superviseDays": 30}, "UNSUPERVISED"),
        ({"from": on(-700), "supervisedOn": on(-30), "superviseDays": 30}, "HOLDS"),
        ({"from": on(-10), "until": on(0)}, "HOLDS"),
    ],
)
async def test_an_entrustment_holds_within_its_contract_and_while_supervised(
    a_world: World, changed: dict[str, Any], state: str
) -> None:
    made = await keep(a_world, "recordEntrustment", **of_entrustment(**changed))
    assert made["state"] == state
    found = await grounds_of(a_world, "mail-sender")
    assert ("service.matching" in found.entrusted) is (state == "HOLDS")
    await keep(a_world, "endEntrustment", id=made["id"])


async def test_a_succession_is_kept_and_obeyed_until_it_is_ended(a_world: World) -> None:
    made = await keep(a_world, "recordSuccession", **GIVEN["recordSuccession"])
    assert made["state"] == "HOLDS"
    assert (await grounds_of(a_world, "employer-b")).succeeded == {"service.account"}
    assert (await keep(a_world, "endSuccession", id=made["id"]))["state"] == "ENDED"
    assert (await grounds_of(a_world, "employer-b")).succeeded == set()


async def test_a_joint_use_is_kept_for_each_who_joins_until_it_is_ended(a_world: World) -> None:
    made = await keep(a_world, "announceJointUse", **of_joint_use())
    assert (made["state"], made["recipients"], made["managerRepresentative"]) == (
        "HOLDS",
        ["employer-a", "employer-b"],
        "代表取締役 架空 太郎",
    )
    for recipient in ("employer-a", "employer-b"):
        assert (await grounds_of(a_world, recipient)).jointly_used == {"service.matching"}
    assert [each["id"] for each in (await listed(a_world, "employer-b"))["jointUses"]] == [made["id"]]
    assert (await listed(a_world, "support-org"))["jointUses"] == []
    await keep(a_world, "endJointUse", id=made["id"])
    assert (await grounds_of(a_world, "employer-b")).jointly_used == set()


MATTERS = {
    "items": "JOINT_ITEMS",
    "rangeOfUsers": "JOINT_RANGE",
    "usersPurpose": "JOINT_PURPOSE",
    "managerName": "JOINT_MANAGER",
    "managerAddress": "JOINT_ADDRESS",
    "managerRepresentative": "JOINT_REPRESENTATIVE",
    "announcedAt": "JOINT_ANNOUNCED",
}


@pytest.mark.parametrize("matter", MATTERS)
async def test_each_matter_of_a_joint_use_that_is_missing_is_told(a_world: World, matter: str) -> None:
    said = of_joint_use()
    del said[matter]
    assert await wrong(a_world, ground("announceJointUse"), said) == {matter: MATTERS[matter]}
    blank: Any = None if matter == "announcedAt" else [] if matter == "items" else " "
    assert await wrong(a_world, ground("announceJointUse"), said | {matter: blank}) == {
        matter: MATTERS[matter]
    }


async def test_all_matters_of_a_joint_use_that_are_missing_are_told_at_once(a_world: World) -> None:
    before = await rows()
    said = {"recipients": ["internal", "nobody"], "purposes": ["service", "canary"]}
    assert await wrong(a_world, ground("announceJointUse"), said) == {
        "recipients.0": "GROUND_RECIPIENT",
        "recipients.1": "GROUND_RECIPIENT",
        "purposes.0": "GROUND_PURPOSE",
        "purposes.1": "GROUND_PURPOSE",
        **MATTERS,
    }
    late = of_joint_use(announcedAt=(datetime.now(UTC) + timedelta(minutes=5)).isoformat())
    assert await wrong(a_world, ground("announceJointUse"), late) == {"announcedAt": "JOINT_ANNOUNCED"}
    none = of_joint_use(recipients=[], purposes=[])
    assert await wrong(a_world, ground("announceJointUse"), none) == {
        "recipients": "LIST_NEEDED",
        "purposes": "LIST_NEEDED",
    }
    assert await rows() == before


async def test_the_latest_look_abroad_counts_and_only_while_it_is_not_overdue(
    a_world: World, abroad: str
) -> None:
    first = await keep(a_world, "recordForeignCheck", **of_check(checkedOn=on(-30)))
    assert first["state"] == "HOLDS"
    assert (await grounds_of(a_world, abroad)).checked
    bad = await keep(
        a_world,
        "recordForeignCheck",
        **of_check(maintained=False, problems="鍵の管理の不備", action="提供を停止"),
    )
    assert bad["state"] == "NOT_MAINTAINED"
    assert not (await grounds_of(a_world, abroad)).checked
    states = {each["id"]: each["state"] for each in (await listed(a_world, abroad))["foreignChecks"]}
    assert (states[first["id"]], states[bad["id"]]) == ("REPLACED", "NOT_MAINTAINED")
    again = await keep(a_world, "recordForeignCheck", **of_check(nextDueOn=on(1)))
    assert (again["state"], again["checkedOn"]) == ("HOLDS", on(0))
    late = await keep(
        a_world, "recordForeignCheck", **of_check(recipient=abroad, checkedOn=on(-40), nextDueOn=on(-10))
    )
    assert late["state"] in {"REPLACED", "LAPSED"}
    assert (await grounds_of(a_world, abroad)).checked


async def test_mistakes_in_a_look_abroad_are_told_at_once(a_world: World, abroad: str) -> None:
    assert abroad == ABROAD
    said = of_check(
        recipient="support-org", regime=" ", measures="", checkedOn=on(1), nextDueOn=on(-1), maintained=False
    )
    assert await wrong(a_world, ground("recordForeignCheck"), said) == {
        "recipient": "GROUND_AT_HOME",
        "regime": "REQUIRED",
        "measures": "REQUIRED",
        "checkedOn": "GROUND_DAY_TO_COME",
        "nextDueOn": "CHECK_DUE",
        "problems": "CHECK_PROBLEMS",
        "action": "CHECK_PROBLEMS",
    }
    assert await wrong(a_world, ground("recordForeignCheck"), of_check(nextDueOn=on(732))) == {
        "nextDueOn": "CHECK_DUE"
    }


async def test_a_confirmation_for_a_recipient_abroad_says_that_people_were_told(
    a_world: World, abroad: str
) -> None:
    said = {"recipient": abroad, "how": "提供先の申告", "confirmedOn": on(-1)}
    assert await wrong(a_world, ground("confirmRelatedConsent"), said) == {
        "foreignInformed": "CONFIRM_ABROAD"
    }
    made = await keep(a_world, "confirmRelatedConsent", **said, foreignInformed=True, until=on(9))
    assert made["state"] == "HOLDS"
    assert (await grounds_of(a_world, abroad)).confirmed(abroad=True)
    ended = await keep(a_world, "endConfirmation", id=made["id"])
    assert ended["state"] == "ENDED"
    assert not (await grounds_of(a_world, abroad)).confirmed(abroad=False)


async def test_a_recipient_that_moves_abroad_needs_more_than_was_confirmed(a_world: World) -> None:
    made = await keep(a_world, "confirmRelatedConsent", recipient="employer-b", how="提供先の申告")
    found = await grounds_of(a_world, "employer-b")
    assert (found.confirmed(abroad=False), found.confirmed(abroad=True)) == (True, False)
    await keep(a_world, "endConfirmation", id=made["id"])


@pytest.mark.parametrize(
    ("name", "said", "found"),
    [
        (
            "recordEntrustment",
            of_entrustment(
                recipient="nobody",
                contract="",
                purposes=["promotion", "service.billing"],
                until=on(-11),
                supervisedOn=on(1),
                superviseDays=0,
            ),
            {
                "recipient": "GROUND_RECIPIENT",
                "contract": "REQUIRED",
                "purposes.0": "GROUND_PURPOSE",
                "until": "GROUND_DAY_ORDER",
                "supervisedOn": "GROUND_DAY_TO_COME",
                "superviseDays": "SUPERVISE_DAYS",
            },
        ),
        ("recordEntrustment", of_entrustment(superviseDays=732), {"superviseDays": "SUPERVISE_DAYS"}),
        ("recordEntrustment", of_entrustment(contract="x" * 201), {"contract": "TEXT_TOO_LONG"}),
        ("recordEntrustment", of_entrustment(purposes=["service.billing"] * 101), {"purposes": "LIST_LONG"}),
        (
            "recordSuccession",
            {"recipient": "person", "reference": " ", "purposes": [], "on": on(0)},
            {"recipient": "GROUND_RECIPIENT", "reference": "REQUIRED", "purposes": "LIST_NEEDED"},
        ),
        (
            "confirmRelatedConsent",
            {"recipient": "internal", "how": "", "confirmedOn": on(1), "until": on(0)},
            {
                "recipient": "GROUND_RECIPIENT",
                "how": "REQUIRED",
                "confirmedOn": "GROUND_DAY_TO_COME",
                "until": "GROUND_DAY_ORDER",
            },
        ),
        *((name, {"id": "canary"}, {"id": "GROUND_UNKNOWN"}) for name in KINDS if "id" in GIVEN[name]),
    ],
)
async def test_every_mistake_is_told_at_once_and_nothing_is_kept(
    a_world: World, name: str, said: dict[str, Any], found: dict[str, str]
) -> None:
    before = await rows()
    assert await wrong(a_world, ground(name), said) == found
    assert await rows() == before
    record = await newest(a_world, DESK)
    assert (record.outcome, record.code) == ("REFUSED", "BAD_INPUT")


async def test_an_entrustee_is_not_looked_after_before_it_last_was(a_world: World) -> None:
    made = await keep(a_world, "recordEntrustment", **of_entrustment(supervisedOn=on(-3)))
    said = {"id": made["id"], "supervisedOn": on(-4)}
    assert await wrong(a_world, ground("superviseEntrustment"), said) == {"supervisedOn": "GROUND_DAY_ORDER"}
    await keep(a_world, "endEntrustment", id=made["id"])


async def test_mistakes_are_told_in_japanese_to_whoever_asks_so(a_world: World) -> None:
    said = {"i": of_joint_use(managerName="")}
    answer = await a_world.send(DESK, ground("announceJointUse"), said, headers={"Accept-Language": "ja"})
    (error,) = answer.json()["errors"]
    assert "法第27条第5項第3号" in error["message"]


OTHERS = ("policy-admin", "policy-approver", "auditor", "frontend", "employer-a", "ad-network", "authority")


@pytest.mark.parametrize("name", KINDS)
async def test_nobody_but_the_privacy_officer_keeps_the_grounds(a_world: World, name: str) -> None:
    before = await rows()
    for client in OTHERS:
        answer = await a_world.ask(client, ground(name), {"i": GIVEN[name]})
        assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"], client
        assert answer["errors"][0]["extensions"]["reason"] == "ROLE_NOT_ALLOWED"
    for scope in ("purpose:service.account", "category:ground-act"):
        narrow = await a_world.ask(DESK, ground(name), {"i": GIVEN[name]}, scope=(scope,))
        assert narrow["errors"][0]["extensions"]["reason"] == "SCOPE_TOO_NARROW"
    assert await rows() == before


async def test_staff_read_the_grounds_and_nobody_else(a_world: World) -> None:
    for client in ("policy-admin", "policy-approver", "auditor"):
        assert len((await listed(a_world, client=client))["entrustments"]) >= 2
    for client in ("frontend", "employer-a", "authority", "mail-sender"):
        answer = await a_world.ask(client, GROUNDS)
        assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"], client
    only = (await a_world.ask("auditor", "{ grounds { __typename confirmations { id } } }"))["data"][
        "grounds"
    ]
    assert set(only) == {"__typename", "confirmations"}


async def test_a_ground_recorded_twice_under_one_key_is_one(a_world: World) -> None:
    before = await rows()
    said = {"i": of_entrustment(contract="一度だけ")}
    answers = [
        (
            await a_world.send(DESK, ground("recordEntrustment"), said, headers={"Idempotency-Key": "g-1"})
        ).json()
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    made = answers[0]["data"]["recordEntrustment"]["entrustment"]["id"]
    assert [after - earlier for after, earlier in zip(await rows(), before, strict=True)] == [
        1,
        0,
        0,
        0,
        0,
        0,
        1,
    ]
    await keep(a_world, "endEntrustment", id=made)
