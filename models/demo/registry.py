"""The registry of the demonstration: made-up recipients, and the clients that ask on their behalf."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import NamedTuple

from models.recipient import Client, Recipient
from models.secret import hash_secret, new_secret
from policies.vocabulary import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One recipient as it is registered; the names say that it is made up (架空)."""

    id: str
    kind: str
    name: str
    address: str
    representative: str
    country: str = "JP"
    state_organ: bool = False


RECIPIENTS = (
    Known(
        id="internal",
        kind="internal",
        name="株式会社JapanWork",
        address="東京都架空区見本町1-1-1 見本ビル5階",
        representative="代表取締役 見本 太郎",
    ),
    Known(
        id="person",
        kind="person",
        name="本人又は代理人",
        address="本人の登録した住所",
        representative="本人",
    ),
    Known(
        id="employer-a",
        kind="employer",
        name="株式会社架空アルファ食品",
        address="愛知県架空市見本町2-3-4",
        representative="代表取締役 阿留 一郎",
    ),
    Known(
        id="employer-b",
        kind="employer",
        name="架空ベータ介護株式会社",
        address="大阪府架空市見本西5-6-7",
        representative="代表取締役 部田 京子",
    ),
    Known(
        id="support-org",
        kind="support_org",
        name="一般社団法人架空くらしの架け橋",
        address="埼玉県架空市見本台8-9-10",
        representative="代表理事 橋本 見子",
    ),
    Known(
        id="mail-sender",
        kind="mail_sender",
        name="架空メール便株式会社",
        address="東京都架空区見本北3-2-1",
        representative="代表取締役 便利 次郎",
    ),
    Known(
        id="payment-processor",
        kind="payment_processor",
        name="架空おさいふ決済株式会社",
        address="東京都架空区見本南6-5-4",
        representative="代表取締役 財布 三郎",
    ),
    Known(
        id="analytics",
        kind="analytics",
        name="Example Analytics LLC",
        address="100 Example Avenue, Sampleton, United States",
        representative="Jane Example, Manager",
        country="US",
    ),
    Known(
        id="ad-network",
        kind="ad_network",
        name="Example Ads, Inc.",
        address="200 Example Avenue, Sampleton, United States",
        representative="John Sample, President",
        country="US",
    ),
    Known(
        id="authority",
        kind="authority",
        name="架空地方出入国在留管理局",
        address="東京都架空区見本東9-8-7",
        representative="局長 架空 一郎",
        state_organ=True,
    ),
)
"""To whom data may go: what Art 29 wants to know of each."""


class Asker(NamedTuple):
    """One client: its role, and its recipients with the default first."""

    name: str
    role: Role
    recipients: tuple[str, ...]


ASKERS = (
    Asker("frontend", Role.FRONTEND, ("internal",)),
    Asker("employer-a", Role.EMPLOYER, ("employer-a",)),
    Asker("employer-b", Role.EMPLOYER, ("employer-b",)),
    Asker("support-org", Role.SUPPORT_ORG, ("support-org",)),
    Asker("mail-sender", Role.ENTRUSTEE, ("mail-sender",)),
    Asker("payment-processor", Role.ENTRUSTEE, ("payment-processor",)),
    Asker("analytics", Role.ANALYTICS, ("analytics",)),
    Asker("ad-network", Role.AD_NETWORK, ("ad-network",)),
    Asker("authority", Role.AUTHORITY, ("authority",)),
    Asker("privacy-desk", Role.PRIVACY_OFFICER, ("internal", "person")),
    Asker("policy-admin", Role.POLICY_ADMIN, ("internal",)),
    Asker("policy-approver", Role.POLICY_APPROVER, ("internal",)),
    Asker("auditor", Role.AUDITOR, ("internal",)),
)
"""Who may ask, and for whom."""


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
            role=asker.role.value,
            recipients=list(asker.recipients),
        )
        for asker in ASKERS
    }


def recipients() -> list[Recipient]:
    """The rows of the recipients."""
    return [Recipient(**asdict(known)) for known in RECIPIENTS]


def clients(told: dict[str, Credential], now: datetime) -> list[Client]:
    """The rows of the clients, with the hashes of their secrets."""
    return [
        Client(
            id=credential.client_id,
            name=name,
            role=credential.role,
            recipients=credential.recipients,
            secret_hash=hash_secret(credential.client_secret),
            created_at=now,
        )
        for name, credential in told.items()
    ]
