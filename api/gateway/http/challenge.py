"""The challenge: how a 401 tells what to come back with (RFC 6750, 3; RFC 9449, 7.1; RFC 9728, 5.1)."""

from collections.abc import Mapping

from api.gateway.http.cors import Pairs
from api.gateway.refusal import Code, Refusal
from api.gateway.told import Told
from api.tokens.metadata import GRAPHQL, RESOURCE_PATH
from models.clients.public_key import ALGORITHMS

SCHEMES = (b"bearer", b"dpop")
INVALID = "invalid_token"


class Challenged(Refusal):
    """`UNAUTHENTICATED`, with the error code and the sentence that the challenge tells."""

    def __init__(self, told: Told, error: str, description: str) -> None:
        super().__init__(Code.UNAUTHENTICATED, told)
        self.fault = error
        self.description = description


def scheme_of(headers: Mapping[bytes, bytes]) -> bytes:
    """The scheme of `Authorization`, in small letters; empty where there is none."""
    return headers.get(b"authorization", b"").partition(b" ")[0].lower()


class Challenges:
    """Writes the challenges of one resource."""

    def __init__(self, issuer: str) -> None:
        about = f'resource_metadata="{issuer}{RESOURCE_PATH}{GRAPHQL}"'
        self._plain = {
            b"dpop": f'algs="{" ".join(ALGORITHMS)}", {about}',
            b"bearer": about,
        }

    def of(self, headers: Mapping[bytes, bytes], refusal: Refusal | None = None) -> Pairs:
        """The headers of an answer 401 to a request with these, refused so.

        A request without a token is offered both schemes; one with a token is told under its own scheme what is wrong
        with it, and one that used the wrong scheme is offered the other too.
        """
        scheme = scheme_of(headers)
        if scheme not in SCHEMES:
            return tuple(self._challenge(each) for each in SCHEMES)
        error, described = INVALID, "the access token is not valid, or not any more"
        if isinstance(refusal, Challenged):
            error, described = refusal.fault, refusal.description
        said = f'error="{error}", error_description="{described}"'
        own = self._challenge(scheme, said)
        return (own,) if scheme == b"dpop" else (own, self._challenge(b"dpop"))

    def _challenge(self, scheme: bytes, said: str = "") -> tuple[bytes, bytes]:
        name = "DPoP" if scheme == b"dpop" else "Bearer"
        parts = ", ".join(part for part in ('realm="mokuteki"', said, self._plain[scheme]) if part)
        return b"www-authenticate", f"{name} {parts}".encode()
