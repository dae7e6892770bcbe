"""Proofs of DPoP as a client makes them, and as one does that means no good."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

Key = ECKey | OKPKey | RSAKey


def coded(value: object) -> bytes:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(data).rstrip(b"=")


def new_key() -> ECKey:
    return ECKey.generate_key("P-256")


def ath(token: str) -> str:
    return coded(hashlib.sha256(token.encode()).digest()).decode()


def claims(method: str, address: str, now: float, **more: Any) -> dict[str, Any]:
    """The claims of a proof; one that is None is left out."""
    plain = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": address, "iat": int(now), **more}
    return {name: value for name, value in plain.items() if value is not None}


def signed(key: Any, payload: object, *, alg: str = "ES256", head: Mapping[str, Any] | None = None) -> str:
    """A JWT with the header of a proof, changed by `head`; a part that is None is left out."""
    public = {} if head and "jwk" in head else {"jwk": key.as_dict(private=False)}
    header = {"typ": "dpop+jwt", "alg": alg, **public, **(head or {})}
    text = b".".join(
        (coded({name: value for name, value in header.items() if value is not None}), coded(payload))
    )
    signing = JWSRegistry.algorithms["Ed25519" if alg == "EdDSA" else alg]
    return b".".join((text, coded(signing.sign(text, key)))).decode()


def proof(key: Key, method: str, address: str, now: float, **more: Any) -> str:
    """A good proof, with what is more in its claims."""
    alg = more.pop("alg", "ES256")
    return signed(key, claims(method, address, now, **more), alg=alg)
