"""What the door was ordered to show: two purposes, two employers, a filter, and the record of each."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest

from models.database.store import Row
from models.user import User
from tests.world import World

MATCHING = '@purpose(id: "service.matching")'
ACCOUNT = '@purpose(id: "service.account")'
APPLICATION = '@purpose(id: "service.application")'
ELIGIBILITY = '@purpose(id: "service.eligibility")'
SECURITY = '@purpose(id: "compliance.security")'

ONE = "query($id: ID!) {purpose} {{ user(id: $id) {{ id {fields} }} }}"
EVERYBODY = "query {purpose} {{ users(first: 1000) {{ edges {{ node {{ id }} }} }} }}"
ACCESS = f"""
query($request: ID!) {SECURITY} {{ accesses(requestId: $request) {{ edges {{ node {{
  client role purpose recipient edition outcome code users
  releases {{ edges {{ node {{
    user released withheld arguments basis provision {{ items basis }}
  }} }} }}
}} }} }} }}
"""
PROVISIONS = f"""
query($user: ID!, $to: ID!) {SECURITY} {{ provisions(user: $user, recipient: $to, first: 1) {{ edges {{ node {{
  user recipient recipientName recipientAddress recipientRepresentative
  items basis consentedAt providedOn retainUntil
}} }} }} }}
"""


async def one(world: World, client: str, purpose: str, fields: str, situation: str) -> httpx.Response:
    query = ONE.format(purpose=purpose, fields=fields)
    return await world.send(client, query, {"id": world.demo.users[situation]})


async def people(world: World, client: str, purpose: str) -> set[str]:
    answer = await world.ask(client, EVERYBODY.format(purpose=purpose))
    return {edge["node"]["id"] for edge in answer["data"]["users"]["edges"]}


async def recorded(world: World, response: httpx.Response) -> dict[str, Any]:
    """The one access that stands in the ledger for an answer."""
    answer = await world.ask("auditor", ACCESS, {"request": response.headers["x-request-id"]})
    (edge,) = answer["data"]["accesses"]["edges"]
    found: dict[str, Any] = edge["node"]
    found["releases"] = [each["node"] for each in found["releases"]["edges"]]
    return found


async def column(world: World, name: str, situation: str) -> str:
    return str(getattr(await User.get(id=world.demo.users[situation]), name))


async def change(
    world: World, act: str, situation: str, more: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    given = {
        "user": world.demo.users[situation],
        "purpose": "service.application",
        "recipient": "employer-a",
        **(more or {}),
    }
    kind = f"{act[0].upper()}{act[1:]}Input!"
    answer: Mapping[str, Any] = await world.ask(
        "frontend",
        f"mutation($input: {kind}) {ACCOUNT} {{ {act}(input: $input) {{ user {{ id }} }} }}",
        {"input": given},
    )
    return answer


# 2


async def test_under_matching_a_frontend_reads_the_age_band_and_is_refused_the_phone(a_world: World) -> None:
    answer = (await one(a_world, "frontend", MATCHING, "ageBand phone", "plain")).json()
    assert answer["data"]["user"]["ageBand"] is not None
    assert answer["data"]["user"]["phone"] is None
    (error,) = answer["errors"]
    assert error["path"] == ["user", "phone"]
    assert error["extensions"]["code"] == "FIELD_FORBIDDEN"
    assert error["extensions"]["field"] == "User.phone"
    assert error["extensions"]["purpose"] == "service.matching"
    assert error["extensions"]["clause"]
    assert error["extensions"]["requestId"]
    nearest = error["extensions"]["rule"]
    assert nearest in {rule.id for rule in a_world.house.inforce.edition_in_force.rules}
    assert f"`{nearest}`" in error["message"]


async def test_under_account_the_same_frontend_reads_the_email(a_world: World) -> None:
    answer = (await one(a_world, "frontend", ACCOUNT, "email", "plain")).json()
    assert answer["data"]["user"]["email"] == await column(a_world, "email", "plain")
    assert "errors" not in answer


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "the declared purpose is not known: did you mean `service.account`?"),
        ("ja", "宣言された利用目的は登録されていません。`service.account`のことですか。"),
    ],
)
async def test_a_misspelt_purpose_is_told_with_the_nearest_that_may_be_declared(
    a_world: World, language: str, told: str
) -> None:
    query = ONE.format(purpose='@purpose(id: "service.acount")', fields="ageBand")
    response = await a_world.send("frontend", query, {"id": "x"}, headers={"Accept-Language": language})
    (error,) = response.json()["errors"]
    assert (error["extensions"]["code"], error["message"].startswith(told)) == ("PURPOSE_UNKNOWN", True), (
        error
    )


@pytest.mark.parametrize(
    ("purpose", "code"),
    [
        ("", "PURPOSE_MISSING"),
        ('@purpose(id: "service")', "PURPOSE_ABSTRACT"),
        ('@purpose(id: "promotion.ads")', "PURPOSE_NOT_ALLOWED"),
        ('@purpose(id: "service.nothing")', "PURPOSE_UNKNOWN"),
    ],
)
async def test_a_purpose_that_cannot_be_declared_is_refused_by_its_own_code(
    a_world: World, purpose: str, code: str
) -> None:
    response = await one(a_world, "frontend", purpose, "ageBand", "plain")
    assert a_world.codes(response.json()) == [code]
    assert "data" not in response.json()
    assert (await recorded(a_world, response))["code"] == code


# 3


async def test_an_employer_reads_the_email_of_a_person_who_consented_to_it(a_world: World) -> None:
    answer = (await one(a_world, "employer-a", APPLICATION, "email", "consented-employer-a")).json()
    assert answer["data"]["user"]["email"] == await column(a_world, "email", "consented-employer-a")
    assert "errors" not in answer


@pytest.mark.parametrize(
    "situation", ["plain", "withdrawn-employer-a", "held", "erased", "newsletter", "unnoticed"]
)
async def test_an_employer_finds_nobody_who_has_not_consented_to_it(a_world: World, situation: str) -> None:
    answer = (await one(a_world, "employer-a", APPLICATION, "email", situation)).json()
    assert answer == {"data": {"user": None}}
    assert a_world.demo.users[situation] not in await people(a_world, "employer-a", APPLICATION)


async def test_another_employer_does_not_find_them(a_world: World) -> None:
    answer = (await one(a_world, "employer-b", APPLICATION, "email", "consented-employer-a")).json()
    assert answer == {"data": {"user": None}}
    found = await people(a_world, "employer-b", APPLICATION)
    assert a_world.demo.users["consented-employer-a"] not in found
    assert a_world.demo.users["busy"] in found


async def test_the_card_number_comes_only_where_the_offer_is_accepted(a_world: World) -> None:
    number = "residenceCard { number }"
    offered = (await one(a_world, "employer-a", ELIGIBILITY, number, "offered-employer-a")).json()
    assert offered["data"]["user"]["residenceCard"]["number"] == await column(
        a_world, "card_number", "offered-employer-a"
    )
    under_application = (await one(a_world, "employer-a", APPLICATION, number, "offered-employer-a")).json()
    assert under_application["data"]["user"]["residenceCard"] is None
    assert a_world.codes(under_application) == ["FIELD_FORBIDDEN"]
    consented = (await one(a_world, "employer-a", ELIGIBILITY, number, "consented-employer-a")).json()
    assert consented == {"data": {"user": None}}


async def test_after_a_withdrawal_the_very_next_query_finds_nobody(a_world: World) -> None:
    asked = (a_world, "employer-a", APPLICATION, "email", "consented-employer-a")
    assert (await one(*asked)).json()["data"]["user"] is not None
    assert "errors" not in await change(a_world, "withdrawConsent", "consented-employer-a")
    assert (await one(*asked)).json() == {"data": {"user": None}}
    assert a_world.demo.users["consented-employer-a"] not in await people(a_world, "employer-a", APPLICATION)
    shown = {"noticeVersion": "1", "language": "en", "method": "CLICK"}
    assert "errors" not in await change(a_world, "recordConsent", "consented-employer-a", shown)
    assert (await one(*asked)).json()["data"]["user"] is not None


# 4


async def test_a_filter_by_phone_under_matching_is_refused_and_nothing_is_read(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = await column(a_world, "phone", "plain")
    read: list[str] = []
    store = a_world.house.store
    rows = store.rows

    async def watched(text: str, args: Sequence[object]) -> Sequence[Row]:
        read.append(text)
        return await rows(text, args)

    monkeypatch.setattr(store, "rows", watched)
    by_phone = "users(filter: {phone: {eq: $phone}}) { edges { node { id } } }"
    response = await a_world.send(
        "frontend", f"query($phone: String) {MATCHING} {{ {by_phone} }}", {"phone": phone}
    )
    monkeypatch.undo()
    assert a_world.codes(response.json()) == ["FILTER_FORBIDDEN"]
    assert "data" not in response.json()
    assert phone not in response.text
    assert not [text for text in read if "FROM users" in text]
    access = await recorded(a_world, response)
    assert (access["outcome"], access["code"], access["users"]) == ("REFUSED", "FILTER_FORBIDDEN", 0)


# 5


async def test_a_frontends_reading_stands_in_the_ledger_with_all_that_was_decided(a_world: World) -> None:
    access = await recorded(a_world, await one(a_world, "frontend", MATCHING, "ageBand phone", "plain"))
    assert access == {
        "client": "frontend",
        "role": "frontend",
        "purpose": "service.matching",
        "recipient": "internal",
        "edition": a_world.house.inforce.edition_in_force.id,
        "outcome": "PARTLY",
        "code": None,
        "users": 1,
        "releases": [
            {
                "user": a_world.demo.users["plain"],
                "released": ["User.id", "User.ageBand"],
                "withheld": ["User.phone"],
                "arguments": [],
                "basis": ["ANNOUNCED"],
                "provision": None,
            }
        ],
    }


async def test_an_employers_reading_stands_in_the_ledger_and_in_the_provisions(a_world: World) -> None:
    user = a_world.demo.users["offered-employer-a"]
    response = await one(a_world, "employer-a", ELIGIBILITY, "residenceCard { number }", "offered-employer-a")
    access = await recorded(a_world, response)
    items = ["User.id", "User.residenceCard.number"]
    assert access["purpose"] == "service.eligibility"
    assert access["recipient"] == "employer-a"
    assert access["releases"] == [
        {
            "user": user,
            "released": items,
            "withheld": [],
            "arguments": [],
            "basis": ["CONSENT"],
            "provision": {"items": items, "basis": "CONSENT"},
        }
    ]
    answer = await a_world.ask("auditor", PROVISIONS, {"user": user, "to": "employer-a"})
    (edge,) = answer["data"]["provisions"]["edges"]
    known = (await a_world.house.inforce.current()).registry.recipients["employer-a"]
    provision = edge["node"]
    assert provision["items"] == items
    assert (provision["user"], provision["recipient"]) == (user, "employer-a")
    assert provision["recipientName"] == known.name
    assert provision["recipientAddress"] == known.address
    assert provision["recipientRepresentative"] == known.representative
    assert provision["basis"] == "CONSENT"
    assert provision["consentedAt"] is not None
    assert provision["retainUntil"][:4] == str(int(provision["providedOn"][:4]) + 3)


async def test_a_person_sees_through_me_who_read_them(a_world: World) -> None:
    response = await one(a_world, "employer-a", APPLICATION, "email", "busy")
    answer = await a_world.ask(
        "frontend",
        f"""query {ACCOUNT} {{ me {{ accesses(first: 1) {{ edges {{ node {{
          requestId client purpose recipient edition users
          releases {{ edges {{ node {{ user released basis provision {{ recipientName items }} }} }} }}
        }} }} }} }} }}""",
        user=a_world.demo.users["busy"],
    )
    (edge,) = answer["data"]["me"]["accesses"]["edges"]
    access = edge["node"]
    assert access["requestId"] == response.headers["x-request-id"]
    assert (access["client"], access["purpose"], access["recipient"]) == (
        "employer-a",
        "service.application",
        "employer-a",
    )
    assert access["edition"] == a_world.house.inforce.edition_in_force.id
    (release,) = (each["node"] for each in access["releases"]["edges"])
    assert release["user"] == a_world.demo.users["busy"]
    assert release["released"] == ["User.id", "User.email"]
    assert release["basis"] == ["CONSENT"]
    assert release["provision"]["items"] == ["User.id", "User.email"]


async def test_what_was_not_found_stands_in_the_ledger_without_a_release(a_world: World) -> None:
    access = await recorded(
        a_world, await one(a_world, "employer-b", APPLICATION, "email", "consented-employer-a")
    )
    assert (access["outcome"], access["users"], access["releases"]) == ("REFUSED", 0, [])
