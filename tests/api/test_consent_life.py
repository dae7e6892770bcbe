"""The life of a consent: asked for, given, refused, put off, renewed, over, taken back or found void; never by silence."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from api.house import utc_now
from tests.world import World

ACCOUNT, REQUESTS = "service.account", "compliance.requests"
MUTATION = """mutation($i: %s!) @purpose(id: "%s") { %s(input: $i) { user { consents {
  purpose recipient state method categories guardian noticeHash noticeText reason expiresAt withdrawnAt
  foreignInformed foreignInformation { country regime measures countryUnnamedBecause }
  events { state by method reason } } } %s } }"""
SEEN = """query($id: ID!) @purpose(id: "service.application", recipient: "employer-b") {
  user(id: $id) { id name { roman } } }"""
NAMED = {"purpose": "service.application", "recipient": "employer-b"}
SHOWN = {"noticeVersion": "2", "language": "ja"}
TOLD = {
    "country": "US",
    "regime": "No general act; sectoral laws.",
    "measures": "Equal to APPI, by contract.",
}


async def act(
    world: World, name: str, user: str, *, client: str = "frontend", purpose: str = ACCOUNT, **said: Any
) -> Any:
    warned = "warnings { code ja en }" if name == "recordConsent" else ""
    kind = f"{name[0].upper()}{name[1:]}Input"
    return await world.ask(
        client, MUTATION % (kind, purpose, name, warned), {"i": {"user": user, **NAMED, **said}}
    )


def consent(answer: Mapping[str, Any], recipient: str = "employer-b") -> dict[str, Any]:
    """The consent in the payload of the one change."""
    (payload,) = answer["data"].values()
    return next(
        {**each}
        for each in payload["user"]["consents"]
        if (each["purpose"], each["recipient"]) == ("service.application", recipient)
    )


async def opens(world: World, user: str) -> bool:
    return bool((await world.ask("employer-b", SEEN, {"id": user}))["data"]["user"])


def reasons(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(each["extensions"]["reason"], each["extensions"].get("argument")) for each in answer["errors"]]


@pytest.fixture
async def user(a_world: World) -> str:
    """Somebody whom this employer has never been told of."""
    found = a_world.demo.users["plain"]
    async with a_world.house.store.transaction() as transaction:
        gone = "DELETE FROM consents WHERE user_id = :user AND recipient = 'employer-b'"
        await transaction.execute(gone, {"user": found})
    return found


async def test_only_given_and_renewed_permit(a_world: World, user: str) -> None:
    steps = [
        ("requestConsent", SHOWN, "REQUESTED", False),
        ("refuseConsent", {**SHOWN, "method": "CLICK", "later": True}, "DEFERRED", False),
        ("refuseConsent", {**SHOWN, "method": "CLICK"}, "REFUSED", False),
        ("recordConsent", {**SHOWN, "method": "TICK"}, "GIVEN", True),
        ("recordConsent", {**SHOWN, "method": "CLICK"}, "RENEWED", True),
        ("withdrawConsent", {}, "WITHDRAWN", False),
        ("recordConsent", {**SHOWN, "method": "PAPER"}, "GIVEN", True),
    ]
    for name, said, state, permits in steps:
        told = consent(await act(a_world, name, user, **said))
        assert told["state"] == state
        assert await opens(a_world, user) is permits
    assert [each["state"] for each in told["events"]] == [state for _, _, state, _ in steps]
    assert [each["method"] for each in told["events"]][:3] == ["NONE", "CLICK", "CLICK"]


@pytest.mark.parametrize("end", ["INVALIDATED", "REVOKED"])
async def test_the_desk_ends_a_consent_with_its_reason(a_world: World, user: str, end: str) -> None:
    await act(a_world, "recordConsent", user, **SHOWN, method="TICK")
    ended = await act(
        a_world,
        "invalidateConsent",
        user,
        client="privacy-desk",
        purpose=REQUESTS,
        end=end,
        reason="法定代理人の同意がなかったため",
    )
    told = consent(ended)
    assert (told["state"], told["reason"]) == (end, "法定代理人の同意がなかったため")
    assert told["events"][-1] | {"by": ""} == {
        "state": end,
        "by": "",
        "method": "TICK",
        "reason": "法定代理人の同意がなかったため",
    }
    assert not await opens(a_world, user)
    again = consent(await act(a_world, "recordConsent", user, **SHOWN, method="TICK"))
    assert (again["state"], again["reason"]) == ("GIVEN", None)


async def test_nobody_but_the_desk_finds_a_consent_void(a_world: World, user: str) -> None:
    await act(a_world, "recordConsent", user, **SHOWN, method="TICK")
    refused = await act(a_world, "invalidateConsent", user, end="REVOKED", reason="x")
    assert a_world.codes(refused) == ["OPERATION_FORBIDDEN"]
    assert await opens(a_world, user)


async def test_a_consent_that_stands_is_withdrawn_and_not_refused(a_world: World, user: str) -> None:
    await act(a_world, "recordConsent", user, **SHOWN, method="TICK")
    for name, said in (("refuseConsent", {"method": "CLICK"}), ("requestConsent", {})):
        refused = await act(a_world, name, user, **SHOWN, **said)
        assert reasons(refused) == [("CONSENT_STANDS", "input")]
    assert await opens(a_world, user)


async def test_a_consent_that_is_over_is_told_as_expired_and_opens_nothing(a_world: World, user: str) -> None:
    end = utc_now() + timedelta(days=30)
    told = consent(
        await act(a_world, "recordConsent", user, **SHOWN, method="TICK", expiresAt=end.isoformat())
    )
    assert told["state"] == "GIVEN"
    over = "UPDATE consents SET expires_at = :at WHERE user_id = :user AND recipient = 'employer-b'"
    async with a_world.house.store.transaction() as transaction:
        await transaction.execute(over, {"at": utc_now() - timedelta(seconds=1), "user": user})
    assert not await opens(a_world, user)
    told = consent(await act(a_world, "requestConsent", user, **SHOWN))
    assert told["state"] == "REQUESTED"
    async with a_world.house.store.transaction() as transaction:
        await transaction.execute(
            "UPDATE consents SET expires_at = :at, state = 'RENEWED' WHERE user_id = :user AND recipient = 'employer-b'",
            {"at": utc_now() - timedelta(seconds=1), "user": user},
        )
    query = """query($id: ID!) @purpose(id: "service.account") { user(id: $id) { consents {
      purpose recipient state events { state by } } } }"""
    consents = (await a_world.ask("frontend", query, {"id": user}))["data"]["user"]["consents"]
    expired = next(each for each in consents if each["recipient"] == "employer-b")
    assert expired["state"] == "EXPIRED"
    assert expired["events"][-1] == {"state": "EXPIRED", "by": "expiry"}


async def test_deemed_agreement_is_refused_with_the_reason(a_world: World, user: str) -> None:
    refused = await act(a_world, "recordConsent", user, **SHOWN, method="DEEMED")
    assert reasons(refused) == [("CONSENT_DEEMED", "input.method")]
    assert "silence is no consent" in refused["errors"][0]["message"]
    assert not await opens(a_world, user)


async def test_every_mistake_of_a_consent_is_told_at_once(a_world: World) -> None:
    refused = await act(
        a_world,
        "recordConsent",
        a_world.demo.users["plain"],
        noticeVersion=" ",
        language="fr",
        method="DEEMED",
        noticeText=" ",
        guardian="",
        expiresAt="2020-01-01T00:00:00Z",
        categories=["name", "operation", "ZQ"],
        foreignInformation={"country": "FR", "regime": " "},
    )
    assert sorted(reasons(refused), key=str) == [
        ("CATEGORY_UNKNOWN", "input.categories.1"),
        ("CATEGORY_UNKNOWN", "input.categories.2"),
        ("CONSENT_DEEMED", "input.method"),
        ("COUNTRY_OF_ANOTHER", "input.foreignInformation.country"),
        ("EXPIRY_OVER", "input.expiresAt"),
        ("GUARDIAN_UNNAMED", "input.guardian"),
        ("LANGUAGE_UNKNOWN", "input.language"),
        ("MATTER_BLANK", "input.foreignInformation.regime"),
        ("NOTICE_BLANK", "input.noticeText"),
        ("NOTICE_UNNAMED", "input.noticeVersion"),
    ]
    assert not any("ZQ" in each["message"] for each in refused["errors"])


async def test_a_wrong_purpose_or_recipient_or_nobody_hides_no_other_mistake(a_world: World) -> None:
    named = {"purpose": "service", "recipient": "ZQ"}
    unknown = [
        ("NOBODY_HERE", "input.user"),
        ("PURPOSE_NOT_DECLARABLE", "input.purpose"),
        ("RECIPIENT_UNKNOWN", "input.recipient"),
    ]
    for name, said, more in (
        ("withdrawConsent", {}, []),
        ("requestConsent", {**SHOWN, "language": "fr"}, [("LANGUAGE_UNKNOWN", "input.language")]),
        ("recordConsent", {**SHOWN, "method": "DEEMED"}, [("CONSENT_DEEMED", "input.method")]),
    ):
        document = MUTATION % (f"{name[0].upper()}{name[1:]}Input", ACCOUNT, name, "")
        refused = await a_world.ask("frontend", document, {"i": {"user": "nobody", **said, **named}})
        assert sorted(reasons(refused)) == sorted([*unknown, *more])
        told = {each["extensions"]["reason"]: each["message"] for each in refused["errors"]}
        assert "`{ purposes { id abstract } }`" in told["PURPOSE_NOT_DECLARABLE"]
        assert "`mokuteki recipient list`" in told["RECIPIENT_UNKNOWN"]
        assert not any("ZQ" in each for each in told.values())


async def test_a_text_that_was_shown_is_kept_once(a_world: World) -> None:
    text = "以下の企業に提供します。"
    before = (await a_world.house.store.fetch("SELECT count(*) FROM notice_texts", {}))[0][0]
    for situation in ("plain", "busy", "plain"):
        told = consent(
            await act(
                a_world,
                "recordConsent",
                a_world.demo.users[situation],
                **SHOWN,
                method="TICK",
                noticeText=text,
                guardian="山田 花子",
            )
        )
        assert (told["noticeText"], told["guardian"]) == (text, "山田 花子")
    assert (await a_world.house.store.fetch("SELECT count(*) FROM notice_texts", {}))[0][0] == before + 1


@pytest.fixture
async def abroad(a_world: World) -> AsyncIterator[World]:
    """Where the employer is in another country, and the gateway has read so."""
    await moved(a_world, "US")
    yield a_world
    await moved(a_world, "JP")


async def moved(world: World, country: str) -> None:
    async with world.house.store.transaction() as transaction:
        await transaction.execute(
            "UPDATE recipients SET country = :to WHERE id = 'employer-b'", {"to": country}
        )
    await world.house.inforce._read()  # noqa: SLF001 - what the lease does within a second


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        (None, {"country", "regime", "measures"}),
        ({"country": "US"}, {"regime", "measures"}),
        ({**TOLD, "measures": None}, {"measures"}),
        ({**TOLD, "regime": None}, {"regime"}),
        (TOLD, set()),
        ({**TOLD, "country": "us"}, set()),
        ({**TOLD, "measures": None, "measuresUntoldBecause": "The recipient does not say."}, set()),
        ({"insteadOfCountry": "One of the EEA.", "measures": "By contract."}, {"country", "regime"}),
    ],
)
async def test_a_consent_to_a_transfer_abroad_opens_nothing_before_all_was_told(
    abroad: World, user: str, told: dict[str, str] | None, missing: set[str]
) -> None:
    answer = await act(abroad, "recordConsent", user, **SHOWN, method="TICK", foreignInformation=told)
    warnings = answer["data"]["recordConsent"]["warnings"]
    assert [each["code"] for each in warnings] == (["FOREIGN_INFORMATION_MISSING"] if missing else [])
    for words in (each[language] for each in warnings for language in ("ja", "en")):
        assert {name for name in ("country", "regime", "measures") if f"`{name}`" in words} == missing
    assert consent(answer)["foreignInformed"] is (not missing)
    assert await opens(abroad, user) is (not missing)


async def test_what_was_told_of_one_country_does_not_serve_for_another(abroad: World, user: str) -> None:
    await act(abroad, "recordConsent", user, **SHOWN, method="TICK", foreignInformation=TOLD)
    assert await opens(abroad, user)
    await moved(abroad, "BR")
    assert not await opens(abroad, user)


async def test_what_was_told_once_does_not_stay_told_when_consent_is_given_anew(
    abroad: World, user: str
) -> None:
    await act(abroad, "recordConsent", user, **SHOWN, method="TICK", foreignInformation=TOLD)
    answer = await act(abroad, "recordConsent", user, **SHOWN, method="TICK")
    assert answer["data"]["recordConsent"]["warnings"][0]["ja"].startswith("同意を記録しましたが")
    assert consent(answer)["foreignInformation"] is None
    assert not await opens(abroad, user)


async def test_a_country_that_is_registered_cannot_be_left_unnamed(abroad: World, user: str) -> None:
    told = {"countryUnnamedBecause": "Not chosen yet.", "measures": "By contract."}
    answer = await act(abroad, "recordConsent", user, **SHOWN, method="TICK", foreignInformation=told)
    (error,) = answer["errors"]
    assert error["extensions"]["argument"] == "input.foreignInformation.countryUnnamedBecause"
    assert error["extensions"]["reason"] == "COUNTRY_KNOWN"
    assert not await opens(abroad, user)


async def test_a_country_that_was_not_known_yet_may_be_told_of_before_the_recipient_goes_abroad(
    a_world: World, user: str
) -> None:
    told = {
        "countryUnnamedBecause": "Not chosen yet.",
        "insteadOfCountry": "One of the EEA.",
        "measures": "By contract.",
    }
    answer = await act(a_world, "recordConsent", user, **SHOWN, method="TICK", foreignInformation=told)
    assert consent(answer)["foreignInformed"] is True
    await moved(a_world, "FR")
    try:
        assert await opens(a_world, user)
    finally:
        await moved(a_world, "JP")
