"""The types of the register of recipients: what is kept of each, and what changes it."""

from datetime import date
from enum import StrEnum

import strawberry

from api.schema.register_change import RegisterChange
from models.provisions.retention import ProvisionMethod
from models.recipients.recipient import RecipientStatus
from models.registry import DESIGNATED, EQUIVALENT

strawberry.enum(
    RecipientStatus,
    name="RecipientStatus",
    description="Whether anything may go to a recipient: not yet, as far as rules and contract let it, or not any more",
)


@strawberry.enum(
    description="What stands in for the information each person is given before consent to a transfer abroad (Art 28):"
    " `DESIGNATED`, a country the Commission named; `EQUIVALENT`, a system that is checked"
)
class ForeignRoute(StrEnum):
    """A route abroad."""

    DESIGNATED = DESIGNATED
    EQUIVALENT = EQUIVALENT


UNSET = strawberry.UNSET
WHICH = "The recipient's id"
KIND = "Its group to the rules, such as `employer`"
NAME = "Its legal name, as a provision records it (Art 29)"
FORMER = "Names it had before"
ADDRESS = "Its address, as a provision records it"
REPRESENTATIVE = "Who represents it, as a provision records it"
COUNTRY = "Where it is, by ISO 3166-1; abroad Art 28 asks for more"
ROUTE = "What stands in for information given to each person (Art 28); null where nothing does"
ORGAN = "A state organ or the like, to which a provision is not recorded under Art 29 (Art 16(2))"
IDENTIFYING = (
    "It is expected to know whom data without a name is about, so that Art 31 asks for a confirmation"
)
CONTRACT = "The contract with it, by its reference"
FROM = "The first day of the contract, in Japan; nothing goes to it before"
UNTIL = "The last day of the contract, in Japan; nothing goes to it after"
CONTACT = "Where people turn to at it"
NOTICE_URL = "Where notices from us go (RFC 8935): `https`"
EVENTS_URL = "Where it takes what browsers did: `https`"
METHOD = "How records of what it is given are made (Rule 19)"


@strawberry.type(description="One to whom data may go, or might")
class Recipient:
    """A recipient."""

    id: strawberry.ID = strawberry.field(description="What `@purpose` and rules name, such as `employer-a`")
    kind: strawberry.ID = strawberry.field(description=KIND)
    name: str = strawberry.field(description=NAME)
    former_names: list[str] = strawberry.field(description=f"{FORMER}, the latest last")
    address: str = strawberry.field(description=ADDRESS)
    representative: str = strawberry.field(description=REPRESENTATIVE)
    country: str = strawberry.field(description=COUNTRY)
    foreign_route: ForeignRoute | None = strawberry.field(description=ROUTE)
    state_organ: bool = strawberry.field(description=ORGAN)
    identifying: bool = strawberry.field(description=IDENTIFYING)
    status: RecipientStatus = strawberry.field(description="Whether it was opened, and not stopped since")
    closed: strawberry.ID | None = strawberry.field(
        description="Why nothing may go to it today: `PENDING`, `STOPPED`, or `LAPSED` where its contract does not run;"
        " null where it may"
    )
    missing: list[strawberry.ID] = strawberry.field(
        description="What a record of provision needs and is blank here; a third party is given nothing until it is not"
    )
    contract: str = strawberry.field(description=CONTRACT)
    contract_from: date | None = strawberry.field(description=FROM)
    contract_until: date | None = strawberry.field(description=UNTIL)
    contact: str = strawberry.field(description=CONTACT)
    notice_url: str = strawberry.field(description=f"{NOTICE_URL}; empty for none")
    events_url: str = strawberry.field(description=f"{EVENTS_URL}; empty for none")
    provision_method: ProvisionMethod = strawberry.field(description=METHOD)
    changes: list[RegisterChange] = strawberry.field(description="Its changes, the newest first; at most 100")


@strawberry.input
class _Parts:
    """The parts that may be entered of any recipient."""

    former_names: list[str] | None = strawberry.field(default=UNSET, description=FORMER)
    address: str | None = strawberry.field(default=UNSET, description=ADDRESS)
    representative: str | None = strawberry.field(default=UNSET, description=REPRESENTATIVE)
    country: str | None = strawberry.field(
        default=UNSET, description=f"{COUNTRY}; a code or a name, `JP` if never named"
    )
    foreign_route: ForeignRoute | None = strawberry.field(default=UNSET, description=ROUTE)
    state_organ: bool | None = strawberry.field(default=UNSET, description=ORGAN)
    identifying: bool | None = strawberry.field(default=UNSET, description=IDENTIFYING)
    contract: str | None = strawberry.field(default=UNSET, description=CONTRACT)
    contract_from: date | None = strawberry.field(default=UNSET, description=FROM)
    contract_until: date | None = strawberry.field(default=UNSET, description=UNTIL)
    contact: str | None = strawberry.field(default=UNSET, description=CONTACT)
    notice_url: str | None = strawberry.field(default=UNSET, description=NOTICE_URL)
    events_url: str | None = strawberry.field(default=UNSET, description=EVENTS_URL)
    provision_method: ProvisionMethod | None = strawberry.field(
        default=UNSET, description=f"{METHOD}; `INDIVIDUAL` if never named, `CONTRACT` with a `contract` only"
    )


@strawberry.input(description="A recipient to register")
class AddRecipientInput(_Parts):
    """A new recipient."""

    id: strawberry.ID = strawberry.field(
        description="What rules and `@purpose` will name it by, never used before, such as `employer-c`"
    )
    kind: strawberry.ID = strawberry.field(description=KIND)
    name: str = strawberry.field(description=NAME)
    pending: bool = strawberry.field(
        default=False, description="Let nothing go to it until `reopenRecipient` opens it"
    )


@strawberry.input(description="What to change of a recipient; what is not given stays, null empties")
class UpdateRecipientInput(_Parts):
    """A change."""

    recipient: strawberry.ID = strawberry.field(description=WHICH)
    kind: strawberry.ID | None = strawberry.field(default=UNSET, description=KIND)
    name: str | None = strawberry.field(
        default=UNSET, description=f"{NAME}; the one before goes among the former"
    )


@strawberry.input(description="A recipient to stop")
class StopRecipientInput:
    """A stop."""

    recipient: strawberry.ID = strawberry.field(description=WHICH)


@strawberry.input(description="A recipient that was stopped, or is pending, and may be given data")
class ReopenRecipientInput:
    """An opening."""

    recipient: strawberry.ID = strawberry.field(description=WHICH)


@strawberry.type(description="What registering a recipient answers")
class AddRecipientPayload:
    """A new recipient."""

    recipient: Recipient = strawberry.field(description="The recipient")


@strawberry.type(description="What changing a recipient answers")
class UpdateRecipientPayload:
    """A change."""

    recipient: Recipient = strawberry.field(description="The recipient as it stands now")


@strawberry.type(description="What stopping a recipient answers")
class StopRecipientPayload:
    """A stop."""

    recipient: Recipient = strawberry.field(description="The recipient as it stands now")


@strawberry.type(description="What opening a recipient answers")
class ReopenRecipientPayload:
    """An opening."""

    recipient: Recipient = strawberry.field(description="The recipient as it stands now")
