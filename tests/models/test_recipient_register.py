"""The register of recipients: every mistake at once, every change kept, and the registry by the day in Japan."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.database.opening import migrate, opened
from models.database.store import Store
from models.demo.recipients import recipients
from models.inforce import InForce
from models.publish import publish_shipped
from models.recipients.parts import kinds_of
from models.recipients.recipient import Recipient
from models.recipients.record import RecipientRecord, read_recipients
from models.recipients.register import RecipientRegister
from models.register import Keeper, Mistaken, RegisterChange
from models.registry import KnownRecipient, read_registry
from policies.edition import Edition

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
DAY = timedelta(days=1)
MIDNIGHT = datetime(2027, 3, 31, 15, tzinfo=UTC)
"""The first moment of 2027-04-01 in Japan."""

INSTANT = timedelta(microseconds=1)
Work = Callable[[RecipientRegister], Awaitable[None]]


@pytest.fixture(scope="module")
async def store(database_url: str, edition: Edition) -> AsyncIterator[Store]:
    await migrate(database_url)
    async with opened(database_url, pool_size=4) as made:
        await publish_shipped(made, edition, NOW)
        await Recipient.bulk_create(recipients())
        yield made


async def carried(
    store: Store, work: Work, *, at: datetime = NOW, by: str = "cli:yamada", loopback: bool = False
) -> None:
    force = await InForce(store).current()
    async with store.transaction() as transaction:
        keeper = Keeper(by=by, at=at, request_id="r1")
        await work(RecipientRegister(transaction, force, keeper, loopback=loopback))


async def added(store: Store, recipient: str, /, **more: Any) -> None:
    said = {"id": recipient, "kind": "employer", "name": "架空パン", **more}
    await carried(store, lambda register: register.add(said))


async def changed(store: Store, recipient: str, /, **said: Any) -> None:
    await carried(store, lambda register: register.change(recipient, said))


async def mistakes(store: Store, work: Work, *, loopback: bool = False) -> dict[str, str]:
    with pytest.raises(Mistaken) as told:
        await carried(store, work, loopback=loopback)
    return {each.path: each.wrong.code for each in told.value.mistakes}


async def one(store: Store, recipient: str) -> RecipientRecord:
    (record,) = await read_recipients(store, recipient)
    return record


async def known(store: Store, recipient: str, at: datetime = NOW) -> KnownRecipient:
    return (await read_registry(store, at)).recipients[recipient]


async def test_a_recipient_is_kept_with_every_part_and_read_as_it_was_entered(store: Store) -> None:
    parts = {
        "formerNames": ["旧パン", "旧旧パン", "旧パン"],
        "address": "大阪府架空市１-２-３",
        "representative": "代表取締役 小麦 花子",
        "country": "Viet Nam",
        "foreignRoute": "EQUIVALENT",
        "stateOrgan": True,
        "identifying": True,
        "contract": "第2026-007号",
        "contractFrom": date(2026, 4, 1),
        "contractUntil": date(2027, 3, 31),
        "contact": "06-0000-0000",
        "noticeUrl": "https://bakery.example:8443/notices?a=b",
        "eventsUrl": "https://bakery.example:8443/events",
        "provisionMethod": "CONTRACT",
    }
    await added(store, "whole", **parts)
    record = await one(store, "whole")
    folded = {"formerNames": ["旧パン", "旧旧パン"], "address": "大阪府架空市1-2-3", "country": "VN"}
    assert record.parts == {"kind": "employer", "name": "架空パン", **parts, **folded}
    (change,) = record.changes
    assert (change.what, change.by, change.at, change.request_id) == ("ADDED", "cli:yamada", NOW, "r1")
    assert change.was == {}
    assert change.became["contractUntil"] == "2027-03-31"
    assert change.became["status"] == "ACTIVE"
    (row,) = await RegisterChange.filter(record="whole")
    assert row.register == "recipient"
    got = await known(store, "whole")
    assert (got.country, got.state_organ, got.identifying, got.closed) == ("VN", True, True, None)
    assert (got.method, got.contract) == ("CONTRACT", "第2026-007号")


async def test_a_recipient_of_a_name_alone_has_nothing_else(store: Store) -> None:
    await added(store, "bare")
    record = await one(store, "bare")
    assert record.missing == ("address", "representative")
    assert (record.parts["country"], record.parts["formerNames"]) == ("JP", [])
    assert not record.parts["stateOrgan"]
    assert record.changes[0].became == {"status": "ACTIVE", "kind": "employer", "name": "架空パン"}
    assert (await known(store, "bare")).missing == ("address", "representative")
    assert (record.parts["provisionMethod"], (await known(store, "bare")).method) == (
        "INDIVIDUAL",
        "INDIVIDUAL",
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"id": "a b"}, {"id": "RECIPIENT_ID"}),
        ({"id": "Bakery"}, {"id": "RECIPIENT_ID"}),
        ({"id": ""}, {"id": "RECIPIENT_ID"}),
        ({"id": "x" * 61}, {"id": "RECIPIENT_ID"}),
        ({"id": "\ud800"}, {"id": "RECIPIENT_ID"}),
        ({"id": "employer"}, {"id": "RECIPIENT_ID_GROUP"}),
        ({"id": "third_party"}, {"id": "RECIPIENT_ID_GROUP"}),
        ({"id": "any"}, {"id": "RECIPIENT_ID_GROUP"}),
        ({"id": "employer-a"}, {"id": "RECIPIENT_ID_TAKEN"}),
        ({"kind": "baker"}, {"kind": "RECIPIENT_KIND"}),
        ({"provisionMethod": "CONTRACT"}, {"provisionMethod": "RECIPIENT_METHOD_CONTRACT"}),
        ({"kind": "internal"}, {"kind": "RECIPIENT_KIND"}),
        ({"kind": "person"}, {"kind": "RECIPIENT_KIND"}),
        ({"kind": "first_party"}, {"kind": "RECIPIENT_KIND"}),
        ({"kind": ""}, {"kind": "RECIPIENT_KIND"}),
        ({"name": "  "}, {"name": "TEXT_BLANK"}),
        ({"name": "x" * 201}, {"name": "TEXT_TOO_LONG"}),
        ({"address": ""}, {"address": "TEXT_BLANK"}),
        ({"representative": "a\u202eb"}, {"representative": "TEXT_CHARACTERS"}),
        ({"formerNames": ["a"] * 21}, {"formerNames": "RECIPIENT_TOO_MANY"}),
        ({"country": "XX"}, {"country": "COUNTRY"}),
        ({"foreignRoute": "DESIGNATED"}, {"foreignRoute": "RECIPIENT_ROUTE_HOME"}),
        ({"foreignRoute": "DESIGNATED", "country": "??"}, {"country": "COUNTRY"}),
        (
            {"contractFrom": date(2026, 4, 2), "contractUntil": date(2026, 4, 1)},
            {"contractUntil": "RECIPIENT_CONTRACT_DAYS"},
        ),
    ],
)
async def test_what_does_not_fit_is_told_at_its_path_and_nothing_is_kept(
    store: Store, said: dict[str, Any], told: dict[str, str]
) -> None:
    before = await Recipient.all().count(), await RegisterChange.all().count()
    whole = {"id": "unfit", "kind": "employer", "name": "架空パン", **said}
    assert await mistakes(store, lambda register: register.add(whole)) == told
    assert (await Recipient.all().count(), await RegisterChange.all().count()) == before


@pytest.mark.parametrize(
    "url",
    [
        "http://bakery.example/notices",
        "http://127.0.0.1:9000/notices",
        "https://user:word@bakery.example/",
        "https://bakery.example/#a",
        "https://bakery.example/a b",
        "https://bakery.example:x/",
        "https://[bakery/",
        "https:///notices",
        "https://パン.example/",
        "ftp://bakery.example/",
        "//bakery.example/",
        "",
        "https://bakery.example/" + "x" * 500,
    ],
)
async def test_an_address_that_notices_cannot_go_to_in_secret_is_refused(store: Store, url: str) -> None:
    said = {"id": "unreached", "kind": "employer", "name": "A", "noticeUrl": url}
    assert await mistakes(store, lambda register: register.add(said)) == {"noticeUrl": "RECIPIENT_NOTICE_URL"}


async def test_in_development_a_notice_may_go_to_this_machine_and_to_no_other_in_clear(store: Store) -> None:
    for number, host in enumerate(("127.0.0.1:9000", "localhost", "[::1]:80")):
        said = {"id": f"near-{number}", "kind": "employer", "name": "A", "noticeUrl": f"http://{host}/n"}
        await carried(store, lambda register, said=said: register.add(said), loopback=True)  # type: ignore[misc]
    for host in ("bakery.example", "127.0.0.1.example", "10.0.0.1", "localhost.example"):
        said = {"id": "far", "kind": "employer", "name": "A", "noticeUrl": f"http://{host}/n"}
        told = await mistakes(store, lambda register, said=said: register.add(said), loopback=True)  # type: ignore[misc]
        assert told == {"noticeUrl": "RECIPIENT_NOTICE_URL"}, host


def test_every_group_but_those_of_the_company_and_the_person_is_a_kind(edition: Edition) -> None:
    assert set(kinds_of(edition)) == set(edition.groups) - {"internal", "person", "first_party"}


async def test_former_names_are_those_it_bore_each_once_and_never_the_present_one(store: Store) -> None:
    await added(store, "named", name="A")
    for name, former in (("B", ["A"]), ("C", ["A", "B"]), ("A", ["B", "C"]), ("A", ["B", "C"])):
        await changed(store, "named", name=name)
        assert (await one(store, "named")).parts["formerNames"] == former
    await changed(store, "named", formerNames=["X", "A"])
    assert (await one(store, "named")).parts["formerNames"] == ["X"]
    await changed(store, "named", name="D", formerNames=["Y"])
    assert (await one(store, "named")).parts["formerNames"] == ["Y", "A"]
    await changed(store, "named", formerNames=None)
    assert (await one(store, "named")).parts["formerNames"] == []


async def test_another_country_ends_the_route_that_stood_for_the_one_before(store: Store) -> None:
    await added(store, "moving", country="DE", foreignRoute="DESIGNATED")
    assert (await known(store, "moving")).informed
    await changed(store, "moving", country="US")
    assert not (await known(store, "moving")).informed
    assert (await one(store, "moving")).changes[0].became == {"country": "US", "foreignRoute": ""}
    await changed(store, "moving", country="FR", foreignRoute="DESIGNATED")
    assert (await known(store, "moving")).informed
    told = await mistakes(
        store, lambda register: register.change("moving", {"foreignRoute": "DESIGNATED", "country": None})
    )
    assert told == {"foreignRoute": "RECIPIENT_ROUTE_HOME"}
    await changed(store, "moving", country=None)
    got = await known(store, "moving")
    assert (got.country, got.foreign_route) == ("JP", "")


async def test_a_name_and_a_kind_cannot_be_emptied(store: Store) -> None:
    await added(store, "lasting")
    told = await mistakes(store, lambda register: register.change("lasting", {"name": None, "kind": None}))
    assert told == {"name": "TEXT_BLANK", "kind": "RECIPIENT_KIND"}
    assert (await one(store, "lasting")).parts["name"] == "架空パン"


async def test_a_change_of_nothing_is_none(store: Store) -> None:
    await added(store, "same", address="A")
    await changed(store, "same", address="A", country="Japan", formerNames=[])
    await carried(store, lambda register: register.reopen("same"))
    assert [each.what for each in (await one(store, "same")).changes] == ["ADDED"]


async def test_a_contract_runs_from_its_first_day_to_its_last_by_the_day_in_japan(store: Store) -> None:
    await added(store, "hired", contractFrom=date(2026, 4, 1), contractUntil=date(2027, 3, 31))
    begins = datetime(2026, 3, 31, 15, tzinfo=UTC)
    for at, closed in (
        (begins - INSTANT, "LAPSED"),
        (begins, None),
        (MIDNIGHT - INSTANT, None),
        (MIDNIGHT, "LAPSED"),
    ):
        assert (await known(store, "hired", at)).closed == closed, at
        assert ("hired" in (await read_registry(store, at)).kinds) is (closed is None)
    record = await one(store, "hired")
    assert [record.closed(date(2027, 3, 31)), record.closed(date(2027, 4, 1))] == [None, "LAPSED"]


async def test_a_lapse_is_in_force_as_soon_as_the_clock_passes_it(store: Store) -> None:
    await added(store, "timed", contractUntil=date(2027, 3, 31))
    clock = iter([MIDNIGHT - INSTANT, MIDNIGHT])
    inforce = InForce(store, clock=lambda: next(clock))
    before = await inforce.current()
    assert before.registry.open_to("timed") is not None
    await inforce._read()  # noqa: SLF001 - what it does before each lease ends
    after = await inforce.current()
    assert after is not before
    assert after.registry.open_to("timed") is None
    assert after.registry.recipients["timed"].closed == "LAPSED"


async def test_what_was_read_is_over_once_somebody_here_changed_it(store: Store) -> None:
    await added(store, "changed-here")
    inforce = InForce(store)
    before = await inforce.current()
    await carried(store, lambda register: register.stop("changed-here"))
    assert (await inforce.current()) is before
    inforce.outdate()
    assert not inforce.holds(before)
    assert (await inforce.current()).registry.open_to("changed-here") is None
    assert inforce.holds(await inforce.current())


async def test_a_reading_that_began_before_a_change_does_not_count_as_one_after(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await added(store, "raced")
    inforce = InForce(store)
    await inforce.current()
    begun, go = asyncio.Event(), asyncio.Event()
    fetch = store.fetch

    async def slow(sql: str, values: Any) -> Any:
        rows = await fetch(sql, values)
        begun.set()
        await go.wait()
        return rows

    monkeypatch.setattr(store, "fetch", slow)
    reading = asyncio.create_task(inforce._read())  # noqa: SLF001 - the watcher, just now
    await begun.wait()
    monkeypatch.undo()
    await carried(store, lambda register: register.stop("raced"))
    inforce.outdate()
    go.set()
    await reading
    assert (await inforce.current()).registry.open_to("raced") is None


async def test_the_company_and_the_person_have_kinds_of_their_own_and_are_always_open(store: Store) -> None:
    for own in ("internal", "person"):
        assert await mistakes(store, lambda register, own=own: register.stop(own)) == {  # type: ignore[misc]
            "recipient": "RECIPIENT_OWN"
        }
        said = {"kind": "employer", "contractFrom": date(2020, 1, 1)}
        told = await mistakes(store, lambda register, own=own, said=said: register.change(own, said))  # type: ignore[misc]
        assert told == {"kind": "RECIPIENT_KIND", "contractFrom": "RECIPIENT_OWN"}
        await changed(store, own, address="東京都架空区9-9-9")
        assert (await known(store, own)).address == "東京都架空区9-9-9"


async def test_an_installation_without_them_registers_the_company_and_the_person_first(store: Store) -> None:
    await Recipient.filter(id="person").delete()
    said: dict[str, Any] = {"id": "person", "kind": "employer", "name": "本人", "pending": True}
    told = await mistakes(store, lambda register: register.add(said))
    assert told == {"kind": "RECIPIENT_KIND", "pending": "RECIPIENT_OWN"}
    await added(store, "person", kind="person", name="本人又は代理人")
    assert (await known(store, "person")).closed is None


async def test_a_pending_one_is_opened_and_a_stopped_one_comes_back_as_it_stood(store: Store) -> None:
    await added(store, "turned", pending=True, address="A")
    assert (await known(store, "turned")).closed == "PENDING"
    await carried(store, lambda register: register.reopen("turned"), at=NOW + DAY / 2)
    assert (await known(store, "turned")).closed is None
    await carried(store, lambda register: register.stop("turned"), by="desk", at=NOW + DAY)
    assert (await known(store, "turned")).closed == "STOPPED"
    await carried(store, lambda register: register.reopen("turned"), at=NOW + 2 * DAY)
    record = await one(store, "turned")
    assert [each.what for each in record.changes] == ["REOPENED", "STOPPED", "REOPENED", "ADDED"]
    assert record.parts["address"] == "A"


async def test_of_those_who_register_one_id_at_once_one_does(store: Store) -> None:
    ended = await asyncio.gather(*(added(store, "contended") for _ in range(4)), return_exceptions=True)
    refused = [each for each in ended if each is not None]
    assert len(refused) == 3
    assert all(isinstance(each, Mistaken) for each in refused)
    assert await RegisterChange.filter(record="contended").count() == 1


async def test_of_two_changes_at_once_none_is_lost(store: Store) -> None:
    await added(store, "busy")
    await asyncio.gather(changed(store, "busy", address="A"), changed(store, "busy", representative="B"))
    record = await one(store, "busy")
    assert (record.parts["address"], record.parts["representative"]) == ("A", "B")
    assert len(record.changes) == 3


@pytest.mark.parametrize("recipient", ["nobody", "a b", "\u0000", "\ud800", ""])
async def test_a_recipient_that_is_none_is_told_so(store: Store, recipient: str) -> None:
    for work in (
        lambda register: register.change(recipient, {"address": "A"}),
        lambda register: register.stop(recipient),
        lambda register: register.reopen(recipient),
    ):
        assert await mistakes(store, work) == {"recipient": "RECIPIENT_UNKNOWN"}


async def test_a_change_that_fails_leaves_nothing(store: Store) -> None:
    before = await RegisterChange.all().count()

    async def fail(register: RecipientRegister) -> None:
        await register.add({"id": "undone", "kind": "employer", "name": "A"})
        raise LookupError("something else went wrong")

    with pytest.raises(LookupError):
        await carried(store, fail)
    assert await read_recipients(store, "undone") == []
    assert await RegisterChange.all().count() == before
