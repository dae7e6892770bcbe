"""The types of receiving people from partners: those who wait for the desk, and the receipts (APPI Art 30)."""

from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

import strawberry

from api.schema.paging import PageInfo
from models.receiving import received

EvidenceKind: TypeAlias = received.EvidenceKind
strawberry.enum(
    EvidenceKind,
    name="EvidenceKind",
    description="How a provider's acquisition is confirmed (Rule 22): its written declaration, a contract, or another"
    " document that was shown",
)


@strawberry.enum(description="Why somebody waits: the data is doubtful, or they may be known here")
class WaitingAs(StrEnum):
    """What the desk is told."""

    QUARANTINED = "QUARANTINED"
    DUPLICATE = "DUPLICATE"


@strawberry.type(description="What confirmed an acquisition")
class Evidence:
    """An evidence."""

    kind: EvidenceKind = strawberry.field(description="What was shown")
    reference: str = strawberry.field(description="By which it is found again")


@strawberry.type(description="One value of somebody who waits")
class ReceivedItem:
    """A value."""

    field: strawberry.ID = strawberry.field(description="The field, such as `User.email`")
    value: str | None = strawberry.field(description="What was sent; null where it may not be read here")
    withheld: bool = strawberry.field(description="Whether it may not be read here")


@strawberry.type(description="Somebody who was sent and about whom the desk decides")
class Received:
    """One who waits."""

    id: strawberry.ID = strawberry.field(description="Their number")
    at: datetime = strawberry.field(description="When they were sent")
    outcome: WaitingAs = strawberry.field(description="Why they wait")
    reasons: list[strawberry.ID] = strawberry.field(
        description="Of `DECEIT_SUSPECTED`, `EVIDENCE_MISSING`, `SPECIAL_CARE_NO_CONSENT`"
    )
    provider: strawberry.ID = strawberry.field(description="By whom, by the id in `recipients`")
    provider_name: str = strawberry.field(description="The sender's name on that day")
    purpose: strawberry.ID = strawberry.field(description="For which purpose")
    acquisition_history: str = strawberry.field(description="How the sender acquired the data")
    evidence: Evidence | None = strawberry.field(description="What confirms that; null for nothing")
    policy_version: str = strawberry.field(description="The version of the policy that was shown")
    notice_shown_at: datetime = strawberry.field(description="When it was shown")
    purposes: list[strawberry.ID] = strawberry.field(description="The purposes that it named")
    consented_at: datetime = strawberry.field(description="When the person agreed to being sent here")
    consent_method: strawberry.ID = strawberry.field(description="By which act")
    acquired_at: datetime = strawberry.field(description="When the data came over to the company")
    request_id: strawberry.ID = strawberry.field(description="The `requestId` of the sending in the ledger")
    items: list[ReceivedItem] = strawberry.field(description="What was sent, by field")
    known: list[strawberry.ID] = strawberry.field(
        description="Users with this e-mail address, or this name and birth date"
    )


@strawberry.type(description="Somebody who waits, and their place in the list")
class ReceivedEdge:
    """An edge."""

    node: Received = strawberry.field(description="Who waits")
    cursor: str = strawberry.field(description="Their place, for `after`")


@strawberry.type(description="A page of those who wait, the longest waiting first")
class ReceivedConnection:
    """A page."""

    edges: list[ReceivedEdge] = strawberry.field(description="Those of this page")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and where they begin")


@strawberry.type(description="The record of receiving one person from a provider (APPI Art 30, Rule 24)")
class Receipt:
    """A record of receipt."""

    id: strawberry.ID = strawberry.field(description="Its number")
    received: strawberry.ID = strawberry.field(description="The number of the sending")
    user: strawberry.ID = strawberry.field(
        description="Whom it is about; `unlinked:…` once the link was erased"
    )
    provider: strawberry.ID = strawberry.field(description="From whom, by the id in `recipients`")
    provider_name: str = strawberry.field(description="The provider's name on that day")
    provider_address: str = strawberry.field(description="The provider's address on that day")
    provider_representative: str = strawberry.field(description="Who represented the provider on that day")
    acquisition_history: str = strawberry.field(description="How the provider acquired the data")
    evidence: Evidence = strawberry.field(description="What confirmed that (Rule 22)")
    purpose: strawberry.ID = strawberry.field(description="For which purpose")
    consented_at: datetime = strawberry.field(description="When the person agreed to being sent here")
    consent_method: strawberry.ID = strawberry.field(description="By which act")
    policy_version: str = strawberry.field(description="The version of the policy that was shown")
    notice_shown_at: datetime = strawberry.field(description="When it was shown")
    items: list[strawberry.ID] = strawberry.field(description="The fields that were received")
    acquired_at: datetime = strawberry.field(description="When the data came over to the company")
    received_on: date = strawberry.field(description="The day in Japan on which the person was taken in")
    retain_until: date = strawberry.field(description="The last day the record must be kept (Rule 25)")
    request_id: strawberry.ID = strawberry.field(description="The `requestId` of the sending in the ledger")


@strawberry.type(description="A receipt and its place in the list")
class ReceiptEdge:
    """An edge."""

    node: Receipt = strawberry.field(description="The receipt")
    cursor: str = strawberry.field(description="Its place, for `after`")


@strawberry.type(description="A page of receipts, newest first")
class ReceiptConnection:
    """A page."""

    edges: list[ReceiptEdge] = strawberry.field(description="The receipts of this page")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and where they begin")
