"""The recipients of the demonstration, made up (架空): what Art 29 wants to know of each, and what they do for us."""

import csv
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from models.day import JAPAN
from models.grounds.ground import Entrustment, TransmissionNotice
from models.person_row import new_id
from models.recipients.recipient import Recipient

BEGAN = date(2025, 4, 1)
"""When their contracts began; they run without an end."""

STATE_ORGANS = ("authority",)

with Path(__file__).with_name("recipients.csv").open(encoding="utf-8", newline="") as _file:
    RECIPIENTS: Final = tuple(csv.DictReader(_file))

ENTRUSTED = (
    ("mail-sender", "promotion.newsletter", "業務委託契約書 第2025-014号", "メールマガジンの配信"),
    ("payment-processor", "service.billing", "業務委託契約書 第2025-021号", "開示手数料の収納"),
)
"""Who works on the company's behalf: for which purpose, under which contract, to do what."""


def recipients() -> list[Recipient]:
    """The rows of the recipients."""
    return [
        Recipient(
            **known,
            contract_from=BEGAN if known["contract"] else None,
            state_organ=known["kind"] in STATE_ORGANS,
        )
        for known in RECIPIENTS
    ]


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


def transmission_notice(today: date) -> TransmissionNotice:
    """What the analytics provider would be sent of what browsers do, as it was announced."""
    begins = today - timedelta(days=200)
    return TransmissionNotice(
        id=new_id(),
        recipient="analytics",
        items=[
            "Event.url",
            "Event.content",
            "Event.order",
            "Event.terminal",
            "Event.browser",
            "Event.cookieId",
        ],
        recipient_ja="エグザンプル・アナリティクス（架空）",
        items_ja="閲覧したページのURLと内容、閲覧の順序、端末とブラウザの種類、ブラウザの識別子",
        purpose_ja="サイトの利用状況の分析とサービスの改善",
        recipient_en="Example Analytics (made up)",
        items_en="the pages looked at and their order, the kinds of device and browser, the browser's random number",
        purpose_en="to analyse how the site is used and improve it",
        policy_url="https://analytics.example/privacy",
        opt_out_url="https://analytics.example/opt-out",
        opt_out_ja="停止すると、この会社への送信を止めます。",
        limits_ja="サービスの利用に制限はありません。",
        from_on=begins,
        published_at=datetime.combine(begins, time(), JAPAN),
    )
