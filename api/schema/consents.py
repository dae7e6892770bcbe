"""The types of a consent: how it stands, its steps, what was told of a country abroad, and its receipt."""

from datetime import datetime
from typing import NewType

import strawberry

ConsentReceipt = NewType("ConsentReceipt", object)
CONSENT_RECEIPT = strawberry.scalar(
    name="ConsentReceipt",
    description="The receipt of a consent as JSON; its schema is served as `/schemas/consent-receipt.json`",
    serialize=lambda value: value,
    parse_value=lambda value: value,
)


@strawberry.type(description="What a person was told before a consent to a transfer abroad (Rule 17)")
class ForeignInformation:
    """The three facts, or why one could not be told."""

    country: strawberry.ID | None = strawberry.field(description="The country, by its code of ISO 3166-1")
    regime: str | None = strawberry.field(description="How personal information is protected there")
    measures: str | None = strawberry.field(description="What the recipient does to protect it")
    country_unnamed_because: str | None = strawberry.field(description="Why the country was not named")
    instead_of_country: str | None = strawberry.field(description="What was told in place of its name")
    measures_untold_because: str | None = strawberry.field(description="Why the measures were not told")


@strawberry.type(description="One step in the life of a consent; steps are never changed")
class ConsentEvent:
    """A step."""

    state: str = strawberry.field(description="The state it led to")
    at: datetime = strawberry.field(description="When")
    by: strawberry.ID = strawberry.field(
        description="Who: the user, a client, or `expiry` when its time was over"
    )
    notice_version: str = strawberry.field(description="The version of the policy that was shown")
    language: str = strawberry.field(description="The language it was shown in")
    method: str = strawberry.field(description="The act by which the person answered")
    expires_at: datetime | None = strawberry.field(description="Until when the consent was to hold")
    categories: list[strawberry.ID] | None = strawberry.field(
        description="What alone it opened; null for all"
    )
    guardian: str | None = strawberry.field(description="Who agreed for the person")
    reason: str | None = strawberry.field(description="Why it was ended without the person")


@strawberry.type(description="What a person agreed to, for one purpose and one recipient")
class Consent:
    """A consent."""

    id: strawberry.ID = strawberry.field(description="Its number")
    purpose: strawberry.ID = strawberry.field(description="To what")
    recipient: strawberry.ID = strawberry.field(
        description="To whom; `internal` for the company and those who work for it"
    )
    state: str = strawberry.field(description="Only GIVEN and RENEWED permit")
    given_at: datetime | None = strawberry.field(description="When it was given, the last time")
    withdrawn_at: datetime | None = strawberry.field(
        description="When it was taken back; null while it is not"
    )
    expires_at: datetime | None = strawberry.field(description="When it ends; null where it has no end")
    notice_version: str = strawberry.field(description="The version of the policy that was shown")
    language: str = strawberry.field(description="The language it was shown in")
    method: str = strawberry.field(
        description="TICK, CLICK or PAPER, or NONE while there is no answer; deemed agreement is none of them"
    )
    notice_hash: str | None = strawberry.field(
        description="The SHA-256 of the text that was shown, if it was kept"
    )
    notice_text: str | None = strawberry.field(description="The text that was shown, if it was kept")
    categories: list[strawberry.ID] | None = strawberry.field(
        description="What alone it opens; null where it opens all that the purpose does"
    )
    guardian: str | None = strawberry.field(description="Who agreed for the person")
    foreign_informed: bool = strawberry.field(
        description="Whether all was told that must be before a transfer abroad (APPI Art 28(2))"
    )
    foreign_information: ForeignInformation | None = strawberry.field(description="What was told of it")
    reason: str | None = strawberry.field(description="Why it was ended without the person")
    events: list[ConsentEvent] = strawberry.field(description="How it came to be, from the first step on")
    receipt: ConsentReceipt = strawberry.field(
        description="What the person may keep of it; readable at `/receipts/{id}`"
    )
