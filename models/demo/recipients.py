"""The recipients of the demonstration, made up (架空): what Art 29 wants to know of each, and what they do for us."""

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from models.ground import Entrustment
from models.person_row import new_id
from models.recipient import Recipient

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
