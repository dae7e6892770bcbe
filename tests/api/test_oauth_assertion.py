"""The assertion of a client (RFC 7523): what one must be, and every way in which it proves nothing."""

import hmac
import json
import warnings
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from api.tokens.proof_key import ProofKey
from models.clients.client import Authentication, Client
from models.clients.public_key import ALGORITHMS
from models.database.store import StoreUnavailable
from tests.api.oauth import (
    ISSUER,
    JWT_BEARER,
    NOW,
    SECRET,
    TOKEN_ENDPOINT,
    Gateway,
    basic,
    gateway,
    letter,
    public,
    refused,
    register,
    register_key,
    served,
)
from tests.api.proofs import coded

KEY = ECKey.generate_key("P-256")
OTHER = ECKey.generate_key("P-256")
RSA = RSAKey.generate_key(2048)
KEYS: dict[str, Any] = {
    "ES256": KEY,
    "ES384": ECKey.generate_key("P-384"),
    "PS256": RSA,
    "RS256": RSA,
    "Ed25519": OKPKey.generate_key("Ed25519"),
    "EdDSA": OKPKey.generate_key("Ed25519"),
}
PLAIN = public(KEY, kid="first")


@pytest.fixture(scope="module")
async def asked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    async with gateway(tmp_path_factory.mktemp("assertion")) as made:
        await register_key("partner", PLAIN)
        await register_key("other", public(OTHER, kid="other"))
        await register_key("all", *(public(key, kid=alg, alg=alg, use="sig") for alg, key in KEYS.items()))
        await register_key("changing", PLAIN, public(OTHER, kid="second"))
        await register("by-secret", jwks={"keys": [PLAIN]})
        yield made


def claims(**more: Any) -> dict[str, Any]:
    """The claims of a good assertion; one that is None is left out."""
    plain = {
        "iss": "partner",
        "sub": "partner",
        "aud": ISSUER,
        "exp": int(NOW) + 60,
        "iat": int(NOW),
        "jti": token_urlsafe(12),
        **more,
    }
    return {name: value for name, value in plain.items() if value is not None}


def good(**more: Any) -> str:
    return letter(KEY, claims(**more), head={"kid": "first"})


def form(assertion: str, **more: str) -> dict[str, str]:
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": JWT_BEARER,
        "client_assertion": assertion,
        **more,
    }


async def test_a_client_proves_itself_by_its_key_and_receives_a_token(asked: Gateway) -> None:
    response = await asked.ask(form(good()))
    assert asked.tokens.read(response.json()["access_token"], NOW).client == "partner"


@pytest.mark.parametrize("alg", ALGORITHMS)
async def test_an_assertion_may_be_signed_by_any_of_the_algorithms(alg: str, asked: Gateway) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sent = letter(KEYS[alg], claims(iss="all", sub="all"), alg=alg, head={"kid": alg})
        response = await asked.ask(form(sent))
    assert response.status_code == 200


@pytest.mark.parametrize(
    "more",
    [
        {"aud": TOKEN_ENDPOINT},
        {"aud": [TOKEN_ENDPOINT, "https://elsewhere.example"]},
        {"aud": [ISSUER]},
        {"iat": None},
        {"nbf": int(NOW)},
        {"exp": NOW + 300},
        {"iat": int(NOW) + 5},
        {"canary": "what is more counts for nothing"},
    ],
)
async def test_an_assertion_may_be_written_in_these_ways(more: dict[str, Any], asked: Gateway) -> None:
    assert (await asked.ask(form(good(**more)))).status_code == 200


@pytest.mark.parametrize("kind", ["JWT", "jwt", "client-authentication+jwt", None])
async def test_the_type_of_an_assertion_may_be_left_out(kind: str | None, asked: Gateway) -> None:
    sent = letter(KEY, claims(), head={"kid": "first", "typ": kind})
    assert (await asked.ask(form(sent, client_id="partner"))).status_code == 200


@pytest.mark.parametrize("key", [KEY, OTHER], ids=["the older", "the newer"])
async def test_any_key_of_the_client_may_sign_what_names_none(key: ECKey, asked: Gateway) -> None:
    sent = letter(key, claims(iss="changing", sub="changing"))
    assert (await asked.ask(form(sent))).status_code == 200


@pytest.mark.parametrize("alg", ALGORITHMS)
async def test_what_names_no_key_is_tried_with_those_that_fit_its_algorithm(alg: str, asked: Gateway) -> None:
    sent = letter(KEYS[alg], claims(iss="all", sub="all"), alg=alg)
    assert (await asked.ask(form(sent))).status_code == 200


@pytest.mark.parametrize("kid", ["second", "canary", ""])
async def test_a_key_signs_by_its_own_name_only(kid: str, asked: Gateway) -> None:
    sent = letter(KEY, claims(iss="changing", sub="changing"), head={"kid": kid})
    assert refused(await asked.ask(form(sent))) == (401, "invalid_client")


async def test_a_key_that_was_registered_without_a_name_is_not_found_by_one(asked: Gateway) -> None:
    await register_key("nameless", public(KEY))
    for kid, status in (("first", 401), (None, 200)):
        sent = letter(KEY, claims(iss="nameless", sub="nameless"), head={"kid": kid})
        assert (await asked.ask(form(sent))).status_code == status


WRONG: dict[str, Mapping[str, Any]] = {
    "another issuer": {"iss": "other"},
    "no issuer": {"iss": None},
    "another subject": {"sub": "other"},
    "another client altogether": {"iss": "other", "sub": "other"},
    "no subject": {"sub": None},
    "a subject that is a list": {"sub": ["partner"]},
    "nobody": {"iss": "canary", "sub": "canary"},
    "a subject that no database can look for": {"iss": "\0", "sub": "\0"},
    "a client that proves itself by a secret": {"iss": "by-secret", "sub": "by-secret"},
    "no audience": {"aud": None},
    "another audience": {"aud": "https://canary.example"},
    "an audience that begins like ours": {"aud": ISSUER + ".canary.example"},
    "a list of other audiences": {"aud": ["https://canary.example"]},
    "a list with what is no text": {"aud": [ISSUER, 7]},
    "an empty list": {"aud": []},
    "an audience that is an object": {"aud": {"url": ISSUER}},
    "no end": {"exp": None},
    "an end that has passed": {"exp": int(NOW)},
    "an end too far ahead": {"exp": int(NOW) + 306},
    "an end in words": {"exp": "tomorrow"},
    "an end that is true": {"exp": True},
    "an end beyond all time": {"exp": 1e300},
    "a beginning to come": {"nbf": int(NOW) + 60},
    "a beginning in words": {"nbf": "now"},
    "an issue to come": {"iat": int(NOW) + 60},
    "an issue in words": {"iat": "now"},
    "no id": {"jti": None},
    "an empty id": {"jti": ""},
    "an id that is a number": {"jti": 7},
    "an id too long": {"jti": "x" * 257},
}


@pytest.mark.parametrize("more", WRONG.values(), ids=WRONG.keys())
async def test_an_assertion_with_wrong_claims_proves_nothing(more: dict[str, Any], asked: Gateway) -> None:
    response = await asked.ask(form(good(**more)))
    assert refused(response) == (401, "invalid_client")
    assert response.json()["error_description"] == "the client is not known, or did not prove itself"


def unsigned(alg: str) -> str:
    return b".".join((coded({"alg": alg, "typ": "JWT", "kid": "first"}), coded(claims()), b"")).decode()


def confused(material: bytes) -> str:
    """What one sends who signs with HMAC and the public key as the secret."""
    text = b".".join((coded({"alg": "HS256", "typ": "JWT", "kid": "first"}), coded(claims())))
    signature = urlsafe_b64encode(hmac.digest(material, text, "sha256")).rstrip(b"=")
    return b".".join((text, signature)).decode()


def headed(**head: Any) -> str:
    return letter(KEY, claims(), head={"kid": "first", **head})


def swapped() -> str:
    header, _, signature = good().split(".")
    return f"{header}.{coded(claims(exp=int(NOW) + 200)).decode()}.{signature}"


FORGED = {
    "no algorithm": unsigned("none"),
    "no algorithm, spelt otherwise": unsigned("NONE"),
    "no signature": unsigned("ES256"),
    "the public key in PEM as a shared secret": confused(KEY.as_pem(private=False)),
    "the public key in JSON as a shared secret": confused(json.dumps(PLAIN).encode()),
    "a shared secret of no length": confused(b""),
    "the client's secret as a shared secret": confused(SECRET.encode()),
    "another's key under our key id": letter(OTHER, claims(), head={"kid": "first"}),
    "another client's key by its own id": letter(OTHER, claims(), head={"kid": "other"}),
    "an unknown key id": headed(kid="canary"),
    "a key id that is a path": headed(kid="../../../../dev/null"),
    "a key id that is a query": headed(kid="first' OR '1'='1"),
    "an empty key id": headed(kid=""),
    "a key id that is a list": headed(kid=["first"]),
    "a key of its own in the header": letter(OTHER, claims(), head={"jwk": public(OTHER)}),
    "the address of a key in the header": headed(jku="https://canary.example/keys"),
    "a certificate in the header": headed(x5c=["canary"]),
    "the address of a certificate in the header": headed(x5u="https://canary.example/keys"),
    "a critical extension": headed(crit=["exp"], exp=1),
    "an unencoded payload": headed(b64=False, crit=["b64"]),
    "the type of an access token": headed(typ="at+jwt"),
    "the type of a proof": headed(typ="dpop+jwt"),
    "an algorithm of another curve": letter(KEYS["ES384"], claims(), alg="ES384", head={"kid": "first"}),
    "an algorithm of another kind": letter(RSA, claims(), alg="RS256", head={"kid": "first"}),
    "an algorithm that is not taken": letter(RSA, claims(), alg="RS512", head={"kid": "first"}),
    "claims exchanged under the signature": swapped(),
    "claims that are no object": letter(KEY, [1], head={"kid": "first"}),
    "claims that are no JSON": letter(KEY, b"canary", head={"kid": "first"}),
    "one character more": good() + "A",
    "two parts": "canary.canary",
    "five parts": "a.b.c.d.e",
    "nothing at all": "canary",
    "a deep header": f"{coded(b'[' * 300).decode()}.e30.AAAA",
    "deep claims": letter(KEY, b"[" * 3000, head={"kid": "first"}),
    "more than 8 KiB": good(canary="x" * 8192),
}


@pytest.mark.parametrize("assertion", FORGED.values(), ids=FORGED.keys())
async def test_a_forged_assertion_proves_nothing(assertion: str, asked: Gateway) -> None:
    response = await asked.ask(form(assertion))
    assert refused(response) == (401, "invalid_client")
    assert response.json()["error_description"] == "the client is not known, or did not prove itself"


async def test_an_assertion_serves_once(asked: Gateway) -> None:
    sent = good()
    assert (await asked.ask(form(sent))).status_code == 200
    assert refused(await asked.ask(form(sent))) == (401, "invalid_client")


async def test_an_assertion_is_remembered_for_a_minute_more_than_it_serves(asked: Gateway) -> None:
    """Another process's clock may be behind."""
    seen: list[float] = []

    class Memory:
        async def first(self, key: str, until: float) -> bool:
            assert key
            seen.append(until)
            return True

    async with served(replays=Memory()) as made:
        assert (await made.ask(form(good(exp=int(NOW) + 60)))).status_code == 200
    assert seen == [NOW + 120]
    assert asked.http is not made.http


async def test_an_assertion_shown_elsewhere_serves_no_more(asked: Gateway) -> None:
    sent = {**form(good()), "token": "canary"}
    assert (await asked.post("introspect", sent)).json() == {"active": False}
    assert refused(await asked.post("revoke", sent)) == (401, "invalid_client")
    assert refused(await asked.ask(sent)) == (401, "invalid_client")


async def test_two_clients_may_use_the_same_id_of_an_assertion(asked: Gateway) -> None:
    assert (await asked.ask(form(good(jti="the same")))).status_code == 200
    sent = letter(OTHER, claims(iss="other", sub="other", jti="the same"))
    assert (await asked.ask(form(sent))).status_code == 200


async def test_a_failed_assertion_uses_up_no_id(asked: Gateway) -> None:
    forged = letter(OTHER, claims(jti="kept"), head={"kid": "first"})
    assert refused(await asked.ask(form(forged))) == (401, "invalid_client")
    assert (await asked.ask(form(good(jti="kept")))).status_code == 200


async def test_an_assertion_of_which_nobody_can_tell_is_refused(asked: Gateway) -> None:
    class Dark:
        async def first(self, key: str, until: float) -> bool:
            raise StoreUnavailable(key, until)

    async with served(replays=Dark()) as dark:
        assert refused(await dark.ask(form(good()))) == (503, "temporarily_unavailable")
    assert asked.http is not dark.http


async def test_a_client_registered_for_a_key_cannot_prove_itself_by_a_secret(asked: Gateway) -> None:
    await register("both", authentication=Authentication.PRIVATE_KEY, jwks={"keys": [PLAIN]})
    secret = {"grant_type": "client_credentials", "client_id": "both", "client_secret": SECRET}
    assert refused(await asked.ask(secret)) == (401, "invalid_client")
    sent = letter(KEY, claims(iss="both", sub="both"), head={"kid": "first"})
    assert (await asked.ask(form(sent))).status_code == 200


async def test_a_client_registered_for_a_secret_cannot_prove_itself_by_a_key(asked: Gateway) -> None:
    sent = letter(KEY, claims(iss="by-secret", sub="by-secret"), head={"kid": "first"})
    assert refused(await asked.ask(form(sent))) == (401, "invalid_client")
    secret = {"grant_type": "client_credentials", "client_id": "by-secret", "client_secret": SECRET}
    assert (await asked.ask(secret)).status_code == 200


@pytest.mark.parametrize(
    "more",
    [{"active": False}, {"expires_at": datetime.fromtimestamp(NOW, UTC)}],
    ids=["revoked", "over"],
)
async def test_a_client_that_is_gone_proves_nothing_by_its_key(more: dict[str, Any], asked: Gateway) -> None:
    name = f"gone-{next(iter(more))}"
    await register_key(name, PLAIN)
    sent = letter(KEY, claims(iss=name, sub=name), head={"kid": "first"})
    assert (await asked.ask(form(sent))).status_code == 200
    await Client.filter(id=name).update(**more)
    sent = letter(KEY, claims(iss=name, sub=name), head={"kid": "first"})
    assert refused(await asked.ask(form(sent))) == (401, "invalid_client")


async def test_a_client_serves_until_its_time_is_over(asked: Gateway) -> None:
    end = datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=1)
    await register_key("ending", PLAIN, expires_at=end)
    sent = letter(KEY, claims(iss="ending", sub="ending"), head={"kid": "first"})
    assert (await asked.ask(form(sent))).status_code == 200


UNUSABLE: dict[str, Mapping[str, Any]] = {
    "for encryption": {**PLAIN, "use": "enc"},
    "for another algorithm": {**PLAIN, "alg": "ES384"},
    "for signing only": {**PLAIN, "key_ops": ["sign"]},
    "with its private half": {**KEY.as_dict(private=True), "kid": "first"},
    "of no kind": {"kid": "first"},
    "of an unknown kind": {**PLAIN, "kty": "AKP"},
    "shared": {**OctKey.import_key(SECRET).as_dict(), "kid": "first"},
    "broken": {**PLAIN, "x": "AAAA"},
}


@pytest.mark.parametrize("key", UNUSABLE.values(), ids=UNUSABLE.keys())
async def test_a_key_that_is_not_for_this_verifies_nothing(key: Mapping[str, Any], asked: Gateway) -> None:
    await Client.filter(id="unusable").delete()
    await register_key("unusable", key)
    sent = letter(KEY, claims(iss="unusable", sub="unusable"), head={"kid": "first"})
    assert refused(await asked.ask(form(sent))) == (401, "invalid_client")


@pytest.mark.parametrize("jwks", [None, {}, {"keys": None}, {"keys": []}, {"keys": ["canary"]}, [PLAIN]])
async def test_a_client_without_keys_proves_nothing(jwks: Any, asked: Gateway) -> None:
    await Client.filter(id="keyless").delete()
    await register("keyless", authentication=Authentication.PRIVATE_KEY, jwks=jwks)
    for sent in (
        form(good(iss="keyless", sub="keyless")),
        form(letter(KEY, claims(iss="keyless", sub="keyless"))),
    ):
        assert refused(await asked.ask(sent)) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("more", "headers"),
    [
        ({"client_secret": SECRET, "client_id": "partner"}, {}),
        ({}, {"Authorization": basic("partner", SECRET)}),
    ],
)
async def test_an_assertion_beside_a_secret_is_one_way_too_many(
    more: dict[str, str], headers: dict[str, str], asked: Gateway
) -> None:
    assert refused(await asked.ask(form(good(), **more), **headers)) == (400, "invalid_request")


async def test_an_assertion_in_the_name_of_another_client_proves_nothing(asked: Gateway) -> None:
    assert refused(await asked.ask(form(good(), client_id="other"))) == (401, "invalid_client")


@pytest.mark.parametrize("kind", ["", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"])
async def test_an_assertion_of_another_kind_is_not_read(kind: str, asked: Gateway) -> None:
    sent = {**form(good()), "client_assertion_type": kind}
    assert refused(await asked.ask(sent)) == (400, "invalid_request")


@pytest.mark.parametrize(("kid", "times"), [("first", 1), ("canary", 1), (None, 2)])
async def test_what_proves_nothing_is_verified_as_often_whoever_it_names(
    kid: str | None, times: int, asked: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever measures must not learn which clients there are, nor what keys they have."""
    tried: list[str] = []

    def counted(key: ProofKey, algorithm: str, _text: bytes, _signature: bytes) -> bool:
        assert key.fits(algorithm)
        tried.append(algorithm)
        return False

    monkeypatch.setattr(ProofKey, "signed", counted)
    for alg, key in KEYS.items():
        for name in ("canary", "partner", "changing", "all", "by-secret"):
            sent = letter(key, claims(iss=name, sub=name), alg=alg, head={"kid": kid})
            assert refused(await asked.ask(form(sent))) == (401, "invalid_client")
            assert (name, tried) == (name, [alg] * times)
            tried.clear()
