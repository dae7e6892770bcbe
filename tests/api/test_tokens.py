"""Access tokens: what we sign we read, and nothing else."""

import base64
import hmac
import json
import sys
from asyncio import create_subprocess_exec, gather
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from api.tokens.access_token import MOST_REMEMBERED, AccessTokens, Holder, InvalidToken
from api.tokens.keys import LEAD, Keyring, KeysSealed, RingKey, load_keys, new_key, seal, unseal
from api.tokens.requester import Bound
from api.tokens.scope import Scope, ScopeRefused
from models.clients.token_state import SigningKey
from tests.api.opened import opened, url

NOW = 1_800_000_000.0
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ISSUER = "https://gateway.example"
KEY = new_key()
RING = Keyring.of([RingKey(KEY, 0.0)])
SECRET = "a secret key of the installation, long enough"


@dataclass
class Registration:
    """A client as its record describes it."""

    id: str = "employer-a"
    role: str = "employer"
    recipients: list[str] = field(default_factory=lambda: ["employer-a", "employer-b"])
    term: int = 0


def tokens(ring: Keyring = RING) -> AccessTokens:
    return AccessTokens(ring, ISSUER, ISSUER, 900)


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
    try:
        return json.loads(header), json.loads(claims)
    except ValueError:
        return json.loads(header), {}


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


HEADER, CLAIMS = parts(tokens().mint(Holder(client=Registration()), now=NOW))


def signed(
    header: Mapping[str, Any] | None = None,
    claims: Mapping[str, Any] | None = None,
    *,
    without: str = "",
    key: ECKey = KEY,
) -> str:
    """A token signed by one of our keys that differs from a good one in what is given."""
    said = {name: value for name, value in {**CLAIMS, **(claims or {})}.items() if name != without}
    registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    return jws.serialize_compact({**HEADER, **(header or {})}, json.dumps(said), key, registry=registry)


def test_a_token_says_who_asks_and_for_whom() -> None:
    requester = tokens().read(tokens().mint(Holder(client=Registration()), now=NOW), NOW)
    assert (requester.client, requester.role, requester.user) == ("employer-a", "employer", None)
    assert requester.recipients == ("employer-a", "employer-b")
    assert (requester.scopes, requester.bound, requester.staff) == ((), None, None)
    assert requester.expires_at == NOW + 900


def test_a_token_has_the_shape_of_rfc_9068() -> None:
    header, claims = parts(tokens().mint(Holder(client=Registration()), now=NOW))
    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": KEY.thumbprint()}
    assert claims == {
        "iss": ISSUER,
        "sub": "employer-a",
        "aud": ISSUER,
        "iat": 1_800_000_000,
        "nbf": 1_800_000_000,
        "exp": 1_800_000_900,
        "jti": claims["jti"],
        "client_id": "employer-a",
        "role": "employer",
        "recipients": ["employer-a", "employer-b"],
    }


def test_anybody_can_verify_a_token_with_the_published_keys() -> None:
    published: Any = RING.jwks(NOW)
    decoded = jwt.decode(signed(), KeySet.import_key_set(published), algorithms=["ES256"])
    assert decoded.claims["client_id"] == "employer-a"


def test_a_users_token_is_for_the_person_and_names_who_acts() -> None:
    token = tokens().mint(Holder(client=Registration(id="frontend", role="frontend"), user="u7Hd"), now=NOW)
    requester = tokens().read(token, NOW)
    assert (requester.role, requester.user, requester.recipients) == ("user", "u7Hd", ("person",))
    assert requester.client == "frontend"
    assert parts(token)[1]["act"] == {"sub": "frontend"}


def test_two_tokens_are_never_the_same() -> None:
    assert tokens().mint(Holder(client=Registration()), now=NOW) != tokens().mint(
        Holder(client=Registration()), now=NOW
    )


def test_a_token_carries_the_words_and_the_details_that_narrow_it() -> None:
    words = ("purpose:service.application", "category:card")
    details = Scope.of_details([{"type": "personal_data", "recipients": ["employer-a"]}])
    token = tokens().mint(Holder(client=Registration(), words=words, details=details), now=NOW)
    by_words, by_details = tokens().read(token, NOW).scopes
    assert by_words.words == words
    assert by_details.details == [{"type": "personal_data", "recipients": ["employer-a"]}]


def test_a_token_says_what_it_is_bound_to() -> None:
    for bound in (Bound("jkt", "k" * 43), Bound("x5t#S256", "c" * 43)):
        token = tokens().mint(Holder(client=Registration(), bound=bound), now=NOW)
        assert tokens().read(token, NOW).bound == bound


def test_a_token_of_staff_names_the_person_and_the_client_that_acts() -> None:
    desk = Registration(id="desk", role="privacy_officer", recipients=["internal"])
    requester = tokens().read(tokens().mint(Holder(client=desk, staff="corp:mori"), now=NOW), NOW)
    assert (requester.staff, requester.user, requester.client) == ("corp:mori", None, "desk")


def test_a_token_made_from_another_does_not_outlive_it() -> None:
    token = tokens().mint(Holder(client=Registration()), now=NOW, until=NOW + 10)
    assert tokens().read(token, NOW).expires_at == NOW + 10


def test_a_scope_that_is_too_long_for_a_token_is_refused() -> None:
    words = tuple(f"category:{'c' * 55}{number}" for number in range(99))
    with pytest.raises(ScopeRefused, match="too long"):
        tokens().mint(Holder(client=Registration(), words=words), now=NOW)


@pytest.mark.parametrize(
    ("client", "user"),
    [
        (Registration(role="user"), None),
        (Registration(role="emperor"), None),
        (Registration(id=""), None),
        (Registration(recipients=["not an id"]), None),
        (Registration(), ""),
        (Registration(), "not an id"),
    ],
)
def test_what_could_not_be_read_is_not_minted(client: Registration, user: str | None) -> None:
    with pytest.raises(ValueError, match="cannot stand in a token"):
        tokens().mint(Holder(client=client, user=user), now=NOW)


def unsigned(algorithm: str) -> str:
    return f"{packed({**HEADER, 'alg': algorithm})}.{packed(CLAIMS)}."


def confused(material: bytes) -> str:
    """The token of one who signs with HMAC and our public key as the secret; no library helps with that."""
    said = f"{packed({**HEADER, 'alg': 'HS256'})}.{packed(CLAIMS)}"
    signature = hmac.digest(material, said.encode(), "sha256")
    return f"{said}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def swapped(claims: Mapping[str, Any]) -> str:
    """A good token whose claims were exchanged under its signature."""
    header, _, signature = signed().split(".")
    return f"{header}.{packed({**CLAIMS, **claims})}.{signature}"


def carrying_its_own_key() -> str:
    own = new_key()
    return signed({"jwk": own.as_dict(private=False)}, key=own)


def of_another_algorithm() -> str:
    key = RSAKey.generate_key(2048)
    return jws.serialize_compact({**HEADER, "alg": "RS256"}, json.dumps(CLAIMS), key, algorithms=["RS256"])


FORGED = {
    "no algorithm": unsigned("none"),
    "no algorithm, spelt otherwise": unsigned("nOnE"),
    "no signature": unsigned("ES256"),
    "the public key in PEM as a shared secret": confused(KEY.as_pem(private=False)),
    "the public key in JSON as a shared secret": confused(json.dumps(RING.jwks(NOW)["keys"][0]).encode()),
    "another algorithm": of_another_algorithm(),
    "an unknown key id": signed({"kid": "unknown"}),
    "a key id that is no text": f"{packed({**HEADER, 'kid': ['x']})}.{packed(CLAIMS)}.AAAA",
    "no key id": f"{packed({'alg': 'ES256', 'typ': 'at+jwt'})}.{packed(CLAIMS)}.AAAA",
    "another's key under our key id": signed(key=new_key()),
    "a key of its own in the header": carrying_its_own_key(),
    "a critical extension": signed({"crit": ["b64"], "b64": True}),
    "another type": signed({"typ": "JWT"}),
    "a wider role": swapped({"role": "privacy_officer"}),
    "another recipient": swapped({"recipients": ["internal"]}),
    "a later end": swapped({"exp": 1_900_000_000}),
    "one character more": signed() + "A",
    "nothing": "",
    "no token": "canary",
    "two parts": "canary.canary",
    "five parts": "a.b.c.d.e",
    "letters beyond ASCII": "\u540d.\u540d.\u540d",
    "a header that is no object": f"{packed([1])}.{packed(CLAIMS)}.AAAA",
    "a deep header": f"{base64.urlsafe_b64encode(b'[' * 5000).decode().rstrip('=')}.e30.AAAA",
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
def test_a_forged_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidToken, match=r"^the access token is not valid$") as refused:
        tokens().read(token, NOW)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


WRONG: dict[str, Mapping[str, Any]] = {
    "another issuer": {"iss": "https://elsewhere.example"},
    "another audience": {"aud": "https://elsewhere.example"},
    "several audiences": {"aud": [ISSUER, "https://elsewhere.example"]},
    "an end that has passed": {"exp": int(NOW)},
    "a beginning to come": {"nbf": int(NOW) + 60},
    "an issue to come": {"iat": int(NOW) + 60},
    "an end in words": {"exp": "tomorrow"},
    "an end that is true": {"exp": True},
    "an end without end": {"exp": float("inf")},
    "an end with a fraction": {"exp": NOW + 60.5},
    "recipients in one text": {"recipients": "internal"},
    "recipients that are numbers": {"recipients": [1]},
    "too many recipients": {"recipients": ["internal"] * 101},
    "a role that does not exist": {"role": "emperor"},
    "a role that is a list": {"role": ["employer"]},
    "a client that is a number": {"client_id": 7},
    "a client that is not the subject": {"client_id": "employer-b"},
    "the role of a user without an actor": {"role": "user", "recipients": ["person"]},
    "a user beside another recipient": {"role": "user", "act": {"sub": "employer-a"}},
    "a user through another actor": {"role": "user", "recipients": ["person"], "act": {"sub": "employer-b"}},
    "an actor beside another role": {"act": {"sub": "employer-a"}},
    "a scope that is a list": {"scope": ["purpose:service.application"]},
    "an empty scope": {"scope": ""},
    "a scope of another shape": {"scope": "openid"},
    "a claim we do not know": {"admin": True},
    "a token id that is a number": {"jti": 7},
    "a term of nought": {"term": 0},
    "a term in words": {"term": "1"},
    "a term that is true": {"term": True},
    "a term without end": {"term": 1 << 40},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG.keys())
def test_a_signature_of_ours_does_not_excuse_wrong_claims(claims: Mapping[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        tokens().read(signed(claims=claims), NOW)


@pytest.mark.parametrize("claim", CLAIMS)
def test_no_claim_may_be_missing(claim: str) -> None:
    with pytest.raises(InvalidToken):
        tokens().read(signed(without=claim), NOW)


def test_claims_that_are_no_object_are_refused() -> None:
    token = jws.serialize_compact(HEADER, b"[1]", KEY, algorithms=["ES256"])
    with pytest.raises(InvalidToken):
        tokens().read(token, NOW)


def test_the_good_token_that_all_of_these_differ_from_is_read() -> None:
    assert tokens().read(signed(), NOW).client == "employer-a"


def test_a_token_of_more_than_8_kib_is_not_even_looked_at() -> None:
    token = signed(claims={"scope": " ".join(f"category:{'c' * 55}{number}" for number in range(100))})
    assert len(token) > 8192
    with pytest.raises(InvalidToken):
        tokens().read(token, NOW)


def test_a_token_ends_on_its_second_also_when_it_was_read_before() -> None:
    reader, token = tokens(), tokens().mint(Holder(client=Registration()), now=NOW)
    assert reader.read(token, NOW + 899.9) is reader.read(token, NOW + 899.9)
    with pytest.raises(InvalidToken):
        reader.read(token, NOW + 900)


def test_clocks_may_differ_by_a_few_seconds_at_the_beginning_only() -> None:
    token = tokens().mint(Holder(client=Registration()), now=NOW)
    assert tokens().read(token, NOW - 5).client == "employer-a"
    with pytest.raises(InvalidToken):
        tokens().read(token, NOW - 6)


def test_a_remembered_token_does_not_vouch_for_another() -> None:
    reader = tokens()
    reader.read(signed(), NOW)
    with pytest.raises(InvalidToken):
        reader.read(swapped({"role": "privacy_officer"}), NOW)


def test_what_is_remembered_is_bounded_and_the_longest_unused_goes_first() -> None:
    reader, token = tokens(), signed()
    first = reader.read(token, NOW)
    for number in range(MOST_REMEMBERED):
        reader._remember(b"%d" % number, first)  # noqa: SLF001 - ten thousand signatures would take long
        reader.read(token, NOW)
    assert len(reader._verified) == MOST_REMEMBERED  # noqa: SLF001
    assert reader.read(token, NOW) is first


def test_the_newest_key_signs_and_the_older_ones_still_verify() -> None:
    newer = new_key()
    both = Keyring.of([RingKey(KEY, 0.0), RingKey(newer, NOW - LEAD)])
    assert parts(tokens(both).mint(Holder(client=Registration()), now=NOW))[0]["kid"] == newer.thumbprint()
    assert tokens(both).read(signed(), NOW).client == "employer-a"
    assert [key["kid"] for key in both.jwks(NOW)["keys"]] == [newer.thumbprint(), KEY.thumbprint()]


def test_the_published_keys_hold_no_private_part() -> None:
    (key,) = RING.jwks(NOW)["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "use", "alg", "kid"}


def test_a_key_is_kept_sealed_and_opens_under_its_secret_only() -> None:
    sealed = seal(KEY, SECRET)
    assert str(KEY.as_dict(private=True)["d"]) not in sealed
    assert unseal(sealed, SECRET).thumbprint() == KEY.thumbprint()
    for other, secret in ((sealed, "another secret"), (sealed[:-22] + 22 * "A", SECRET), ("", SECRET)):
        with pytest.raises(KeysSealed, match="restore `MOKUTEKI_SECRET_KEY`"):
            unseal(other, secret)


async def test_the_first_start_makes_a_key_and_the_next_finds_it(tmp_path: Path) -> None:
    async with opened(tmp_path):
        first, second = await load_keys(SECRET, NOON), await load_keys(SECRET, NOON)
        assert first.jwks(NOW) == second.jwks(NOW)
        assert await SigningKey.all().count() == 1


async def test_another_secret_stops_the_start_with_the_remedy(tmp_path: Path) -> None:
    async with opened(tmp_path):
        await load_keys(SECRET, NOON)
        with pytest.raises(KeysSealed, match="restore `MOKUTEKI_SECRET_KEY`"):
            await load_keys("another secret", NOON)


async def test_a_retired_key_is_replaced_and_verifies_no_more(tmp_path: Path) -> None:
    async with opened(tmp_path):
        before = await load_keys(SECRET, NOON)
        await SigningKey.all().update(retired_at=NOON)
        after = await load_keys(SECRET, NOON)
    assert before.signing(NOW)[0] not in after.jwks(NOON.timestamp() + 1)["keys"]
    assert before.signing(NOW)[0] != after.signing(NOW)[0]


STARTING = """
import asyncio, sys
from datetime import UTC, datetime
from tortoise.context import TortoiseContext
from api.tokens.keys import load_keys
from models.database.opening import tortoise_config

async def start():
    async with TortoiseContext() as context:
        await context.init(config=tortoise_config(sys.argv[1]))
        print((await load_keys(sys.argv[2], datetime.now(UTC))).signing(0)[0])

sys.stdin.readline()
asyncio.run(start())
"""


async def test_processes_that_start_at_the_same_moment_end_with_the_same_key(tmp_path: Path) -> None:
    async with opened(tmp_path):
        pass
    command = (sys.executable, "-c", STARTING, url(tmp_path), SECRET)
    processes = [await create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE) for _ in range(4)]
    said = await gather(*(process.communicate(b"start\n") for process in processes))
    assert len({out for out, _ in said}) == 1
    assert said[0][0].strip()
