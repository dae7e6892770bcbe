"""The inputs and payloads of consent: asked for, given, refused, taken back or found void."""

from datetime import date, datetime
from enum import StrEnum

import strawberry

from api.schema.arguments import PERSON_NOW
from api.schema.personal import User

WHOSE = "Whose consent"
TO_WHAT = "The purpose of the consent"
TO_WHOM = "The recipient of the consent"
SHOWN_IN = "The language it was shown in: `ja` or `en`"
SHOWN_TEXT = "The very text that was shown; it is kept once, by its SHA-256"


@strawberry.enum(
    name="ConsentMethod",
    description="The act by which a person answered: a box ticked, a button clicked, a signed paper; `DEEMED`,"
    " which is silence (Clause 11), is refused with the reason",
)
class Method(StrEnum):
    """What may be said; `DEEMED` is refused with the reason."""

    TICK = "TICK"
    CLICK = "CLICK"
    PAPER = "PAPER"
    DEEMED = "DEEMED"


@strawberry.enum(
    description="How a consent ends without its person: it was void from the start, or the company ends it"
)
class ConsentEnd(StrEnum):
    """The two ends."""

    INVALIDATED = "INVALIDATED"
    REVOKED = "REVOKED"


@strawberry.input(description="What a person was told before a consent to a transfer abroad (Rule 17)")
class ForeignInformationInput:
    """The three facts, or why one cannot be told."""

    country: strawberry.ID | None = strawberry.field(
        default=None,
        description="The country, by its code of ISO 3166-1, that the recipient is registered in",
    )
    regime: str | None = strawberry.field(
        default=None, description="How personal information is protected in that country"
    )
    measures: str | None = strawberry.field(
        default=None, description="What the recipient does to protect personal information"
    )
    country_unnamed_because: str | None = strawberry.field(
        default=None, description="Why the country cannot be named, where it cannot (Rule 17(3))"
    )
    instead_of_country: str | None = strawberry.field(
        default=None, description="What helps the person in place of the country's name (Rule 17(3)(ii))"
    )
    measures_untold_because: str | None = strawberry.field(
        default=None, description="Why the measures cannot be told, where they cannot (Rule 17(4))"
    )


@strawberry.input(description="A person agreed to one purpose and one recipient")
class RecordConsentInput:
    """A consent."""

    user: strawberry.ID = strawberry.field(description="Who agreed")
    purpose: strawberry.ID = strawberry.field(description="To what: a purpose that can be declared")
    recipient: strawberry.ID = strawberry.field(
        description="A registered recipient; those who work for the company count as `internal`"
    )
    notice_version: str = strawberry.field(description="The version of the policy that was shown")
    language: str = strawberry.field(description="The language it was shown in: `ja` or `en`")
    method: Method = strawberry.field(description="The act by which the person agreed")
    expires_at: datetime | None = strawberry.field(
        default=None, description="Until when it holds, in the future; without an end if left out"
    )
    categories: list[strawberry.ID] | None = strawberry.field(
        default=None, description="The categories that alone it opens; everything if left out"
    )
    notice_text: str | None = strawberry.field(default=None, description=SHOWN_TEXT)
    guardian: str | None = strawberry.field(
        default=None, description="Who agreed for the person, where they cannot themselves"
    )
    foreign_information: ForeignInformationInput | None = strawberry.field(
        default=None, description="What was told before a consent to a recipient abroad (APPI Art 28(2))"
    )


@strawberry.input(description="A person took a consent back")
class WithdrawConsentInput:
    """A withdrawal."""

    user: strawberry.ID = strawberry.field(description="Who takes it back")
    purpose: strawberry.ID = strawberry.field(description="The purpose of the consent")
    recipient: strawberry.ID = strawberry.field(description="The recipient of the consent")


@strawberry.input(description="A person is asked for a consent")
class RequestConsentInput:
    """A question that waits for its answer."""

    user: strawberry.ID = strawberry.field(description=WHOSE)
    purpose: strawberry.ID = strawberry.field(description=TO_WHAT)
    recipient: strawberry.ID = strawberry.field(description=TO_WHOM)
    notice_version: str = strawberry.field(description="The version of the policy that is shown")
    language: str = strawberry.field(description=SHOWN_IN)
    notice_text: str | None = strawberry.field(default=None, description=SHOWN_TEXT)


@strawberry.input(description="A person says no to a consent, or not now")
class RefuseConsentInput:
    """A refusal."""

    user: strawberry.ID = strawberry.field(description=WHOSE)
    purpose: strawberry.ID = strawberry.field(description=TO_WHAT)
    recipient: strawberry.ID = strawberry.field(description=TO_WHOM)
    notice_version: str = strawberry.field(description="The version of the policy that was shown")
    language: str = strawberry.field(description=SHOWN_IN)
    method: Method = strawberry.field(description="The act by which the person answered")
    later: bool = strawberry.field(default=False, description="The person wants to decide later: DEFERRED")
    notice_text: str | None = strawberry.field(default=None, description=SHOWN_TEXT)


@strawberry.input(description="A consent ends without its person")
class InvalidateConsentInput:
    """An end."""

    user: strawberry.ID = strawberry.field(description=WHOSE)
    purpose: strawberry.ID = strawberry.field(description=TO_WHAT)
    recipient: strawberry.ID = strawberry.field(description=TO_WHOM)
    end: ConsentEnd = strawberry.field(description="Whether it never was valid, or is ended now")
    reason: str = strawberry.field(description="Why, in words that the person may read")


@strawberry.type(description="What a recorded consent does not do yet, and what to do about it")
class ConsentWarning:
    """A warning."""

    code: strawberry.ID = strawberry.field(description="Its name, such as `FOREIGN_INFORMATION_MISSING`")
    ja: str = strawberry.field(description="In Japanese")
    en: str = strawberry.field(description="In English")


@strawberry.type(description="What asking for a consent answers")
class RequestConsentPayload:
    """What a question answers."""

    user: User | None = strawberry.field(description=PERSON_NOW)


@strawberry.type(description="What refusing a consent answers")
class RefuseConsentPayload:
    """What a refusal answers."""

    user: User | None = strawberry.field(description=PERSON_NOW)


@strawberry.type(description="What ending a consent answers")
class InvalidateConsentPayload:
    """What an end answers."""

    user: User | None = strawberry.field(description=PERSON_NOW)


@strawberry.type(description="What recording a consent answers")
class RecordConsentPayload:
    """What a consent answers."""

    warnings: list[ConsentWarning] = strawberry.field(
        description="What the consent does not do yet; it is recorded nevertheless"
    )
    user: User | None = strawberry.field(description=PERSON_NOW)


@strawberry.type(
    description="Somebody outside the company who was given the person's data on a consent that is withdrawn"
)
class Holder:
    """A holder."""

    recipient: strawberry.ID = strawberry.field(description="Its id")
    name: str = strawberry.field(description="Its name")
    since: date = strawberry.field(description="The day in Japan on which it was given something first")
    last_provided_on: date = strawberry.field(
        description="The day in Japan on which it was given something last"
    )
    notified: bool = strawberry.field(
        description="Whether a signed notice of the withdrawal is on its way to it; false where it takes none"
    )


@strawberry.type(description="What withdrawing a consent answers")
class WithdrawConsentPayload:
    """What a withdrawal answers."""

    holders: list[Holder] | None = strawberry.field(
        description="Who holds data that was given on this consent, by the records of provision and the ledger; that"
        " they were told is on record, and it is null where no rule lets the requester know"
    )
    user: User | None = strawberry.field(description=PERSON_NOW)
