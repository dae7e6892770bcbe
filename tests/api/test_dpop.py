"""The proofs of DPoP (RFC 9449): what one must be, and every way in which it is none."""

import json
import warnings
from dataclasses import replace
from typing import Any

import pytest
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from api.tokens.dpop import LONGEST_PROOF, Expected, NonceWanted, OtherKey, ProofRefused, Proofs
from api.tokens.nonce import SLACK, WINDOW, Nonces
from api.tokens.replay import MemoryReplays
from api.tokens.target import normal
from models.clients.public_key import ALGORITHMS
from models.database.store import StoreUnavailable
from tests.api.proofs import Key, ath, claims, coded, new_key, proof, signed

NOW = 1_800_000_000.0
ISSUER = "https://gateway.example"
AT = f"{ISSUER}/graphql"
TOKEN = "the.access.token"
SECRET = "a secret key of the installation"
NONCES = Nonces(SECRET)
NONCE = NONCES.current(NOW)
KEY = new_key()
RSA = RSAKey.generate_key(2048)
KEYS: dict[str, Key] = {
    "ES256": KEY,
    "ES384": ECKey.generate_key("P-384"),
    "PS256": RSA,
    "RS256": RSA,
    "Ed25519": OKPKey.generate_key("Ed25519"),
    "EdDSA": OKPKey.generate_key("Ed25519"),
}
EXPECTED = Expected(method="POST", path="/graphql", token=TOKEN)


def proofs() -> Proofs:
    return Proofs(ISSUER, NONCES, MemoryReplays(lambda: NOW))


def good(**more: Any) -> dict[str, Any]:
    return claims("POST", AT, NOW, **{"nonce": NONCE, "ath": ath(TOKEN), **more})


async def refused(*sent: str, by: Proofs | None = None, now: float = NOW) -> tuple[str, str]:
    with pytest.raises(ProofRefused) as refusal:
        await (by or proofs()).verified(sent, EXPECTED, now)
    assert "canary" not in str(refusal.value)
    return refusal.value.error, str(refusal.value)


@pytest.mark.parametrize("alg", ALGORITHMS)
async def test_a_proof_by_any_of_the_algorithms_tells_the_thumbprint_of_its_key(alg: str) -> None:
    key = KEYS[alg]
    sent = signed(key, good(), alg=alg)
    assert await proofs().verified([sent], EXPECTED, NOW) == key.thumbprint()


async def test_what_a_proof_says_beside_what_it_must_counts_for_nothing() -> None:
    head = {
        "kid": "canary",
        "jwk": {**KEY.as_dict(private=False), "use": "enc", "alg": "HS256", "kid": "canary"},
    }
    sent = signed(KEY, good(canary="canary"), head=head)
    assert await proofs().verified([sent], EXPECTED, NOW) == KEY.thumbprint()


async def test_at_the_token_endpoint_no_hash_of_a_token_is_asked_for() -> None:
    sent = proof(KEY, "POST", f"{ISSUER}/oauth/token", NOW, nonce=NONCE)
    expected = Expected(method="POST", path="/oauth/token")
    assert await proofs().verified([sent], expected, NOW) == KEY.thumbprint()


@pytest.mark.parametrize(
    "address",
    [
        "HTTPS://GATEWAY.EXAMPLE/graphql",
        "https://gateway.example:443/graphql",
        "https://gateway.example/graphql?query=1",
        "https://gateway.example/graphql#part",
        "https://gateway.example/gr%61phql",
        "https://gateway.example:/graphql",
    ],
)
async def test_the_address_may_be_written_in_any_way_that_means_the_same(address: str) -> None:
    assert await proofs().verified([signed(KEY, good(htu=address))], EXPECTED, NOW) == KEY.thumbprint()


@pytest.mark.parametrize(
    "address",
    [
        "https://gateway.example/oauth/token",
        "https://gateway.example/graphql/",
        "https://gateway.example/GraphQL",
        "https://gateway.example",
        "http://gateway.example/graphql",
        "https://gateway.example:8443/graphql",
        "https://evil.example/graphql",
        "https://gateway.example.evil.example/graphql",
        "https://canary@gateway.example/graphql",
        "https://gateway.example/%67raphql%2F",
        "https://gateway.example/x/../graphql",
        "https://gateway.example\\graphql",
        " https://gateway.example/graphql",
        "https://gateway.example/\tgraphql",
        "https://[gateway.example/graphql",
        "https://gateway.example:99999/graphql",
        "//gateway.example/graphql",
        "/graphql",
        "",
        "https://gateway.example/" + "x" * 2048,
        ["https://gateway.example/graphql"],
        None,
    ],
)
async def test_a_proof_for_another_address_is_none(address: object) -> None:
    error = await refused(signed(KEY, good(htu=address)))
    assert error == (
        "invalid_dpop_proof",
        "`htu` is not the address of the request, as the metadata names it",
    )


@pytest.mark.parametrize("method", ["GET", "post", "PUT", "", None, ["POST"], 1])
async def test_a_proof_for_another_method_is_none(method: object) -> None:
    error = await refused(signed(KEY, good(htm=method)))
    assert error == ("invalid_dpop_proof", "`htm` is not the method of the request")


@pytest.mark.parametrize("shown", [ath("another.access.token"), "", "é", None, 1, [ath(TOKEN)], TOKEN])
async def test_a_proof_stolen_from_a_request_with_another_token_is_none(shown: object) -> None:
    error = await refused(signed(KEY, good(ath=shown)))
    assert error == ("invalid_dpop_proof", "`ath` is not the hash of the access token")


@pytest.mark.parametrize(
    "made",
    [NOW - 301, NOW + 301, 0, -1, 10**400, float("nan"), float("inf"), True, str(int(NOW)), None, [NOW]],
)
async def test_a_proof_of_another_time_is_none(made: object) -> None:
    error, sentence = await refused(signed(KEY, good(iat=made)))
    assert error == "invalid_dpop_proof"
    no_json = isinstance(made, int | float) and not abs(made) < 1 << 64
    assert sentence == ("the proof is no JWT" if no_json else "`iat` is not about now: look at the clock")


@pytest.mark.parametrize("made", [NOW - 299, NOW + 299, NOW + 0.5])
async def test_a_clock_may_differ_a_little(made: float) -> None:
    assert await proofs().verified([signed(KEY, good(iat=made))], EXPECTED, NOW) == KEY.thumbprint()


@pytest.mark.parametrize("jti", ["", None, 1, "x" * 257, ["x"]])
async def test_a_proof_without_a_name_of_its_own_is_none(jti: object) -> None:
    error = await refused(signed(KEY, good(jti=jti)))
    assert error == ("invalid_dpop_proof", "`jti` is not a text of 1 to 256 characters")


async def test_a_replayed_proof_is_none_even_under_another_name_for_its_address() -> None:
    by, payload = proofs(), good()
    assert await by.verified([signed(KEY, payload)], EXPECTED, NOW) == KEY.thumbprint()
    replayed = ("invalid_dpop_proof", "the proof was shown before: make one for each request")
    assert await refused(signed(KEY, payload), by=by) == replayed
    assert await refused(signed(KEY, {**payload, "htu": AT + "?x"}), by=by) == replayed
    other = new_key()
    assert await by.verified([signed(other, payload)], EXPECTED, NOW) == other.thumbprint()


@pytest.mark.parametrize(
    "nonce",
    [None, "", "canary", 1, ["x"], "é", Nonces("another installation's secret key").current(NOW),
     Nonces(SECRET, b"the process before").current(NOW), NONCES.current(NOW - 2 * WINDOW), NONCES.current(NOW + 2 * WINDOW)],
)  # fmt: skip
async def test_a_proof_without_a_nonce_of_ours_is_to_be_made_again(nonce: object) -> None:
    by = proofs()
    with pytest.raises(NonceWanted) as wanted:
        await by.verified([signed(KEY, good(nonce=nonce))], EXPECTED, NOW)
    assert wanted.value.error == "use_dpop_nonce"
    assert str(wanted.value) == "make the proof with the `nonce` of the header `DPoP-Nonce`"


async def test_a_nonce_is_good_for_two_windows_and_known_to_a_process_whose_clock_is_behind() -> None:
    for later in (0, WINDOW, -WINDOW):
        payload = good(nonce=NONCE, iat=NOW + later)
        assert await proofs().verified([signed(KEY, payload)], EXPECTED, NOW + later)
    until = NONCES.until(NONCE, NOW)
    assert until is not None
    assert NONCES.until(NONCE, until - SLACK - 0.001) == until
    assert NONCES.until(NONCE, until - SLACK) is None
    assert NONCES.current(NOW) == NONCES.current(NOW + 1)
    assert NONCES.current(NOW) != NONCES.current(NOW + WINDOW)


@pytest.mark.parametrize("sent", [(), ("a", "b"), (signed(KEY, good()), signed(KEY, good()))])
async def test_there_is_one_proof(sent: tuple[str, ...]) -> None:
    error, sentence = await refused(*sent)
    assert error == "invalid_dpop_proof"
    assert sentence in ("send one `DPoP` header", "a proof is missing: send it in the header `DPoP`")


def private(key: Key) -> dict[str, Any]:
    return {"jwk": key.as_dict(private=True)}


OCT = OctKey.generate_key(256)
SMALL = {"kty": "RSA", "n": coded((1 << 1023 | 1).to_bytes(128, "big")).decode(), "e": "AQAB"}
LARGE = {"kty": "RSA", "n": coded((1 << 8191 | 1).to_bytes(1024, "big")).decode(), "e": "AQAB"}
EVEN = {"kty": "RSA", "n": coded((1 << 2047).to_bytes(256, "big")).decode(), "e": "AQAB"}
PUBLIC = KEY.as_dict(private=False)
SENTENCES = {
    "type": "the `typ` of the proof is not `dpop+jwt`",
    "alg": f"the `alg` of the proof is none of: {', '.join(ALGORITHMS)}",
    "crit": "the header of the proof asks for what is not served: `crit` or `b64`",
    "key": "the `jwk` of the header is no key",
    "private": "the `jwk` of the header is not a public key alone: keep the private one to yourself",
    "kind": "the `kty` of the key is none of: EC, RSA, OKP",
    "size": "an RSA key has 2048 to 4096 bits",
    "numbers": "an RSA key has an odd modulus, and an odd exponent of at most 4 bytes",
    "jwt": "the proof is no JWT",
    "signed": "the proof is not signed by the key of its header",
}


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ({"typ": "JWT"}, "type"),
        ({"typ": "at+jwt"}, "type"),
        ({"typ": None}, "type"),
        ({"alg": "none"}, "alg"),
        ({"alg": "None"}, "alg"),
        ({"alg": "HS256"}, "alg"),
        ({"alg": "ES512"}, "alg"),
        ({"alg": "ES256K"}, "alg"),
        ({"alg": ["ES256"]}, "alg"),
        ({"alg": "ES384"}, "signed"),
        ({"alg": "RS256"}, "signed"),
        ({"alg": "Ed25519"}, "signed"),
        ({"crit": ["exp"], "exp": 1}, "crit"),
        ({"b64": False}, "jwt"),
        ({"b64": True}, "crit"),
        ({"jwk": None}, "key"),
        ({"jwk": "canary"}, "key"),
        ({"jwk": []}, "key"),
        ({"jwk": {**PUBLIC, "x": 1}}, "key"),
        ({"jwk": {**PUBLIC, "x": PUBLIC["y"]}}, "key"),
        ({"jwk": {**PUBLIC, "crv": "canary"}}, "key"),
        ({"jwk": {**PUBLIC, "x": f"{PUBLIC['x']}="}}, "key"),
        ({"jwk": {"kty": "EC"}}, "key"),
        ({"jwk": {**PUBLIC, "kty": ["EC"]}}, "kind"),
        ({"jwk": {"kty": "canary"}}, "kind"),
        ({"jwk": {"kty": "oct"}}, "kind"),
        ({"jwk": {}}, "kind"),
        (private(KEY), "private"),
        (private(RSA), "private"),
        (private(KEYS["Ed25519"]), "private"),
        ({"jwk": OCT.as_dict(private=True)}, "private"),
        ({"jwk": SMALL}, "size"),
        ({"jwk": LARGE}, "size"),
        ({"jwk": {**RSA.as_dict(private=False), "e": "AQAB" * 20}}, "numbers"),
        ({"jwk": {**RSA.as_dict(private=False), "e": "AQ"}}, "numbers"),
        ({"jwk": EVEN}, "numbers"),
        ({"jwk": new_key().as_dict(private=False)}, "signed"),
        ({"jwk": KEYS["ES384"].as_dict(private=False)}, "signed"),
        ({"jwk": OKPKey.generate_key("X25519").as_dict(private=False)}, "signed"),
    ],
)  # fmt: skip
async def test_a_header_that_means_no_good_is_refused(head: dict[str, Any], why: str) -> None:
    assert await refused(signed(KEY, good(), head=head)) == ("invalid_dpop_proof", SENTENCES[why])


async def test_a_proof_signed_by_a_shared_secret_or_by_nobody_is_none() -> None:
    for alg in ("HS256", "none"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)
            sent = signed(OCT, good(), alg=alg, head=PUBLIC and {"jwk": PUBLIC})
        assert await refused(sent) == ("invalid_dpop_proof", SENTENCES["alg"])


NO_TEXT = coded(b"\xff").decode()


def altered() -> list[str]:
    sent = signed(KEY, good())
    head, body, sign = sent.split(".")
    return [
        "", ".", "..", "canary", f"{head}.{body}", f"{head}.{body}.", f".{body}.{sign}", f"{head}..{sign}",
        f"{head}.{body}.{sign}.{sign}", f"{head}.{body}.{sign[:-2]}", f"{head}.{body}.{sign}=", f"{sent} ",
        f"{head}.{coded(good(htm='GET')).decode()}.{sign}", f"{coded([]).decode()}.{body}.{sign}",
        f"{coded(1).decode()}.{body}.{sign}", f"{coded(None).decode()}.{body}.{sign}",
        f"{coded(['alg']).decode()}.{body}.{sign}", f"{coded(b'{' * 900).decode()}.{body}.{sign}",
        f"{coded(b'[' * 2000).decode()}.{body}.{sign}", f"é{sent}", f"{NO_TEXT}.{body}.{sign}",
        sent + "x" * LONGEST_PROOF, signed(KEY, good(jti="x" * LONGEST_PROOF)),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(len(altered())))
async def test_what_is_no_jwt_or_was_altered_or_is_too_long_is_refused(number: int) -> None:
    error, _ = await refused(altered()[number])
    assert error == "invalid_dpop_proof"


@pytest.mark.parametrize("payload", [[], 1, None, "canary", b"", b"{", b"\xff", b"[" * 1000])
async def test_a_proof_whose_claims_are_none_is_refused(payload: object) -> None:
    error, sentence = await refused(signed(KEY, payload))
    assert error == "invalid_dpop_proof"
    assert sentence in ("the proof is no JWT", "the proof has no claims")


@pytest.mark.parametrize("name", ["jti", "ath", "nonce", "htu"])
async def test_a_proof_with_half_a_character_is_refused(name: str) -> None:
    assert await refused(signed(KEY, good(**{name: "\ud800"}))) == (
        "invalid_dpop_proof",
        "the proof is no JWT",
    )


async def test_a_proof_by_another_key_than_that_of_the_token_is_not_remembered() -> None:
    remembered: list[str] = []

    class Memory:
        async def first(self, key: str, until: float) -> bool:
            assert until > NOW
            remembered.append(key)
            return True

    by = Proofs(ISSUER, NONCES, Memory())
    expected = replace(EXPECTED, key=new_key().thumbprint())
    with pytest.raises(OtherKey):
        await by.verified([signed(KEY, good())], expected, NOW)
    assert remembered == []
    assert await by.verified([signed(KEY, good())], replace(EXPECTED, key=KEY.thumbprint()), NOW)
    assert len(remembered) == 1


async def test_where_nobody_can_tell_whether_a_proof_was_shown_before_it_is_not_taken() -> None:
    class Unreachable:
        async def first(self, key: str, until: float) -> bool:
            assert (KEY.thumbprint() in key, until > NOW) == (True, True)
            raise StoreUnavailable

    with pytest.raises(StoreUnavailable):
        await Proofs(ISSUER, NONCES, Unreachable()).verified([signed(KEY, good())], EXPECTED, NOW)


async def test_no_refusal_remembers_anything() -> None:
    by, payload = proofs(), good()
    for wrong in ({"htm": "GET"}, {"ath": "canary"}, {"nonce": "canary"}):
        await refused(signed(KEY, {**payload, **wrong}), by=by)
    assert await by.verified([signed(KEY, payload)], EXPECTED, NOW) == KEY.thumbprint()


async def test_a_key_has_one_thumbprint_however_it_is_written() -> None:
    key = next(each for each in (new_key() for _ in range(10_000)) if coded_x(each)[0] == 0)
    short = {**key.as_dict(private=False), "x": coded(coded_x(key).lstrip(b"\0")).decode()}
    sent = signed(key, good(), head={"jwk": short})
    assert await proofs().verified([sent], EXPECTED, NOW) == key.thumbprint()


def coded_x(key: ECKey) -> bytes:
    numbers = key.public_key.public_numbers()
    return numbers.x.to_bytes(32, "big")


@pytest.mark.parametrize(
    ("uri", "same"),
    [
        ("https://a.example", "https://a.example/"),
        ("https://a.example/%7euser/%2f", "https://a.example/~user/%2F"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("ftp://a.example/", None),
        ("https:///x", None),
    ],
)
def test_an_address_has_one_way_to_be_written(uri: str, same: str | None) -> None:
    assert normal(uri) == same


def test_a_proof_of_the_largest_key_is_not_too_long() -> None:
    number = (1 << 4095 | 1).to_bytes(512, "big")
    header = {
        "typ": "dpop+jwt",
        "alg": "PS256",
        "jwk": {"kty": "RSA", "n": coded(number).decode(), "e": "AQAB"},
    }
    parts = (coded(header), coded(json.dumps(good()).encode()), coded(number))
    assert sum(map(len, parts)) + 2 < LONGEST_PROOF
