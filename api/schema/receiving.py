"""The inputs and payloads of receiving people from partners (APPI Art 30, Clause 5)."""

from datetime import datetime
from enum import StrEnum

import strawberry

from api.schema.arguments import PERSON_NOW
from api.schema.changes import InputMistake
from api.schema.consenting import Method
from api.schema.entered import NoticeInput, UserInput
from api.schema.personal import User
from api.schema.receipts import EvidenceKind

UNSET = strawberry.UNSET
WAITS = "The number under which the person waits, as `received` tells it"


@strawberry.enum(
    description="What became of a person who was sent: `RECEIVED`, whether they were known here or not; `QUARANTINED`"
    " until the desk decides; `REFUSED`, and nothing of them is kept"
)
class ReceivedAs(StrEnum):
    """What a partner is told."""

    RECEIVED = "RECEIVED"
    QUARANTINED = "QUARANTINED"
    REFUSED = "REFUSED"


@strawberry.input(description="What confirms how the data was acquired")
class EvidenceInput:
    """An evidence."""

    kind: EvidenceKind = strawberry.field(description="What was shown")
    reference: str = strawberry.field(description="By which it is found again, such as its number and date")


@strawberry.input(
    description="The person's consent to being sent here: what they did, and when; silence is no consent"
)
class SentConsentInput:
    """A consent to the sending."""

    given_at: datetime = strawberry.field(description="When they agreed, at or before `acquiredAt`")
    method: Method = strawberry.field(description="The act by which they agreed")


@strawberry.input(description="A person who is sent, and what is stated of them")
class ReceivedPersonInput:
    """One person."""

    user: UserInput = strawberry.field(description="Their data, read as in `register`")
    notice: NoticeInput | None = strawberry.field(
        default=UNSET, description="Needed: what they were shown, at or before `acquiredAt`"
    )
    acquired_at: datetime | None = strawberry.field(
        default=UNSET, description="When their data came over to the company; now if left out"
    )
    history: str | None = strawberry.field(
        default=UNSET, description="Needed: how the sender acquired it; at most 500 characters"
    )
    consent: SentConsentInput | None = strawberry.field(
        default=UNSET, description="Needed: that they agreed to being sent here"
    )
    evidence: EvidenceInput | None = strawberry.field(
        default=UNSET, description="What confirms `history`; without it they wait for the desk"
    )
    fair_means: bool | None = strawberry.field(
        default=UNSET,
        description="True: the sender declares fair means, no deceit (APPI Art 20(1)); else they wait for the desk",
    )
    special_care_consent: bool | None = strawberry.field(
        default=UNSET,
        description="True: they agreed to special-care data too (APPI Art 20(2)); else any that shows waits for the desk",
    )


@strawberry.input(description="People whom a partner sends")
class ReceiveUsersInput:
    """A sending."""

    people: list[ReceivedPersonInput] = strawberry.field(description="At most 100 at once")


@strawberry.input(description="Somebody who waits and is taken in")
class AcceptReceivedInput:
    """An acceptance."""

    received: strawberry.ID = strawberry.field(description=WAITS)
    user: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="The user they are known to be, whose record stays as it is; a new one if left out",
    )
    evidence: EvidenceInput | None = strawberry.field(
        default=UNSET, description="What the desk was shown; needed where the sender named none"
    )


@strawberry.input(description="Somebody who waits and is not taken in")
class RejectReceivedInput:
    """A rejection."""

    received: strawberry.ID = strawberry.field(description=WAITS)
    reason: str = strawberry.field(description="Why, without a word about the person; at most 200 characters")


@strawberry.type(description="What became of one person who was sent")
class ReceivedResult:
    """One of several."""

    index: int = strawberry.field(description="The place in `people`, from 0")
    outcome: ReceivedAs = strawberry.field(description="What became of them")
    received: strawberry.ID = strawberry.field(
        description="The number of this sending; the same whenever the same is sent again"
    )
    mistakes: list[InputMistake] = strawberry.field(description="Why they were refused; else empty")


@strawberry.type(description="What a sending answers")
class ReceiveUsersPayload:
    """A sending."""

    results: list[ReceivedResult] = strawberry.field(description="One for each of `people`, in their order")


@strawberry.type(description="What taking somebody in answers")
class AcceptReceivedPayload:
    """An acceptance."""

    received: strawberry.ID = strawberry.field(description="The number under which they waited")
    user: User | None = strawberry.field(description=PERSON_NOW)


@strawberry.type(description="What rejecting somebody answers")
class RejectReceivedPayload:
    """A rejection."""

    received: strawberry.ID = strawberry.field(
        description="The number under which they waited; their data is gone"
    )
