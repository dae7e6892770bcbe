"""The certificate of a client, as a proxy that ended TLS hands it on (RFC 8705, RFC 9440)."""

import binascii
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

LONGEST = 16_384
_BEGIN = b"-----BEGIN CERTIFICATE-----"


class BadCertificate(Exception):  # noqa: N818 - it names the fault
    """What a proxy handed on is no certificate."""


def certificate_thumbprint(sent: Sequence[str]) -> str | None:
    """The SHA-256 of the one certificate among these headers, in base64 (`x5t#S256`); `None` if none was shown.

    A header is a PEM certificate, URL-encoded as nginx writes `$ssl_client_escaped_cert`, or a Byte Sequence of
    RFC 8941 as RFC 9440 has it. Whether the certificate is good and the client holds its key is the proxy's to check.

    Raises:
        BadCertificate: there are several, or one that cannot be read.
    """
    shown = [text.strip() for text in sent]
    if not any(shown):
        return None
    if len(shown) > 1:
        raise BadCertificate("the proxy handed on several certificates")
    return _thumbprint(shown[0])


@lru_cache(maxsize=4096)
def _thumbprint(shown: str) -> str:
    if len(shown) > LONGEST or not shown.isascii():
        raise BadCertificate("the proxy handed on no certificate that can be read")
    try:
        der = _der(shown)
    except (binascii.Error, ValueError):
        raise BadCertificate("the proxy handed on no certificate that can be read") from None
    return urlsafe_b64encode(sha256(der).digest()).rstrip(b"=").decode()


def _der(shown: str) -> bytes:
    if shown.startswith(":") and shown.endswith(":") and len(shown) > 1:
        der = b64decode(shown[1:-1], validate=True)
        return x509.load_der_x509_certificate(der).public_bytes(Encoding.DER)
    pem = unquote_to_bytes(shown)
    if pem.count(_BEGIN) != 1:
        raise ValueError
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
