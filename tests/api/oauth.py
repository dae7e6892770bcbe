"""An authorization server for tests: real clients, a real database, a clock that stands still, and JWTs of all kinds."""

import json
from base64 import b64encode, urlsafe_b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from starlette.applications import Starlette

from api.cli.shared import edition_of_checkout
from api.fair.fair import Fair
from api.fair.memory import MemoryWindows
from api.fair.quotas import Quotas
from api.fair.subjects import Subjects
from api.tokens.access_token import AccessTokens
from api.tokens.authority import Authority
from api.tokens.binding import Bindings
from api.tokens.dpop import Proofs
from api.tokens.endpoint import routes
from api.tokens.keys import load_keys
from api.tokens.nonce import Nonces
from api.tokens.replay import MemoryReplays
from models.clients.client import Authentication, Client, ClientSecret
from models.clients.secret import hash_secret
from models.database.sqlite import SqliteStore
from models.ledger.entry import Entry
from models.ledger.ledger import LedgerUnavailable
from models.person_row import new_id
from models.registry import Registry
from tests.api.opened import opened
from tests.api.proofs import coded

NOW = 1_800_000_000.0
ISSUER = "https://gateway.example"
TOKEN_ENDPOINT = f"{ISSUER}/oauth/token"
EDITION = edition_of_checkout()
SECRET = "canary:secret+of%20employer-a"
INSTALLATION = "a secret key of the installation"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
Key = ECKey | OKPKey | RSAKey | OctKey


@dataclass
class Book:
    """A ledger that can be read at once, and closed."""

    entries: list[Entry] = field(default_factory=list)
    closed: bool = False

    async def record(self, entry: Entry) -> None:
        if self.closed:
            raise LedgerUnavailable("the ledger is closed")
        self.entries.append(entry)


@dataclass
class Counts:
    """What was counted."""

    seen: list[tuple[str, str | None]] = field(default_factory=list)

    def __call__(self, action: str, error: str | None) -> None:
        self.seen.append((action, error))


@dataclass
class Gateway:
    """The application, and what it mints read back."""

    tokens: AccessTokens
    app: Starlette
    http: httpx.AsyncClient
    book: Book
    counts: Counts
    clock: list[float]

    async def ask(self, form: Mapping[str, str], **headers: str) -> httpx.Response:
        return await self.http.post("/oauth/token", data=form, headers=headers)

    async def ask_from(self, address: str, form: Mapping[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as http:
            return await http.post("/oauth/token", data=form)

    async def post(self, path: str, form: Mapping[str, str], **headers: str) -> httpx.Response:
        return await self.http.post(f"/oauth/{path}", data=form, headers=headers)

    async def ask_raw(
        self, body: bytes, content_type: str = "application/x-www-form-urlencoded"
    ) -> httpx.Response:
        return await self.http.post("/oauth/token", content=body, headers={"content-type": content_type})


async def register(name: str, **more: Any) -> Client:
    """A client with a secret, as its record has it."""
    client = await Client.create(
        id=name,
        name=name,
        created_at=datetime.now(UTC),
        **{"role": "employer", "recipients": [name], **more},
    )
    await ClientSecret.create(
        id=new_id(), client_id=name, hash=hash_secret(SECRET), created_at=datetime.now(UTC)
    )
    return client


async def register_key(name: str, *keys: Mapping[str, Any], **more: Any) -> Client:
    """A client with keys and no secret."""
    return await Client.create(
        id=name,
        name=name,
        created_at=datetime.now(UTC),
        authentication=Authentication.PRIVATE_KEY,
        jwks={"keys": list(keys)},
        **{"role": "employer", "recipients": [name], **more},
    )


def counting(record: Callable[[Entry], Awaitable[None]]) -> Subjects:
    """Exchanges that are recorded so, each client with the quotas of one outside the company."""

    async def registry() -> Registry:
        return Registry({}, {})

    return Subjects(Fair(Quotas(), requests=MemoryWindows(), people=MemoryWindows()), registry, record)


async def _nobody_is_guarded(_: Client) -> bool:
    return False


@asynccontextmanager
async def served(**more: Any) -> AsyncIterator[Gateway]:
    """The authorization server on the open database; `more` as `Authority` takes it."""
    ring = await load_keys(INSTALLATION, datetime.fromtimestamp(NOW - 1000, UTC))
    tokens, book, counts = AccessTokens(ring, ISSUER, ISSUER, 900), Book(), Counts()
    clock = [NOW]
    proofs = Proofs(ISSUER, Nonces(INSTALLATION), MemoryReplays(lambda: clock[0]))
    given = {
        "bindings": Bindings(proofs, certificate_header=None, guarded=_nobody_is_guarded),
        "subjects": counting(book.record),
        "replays": MemoryReplays(lambda: clock[0]),
        "count": counts,
        "edition": lambda: EDITION,
        **more,
    }
    store = await SqliteStore.open(str(Client._meta.db.filename))  # type: ignore[attr-defined]  # noqa: SLF001
    authority = Authority(tokens=tokens, store=store, now=lambda: clock[0], **given)
    app = Starlette(routes=list(routes(authority)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER) as http:
        try:
            yield Gateway(tokens, app, http, book, counts, clock)
        finally:
            await store.close()


@asynccontextmanager
async def gateway(directory: Path, **more: Any) -> AsyncIterator[Gateway]:
    """The same, on a database of its own."""
    async with opened(directory), served(**more) as made:
        yield made


def basic(client: str, secret: str) -> str:
    pair = f"{quote_plus(client)}:{quote_plus(secret)}"
    return f"Basic {b64encode(pair.encode()).decode()}"


def refused(response: httpx.Response) -> tuple[int, str]:
    """The status and the error of a refusal, once it is sure that nothing of the request comes back."""
    assert response.headers["cache-control"] == "no-store"
    assert "canary" not in response.text
    assert ("www-authenticate" in response.headers) is (response.status_code == 401)
    assert ("retry-after" in response.headers) is (response.status_code in (429, 503))
    answer = response.json()
    assert set(answer) == {"error", "error_description"}
    return response.status_code, answer["error"]


def told(token: str) -> dict[str, Any]:
    """The claims of a token, as anybody can read them."""
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def letter(key: Any, claims: object, *, alg: str = "ES256", head: Mapping[str, Any] | None = None) -> str:
    """A JWT by this key; a part of the header that is None is left out."""
    header = {"alg": alg, "typ": "JWT", **(head or {})}
    kept = {name: value for name, value in header.items() if value is not None}
    text = b".".join((coded(kept), coded(claims)))
    signing = JWSRegistry.algorithms["Ed25519" if alg == "EdDSA" else alg]
    return b".".join((text, coded(signing.sign(text, key)))).decode()


def public(key: Key, **more: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), **more}
