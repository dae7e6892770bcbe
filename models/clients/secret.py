"""The secret of a client: drawn at random, kept only as its hash."""

import hashlib
import hmac
import secrets

_BYTES = 32


def new_secret() -> str:
    """A fresh secret of 256 random bits, as text that fits into a URL."""
    return secrets.token_urlsafe(_BYTES)


def hash_secret(secret: str) -> str:
    """The hexadecimal SHA-256 of a secret.

    256 random bits cannot be guessed, so a slow hash as for a password would only cost time.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(secret: str, secret_hash: str) -> bool:
    """Whether this secret has that hash, told in constant time."""
    return hmac.compare_digest(hash_secret(secret).encode(), secret_hash.encode())
