"""The public keys of a client: a JWK set (RFC 7517) of kinds that its assertions may be signed by (RFC 7523)."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from models.formats.wrong import Mistake, Wrong

MOST_KEYS = 10
LONGEST_SET = 20_000
LONGEST_ID = 200
LEAST_RSA, MOST_RSA = 2048, 4096
"""Bits of an RSA key: fewer can be broken, more only cost time."""

_CURVES = {"EC": ("P-256", "P-384"), "OKP": ("Ed25519",)}
_KINDS: Mapping[str, type[ECKey | OKPKey | RSAKey]] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_KEPT = ("kty", "crv", "x", "y", "n", "e", "kid", "alg", "use")

KeySet = dict[str, list[dict[str, str]]]


def read_keys(text: object) -> tuple[KeySet | None, list[Mistake]]:
    """The set that a JSON text holds, with what is wrong with it."""
    try:
        found = orjson.loads(text) if isinstance(text, str) and len(text) <= LONGEST_SET else None
    except orjson.JSONDecodeError:
        found = None
    keys = found.get("keys") if isinstance(found, Mapping) else None
    if not isinstance(keys, list) or not 0 < len(keys) <= MOST_KEYS:
        return None, [Wrong("CLIENT_KEYS_SHAPE", most=MOST_KEYS).at("")]
    mistakes: list[Mistake] = []
    ids: set[str] = set()
    for place, key in enumerate(keys):
        code = _wrong(key, ids)
        if code:
            mistakes.append(Wrong(code, least=LEAST_RSA, most=MOST_RSA).at(f"keys.{place}"))
    if mistakes:
        return None, mistakes
    return {"keys": [{name: key[name] for name in _KEPT if name in key} for key in keys]}, []


def _wrong(key: object, ids: set[str]) -> str | None:
    """The code of what is wrong with one key, if anything is; `ids` are those of the keys before it."""
    if not isinstance(key, Mapping):
        return "CLIENT_KEY_KIND"
    if _PRIVATE & set(key):
        return "CLIENT_KEY_PRIVATE"
    if not all(isinstance(key[name], str) for name in _KEPT if name in key) or not _good(dict(key)):
        return "CLIENT_KEY_KIND"
    name = key.get("kid", "")
    if name in ids or len(name) > LONGEST_ID:
        return "CLIENT_KEY_ID"
    ids.add(name)
    return None


def _good(key: dict[str, Any]) -> bool:
    """A key of a kind that is taken, on its curve or long enough, and for signatures."""
    kind = _KINDS.get(key.get("kty", ""))
    if kind is None or key.get("use", "sig") != "sig":
        return False
    if key.get("crv") not in _CURVES.get(key["kty"], (None,)):
        return False
    try:
        if key["kty"] == "RSA" and not LEAST_RSA <= _bits(key["n"]) <= MOST_RSA:
            return False
        made = kind.import_key({name: key[name] for name in _KEPT if name in key})
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    return made.public_key is not None


def _bits(modulus: str) -> int:
    """How long a modulus is; asked before anything is made of it."""
    return int.from_bytes(urlsafe_b64decode(modulus + "==")).bit_length()
