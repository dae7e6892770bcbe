"""The inputs and payloads of the register of grounds: one of each for every mutation."""

from datetime import date, datetime

import strawberry

from api.schema.grounds import Confirmation, Entrustment, ForeignCheck, JointUse, Succession
from models.grounds.register import SUPERVISE_DAYS

UNSET = strawberry.UNSET
WHO = "A registered recipient outside the company"
WHICH = "Its number, as `grounds` tells it"
FOR = "The purposes it holds for, such as `service.billing`"
NOW_SO = "The record as it stands now"


@strawberry.input(description="Work that a recipient does on the company's behalf")
class RecordEntrustmentInput:
    """An entrustment."""

    recipient: strawberry.ID = strawberry.field(description=WHO)
    contract: str = strawberry.field(description="The contract, by its number or name")
    purposes: list[strawberry.ID] = strawberry.field(description=FOR)
    from_: date = strawberry.field(name="from", description="The first day of the contract")
    scope: str | None = strawberry.field(default=UNSET, description="What is done under it")
    until: date | None = strawberry.field(default=UNSET, description="Its last day; null for no end")
    supervised_on: date | None = strawberry.field(
        default=UNSET, description="When the recipient was looked after last; counted from `from` if never"
    )
    supervise_days: int | None = strawberry.field(
        default=SUPERVISE_DAYS, description="Days after which it lapses without another look, up to 731"
    )


@strawberry.input(description="An entrustee that was looked after")
class SuperviseEntrustmentInput:
    """A look."""

    id: strawberry.ID = strawberry.field(description=WHICH)
    supervised_on: date | None = strawberry.field(default=UNSET, description="When; today if left out")
    supervise_days: int | None = strawberry.field(
        default=UNSET, description="Days after which it lapses without another look; as before if left out"
    )


@strawberry.input(description="An entrustment to end today")
class EndEntrustmentInput:
    """An end."""

    id: strawberry.ID = strawberry.field(description=WHICH)


@strawberry.input(description="A business that went over to a recipient")
class RecordSuccessionInput:
    """A succession."""

    recipient: strawberry.ID = strawberry.field(description=WHO)
    reference: str = strawberry.field(description="The document of it")
    purposes: list[strawberry.ID] = strawberry.field(description=FOR)
    on: date = strawberry.field(description="The day on which the business went over")


@strawberry.input(description="A succession to end today")
class EndSuccessionInput:
    """An end."""

    id: strawberry.ID = strawberry.field(description=WHICH)


@strawberry.input(
    description="A joint use that was announced; each of its five matters that is missing is told"
)
class AnnounceJointUseInput:
    """A joint use."""

    recipients: list[strawberry.ID] = strawberry.field(description="Those who use the data together with us")
    purposes: list[strawberry.ID] = strawberry.field(description=FOR)
    announced_at: datetime | None = strawberry.field(
        default=UNSET, description="Needed: when it was announced that there is joint use; never to come"
    )
    items: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="Needed: what is used, as fields or categories"
    )
    range_of_users: str | None = strawberry.field(default=UNSET, description="Needed: who uses it")
    users_purpose: str | None = strawberry.field(default=UNSET, description="Needed: what they use it for")
    manager_name: str | None = strawberry.field(
        default=UNSET, description="Needed: who answers for its management"
    )
    manager_address: str | None = strawberry.field(default=UNSET, description="Needed: their address")
    manager_representative: str | None = strawberry.field(
        default=UNSET, description="Needed: their representative; for a person, their own name"
    )


@strawberry.input(description="A joint use to end today")
class EndJointUseInput:
    """An end."""

    id: strawberry.ID = strawberry.field(description=WHICH)


@strawberry.input(description="A look at a recipient abroad whose system is to be equivalent (Rule 18)")
class RecordForeignCheckInput:
    """A look."""

    recipient: strawberry.ID = strawberry.field(description="A registered recipient in another country")
    regime: str = strawberry.field(description="The country's regime that may touch the measures")
    measures: str = strawberry.field(description="The measures the recipient takes")
    next_due_on: date = strawberry.field(
        description="The last day on which this look counts, at most 731 days after it"
    )
    maintained: bool = strawberry.field(description="Whether the measures were found to be kept up")
    checked_on: date | None = strawberry.field(default=UNSET, description="When; today if left out")
    problems: str | None = strawberry.field(
        default=UNSET, description="What was found wrong; needed where the measures were not kept up"
    )
    action: str | None = strawberry.field(
        default=UNSET, description="What was done about it; needed where the measures were not kept up"
    )


@strawberry.input(description="Consent to being known to a recipient by related information, confirmed")
class ConfirmRelatedConsentInput:
    """A confirmation."""

    recipient: strawberry.ID = strawberry.field(description=WHO)
    how: str = strawberry.field(description="How it was confirmed, such as by the recipient's declaration")
    foreign_informed: bool | None = strawberry.field(
        default=False, description="People were told of the recipient's country; needed for one abroad"
    )
    confirmed_on: date | None = strawberry.field(default=UNSET, description="When; today if left out")
    until: date | None = strawberry.field(default=UNSET, description="Its last day; null for no end")


@strawberry.input(description="A confirmation to end today")
class EndConfirmationInput:
    """An end."""

    id: strawberry.ID = strawberry.field(description=WHICH)


@strawberry.type(description="What recording an entrustment answers")
class RecordEntrustmentPayload:
    """An entrustment."""

    entrustment: Entrustment = strawberry.field(description=NOW_SO)


@strawberry.type(description="What looking after an entrustee answers")
class SuperviseEntrustmentPayload:
    """An entrustment."""

    entrustment: Entrustment = strawberry.field(description=NOW_SO)


@strawberry.type(description="What ending an entrustment answers")
class EndEntrustmentPayload:
    """An entrustment."""

    entrustment: Entrustment = strawberry.field(description=NOW_SO)


@strawberry.type(description="What recording a succession answers")
class RecordSuccessionPayload:
    """A succession."""

    succession: Succession = strawberry.field(description=NOW_SO)


@strawberry.type(description="What ending a succession answers")
class EndSuccessionPayload:
    """A succession."""

    succession: Succession = strawberry.field(description=NOW_SO)


@strawberry.type(description="What recording a joint use answers")
class AnnounceJointUsePayload:
    """A joint use."""

    joint_use: JointUse = strawberry.field(description=NOW_SO)


@strawberry.type(description="What ending a joint use answers")
class EndJointUsePayload:
    """A joint use."""

    joint_use: JointUse = strawberry.field(description=NOW_SO)


@strawberry.type(description="What recording a look abroad answers")
class RecordForeignCheckPayload:
    """A look."""

    foreign_check: ForeignCheck = strawberry.field(description=NOW_SO)


@strawberry.type(description="What confirming consent answers")
class ConfirmRelatedConsentPayload:
    """A confirmation."""

    confirmation: Confirmation = strawberry.field(description=NOW_SO)


@strawberry.type(description="What ending a confirmation answers")
class EndConfirmationPayload:
    """A confirmation."""

    confirmation: Confirmation = strawberry.field(description=NOW_SO)
