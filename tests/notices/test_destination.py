"""Where notices may go: what the desk registered leads nobody inwards (SSRF)."""

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from api.notices.destination import look_up
from models.notices.address import NotAllowed, read_url
from models.notices.withdrawal import NoticeState, Trouble
from tests.notices.box import Box
from tests.notices.receivers import Receiver

ANYWHERE = (
    "https://employer.example/notices",
    "https://employer.example:8443/notices?of=mokuteki",
    "https://8.8.8.8/notices",
    "https://[2606:4700::1111]/notices",
    "https://10.1.2.3/notices",
    "https://192.168.7.7:8443/notices",
    "https://[fd00::7]/notices",
)
ONLY_HERE = (
    "http://127.0.0.1:9000/notices",
    "http://localhost:9000/notices",
    "http://[::1]:9000/notices",
    "https://127.0.0.1/notices",
)
NEVER = (
    "",
    "employer.example/notices",
    "http://employer.example/notices",
    "http://10.1.2.3/notices",
    "ftp://employer.example/notices",
    "file:///etc/passwd",
    "https:///notices",
    "https://user:secret@employer.example/notices",
    "https://employer.example/notices#here",
    "https://169.254.169.254/latest/meta-data",
    "https://[fe80::1]/notices",
    "https://[::ffff:169.254.169.254]/notices",
    "https://[64:ff9b::a9fe:a9fe]/notices",
    "https://[2002:a9fe:a9fe::1]/notices",
    "https://0.0.0.0/notices",
    "https://100.64.0.1/notices",
    "https://224.0.0.1/notices",
    "https://255.255.255.255/notices",
    "https://employer.example:99999/notices",
    "https://employer.example:0/notices",
    "https://[fec0::1]/notices",
    "https://[64:ff9b:1::a9fe:a9fe]/notices",
    "https://[::127.0.0.1]/notices",
    "https://[::10.0.0.1]/notices",
    "https://[::ffff:0:7f00:1]/notices",
    "https://[5f00::1]/notices",
    "https://[3fff::1]/notices",
    "https://192.0.0.8/notices",
    "https://[fd00:ec2::254]/notices",
    "https://[fe80::1%25eth0]/notices",
    "https://%00/notices",
)


@pytest.mark.parametrize("url", ANYWHERE)
@pytest.mark.parametrize("development", [True, False])
def test_a_notice_may_go_to_the_internet_and_to_a_network_of_its_own_by_number(
    url: str, *, development: bool
) -> None:
    assert str(read_url(url, development=development)) == url


@pytest.mark.parametrize("url", ONLY_HERE)
def test_a_notice_goes_to_the_machine_itself_in_development_only(url: str) -> None:
    assert str(read_url(url, development=True)) == url
    with pytest.raises(NotAllowed):
        read_url(url, development=False)


@pytest.mark.parametrize("url", NEVER)
@pytest.mark.parametrize("development", [True, False])
def test_a_notice_never_goes_there(url: str, *, development: bool) -> None:
    with pytest.raises(NotAllowed):
        read_url(url, development=development)


def leading_to(*addresses: str) -> Any:
    async def resolve(_loop: object, _host: str, port: int, **_more: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    return resolve


@pytest.mark.parametrize(
    "addresses", [("10.0.0.7",), ("127.0.0.1",), ("8.8.8.8", "169.254.169.254"), ("fd00::7",), ("::1",)]
)
async def test_a_name_that_leads_inwards_is_refused(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]
) -> None:
    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", leading_to(*addresses))
    with pytest.raises(NotAllowed, match="not public"):
        await look_up("https://employer.example/notices", development=True)


async def test_a_name_is_looked_up_once_and_its_addresses_are_all_that_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", leading_to("8.8.8.8", "8.8.4.4", "8.8.8.8"))
    found = await look_up("https://employer.example/notices", development=False)
    assert found.addresses == ("8.8.8.8", "8.8.4.4")


async def test_a_receiver_is_asked_by_its_name_at_the_address_that_was_looked_at(
    box: Box, there: Receiver
) -> None:
    await box.put(await box.to("employer-a", f"http://localhost:{there.port}/notices?of=mokuteki"))
    async with box.sending():
        assert await box.outcome() == "TAKEN"
    (came,) = there.came
    assert came.line == "POST /notices?of=mokuteki HTTP/1.1"
    assert came.headers["host"] == f"localhost:{there.port}"


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/notices", "https://localhost:{port}/notices"])
async def test_in_production_nothing_leaves_for_the_machine_itself(
    box: Box, there: Receiver, url: str
) -> None:
    notice = await box.put(await box.to("employer-a", url.format(port=there.port)))
    async with box.sending(development=False):
        assert await box.outcome() == Trouble.ADDRESS_REFUSED
    assert there.came == []
    assert (await box.row(notice)).state is NoticeState.WAITING


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate of `localhost` that vouches for itself, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    shown, secret = folder / "certificate.pem", folder / "key.pem"
    shown.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return shown, secret


@pytest.mark.parametrize("trusted", [False, True])
async def test_a_receiver_gets_a_notice_only_if_somebody_vouches_for_its_name(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, trusted: bool
) -> None:
    shown, secret = self_signed(tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(shown))
    made = Receiver(0)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(shown, secret)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    await box.put(await box.to("employer-a", f"https://localhost:{port}/notices"))
    async with box.sending():
        assert await box.outcome() == ("TAKEN" if trusted else Trouble.UNREACHABLE)
    server.close()
    assert len(made.came) == trusted


async def test_the_environment_names_no_proxy(
    box: Box, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    await box.put(await box.to("employer-a", there.url))
    async with box.sending():
        assert await box.outcome() == "TAKEN"
