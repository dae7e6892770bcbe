"""The public keys of a client: a JWK set (RFC 7517) of kinds that its assertions may be signed by (RFC 7523)."""

from collections.abc import Mapping
from typing import Any

import orjson

from models.clients.public_key import (
    LEAST_RSA,
    MEMBERS,
    MOST_RSA,
    PRIVATE,
    SIGNING,
    NoKey,
    OtherNumbers,
    public_key,
)
from models.formats.wrong import Mistake, Wrong

MOST_KEYS = 10
LONGEST_SET = 20_000
LONGEST_ID = 200

_DESCRIBING = ("kty", "crv", "x", "y", "n", "e", "kid")
_KEPT = (*_DESCRIBING, "alg", "use")

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
        wrong = _wrong(key, ids)
        if wrong:
            mistakes.append(wrong.at(f"keys.{place}"))
    if mistakes:
        return None, mistakes
    return {"keys": [{name: key[name] for name in _KEPT if name in key} for key in keys]}, []


def _wrong(key: object, ids: set[str]) -> Wrong | None:
    """What is wrong with one key, if anything is; `ids` are those of the keys before it."""
    if isinstance(key, Mapping) and PRIVATE & set(key):
        return Wrong("CLIENT_KEY_PRIVATE")
    ways = _ways(key) if isinstance(key, Mapping) else ()
    if not isinstance(key, Mapping) or not ways:
        return Wrong("CLIENT_KEY_KIND", least=LEAST_RSA, most=MOST_RSA)
    return _unread(key) or _unmeant(key, ways) or _unnamed(key, ids)


def _ways(key: Mapping[str, Any]) -> tuple[str, ...]:
    """The ways in which a key of this kind signs; none for a kind that is not taken."""
    if not all(isinstance(key[name], str) for name in _DESCRIBING if name in key):
        return ()
    return SIGNING.get((key.get("kty", ""), key.get("crv")), ())


def _unread(key: Mapping[str, Any]) -> Wrong | None:
    """The members must describe a key that a signature can be verified by."""
    try:
        public_key(key["kty"], [key[name] for name in MEMBERS[key["kty"]]])
    except OtherNumbers:
        return Wrong("CLIENT_KEY_NUMBERS")
    except (NoKey, KeyError):
        return Wrong("CLIENT_KEY_KIND", least=LEAST_RSA, most=MOST_RSA)
    return None


def _unmeant(key: Mapping[str, Any], ways: tuple[str, ...]) -> Wrong | None:
    """It must be meant to verify signatures, in a way of its kind (RFC 7517, 4.2 to 4.4)."""
    does = key.get("key_ops", ["verify"])
    if key.get("use", "sig") != "sig" or not isinstance(does, list) or "verify" not in does:
        return Wrong("CLIENT_KEY_USE")
    if key.get("alg", ways[0]) not in ways:
        return Wrong("CLIENT_KEY_ALGORITHM", ways=" / ".join(ways))
    return None


def _unnamed(key: Mapping[str, Any], ids: set[str]) -> Wrong | None:
    name = key.get("kid", "")
    if name in ids or len(name) > LONGEST_ID:
        return Wrong("CLIENT_KEY_ID")
    ids.add(name)
    return None
