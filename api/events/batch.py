"""The batch: events as they leave together, signed by the key that signs now (RFC 7519)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson
from joserfc import jwt

from api.tokens.keys import ALGORITHM, Keyring

TYPE = "events+jwt"
MEDIA_TYPE = f"application/{TYPE}"

Told = Mapping[str, Any]


def digest(events: Sequence[tuple[str, Told]]) -> str:
    """What tells a batch from another: which events it holds, and which fields of each."""
    named = [[name, sorted(told)] for name, told in events]
    return blake2b(orjson.dumps(named), digest_size=16).hexdigest()


def signed(  # noqa: PLR0913 - what a batch says
    batch: str,
    recipient: str,
    purpose: str,
    events: Sequence[Told],
    *,
    issuer: str,
    keyring: Keyring,
    now: datetime,
) -> str:
    """The token: for whom, why, and the events, each field under its name without `Event.`.

    Its `jti` is the number of the record, the same at every try of the same events.

    Raises:
        KeysSealed: no key signs.
    """
    key_id, key = keyring.signing(now.timestamp())
    claims = {
        "iss": issuer,
        "aud": recipient,
        "iat": int(now.timestamp()),
        "jti": batch,
        "purpose": purpose,
        "events": [{name.removeprefix("Event."): value for name, value in told.items()} for told in events],
    }
    header = {"alg": ALGORITHM, "typ": TYPE, "kid": key_id}
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM])
