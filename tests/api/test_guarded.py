"""In production the tokens of those who read what the law guards most are bound, unless one is exempted by name."""

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import product

import pytest

from api.gateway.changes.clients import CLIENT_CHANGES
from api.tokens.guarded import CHANGES_OF_CLIENTS, MOST_QUESTIONS, enough, must_bind
from models.catalogue import catalogue
from models.clients.client import Binding
from models.inforce import Force
from models.registry import Registry
from policies.edition import Edition
from policies.judging.judge import Judge
from policies.vocabulary import Role
from tests.api.proofs import ath
from tests.api.prover import QUERY, Prover
from tests.api.test_attack_tokens import counted, registered
from tests.api.test_dpop_served import refused
from tests.api.test_production import PRODUCTION
from tests.world import World, world

KINDS = {
    "a": "employer", "so": "support_org", "mail": "mail_sender", "pay": "payment_processor",
    "an": "analytics", "ads": "ad_network", "auth": "authority", "internal": "internal", "person": "person",
}  # fmt: skip


def force_of(edition: Edition) -> Force:
    return Force(edition, 1, Registry({}, {}), Judge(edition, KINDS), catalogue(edition))


@pytest.mark.parametrize(
    ("role", "recipients", "must"),
    [
        ("employer", ["a"], True),
        ("support_org", ["so"], True),
        ("authority", ["auth"], True),
        ("frontend", ["internal"], True),
        ("frontend", [], True),
        ("user", ["person"], True),
        ("privacy_officer", ["internal"], True),
        ("privacy_officer", ["a", "internal"], True),
        ("entrustee", ["mail"], False),
        ("entrustee", ["pay"], False),
        ("ad_network", ["ads"], False),
        ("analytics", ["an"], False),
        ("policy_admin", ["internal"], True),
        ("policy_admin", ["a"], False),
        ("auditor", ["internal"], False),
        ("policy_approver", ["internal"], True),
        ("policy_approver", ["a"], False),
        ("employer", ["nobody"], False),
        ("employer", [], False),
        ("employer", ["ads"], False),
        ("canary", ["a"], False),
    ],
)
def test_who_may_read_a_field_of_tier_3_must_bind_its_tokens(
    edition: Edition, role: str, recipients: list[str], must: bool
) -> None:
    assert must_bind(force_of(edition), role, recipients) is must


def test_each_change_of_a_client_is_guarded() -> None:
    assert {f"Mutation.{name}" for name in CLIENT_CHANGES} == set(CHANGES_OF_CLIENTS)


def test_the_answer_follows_the_rules_in_force_and_is_kept_with_them(edition: Edition) -> None:
    force = force_of(edition)
    assert must_bind(force, "employer", ["a"])
    kept = dict(force.kept)
    assert must_bind(force, "employer", ["a"])
    assert force.kept == kept
    none = replace(edition, rules=tuple(rule for rule in edition.rules if rule.role != Role.EMPLOYER))
    assert not must_bind(force_of(none), "employer", ["a"])


def test_where_it_takes_too_many_questions_to_tell_the_token_is_bound(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [replace(rule, needs=(), role="any") if rule.id == "erased" else rule for rule in edition.rules]
    denied = replace(edition, rules=tuple(whole))
    assert not must_bind(force_of(denied), "employer", ["a"])
    assert MOST_QUESTIONS > 100
    monkeypatch.setattr("api.tokens.guarded.MOST_QUESTIONS", 1)
    assert must_bind(force_of(denied), "employer", ["a"])


def test_no_binding_is_enough_for_another() -> None:
    ways, kinds = (None, "jkt", "x5t#S256"), (*Binding, "canary")
    good = {
        (kind, way, guarded)
        for kind, way, guarded in product(kinds, ways, (True, False))
        if enough(kind, way, guarded=guarded)
    }
    assert good == {
        *((Binding.DPOP, "jkt", guarded) for guarded in (True, False)),
        *((Binding.CERTIFICATE, "x5t#S256", guarded) for guarded in (True, False)),
        *((Binding.EXEMPT, way, guarded) for way in ways for guarded in (True, False)),
        *((Binding.DEFAULT, way, False) for way in ways),
        (Binding.DEFAULT, "jkt", True),
        (Binding.DEFAULT, "x5t#S256", True),
    }


@pytest.fixture(scope="module")
async def production(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with world(database_url, tmp_path_factory.mktemp("var"), edition, people=12, **PRODUCTION) as made:
        yield made


async def test_in_production_a_client_that_reads_tier_3_gets_no_unbound_token(production: World) -> None:
    for name in ("employer-a", "support-org", "authority", "frontend", "privacy-desk", "policy-admin"):
        prover = Prover(production, name)
        response = await prover.grant()
        assert (response.status_code, response.json()["error"]) == (400, "invalid_dpop_proof"), name
        assert "send a proof in the header `DPoP`" in response.json()["error_description"]
        await prover.get_token()
        assert (await prover.ask(prover.for_query())).status_code == 200
    for name in ("ad-network", "analytics", "mail-sender", "payment-processor", "auditor"):
        prover = Prover(production, name)
        response = await prover.grant()
        assert (response.status_code, response.json()["token_type"]) == (200, "Bearer"), name
        prover.token = response.json()["access_token"]
        assert (await prover.ask(scheme="Bearer")).status_code == 200


async def test_a_token_from_before_the_rule_serves_no_more_unless_its_client_is_exempt(
    production: World,
) -> None:
    user = production.demo.users["plain"]
    for name, own in (("employer-a", None), ("frontend", None), ("frontend", user)):
        before = await counted(production)
        response = await production.send(name, QUERY, user=own)
        challenges = response.headers.get_list("www-authenticate")
        assert challenges[0].startswith('Bearer realm="mokuteki", error="invalid_token"')
        assert challenges[1].startswith("DPoP realm=")
        await refused(production, response, challenges)
        assert response.json()["errors"][0]["message"].startswith("the tokens of this client are bound")
        assert await counted(production) == ((before[0] or 0) + 1, before[1])
        async with registered(production, name, binding=Binding.EXEMPT):
            assert (await production.send(name, QUERY, user=own)).status_code == 200


async def test_a_token_that_the_gateway_refuses_as_unbound_is_not_active(production: World) -> None:
    token, credential = await production.token("employer-a"), production.demo.clients["employer-a"]
    form = {"client_id": credential.client_id, "client_secret": credential.client_secret, "token": token}

    async def active() -> bool:
        return bool((await production.http.post("/oauth/introspect", data=form)).json()["active"])

    assert not await active()
    async with registered(production, "employer-a", binding=Binding.EXEMPT):
        assert await active()
    async with registered(production, "employer-a", binding=Binding.DPOP):
        assert not await active()


async def test_a_bound_token_opens_the_schema_only_with_its_proof(production: World) -> None:
    prover = Prover(production, "frontend")
    await prover.get_token()
    path = "/schema.graphql"
    for scheme, proof, status in (
        ("DPoP", prover.proof("GET", path, ath=ath(prover.token)), 200),
        ("DPoP", prover.proof("GET", path), 404),
        ("DPoP", prover.for_query(method="GET"), 404),
        ("Bearer", prover.proof("GET", path, ath=ath(prover.token)), 404),
    ):
        headers = {"Authorization": f"{scheme} {prover.token}", "DPoP": proof}
        assert (await production.http.get(path, headers=headers)).status_code == status
