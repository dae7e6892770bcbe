"""The event: a withdrawal as a Security Event Token (RFC 8417), signed by the key that signs now."""

from datetime import datetime
from typing import Any

from joserfc import jwt

from api.tokens.keys import ALGORITHM, Keyring
from models.notices.box import Letter

TYPE = "secevent+jwt"
MEDIA_TYPE = f"application/{TYPE}"
PATH = "/notices/consent-withdrawn"


def event_uri(issuer: str) -> str:
    """The URI that names the event; it is a name, and nothing is served there."""
    return issuer.rstrip("/") + PATH


def claims(letter: Letter, issuer: str) -> dict[str, Any]:
    """What the notice says: the same at every try.

    The person is an opaque subject (RFC 9493), the id that the recipient knows from us; `toe` is when consent was
    withdrawn, in seconds since the epoch. There is no `exp`, as RFC 8417 (2.2) advises.
    """
    at = int(letter.withdrawn_at.timestamp())
    return {
        "iss": issuer,
        "aud": letter.recipient,
        "iat": at,
        "jti": letter.id,
        "toe": at,
        "sub_id": {"format": "opaque", "id": letter.user},
        "events": {event_uri(issuer): {"purpose": letter.purpose}},
    }


def signed(letter: Letter, issuer: str, keyring: Keyring, now: datetime) -> str:
    """The token.

    It is signed anew at every try, so that its key is one that is published then.

    Raises:
        KeysSealed: no key signs.
    """
    key_id, key = keyring.signing(now.timestamp())
    header = {"alg": ALGORITHM, "typ": TYPE, "kid": key_id}
    return jwt.encode(header, claims(letter, issuer), key, algorithms=[ALGORITHM])
