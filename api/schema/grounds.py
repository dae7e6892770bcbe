"""The types of the register of grounds: what beside consent and case files lets a third party be given data."""

from datetime import date, datetime

import strawberry

from api.schema.register_change import RegisterChange
from models.grounds.state import GroundState

strawberry.enum(
    GroundState,
    name="GroundState",
    description="Whether data may rest on it today: `HOLDS`, or what is in the way: its first day is `TO_COME`, its"
    " last is `OVER`, it was `ENDED`, is `UNSUPERVISED` or `INCOMPLETE`; a look is overdue (`LAPSED`), found it"
    " `NOT_MAINTAINED`, or was `REPLACED` by a later one",
)
ID_TOLD = "Its number"
STATE = "Whether data may rest on it today, or why not"
CHANGES = "Its changes, the newest first; at most 100"
ENDED = "The day on which it was ended; null while nobody ended it"
PURPOSES = "The purposes it holds for"
WHO = "The recipient"


@strawberry.type(description="Work on the company's behalf, under a contract and supervision (APPI Art 25)")
class Entrustment:
    """An entrustment."""

    id: strawberry.ID = strawberry.field(description=ID_TOLD)
    recipient: strawberry.ID = strawberry.field(description=WHO)
    contract: str = strawberry.field(description="The contract, by its number or name")
    scope: str = strawberry.field(description="What is done under it; may be blank")
    purposes: list[strawberry.ID] = strawberry.field(description=PURPOSES)
    from_: date = strawberry.field(name="from", description="The first day of the contract")
    until: date | None = strawberry.field(description="Its last day; null for no end")
    supervised_on: date | None = strawberry.field(description="When the recipient was looked after last")
    supervise_days: int = strawberry.field(description="Days after which it lapses without another look")
    ended_on: date | None = strawberry.field(description=ENDED)
    state: GroundState = strawberry.field(description=STATE)
    changes: list[RegisterChange] = strawberry.field(description=CHANGES)


@strawberry.type(description="The business went over to the recipient (APPI Art 27(5)(ii))")
class Succession:
    """A succession."""

    id: strawberry.ID = strawberry.field(description=ID_TOLD)
    recipient: strawberry.ID = strawberry.field(description=WHO)
    reference: str = strawberry.field(description="The document of it")
    purposes: list[strawberry.ID] = strawberry.field(description=PURPOSES)
    on: date = strawberry.field(description="The day on which the business went over")
    ended_on: date | None = strawberry.field(description=ENDED)
    state: GroundState = strawberry.field(description=STATE)
    changes: list[RegisterChange] = strawberry.field(description=CHANGES)


@strawberry.type(description="Use together with others, its five matters announced (APPI Art 27(5)(iii))")
class JointUse:
    """A joint use."""

    id: strawberry.ID = strawberry.field(description=ID_TOLD)
    recipients: list[strawberry.ID] = strawberry.field(description="Those who use the data together with us")
    purposes: list[strawberry.ID] = strawberry.field(description=PURPOSES)
    items: list[strawberry.ID] = strawberry.field(description="What is used: fields or categories")
    range_of_users: str = strawberry.field(description="Who uses it, as it was announced")
    users_purpose: str = strawberry.field(description="What they use it for, as it was announced")
    manager_name: str = strawberry.field(description="Who answers for its management")
    manager_address: str = strawberry.field(description="Their address")
    manager_representative: str = strawberry.field(description="Their representative")
    announced_at: datetime | None = strawberry.field(description="When all of this was announced")
    ended_on: date | None = strawberry.field(description=ENDED)
    state: GroundState = strawberry.field(description=STATE)
    changes: list[RegisterChange] = strawberry.field(description=CHANGES)


@strawberry.type(
    description="One look at a recipient abroad whose system is equivalent (APPI Art 28(3), Rule 18)"
)
class ForeignCheck:
    """A look."""

    id: strawberry.ID = strawberry.field(description=ID_TOLD)
    recipient: strawberry.ID = strawberry.field(description=WHO)
    regime: str = strawberry.field(description="The country's regime that may touch the measures")
    measures: str = strawberry.field(description="The measures the recipient takes")
    checked_on: date = strawberry.field(description="When it was looked at")
    next_due_on: date = strawberry.field(description="The last day on which this look counts")
    maintained: bool = strawberry.field(description="Whether the measures were found to be kept up")
    problems: str = strawberry.field(description="What was found wrong; blank for nothing")
    action: str = strawberry.field(description="What was done about it; blank for nothing")
    at: datetime = strawberry.field(description="When it was recorded")
    state: GroundState = strawberry.field(description=STATE)
    changes: list[RegisterChange] = strawberry.field(description=CHANGES)


@strawberry.type(
    description="People agreed to the recipient's knowing them by related information (APPI Art 31)"
)
class Confirmation:
    """A confirmation."""

    id: strawberry.ID = strawberry.field(description=ID_TOLD)
    recipient: strawberry.ID = strawberry.field(description=WHO)
    how: str = strawberry.field(description="How it was confirmed (Rule 26)")
    foreign_informed: bool = strawberry.field(
        description="Whether people had been told of the recipient's country, as one abroad needs"
    )
    confirmed_on: date = strawberry.field(description="When it was confirmed")
    until: date | None = strawberry.field(description="Its last day; null for no end")
    ended_on: date | None = strawberry.field(description=ENDED)
    state: GroundState = strawberry.field(description=STATE)
    changes: list[RegisterChange] = strawberry.field(description=CHANGES)


@strawberry.type(
    description="What a company is sent of what browsers do, as it was announced (Telecommunications Business Act"
    " Art 27-12)"
)
class TransmissionNotice:
    """A notice."""

    id: strawberry.ID = strawberry.field(description=ID_TOLD)
    recipient: strawberry.ID = strawberry.field(description=WHO)
    items: list[strawberry.ID] = strawberry.field(description="What is sent, as fields such as `Event.url`")
    recipient_ja: str = strawberry.field(description="Who receives it, as people in Japan know the company")
    items_ja: str = strawberry.field(description="What is sent, in Japanese")
    purpose_ja: str = strawberry.field(description="What the company uses it for, in Japanese")
    recipient_en: str = strawberry.field(description="Who receives it, in English; blank for none")
    items_en: str = strawberry.field(description="What is sent, in English; blank for none")
    purpose_en: str = strawberry.field(description="What it is used for, in English; blank for none")
    policy_url: str = strawberry.field(description="The company's own policy; blank for none")
    opt_out_url: str = strawberry.field(description="Where the company takes opt-outs; needed to publish")
    opt_out_ja: str = strawberry.field(description="What opting out does, in Japanese; blank for none")
    limits_ja: str = strawberry.field(
        description="What does not work after opting out, in Japanese; blank for nothing"
    )
    from_: date = strawberry.field(name="from", description="The first day")
    until: date | None = strawberry.field(description="The last day; null for no end")
    published_at: datetime | None = strawberry.field(description="When it was published; null for a draft")
    ended_on: date | None = strawberry.field(description=ENDED)
    state: GroundState = strawberry.field(description=STATE)
    changes: list[RegisterChange] = strawberry.field(description=CHANGES)


@strawberry.type(
    description="All grounds that are kept beside consent and case files, the newest of each last"
)
class Grounds:
    """The grounds."""

    entrustments: list[Entrustment] = strawberry.field(description="Work on the company's behalf")
    successions: list[Succession] = strawberry.field(description="The business went over")
    joint_uses: list[JointUse] = strawberry.field(description="Use together with others")
    foreign_checks: list[ForeignCheck] = strawberry.field(description="Looks at recipients abroad")
    confirmations: list[Confirmation] = strawberry.field(
        description="Consent to being known by related information, confirmed"
    )
    transmission_notices: list[TransmissionNotice] = strawberry.field(
        description="What companies are sent of what browsers do"
    )
