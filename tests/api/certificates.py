"""Certificates of clients, and the headers in which proxies hand them on."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID


def certificate(name: str = "client") -> x509.Certificate:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now)
    return made.not_valid_after(now + timedelta(days=1)).sign(key, SHA256())


def der(made: x509.Certificate) -> bytes:
    return made.public_bytes(Encoding.DER)


def thumbprint(made: x509.Certificate) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(der(made)).digest()).rstrip(b"=").decode()


def as_sequence(made: x509.Certificate) -> str:
    """As RFC 9440 has it."""
    return f":{base64.b64encode(der(made)).decode()}:"


def as_pem(made: x509.Certificate) -> str:
    """As nginx writes `$ssl_client_escaped_cert`."""
    return quote(made.public_bytes(Encoding.PEM).decode(), safe="")
