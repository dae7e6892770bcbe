"""The exchange of tokens (RFC 8693): for a person, for less than one has, and never for more."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from api.tokens.access_token import Holder
from api.tokens.requester import Bound
from api.tokens.scope import Scope
from models.clients.client import Client
from models.clients.token_state import RevokedToken
from models.database.opening import opened
from models.database.store import Store
from models.demo.load import Demo, load
from models.inforce import InForce
from models.ledger.bits import Bits
from models.ledger.history import AccessQuery, History
from models.ledger.ledger import Ledger
from models.publish import publish_shipped
from models.user import User
from policies.edition import Edition
from tests.api.oauth import (
    ISSUER,
    NOW,
    SECRET,
    TOKEN_ENDPOINT,
    Gateway,
    counting,
    refused,
    register,
    served,
    told,
)
from tests.api.opened import url
from tests.api.proofs import new_key, proof
from tests.made import ready

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
USER = "urn:mokuteki:params:oauth:token-type:user"
ACCESS = "urn:ietf:params:oauth:token-type:access_token"
APPLICATION = "purpose:service.application"
ELIGIBILITY = "purpose:service.eligibility"


@dataclass
class Site(Gateway):
    """A gateway with people and a real ledger."""

    store: Store
    demo: Demo
    bits: Bits

    async def seen_by(self, user: str) -> list[Any]:
        """The accesses that a person sees, newest first."""
        (ref,) = await User.filter(id=user).values_list("ref", flat=True)
        return list(await History(self.store, self.bits).accesses(AccessQuery(ref=int(str(ref)), limit=5)))


@pytest.fixture(scope="module")
async def site(edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    directory = tmp_path_factory.mktemp("exchange")
    await ready(url(directory))
    async with opened(url(directory), master=bytes(32)) as store:
        await publish_shipped(store, edition, datetime.now(UTC))
        demo = await load(edition, count=9, today=date(2026, 11, 22))
        await register("site", role="frontend", recipients=["internal"])
        await register("kiosk", role="frontend", recipients=["internal"], scopes=["purpose:service.account"])
        await register("partner", recipients=["partner", "partner-2"])
        await register("stranger", recipients=["partner"])
        inforce = InForce(store)
        await inforce.start()
        ledger = Ledger(store, lambda: inforce.bits)
        ledger.start()
        try:
            async with served(subjects=counting(ledger.record)) as made:
                yield Site(**vars(made), store=store, demo=demo, bits=inforce.bits)
        finally:
            await ledger.stop()
            await inforce.stop()


def form(client: str, subject: str, kind: str = ACCESS, **more: str) -> dict[str, str]:
    return {
        "grant_type": GRANT,
        "client_id": client,
        "client_secret": SECRET,
        "subject_token": subject,
        "subject_token_type": kind,
        **more,
    }


async def minted(
    site: Site, client: str, *, now: float = NOW, until: float | None = None, **more: Any
) -> str:
    return site.tokens.mint(Holder(client=await Client.get(id=client), **more), now=now, until=until)


def details(**names: list[str]) -> str:
    return orjson.dumps([{"type": "personal_data", **names}]).decode()


async def test_a_frontend_receives_a_token_for_the_person_it_signed_in(site: Site) -> None:
    user = site.demo.users["plain"]
    response = await site.ask(form("site", user, USER))
    answer = response.json()
    assert (response.status_code, answer["issued_token_type"], answer["token_type"]) == (
        200,
        ACCESS,
        "Bearer",
    )
    assert response.headers["cache-control"] == "no-store"
    requester = site.tokens.read(answer["access_token"], NOW)
    assert (requester.client, requester.role, requester.user) == ("site", "user", user)
    assert requester.recipients == ("person",)
    claims = told(answer["access_token"])
    assert (claims["sub"], claims["act"]) == (user, {"sub": "site"})


async def test_the_person_sees_the_exchange_in_the_ledger_under_the_request(site: Site) -> None:
    user = site.demo.users["newsletter"]
    response = await site.ask(form("site", user, USER))
    access = (await site.seen_by(user))[0]
    assert access.request_id == response.headers["x-request-id"]
    assert told(response.json()["access_token"])["jti"] == access.request_id
    assert (access.client, access.role, access.operation) == ("site", "user", "token exchange")
    assert (access.outcome, access.code, access.recipient, access.users) == ("RELEASED", None, "person", 0)


async def test_the_ledger_tells_which_member_of_staff_got_a_token_and_finds_it_by_its_id(site: Site) -> None:
    await register("audit", role="auditor", recipients=["internal"])
    token = await minted(site, "audit", staff="corp:mori")
    less = (await site.ask(form("audit", token, scope="purpose:compliance.security"))).json()
    query = AccessQuery(request_id=told(less["access_token"])["jti"], limit=5)
    (access,) = await History(site.store, site.bits).accesses(query)
    assert (access.staff, access.client, access.role) == ("corp:mori", "audit", "auditor")
    assert (access.operation, access.outcome, access.at.timestamp()) == ("token exchange", "RELEASED", NOW)
    assert (access.purpose, access.recipient, access.users) == (None, None, 0)


async def test_a_client_that_narrows_its_own_token_leaves_no_record(site: Site) -> None:
    response = await site.ask(form("partner", await minted(site, "partner")))
    query = AccessQuery(request_id=response.headers["x-request-id"], limit=5)
    assert list(await History(site.store, site.bits).accesses(query)) == []
    assert told(response.json()["access_token"])["jti"] != response.headers["x-request-id"]


async def test_without_a_record_there_is_no_token(site: Site) -> None:
    async with served() as other:
        other.book.closed = True
        response = await other.ask(form("site", site.demo.users["plain"], USER))
    assert refused(response) == (503, "temporarily_unavailable")
    assert "access_token" not in response.text


async def test_the_token_of_a_person_is_narrowed_as_asked(site: Site) -> None:
    response = await site.ask(form("site", site.demo.users["plain"], USER, scope="purpose:service.account"))
    assert response.json()["scope"] == "purpose:service.account"


async def test_the_scopes_of_a_frontend_hold_for_the_people_it_signs_in(site: Site) -> None:
    user = site.demo.users["plain"]
    assert (await site.ask(form("kiosk", user, USER))).json()["scope"] == "purpose:service.account"
    wider = await site.ask(form("kiosk", user, USER, scope=APPLICATION))
    assert refused(wider) == (400, "invalid_scope")


async def test_the_token_of_a_person_is_for_no_other_recipient(site: Site) -> None:
    asked = details(recipients=["internal"])
    response = await site.ask(form("site", site.demo.users["plain"], USER, authorization_details=asked))
    assert refused(response) == (400, "invalid_authorization_details")


@pytest.mark.parametrize("who", ["unknown", "erased", "empty", "long", "odd", "unprintable"])
async def test_nobody_learns_whether_a_person_is_unknown_or_was_erased(who: str, site: Site) -> None:
    names = {
        "unknown": "canary0000000000000000000",
        "erased": site.demo.users["erased"],
        "empty": "",
        "long": "canary" * 100,
        "odd": "' OR ''='",
        "unprintable": "\0",
    }
    response = await site.ask(form("site", names[who], USER))
    assert refused(response) == (400, "invalid_request")
    sentence = "the subject token is not valid, or not for this client"
    assert response.json()["error_description"] == sentence


async def test_only_a_frontend_signs_people_in(site: Site) -> None:
    response = await site.ask(form("partner", site.demo.users["plain"], USER))
    assert refused(response) == (400, "unauthorized_client")


async def test_a_frontend_that_does_not_prove_itself_signs_nobody_in(site: Site) -> None:
    asked = {**form("site", site.demo.users["plain"], USER), "client_secret": "canary"}
    assert refused(await site.ask(asked)) == (401, "invalid_client")


async def test_a_token_is_exchanged_for_a_narrower_one_that_ends_no_later(site: Site) -> None:
    token = await minted(site, "partner", until=NOW + 100, words=(APPLICATION, ELIGIBILITY))
    response = await site.ask(form("partner", token, scope=APPLICATION))
    answer = response.json()
    assert (answer["scope"], answer["expires_in"]) == (APPLICATION, 100)
    requester = site.tokens.read(answer["access_token"], NOW)
    assert requester.expires_at == NOW + 100
    assert requester.recipients == ("partner", "partner-2")
    assert [scope.words for scope in requester.scopes] == [(APPLICATION,)]
    assert requester.token_id != site.tokens.read(token, NOW).token_id


async def test_a_token_exchanged_without_a_scope_keeps_all_that_narrows_it(site: Site) -> None:
    narrow = Scope.of_details([{"type": "personal_data", "recipients": ["partner"]}])
    token = await minted(site, "partner", words=(APPLICATION,), details=narrow)
    answer = (await site.ask(form("partner", token))).json()
    assert site.tokens.read(answer["access_token"], NOW).scopes == site.tokens.read(token, NOW).scopes
    assert (answer["scope"], answer["authorization_details"]) == (APPLICATION, narrow.details)


async def test_a_token_may_be_narrowed_to_one_recipient(site: Site) -> None:
    token = await minted(site, "partner")
    asked = details(recipients=["partner-2"])
    answer = (await site.ask(form("partner", token, authorization_details=asked))).json()
    (scope,) = site.tokens.read(answer["access_token"], NOW).scopes
    assert scope.details == [{"type": "personal_data", "recipients": ["partner-2"]}]


async def test_the_token_of_a_person_may_be_narrowed_and_they_see_that_too(site: Site) -> None:
    user = site.demo.users["busy"]
    token = await minted(site, "site", user=user)
    response = await site.ask(form("site", token, scope="purpose:service.account"))
    requester = site.tokens.read(response.json()["access_token"], NOW)
    assert (requester.user, requester.role, requester.recipients) == (user, "user", ("person",))
    assert (await site.seen_by(user))[0].request_id == response.headers["x-request-id"]


async def test_the_token_of_a_person_who_was_erased_since_is_exchanged_for_nothing(site: Site) -> None:
    token = await minted(site, "site", user=site.demo.users["erased"])
    assert refused(await site.ask(form("site", token))) == (400, "invalid_request")


NARROW = details(purposes=["service.application"], recipients=["partner"])
WIDER: dict[str, tuple[Mapping[str, Any], Mapping[str, str], str]] = {
    "another purpose": ({"words": (APPLICATION,)}, {"scope": ELIGIBILITY}, "invalid_scope"),
    "the purpose above": ({"words": (APPLICATION,)}, {"scope": "purpose:service"}, "invalid_scope"),
    "one purpose more": (
        {"words": (APPLICATION,)},
        {"scope": f"{APPLICATION} {ELIGIBILITY}"},
        "invalid_scope",
    ),
    "another category": ({"words": ("category:card",)}, {"scope": "category:contact"}, "invalid_scope"),
    "a purpose beside what narrows it": (
        {"words": (APPLICATION,)},
        {"authorization_details": details(purposes=["service.eligibility"])},
        "invalid_authorization_details",
    ),
    "another recipient in the details": (
        {"details": Scope.of_details(orjson.loads(NARROW))},
        {"authorization_details": details(purposes=["service.application"], recipients=["partner-2"])},
        "invalid_authorization_details",
    ),
    "any recipient in the details": (
        {"details": Scope.of_details(orjson.loads(NARROW))},
        {"authorization_details": details(purposes=["service.application"])},
        "invalid_authorization_details",
    ),
    "details of another's recipient": (
        {},
        {"authorization_details": details(recipients=["employer-a"])},
        "invalid_authorization_details",
    ),
}


@pytest.mark.parametrize(("had", "asked", "error"), WIDER.values(), ids=WIDER.keys())
async def test_no_exchange_widens_what_a_token_is_for(
    had: Mapping[str, Any], asked: Mapping[str, str], error: str, site: Site
) -> None:
    token = await minted(site, "partner", **had)
    assert refused(await site.ask(form("partner", token, **asked))) == (400, error)


async def test_recipients_that_a_client_was_given_since_are_not_in_the_exchanged_token(site: Site) -> None:
    client = await register("growing", recipients=["partner"])
    token = await minted(site, "growing")
    await Client.filter(id=client.id).update(recipients=["partner", "partner-2"])
    answer = (await site.ask(form("growing", token))).json()
    assert site.tokens.read(answer["access_token"], NOW).recipients == ("partner",)
    asked = details(recipients=["partner-2"])
    response = await site.ask(form("growing", token, authorization_details=asked))
    assert refused(response) == (400, "invalid_authorization_details")


async def test_a_scope_that_the_client_lost_since_is_not_given_again(site: Site) -> None:
    await register("shrinking", recipients=["partner"])
    token = await minted(site, "shrinking", words=(APPLICATION,))
    await Client.filter(id="shrinking").update(scopes=[ELIGIBILITY])
    assert refused(await site.ask(form("shrinking", token))) == (400, "invalid_scope")


async def test_a_token_does_not_live_longer_by_being_exchanged_again_and_again(site: Site) -> None:
    token = await minted(site, "partner", until=NOW + 90)
    try:
        for second in (30, 60, 89):
            site.clock[0] = NOW + second
            token = (await site.ask(form("partner", token))).json()["access_token"]
            assert told(token)["exp"] == NOW + 90
        site.clock[0] = NOW + 90
        assert refused(await site.ask(form("partner", token))) == (400, "invalid_request")
    finally:
        site.clock[0] = NOW


async def refused_token(site: Site, why: str) -> str:  # noqa: PLR0911 - each reason one
    """A token that this partner may not exchange."""
    match why:
        case "another client's":
            return await minted(site, "stranger")
        case "one that has expired":
            return await minted(site, "partner", now=NOW - 900)
        case "one that has not begun":
            return await minted(site, "partner", now=NOW + 60)
        case "one that was taken back":
            token = await minted(site, "partner")
            at = datetime.fromtimestamp(NOW, UTC)
            await RevokedToken.create(
                token_id=told(token)["jti"], client_id="partner", expires_at=at, revoked_at=at
            )
            return token
        case "one of a role it lost":
            return site.tokens.mint(
                Holder(client=Client(id="partner", role="frontend", recipients=[])), now=NOW
            )
        case "one of a recipient it lost":
            lost = Client(id="partner", role="employer", recipients=["partner", "partner-3"])
            return site.tokens.mint(Holder(client=lost), now=NOW)
        case "one of another of its terms":
            other = Client(id="partner", role="employer", recipients=["partner"], term=1)
            return site.tokens.mint(Holder(client=other), now=NOW)
        case "one for a person, of no frontend":
            return await minted(site, "partner", user=site.demo.users["plain"])
        case "one without its signature":
            return (await minted(site, "partner")).rpartition(".")[0] + "."
        case _:
            return "canary"


@pytest.mark.parametrize(
    "why",
    [
        "another client's",
        "one that has expired",
        "one that has not begun",
        "one that was taken back",
        "one of a role it lost",
        "one of a recipient it lost",
        "one of another of its terms",
        "one for a person, of no frontend",
        "one without its signature",
        "none",
    ],
)
async def test_a_token_that_is_not_good_here_is_exchanged_for_nothing(why: str, site: Site) -> None:
    response = await site.ask(form("partner", await refused_token(site, why)))
    assert refused(response) == (400, "invalid_request")
    sentence = "the subject token is not valid, or not for this client"
    assert response.json()["error_description"] == sentence


async def test_a_bound_token_keeps_its_binding_though_no_proof_is_shown(site: Site) -> None:
    bound = Bound("jkt", new_key().thumbprint())
    token = await minted(site, "partner", bound=bound)
    answer = (await site.ask(form("partner", token))).json()
    assert answer["token_type"] == "DPoP"
    assert site.tokens.read(answer["access_token"], NOW).bound == bound


async def proved(site: Site, asked: Mapping[str, str], key: Any) -> Any:
    """The answer to a request with a proof by this key."""
    nonce = (await site.ask(asked, DPoP=proof(key, "POST", TOKEN_ENDPOINT, NOW))).headers["dpop-nonce"]
    return await site.ask(asked, DPoP=proof(key, "POST", TOKEN_ENDPOINT, NOW, nonce=nonce))


async def test_an_unbound_token_may_be_exchanged_for_one_that_is_bound(site: Site) -> None:
    key, token = new_key(), await minted(site, "partner")
    response = await proved(site, form("partner", token), key)
    bound = site.tokens.read(response.json()["access_token"], NOW).bound
    assert bound == Bound("jkt", key.thumbprint())
    assert response.headers["dpop-nonce"]


async def test_a_bound_token_is_not_bound_anew_to_a_thief_s_key(site: Site) -> None:
    key, thief = new_key(), new_key()
    token = await minted(site, "partner", bound=Bound("jkt", key.thumbprint()))
    assert refused(await proved(site, form("partner", token), thief)) == (400, "invalid_request")
    kept = await proved(site, form("partner", token), key)
    assert site.tokens.read(kept.json()["access_token"], NOW).bound == Bound("jkt", key.thumbprint())


async def test_a_token_bound_to_a_certificate_is_not_bound_to_a_key_instead(site: Site) -> None:
    token = await minted(site, "partner", bound=Bound("x5t#S256", "c" * 43))
    assert refused(await proved(site, form("partner", token), new_key())) == (400, "invalid_request")


MISSHAPEN: dict[str, tuple[Mapping[str, str], str]] = {
    "no type of the subject": ({"subject_token_type": ""}, "invalid_request"),
    "an unknown type of the subject": ({"subject_token_type": "canary"}, "invalid_request"),
    "a refresh token": (
        {"subject_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        "invalid_request",
    ),
    "no subject": ({"subject_token": ""}, "invalid_request"),
    "an actor": ({"actor_token": "canary"}, "invalid_request"),
    "the type of an actor": ({"actor_token_type": ACCESS}, "invalid_request"),
    "another type asked for": (
        {"requested_token_type": "urn:ietf:params:oauth:token-type:id_token"},
        "invalid_request",
    ),
    "another audience": ({"audience": "https://canary.example"}, "invalid_target"),
    "another resource": ({"resource": "https://canary.example"}, "invalid_target"),
}


@pytest.mark.parametrize(("more", "error"), MISSHAPEN.values(), ids=MISSHAPEN.keys())
async def test_an_exchange_that_asks_for_something_else_is_refused(
    more: Mapping[str, str], error: str, site: Site
) -> None:
    asked = {**form("partner", await minted(site, "partner")), **more}
    assert refused(await site.ask(asked)) == (400, error)


async def test_an_exchange_may_name_what_it_gets_anyway(site: Site) -> None:
    token = await minted(site, "partner")
    more = {"requested_token_type": ACCESS, "audience": ISSUER, "resource": ISSUER}
    assert (await site.ask(form("partner", token, **more))).status_code == 200


async def test_an_exchange_is_counted_as_one(site: Site) -> None:
    site.counts.seen.clear()
    await site.ask(form("partner", await minted(site, "partner")))
    await site.ask(form("partner", "canary"))
    assert site.counts.seen == [("exchange", None), ("exchange", "invalid_request")]
