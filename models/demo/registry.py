"""The registry of the demonstration: made-up recipients, and the clients that ask on their behalf."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from models.client import Client, ClientSecret
from models.ground import Entrustment
from models.person_row import new_id
from models.recipient import Recipient
from models.secret import hash_secret, new_secret
from policies.vocabulary import Role

BEGAN = date(2025, 4, 1)
"""When the contracts of the demonstration began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One recipient as it is registered; the names say that it is made up (架空), contracts run without an end."""

    id: str
    kind: str
    name: str
    address: str
    representative: str
    country: str = "JP"
    state_organ: bool = False
    contract: str = ""
    contract_from: date | None = None
    contact: str = ""


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
        contract="採用情報提供契約書 第2024-031号",
        contract_from=BEGAN,
        contact="個人情報相談係 privacy@alpha-foods.example",
    ),
    Known(
        id="employer-b",
        kind="employer",
        name="架空ベータ介護株式会社",
        address="大阪府架空市見本西5-6-7",
        representative="代表取締役 部田 京子",
        contract="採用情報提供契約書 第2025-008号",
        contract_from=BEGAN,
        contact="総務課 kojin@beta-care.example",
    ),
    Known(
        id="support-org",
        kind="support_org",
        name="一般社団法人架空くらしの架け橋",
        address="埼玉県架空市見本台8-9-10",
        representative="代表理事 橋本 見子",
        contract="取次契約書 第2024-102号",
        contract_from=BEGAN,
        contact="個人情報窓口 soudan@kakehashi.example",
    ),
    Known(
        id="mail-sender",
        kind="mail_sender",
        name="架空メール便株式会社",
        address="東京都架空区見本北3-2-1",
        representative="代表取締役 便利 次郎",
        contract="業務委託契約書 第2025-014号",
        contract_from=BEGAN,
        contact="情報管理責任者 kanri@mailbin.example",
    ),
    Known(
        id="payment-processor",
        kind="payment_processor",
        name="架空おさいふ決済株式会社",
        address="東京都架空区見本南6-5-4",
        representative="代表取締役 財布 三郎",
        contract="業務委託契約書 第2025-021号",
        contract_from=BEGAN,
        contact="個人情報お客様窓口 privacy@osaifu.example",
    ),
    Known(
        id="analytics",
        kind="analytics",
        name="Example Analytics LLC",
        address="100 Example Avenue, Sampleton, United States",
        representative="Jane Example, Manager",
        country="US",
        contract="Example Analytics Terms of Service, 2025",
        contract_from=BEGAN,
        contact="privacy@analytics.example",
    ),
    Known(
        id="ad-network",
        kind="ad_network",
        name="Example Ads, Inc.",
        address="200 Example Avenue, Sampleton, United States",
        representative="John Sample, President",
        country="US",
        contract="Example Ads Publisher Agreement 2025-77",
        contract_from=BEGAN,
        contact="privacy@ads.example",
    ),
    Known(
        id="authority",
        kind="authority",
        name="架空地方出入国在留管理局",
        address="東京都架空区見本東9-8-7",
        representative="局長 架空 一郎",
        state_organ=True,
        contact="総務課 kojinjoho@authority.example",
    ),
)
"""To whom data may go: what Art 29 wants to know of each."""


ENTRUSTED = (
    ("mail-sender", "promotion.newsletter", "業務委託契約書 第2025-014号", "メールマガジンの配信"),
    ("payment-processor", "service.billing", "業務委託契約書 第2025-021号", "開示手数料の収納"),
)
"""Who works on the company's behalf: for which purpose, under which contract, to do what."""


class Asker(NamedTuple):
    """One client: its role, its recipients with the default first, and who answers for it."""

    name: str
    role: Role
    recipients: tuple[str, ...]
    owner: str
    contact: str


_OURS = "株式会社JapanWork"

ASKERS = (
    Asker("frontend", Role.FRONTEND, ("internal",), f"{_OURS} サービス開発部", "platform@japanwork.example"),
    Asker(
        "employer-a",
        Role.EMPLOYER,
        ("employer-a",),
        "株式会社架空アルファ食品 情報システム課",
        "api@alpha-foods.example",
    ),
    Asker(
        "employer-b",
        Role.EMPLOYER,
        ("employer-b",),
        "架空ベータ介護株式会社 採用管理課",
        "saiyo@beta-care.example",
    ),
    Asker(
        "support-org",
        Role.SUPPORT_ORG,
        ("support-org",),
        "一般社団法人架空くらしの架け橋 事務局",
        "jimukyoku@kakehashi.example",
    ),
    Asker(
        "mail-sender",
        Role.ENTRUSTEE,
        ("mail-sender",),
        "架空メール便株式会社 配信運用課",
        "haishin@mailbin.example",
    ),
    Asker(
        "payment-processor",
        Role.ENTRUSTEE,
        ("payment-processor",),
        "架空おさいふ決済株式会社 加盟店接続課",
        "setsuzoku@osaifu.example",
    ),
    Asker(
        "analytics",
        Role.ANALYTICS,
        ("analytics",),
        "Example Analytics LLC, Integrations",
        "integrations@analytics.example",
    ),
    Asker(
        "ad-network",
        Role.AD_NETWORK,
        ("ad-network",),
        "Example Ads, Inc., Partner Engineering",
        "partners@ads.example",
    ),
    Asker(
        "authority",
        Role.AUTHORITY,
        ("authority",),
        "架空地方出入国在留管理局 審査企画係",
        "kikaku@authority.example",
    ),
    Asker(
        "privacy-desk",
        Role.PRIVACY_OFFICER,
        ("internal", "person"),
        f"{_OURS} 個人情報相談窓口",
        "privacy@japanwork.example",
    ),
    Asker(
        "policy-admin", Role.POLICY_ADMIN, ("internal",), f"{_OURS} 情報管理課", "policy@japanwork.example"
    ),
    Asker(
        "policy-approver", Role.POLICY_APPROVER, ("internal",), f"{_OURS} 法務部", "legal@japanwork.example"
    ),
    Asker("auditor", Role.AUDITOR, ("internal",), f"{_OURS} 内部監査室", "audit@japanwork.example"),
)
"""Who may ask, for whom, and who answers for it."""


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


def entrustments(today: date) -> list[Entrustment]:
    """The contracts with those who work on the company's behalf, looked after lately."""
    return [
        Entrustment(
            id=new_id(),
            recipient=recipient,
            contract=contract,
            scope=scope,
            purposes=[purpose],
            from_on=today - timedelta(days=400),
            supervised_on=today - timedelta(days=35),
        )
        for recipient, purpose, contract, scope in ENTRUSTED
    ]


def clients(told: dict[str, Credential], now: datetime) -> list[Client]:
    """The rows of the clients."""
    return [
        Client(
            id=told[asker.name].client_id,
            name=asker.name,
            role=asker.role.value,
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
