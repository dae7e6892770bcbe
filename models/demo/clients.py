"""The clients of the demonstration: who may ask, for whom, and who answers for it."""

import csv
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from models.clients.client import Client, ClientSecret
from models.clients.secret import hash_secret, new_secret
from models.person_row import new_id


class Asker(NamedTuple):
    """One client: its role, its recipients with the default first, and who answers for it."""

    name: str
    role: str
    recipients: tuple[str, ...]
    owner: str
    contact: str


def _read() -> tuple[Asker, ...]:
    with Path(__file__).with_name("clients.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Asker(row["name"], row["role"], tuple(row["recipients"].split()), row["owner"], row["contact"])
        for row in rows
    )


ASKERS: Final = _read()


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What a client signs in with, told once."""

    client_id: str
    client_secret: str = field(repr=False)
    role: str
    recipients: list[str]


def credentials() -> dict[str, Credential]:
    """A fresh secret for every client."""
    return {
        asker.name: Credential(
            client_id=asker.name,
            client_secret=new_secret(),
            role=asker.role,
            recipients=list(asker.recipients),
        )
        for asker in ASKERS
    }


def clients(told: dict[str, Credential], now: datetime) -> list[Client]:
    """The rows of the clients."""
    return [
        Client(
            id=told[asker.name].client_id,
            name=asker.name,
            role=asker.role,
            recipients=list(asker.recipients),
            owner=asker.owner,
            contact=asker.contact,
            created_at=now,
        )
        for asker in ASKERS
        if asker.name in told
    ]


def client_secrets(told: dict[str, Credential], now: datetime) -> list[ClientSecret]:
    """The hashes of their secrets."""
    return [
        ClientSecret(
            id=new_id(),
            client_id=credential.client_id,
            hash=hash_secret(credential.client_secret),
            created_at=now,
        )
        for credential in told.values()
    ]
