"""The nonces of DPoP (RFC 9449, 8): a window of time under the secret of the installation, kept nowhere."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

WINDOW = 120
"""Seconds for which one nonce is given; it is good for at least as long and at most twice as long after that."""

SLACK = 60.0
"""Seconds by which the clocks of two processes may differ."""

_USE = b"mokuteki dpop nonce"


class Nonces:
    """Makes and knows the nonces of an installation, each of them the same for everybody in one window of time.

    `process` is what tells this process from those before it, where they cannot know what was shown to those; empty
    where all processes take each other's nonces.
    """

    def __init__(self, secret_key: str, process: bytes = b"") -> None:
        self._key = hmac.digest(_USE + secret_key.encode(), process, "sha256")
        self._made: tuple[int, str] = (-1, "")

    def current(self, now: float) -> str:
        """The nonce to give at this time, in seconds since the epoch."""
        window = int(now // WINDOW)
        made, nonce = self._made
        if made != window:
            nonce = self._of(window)
            self._made = (window, nonce)
        return nonce

    def until(self, nonce: str, now: float) -> float | None:
        """Seconds since the epoch from which on no process takes this nonce; `None` if it is not taken now.

        That of the next window is taken too, as another process may be there already.
        """
        window = int(now // WINDOW)
        taken = [
            each for each in (window - 1, window, window + 1) if hmac.compare_digest(self._of(each), nonce)
        ]
        return (taken[0] + 2) * WINDOW + SLACK if taken else None

    def _of(self, window: int) -> str:
        digest = hmac.new(self._key, window.to_bytes(8, "big"), sha256).digest()
        return urlsafe_b64encode(digest[:24]).decode()
