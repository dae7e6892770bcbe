"""The mutations of transmission notices: one input and one payload each."""

from datetime import date
from typing import Annotated

import strawberry

from api.schema.arguments import told
from api.schema.finished import Info, finished
from api.schema.ground_inputs import NOW_SO, UNSET, WHICH
from api.schema.grounds import TransmissionNotice

PUBLISHED = "needed to publish"


@strawberry.input(description="What a company is to be sent of what browsers do; published once it is whole")
class DraftTransmissionNoticeInput:
    """A draft."""

    recipient: strawberry.ID = strawberry.field(
        description="A registered company of the kind `analytics` or `ad_network`"
    )
    from_: date = strawberry.field(name="from", description="The first day")
    until: date | None = strawberry.field(default=UNSET, description="The last day; null for no end")
    items: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description=f"What is sent, as fields such as `Event.url`; {PUBLISHED}"
    )
    recipient_ja: str | None = strawberry.field(
        default=UNSET, description=f"Who receives it, as people in Japan know the company; {PUBLISHED}"
    )
    items_ja: str | None = strawberry.field(
        default=UNSET, description=f"What is sent, in Japanese; {PUBLISHED}"
    )
    purpose_ja: str | None = strawberry.field(
        default=UNSET, description=f"What the company uses it for, in Japanese; {PUBLISHED}"
    )
    recipient_en: str | None = strawberry.field(default=UNSET, description="Who receives it, in English")
    items_en: str | None = strawberry.field(default=UNSET, description="What is sent, in English")
    purpose_en: str | None = strawberry.field(default=UNSET, description="What it is used for, in English")
    policy_url: str | None = strawberry.field(default=UNSET, description="The company's own policy: `https`")
    opt_out_url: str | None = strawberry.field(
        default=UNSET, description=f"Where the company takes opt-outs: `https`; {PUBLISHED}"
    )
    opt_out_ja: str | None = strawberry.field(default=UNSET, description="What opting out does, in Japanese")
    limits_ja: str | None = strawberry.field(
        default=UNSET, description="What does not work after opting out, in Japanese"
    )


@strawberry.input(description="A draft to publish")
class PublishTransmissionNoticeInput:
    """A publication."""

    id: strawberry.ID = strawberry.field(description=WHICH)


@strawberry.input(description="A transmission notice to end today")
class EndTransmissionNoticeInput:
    """An end."""

    id: strawberry.ID = strawberry.field(description=WHICH)


@strawberry.type(description="What drafting a transmission notice answers")
class DraftTransmissionNoticePayload:
    """A notice."""

    transmission_notice: TransmissionNotice = strawberry.field(description=NOW_SO)


@strawberry.type(description="What publishing a transmission notice answers")
class PublishTransmissionNoticePayload:
    """A notice."""

    transmission_notice: TransmissionNotice = strawberry.field(description=NOW_SO)


@strawberry.type(description="What ending a transmission notice answers")
class EndTransmissionNoticePayload:
    """A notice."""

    transmission_notice: TransmissionNotice = strawberry.field(description=NOW_SO)


@strawberry.type
class TransmissionMutations:
    """Changes of transmission notices."""

    @strawberry.mutation(description="Record what a company is to be sent of what browsers do, as a draft")
    def draft_transmission_notice(
        self, info: Info, input: Annotated[DraftTransmissionNoticeInput, told("What is known of it so far")]
    ) -> DraftTransmissionNoticePayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Publish a draft that lacks nothing; events go out on it from then on")
    def publish_transmission_notice(
        self, info: Info, input: Annotated[PublishTransmissionNoticeInput, told("Which draft")]
    ) -> PublishTransmissionNoticePayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="End a transmission notice; every process obeys within a second")
    def end_transmission_notice(
        self, info: Info, input: Annotated[EndTransmissionNoticeInput, told("Which notice")]
    ) -> EndTransmissionNoticePayload:
        """Finished."""
        return finished(info)
