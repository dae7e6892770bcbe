"""The keys that clients register: each that is taken verifies what it signs, in every way of its kind and in no other."""

import json
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from api.tokens.proof_key import proof_key
from api.tokens.signed import Signed
from models.clients.keys import KeySet, read_keys
from models.clients.public_key import ALGORITHMS, SIGNING
from tests.api.oauth import letter

KEYS: dict[tuple[str, str | None], Any] = {
    ("EC", "P-256"): ECKey.generate_key("P-256"),
    ("EC", "P-384"): ECKey.generate_key("P-384"),
    ("RSA", None): RSAKey.generate_key(2048),
    ("OKP", "Ed25519"): OKPKey.generate_key("Ed25519"),
}
KINDS = pytest.mark.parametrize("kind", SIGNING, ids=lambda kind: kind[1] or kind[0])


def registered(kind: tuple[str, str | None], **more: object) -> KeySet | None:
    plain = KEYS[kind].as_dict(private=False)
    return read_keys(json.dumps({"keys": [{**plain, **more}]}))[0]


@KINDS
def test_the_table_of_kinds_says_what_each_key_signs_by(kind: tuple[str, str | None]) -> None:
    key = proof_key(KEYS[kind].as_dict(private=False))
    assert tuple(each for each in ALGORITHMS if key.fits(each)) == SIGNING[kind]


@KINDS
@pytest.mark.parametrize("alg", [*ALGORITHMS, "none", "HS256", "ES512"])
def test_a_key_is_taken_for_what_it_signs_by_and_then_verifies_it(
    kind: tuple[str, str | None], alg: str
) -> None:
    kept = registered(kind, alg=alg, use="sig", key_ops=["verify"])
    assert (kept is not None) == (alg in SIGNING[kind])
    if kept is not None:
        signed = Signed.parse(letter(KEYS[kind], {"sub": "x"}, alg=alg), {"jwt"})
        assert signed.by(kept["keys"]) == {"sub": "x"}


@KINDS
def test_a_key_that_says_nothing_verifies_in_every_way_of_its_kind(kind: tuple[str, str | None]) -> None:
    kept = registered(kind)
    assert kept is not None
    for alg in SIGNING[kind]:
        assert Signed.parse(letter(KEYS[kind], {}, alg=alg), {"jwt"}).by(kept["keys"]) == {}
