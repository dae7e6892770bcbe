"""The register of clients: every mistake at once, every change kept with who made it, no secret anywhere but once."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from tortoise.exceptions import IntegrityError

from models.clients.client import Client, ClientSecret
from models.clients.parts import FURTHEST, MOST_QUOTA
from models.clients.record import ClientRecord, read_clients
from models.clients.register import ClientRegister
from models.clients.secret import hash_secret
from models.clients.use import ClientUse
from models.database.opening import migrate, opened
from models.database.store import Store, StoreUnavailable
from models.demo.recipients import recipients
from models.inforce import InForce
from models.publish import publish_shipped
from models.recipients.recipient import Recipient
from models.register import Keeper, Mistaken, RegisterChange
from models.registry import read_registry
from policies.edition import Edition

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
DAY = timedelta(days=1)
Made = TypeVar("Made")
Work = Callable[[ClientRegister], Awaitable[Made]]


@pytest.fixture(scope="module")
async def store(database_url: str, edition: Edition) -> AsyncIterator[Store]:
    await migrate(database_url)
    async with opened(database_url, pool_size=4) as made:
        await publish_shipped(made, edition, NOW)
        await Recipient.bulk_create(recipients())
        yield made


async def carried(store: Store, work: Work[Made], *, at: datetime = NOW, by: str = "cli:yamada") -> Made:
    force = await InForce(store).current()
    async with store.transaction() as transaction:
        return await work(ClientRegister(transaction, force, Keeper(by=by, at=at, request_id="r1")))


async def added(store: Store, name: str, **more: Any) -> str | None:
    said = {"name": name, "role": "employer", "recipients": ["employer-a"], **more}
    return await carried(store, lambda register: register.add(said))


async def one(store: Store, name: str) -> ClientRecord:
    (record,) = await read_clients(store, name)
    return record


async def mistakes(store: Store, work: Work[Any]) -> dict[str, str]:
    with pytest.raises(Mistaken) as caught:
        await carried(store, work)
    return {each.path: each.wrong.code for each in caught.value.mistakes}


def jwks(*keys: Any, private: bool = False) -> str:
    return json.dumps(
        {"keys": [key if isinstance(key, dict) else key.as_dict(private=private) for key in keys]}
    )


EC = ECKey.generate_key("P-256", private=True)
RSA = RSAKey.generate_key(2048, private=True)
ALL: dict[str, Any] = {
    "scopes": ["purpose:service.application", "category:contact"],
    "owner": "架空アルファ食品 情報システム部",
    "contact": "API@Alpha.Example",
    "authentication": "PRIVATE_KEY",
    "binding": "DPOP",
    "networks": ["203.0.113.0/24", "2001:db8::/32"],
    "expiresAt": NOW + 90 * DAY,
    "requestsPerMinute": 60,
    "peoplePerHour": 100,
    "peoplePerDay": 1000,
}


async def test_a_client_is_kept_with_every_part_and_who_registered_it(store: Store) -> None:
    secret = await added(store, "whole", **ALL, jwks=jwks(EC))
    assert secret is None
    record = await one(store, "whole")
    assert (record.id, record.role, record.active, record.created_at) == ("whole", "employer", True, NOW)
    assert record.parts == {
        **ALL,
        "recipients": ["employer-a"],
        "documents": None,
        "contact": "API@alpha.example",
        "scopes": ["category:contact", "purpose:service.application"],
        "jwks": {"keys": [EC.as_dict(private=False)]},
    }
    (change,) = record.changes
    assert (change.what, change.by, change.at, change.request_id) == ("ADDED", "cli:yamada", NOW, "r1")
    assert change.was == {}
    assert change.became["owner"] == ALL["owner"]
    known = (await read_registry(store, datetime.now(UTC))).clients["whole"]
    assert (known.networks, known.binding, known.people_per_hour) == (tuple(ALL["networks"]), "DPOP", 100)


async def test_a_secret_is_told_once_and_only_its_hash_is_kept(store: Store) -> None:
    secret = await added(store, "secretive")
    assert secret is not None
    (row,) = await ClientSecret.filter(client_id="secretive")
    assert (row.hash, row.expires_at) == (hash_secret(secret), None)
    kept = json.dumps([dict(each) for each in await Client.all().values()], default=str)
    kept += json.dumps([dict(each) for each in await RegisterChange.all().values()], default=str)
    assert secret not in kept
    assert row.hash not in kept


async def test_every_mistake_is_told_at_once_and_nothing_is_kept(store: Store) -> None:
    said = {
        "name": "a b",
        "role": "user",
        "recipients": ["employer-a", "bakery"],
        "scopes": ["tea", "purpose:tea", "category:tea"],
        "documents": ["x"],
        "owner": "\u0000",
        "contact": "nobody",
        "authentication": "PRIVATE_KEY",
        "networks": ["203.0.113.1/24", "anywhere"],
        "expiresAt": NOW,
        "requestsPerMinute": 0,
        "peoplePerHour": -1,
        "peoplePerDay": 10**10,
    }
    before = await Client.all().count()
    assert await mistakes(store, lambda register: register.add(said)) == {
        "name": "CLIENT_NAME",
        "role": "CLIENT_ROLE",
        "recipients.1": "CLIENT_RECIPIENT",
        "scopes.0": "CLIENT_SCOPE_SHAPE",
        "scopes.1": "CLIENT_SCOPE_PURPOSE",
        "scopes.2": "CLIENT_SCOPE_CATEGORY",
        "documents.0": "CLIENT_DOCUMENT",
        "owner": "TEXT_CHARACTERS",
        "contact": "EMAIL_SHAPE",
        "jwks": "CLIENT_KEYS_REQUIRED",
        "networks.0": "CLIENT_NETWORK",
        "networks.1": "CLIENT_NETWORK",
        "expiresAt": "CLIENT_EXPIRY",
        "requestsPerMinute": "CLIENT_QUOTA",
        "peoplePerHour": "CLIENT_QUOTA",
        "peoplePerDay": "CLIENT_QUOTA",
    }
    assert await Client.all().count() == before


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"name": "x" * 61}, {"name": "CLIENT_NAME"}),
        ({"name": "cli:yamada"}, {"name": "CLIENT_NAME"}),
        ({"name": "Shipped"}, {"name": "CLIENT_NAME_RESERVED"}),
        ({"role": "chef"}, {"role": "CLIENT_ROLE"}),
        ({"recipients": []}, {"recipients": "CLIENT_RECIPIENTS"}),
        ({"recipients": ["internal"]}, {"recipients.0": "CLIENT_RECIPIENT_UNUSED"}),
        ({"recipients": ["x"] * 101}, {"recipients": "CLIENT_TOO_MANY"}),
        ({"peoplePerHour": MOST_QUOTA + 1}, {"peoplePerHour": "CLIENT_QUOTA"}),
        ({"owner": "x" * 201}, {"owner": "TEXT_TOO_LONG"}),
        ({"jwks": jwks(EC)}, {"jwks": "CLIENT_KEYS_UNUSED"}),
    ],
)
async def test_a_mistake_is_told_at_its_path(
    store: Store, more: dict[str, Any], told: dict[str, str]
) -> None:
    said = {"name": "mistaken", "role": "employer", "recipients": ["employer-a"], **more}
    assert await mistakes(store, lambda register: register.add(said)) == told


WEAK = {"kty": "RSA", "n": "u" * 171, "e": "AQAB"}
PLAIN_EC = EC.as_dict(private=False)
PLAIN_RSA = RSA.as_dict(private=False)
EVEN = urlsafe_b64encode((1 << 2047).to_bytes(256)).rstrip(b"=").decode()
OFF_CURVE = {**PLAIN_EC, "x": PLAIN_EC["y"]}


KEYS: dict[str, tuple[str, dict[str, str]]] = {
    "no JSON": ("{", {"jwks": "CLIENT_KEYS_SHAPE"}),
    "a list": ("[]", {"jwks": "CLIENT_KEYS_SHAPE"}),
    "none": (jwks(), {"jwks": "CLIENT_KEYS_SHAPE"}),
    "too many": (jwks(*[EC] * 11), {"jwks": "CLIENT_KEYS_SHAPE"}),
    "private": (jwks(EC, private=True), {"jwks.keys.0": "CLIENT_KEY_PRIVATE"}),
    "shared": (jwks(OctKey.generate_key(256).as_dict(private=True)), {"jwks.keys.0": "CLIENT_KEY_PRIVATE"}),
    "another curve": (jwks(RSA, ECKey.generate_key("P-521")), {"jwks.keys.1": "CLIENT_KEY_KIND"}),
    "weak": (jwks(WEAK), {"jwks.keys.0": "CLIENT_KEY_KIND"}),
    "for agreement": (jwks(OKPKey.generate_key("X25519")), {"jwks.keys.0": "CLIENT_KEY_KIND"}),
    "off its curve": (jwks(OFF_CURVE), {"jwks.keys.0": "CLIENT_KEY_KIND"}),
    "for encryption": (jwks({**PLAIN_EC, "use": "enc"}), {"jwks.keys.0": "CLIENT_KEY_USE"}),
    "of no use": (jwks({**PLAIN_EC, "use": None}), {"jwks.keys.0": "CLIENT_KEY_USE"}),
    "to sign": (jwks({**PLAIN_EC, "key_ops": ["sign"]}), {"jwks.keys.0": "CLIENT_KEY_USE"}),
    "to verify as a text": (jwks({**PLAIN_EC, "key_ops": "verify"}), {"jwks.keys.0": "CLIENT_KEY_USE"}),
    "by RSA": (jwks({**PLAIN_EC, "alg": "RS256"}), {"jwks.keys.0": "CLIENT_KEY_ALGORITHM"}),
    "by another curve": (jwks({**PLAIN_EC, "alg": "ES384"}), {"jwks.keys.0": "CLIENT_KEY_ALGORITHM"}),
    "by none": (jwks({**PLAIN_EC, "alg": "none"}), {"jwks.keys.0": "CLIENT_KEY_ALGORITHM"}),
    "by a shared key": (jwks({**PLAIN_RSA, "alg": "HS256"}), {"jwks.keys.0": "CLIENT_KEY_ALGORITHM"}),
    "by no name": (jwks({**PLAIN_EC, "alg": ["ES256"]}), {"jwks.keys.0": "CLIENT_KEY_ALGORITHM"}),
    "a long exponent": (jwks({**PLAIN_RSA, "e": "A" * 82 + "B"}), {"jwks.keys.0": "CLIENT_KEY_NUMBERS"}),
    "an exponent of 1": (jwks({**PLAIN_RSA, "e": "AQ"}), {"jwks.keys.0": "CLIENT_KEY_NUMBERS"}),
    "an even exponent": (jwks({**PLAIN_RSA, "e": "Ag"}), {"jwks.keys.0": "CLIENT_KEY_NUMBERS"}),
    "an even modulus": (jwks({**PLAIN_RSA, "n": EVEN}), {"jwks.keys.0": "CLIENT_KEY_NUMBERS"}),
    "RSA on a curve": (jwks({**PLAIN_RSA, "crv": "P-256"}), {"jwks.keys.0": "CLIENT_KEY_KIND"}),
    "without its numbers": (jwks({"kty": "RSA", "n": PLAIN_RSA["n"]}), {"jwks.keys.0": "CLIENT_KEY_KIND"}),
    "no object": (json.dumps({"keys": ["x"]}), {"jwks.keys.0": "CLIENT_KEY_KIND"}),
    "without ids": (jwks(EC, EC), {"jwks.keys.1": "CLIENT_KEY_ID"}),
}


@pytest.mark.parametrize("what", KEYS)
async def test_a_key_that_is_none_of_a_client_is_refused(store: Store, what: str) -> None:
    text, told = KEYS[what]
    said = {"name": "keyed", "role": "employer", "recipients": ["employer-a"]}
    said |= {"authentication": "PRIVATE_KEY", "jwks": text}
    assert await mistakes(store, lambda register: register.add(said)) == told


async def test_a_client_that_cannot_turn_to_a_key_keeps_its_secret(store: Store) -> None:
    await added(store, "unturned")
    before = await one(store, "unturned")
    said = {"authentication": "PRIVATE_KEY", "jwks": jwks({**PLAIN_EC, "alg": "RS256"})}
    told = await mistakes(store, lambda register: register.change("unturned", said))
    assert told == {"jwks.keys.0": "CLIENT_KEY_ALGORITHM"}
    assert await one(store, "unturned") == before


@pytest.mark.parametrize("curve", ["P-384", "Ed25519", "RSA"])
async def test_each_kind_of_key_is_taken_and_only_its_public_members_are_kept(
    store: Store, curve: str
) -> None:
    made: dict[str, Any] = {
        "P-384": ECKey.generate_key("P-384"),
        "Ed25519": OKPKey.generate_key("Ed25519"),
        "RSA": RSA,
    }
    key = made[curve].as_dict(private=False)
    await added(store, f"by-{curve}", authentication="PRIVATE_KEY", jwks=jwks({**key, "note": "mine"}))
    (kept,) = (await one(store, f"by-{curve}")).parts["jwks"]["keys"]
    assert kept == key


@pytest.mark.parametrize("end", [datetime.max.replace(tzinfo=UTC), NOW + FURTHEST + timedelta(seconds=1)])
async def test_an_end_that_no_clock_will_see_is_refused_for_null_is_for_no_end(
    store: Store, end: datetime
) -> None:
    said = {"name": "eternal", "role": "employer", "recipients": ["employer-a"], "expiresAt": end}
    assert await mistakes(store, lambda register: register.add(said)) == {"expiresAt": "CLIENT_EXPIRY_FAR"}
    await added(store, f"lasting-{end.year}", expiresAt=NOW + FURTHEST)
    assert await mistakes(
        store, lambda register: register.change(f"lasting-{end.year}", {"expiresAt": end})
    ) == {"expiresAt": "CLIENT_EXPIRY_FAR"}


async def test_a_name_is_never_used_again_whatever_its_case_and_also_when_stopped(store: Store) -> None:
    await added(store, "once")
    await carried(store, lambda register: register.revoke("once"))
    for name in ("once", "Once"):
        said = {"name": name, "role": "employer", "recipients": ["employer-a"]}
        assert await mistakes(store, lambda register, said=said: register.add(said)) == {  # type: ignore[misc]
            "name": "CLIENT_NAME_TAKEN"
        }


async def test_an_empty_list_of_networks_is_refused_for_it_would_mean_anywhere(store: Store) -> None:
    await added(store, "fenced", networks=["10.0.0.0/8"])
    said: dict[str, Any] = {"networks": []}
    told = await mistakes(store, lambda register: register.change("fenced", said))
    assert told == {"networks": "CLIENT_NETWORK"}
    assert (await one(store, "fenced")).parts["networks"] == ["10.0.0.0/8"]
    await carried(store, lambda register: register.change("fenced", {"networks": None}))
    assert (await one(store, "fenced")).parts["networks"] is None


async def test_of_two_who_register_one_name_at_once_one_does(store: Store) -> None:
    ended = await asyncio.gather(*(added(store, "contended") for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(each, str) for each in ended) == 1
    assert all(isinstance(each, str | Mistaken) for each in ended)
    assert await ClientSecret.filter(client_id="contended").count() == 1


async def test_of_four_who_register_one_name_in_other_cases_at_once_one_does(store: Store) -> None:
    names = ("spelt", "Spelt", "SPELT", "spelT")
    ended = await asyncio.gather(*(added(store, name) for name in names), return_exceptions=True)
    refused = [each for each in ended if isinstance(each, Mistaken)]
    assert sum(isinstance(each, str) for each in ended) == 1
    assert [[(one.path, one.wrong.code) for one in each.mistakes] for each in refused] == [
        [("name", "CLIENT_NAME_TAKEN")]
    ] * 3
    assert sum(each.id.lower() == "spelt" for each in await read_clients(store)) == 1


async def test_a_name_is_taken_for_who_asked_while_it_was_being_registered_in_another_case(
    store: Store,
) -> None:
    force = await InForce(store).current()
    async with store.transaction() as transaction:
        first = ClientRegister(transaction, force, Keeper(by="cli:yamada", at=NOW))
        await first.add({"name": "slow", "role": "employer", "recipients": ["employer-a"]})
        second = asyncio.create_task(added(store, "SLOW"))
        await asyncio.sleep(0.3)
    with pytest.raises(Mistaken, match="take another name"):
        await second


@pytest.mark.parametrize("column", ["id", "name"])
async def test_the_tables_themselves_keep_a_name_once_whatever_its_case(store: Store, column: str) -> None:
    await added(store, f"kept-{column}")
    row = {"id": f"other-{column}", "name": f"other-{column}", column: f"KEPT-{column}"}
    with pytest.raises(IntegrityError):
        await Client.create(**row, role="employer", recipients=["employer-a"], created_at=NOW)


async def test_a_change_keeps_what_stood_there_and_what_stands_there(store: Store) -> None:
    await added(store, "changing", owner="A", peoplePerDay=10)
    said = {"owner": "B", "peoplePerDay": None, "networks": ["10.0.0.0/8"], "scopes": None}
    await carried(store, lambda register: register.change("changing", said), at=NOW + DAY, by="desk")
    record = await one(store, "changing")
    assert (record.parts["owner"], record.parts["peoplePerDay"]) == ("B", None)
    newest = record.changes[0]
    assert (newest.what, newest.by, newest.at) == ("CHANGED", "desk", NOW + DAY)
    assert newest.was == {"owner": "A", "peoplePerDay": 10, "networks": None}
    assert newest.became == {"owner": "B", "peoplePerDay": None, "networks": ["10.0.0.0/8"]}


async def test_a_change_of_nothing_is_none(store: Store) -> None:
    await added(store, "same", owner="A")
    await carried(store, lambda register: register.change("same", {"owner": "A"}))
    await carried(store, lambda register: register.restore("same"))
    assert [each.what for each in (await one(store, "same")).changes] == ["ADDED"]


async def test_a_client_that_turns_to_its_key_loses_its_secrets_and_back_its_keys(store: Store) -> None:
    await added(store, "turning")
    by_key = {"authentication": "PRIVATE_KEY"}
    assert await mistakes(store, lambda register: register.change("turning", by_key)) == {
        "jwks": "CLIENT_KEYS_REQUIRED"
    }
    await carried(
        store, lambda register: register.change("turning", {**by_key, "jwks": jwks(EC)}), at=NOW + DAY
    )
    record = await one(store, "turning")
    assert (record.secrets, bool(record.parts["jwks"])) == ((), True)
    assert record.changes[0].became["secrets"] == []
    assert await mistakes(store, lambda register: register.add_secret("turning")) == {
        "client": "CLIENT_SECRETLESS"
    }
    await carried(store, lambda register: register.change("turning", {"authentication": "SECRET"}))
    assert (await one(store, "turning")).parts["jwks"] is None
    assert await carried(store, lambda register: register.add_secret("turning"))


async def test_a_rotation_lets_the_secret_before_serve_for_a_week_and_at_most_two_serve(store: Store) -> None:
    first = await added(store, "rotating")
    second = await carried(store, lambda register: register.add_secret("rotating"), at=NOW + DAY)
    rows = await ClientSecret.filter(client_id="rotating").order_by("created_at")
    assert [(row.hash, row.expires_at) for row in rows] == [
        (hash_secret(first or ""), NOW + 8 * DAY),
        (hash_secret(second), None),
    ]
    third = await carried(
        store, lambda register: register.add_secret("rotating", overlap=1), at=NOW + 2 * DAY
    )
    rows = await ClientSecret.filter(client_id="rotating").order_by("created_at")
    assert [(row.hash, row.expires_at) for row in rows] == [
        (hash_secret(second), NOW + 3 * DAY),
        (hash_secret(third), None),
    ]
    assert {first, second, third}.isdisjoint(
        json.dumps((await one(store, "rotating")).changes[0].became).split('"')
    )


async def test_a_rotation_at_once_ends_every_secret_before(store: Store) -> None:
    await added(store, "exposed")
    await carried(store, lambda register: register.add_secret("exposed"))
    last = await carried(store, lambda register: register.add_secret("exposed", overlap=0))
    (row,) = await ClientSecret.filter(client_id="exposed")
    assert (row.hash, row.expires_at) == (hash_secret(last), None)
    assert await mistakes(store, lambda register: register.add_secret("exposed", overlap=91)) == {
        "overlapDays": "CLIENT_OVERLAP"
    }


async def test_an_overlap_never_lengthens_the_life_of_a_secret(store: Store) -> None:
    await added(store, "short")
    await carried(store, lambda register: register.add_secret("short", overlap=1))
    (old, new) = (await one(store, "short")).secrets
    await carried(store, lambda register: register.change("short", {"dropSecret": new.id}))
    assert (await one(store, "short")).secrets == (old,)
    await carried(store, lambda register: register.add_secret("short", overlap=30))
    assert (await one(store, "short")).secrets[0] == old
    assert old.serves(NOW)
    assert not old.serves(NOW + DAY)


async def test_a_secret_that_is_dropped_is_another_clients_to_nobody(store: Store) -> None:
    await added(store, "mine")
    await added(store, "yours")
    (yours,) = (await one(store, "yours")).secrets
    assert await mistakes(store, lambda register: register.change("mine", {"dropSecret": yours.id})) == {
        "dropSecret": "CLIENT_SECRET_UNKNOWN"
    }
    assert (await one(store, "yours")).secrets == (yours,)


async def test_a_client_that_is_stopped_leaves_the_registry_and_comes_back_as_it_stood(store: Store) -> None:
    await added(store, "stopped", owner="A")
    await carried(store, lambda register: register.revoke("stopped"), at=NOW + DAY)
    assert "stopped" not in (await read_registry(store, datetime.now(UTC))).clients
    await carried(store, lambda register: register.restore("stopped"), at=NOW + 2 * DAY)
    assert "stopped" in (await read_registry(store, datetime.now(UTC))).clients
    record = await one(store, "stopped")
    assert [each.what for each in record.changes] == ["RESTORED", "REVOKED", "ADDED"]
    assert record.parts["owner"] == "A"


async def test_each_restoration_begins_another_term_and_nothing_else_does(store: Store) -> None:
    async def term() -> int:
        return (await read_registry(store, datetime.now(UTC))).clients["terms"].term

    await added(store, "terms")
    await carried(store, lambda register: register.restore("terms"))
    await carried(store, lambda register: register.change("terms", {"owner": "B"}))
    await carried(store, lambda register: register.add_secret("terms", overlap=0))
    assert await term() == 0
    for times in (1, 2):
        await carried(store, lambda register: register.revoke("terms"))
        await carried(store, lambda register: register.restore("terms"))
        assert await term() == times


@pytest.mark.parametrize("name", ["nobody", "a b", "\u0000", "\ud800"])
async def test_a_client_that_is_none_is_told_so(store: Store, name: str) -> None:
    for work in (
        lambda register: register.change(name, {"owner": "B"}),
        lambda register: register.add_secret(name),
        lambda register: register.revoke(name),
        lambda register: register.restore(name),
    ):
        assert await mistakes(store, work) == {"client": "CLIENT_UNKNOWN"}


async def test_a_change_that_fails_leaves_nothing(store: Store) -> None:
    before = await RegisterChange.all().count()

    async def fail(register: ClientRegister) -> None:
        await register.add({"name": "undone", "role": "employer", "recipients": ["employer-a"]})
        raise LookupError("something else went wrong")

    with pytest.raises(LookupError):
        await carried(store, fail)
    assert await read_clients(store, "undone") == []
    assert await ClientSecret.filter(client_id="undone").count() == 0
    assert await RegisterChange.all().count() == before


async def test_the_last_use_is_written_later_and_never_goes_back(store: Store) -> None:
    await added(store, "used")
    times = iter([NOW + DAY, NOW + 2 * DAY, NOW])
    uses = ClientUse(store, lambda: next(times))
    uses.note("used")
    uses.note("used")
    assert (await one(store, "used")).last_used_at is None
    await uses.write()
    assert (await one(store, "used")).last_used_at == NOW + 2 * DAY
    uses.note("used")
    await uses.stop()
    assert (await one(store, "used")).last_used_at == NOW + 2 * DAY


async def test_a_use_that_the_database_does_not_take_waits(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await added(store, "waiting")
    uses = ClientUse(store, lambda: NOW)

    def refuse() -> Any:
        raise StoreUnavailable("no database")

    uses.note("waiting")
    monkeypatch.setattr(store, "transaction", refuse)
    await uses.write()
    monkeypatch.undo()
    await uses.write()
    assert (await one(store, "waiting")).last_used_at == NOW


async def test_uses_are_written_while_the_gateway_runs(store: Store) -> None:
    await added(store, "running")
    uses = ClientUse(store, lambda: NOW, rest=0.01)
    written = asyncio.Event()
    write = uses.write

    async def told() -> None:
        await write()
        written.set()

    uses.write = told  # type: ignore[method-assign]
    uses.note("running")
    uses.start()
    async with asyncio.timeout(20):
        await written.wait()
    await uses.stop()
    assert (await one(store, "running")).last_used_at == NOW
