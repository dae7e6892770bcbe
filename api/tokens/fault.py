"""The fault of a token request, as RFC 6749 section 5.2 has it."""

from collections.abc import Mapping

ERRORS = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
        "invalid_target",
        "invalid_authorization_details",
        "invalid_dpop_proof",
        "use_dpop_nonce",
        "temporarily_unavailable",
    }
)
"""Every error code of the token, revocation and introspection endpoints (RFC 6749, 8707, 9396, 9449)."""


class Fault(Exception):  # noqa: N818 - it is the answer RFC 6749 names in section 5.2
    """A token request that is refused: its error code, and one sentence that repeats nothing of it.

    Attributes:
        status: that of HTTP.
        headers: what HTTP is told beside the error.
    """

    def __init__(
        self, error: str, sentence: str, *, status: int = 400, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(sentence)
        self.error = error
        self.sentence = sentence
        self.status = status
        self.headers = dict(headers or {})


def unproved() -> Fault:
    """The one answer to every client that is unknown, inactive, or has not proved itself."""
    return Fault("invalid_client", "the client is not known, or did not prove itself", status=401)


def unavailable(sentence: str, *, seconds: int = 1) -> Fault:
    """The answer while something that decides does not answer; `seconds` after which to try again."""
    headers = {"Retry-After": str(seconds)}
    return Fault("temporarily_unavailable", sentence, status=503, headers=headers)


def too_many(seconds: int) -> Fault:
    """The answer to a flood of requests; `seconds` after which the next is let in."""
    headers = {"Retry-After": str(seconds)}
    sentence = "too many requests for tokens: wait for `Retry-After`, and use a token until it expires"
    return Fault("temporarily_unavailable", sentence, status=429, headers=headers)
