"""The queries: doors on people, whose answers are finished before, and registers that hold nobody's data."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from api.gateway.filter import OrderName
from api.gateway.refusal import Code, Refusal
from api.gateway.running import Running
from api.gateway.told import Told
from api.schema.arguments import After, First, told
from api.schema.cases import CaseConnection
from api.schema.clients import Client
from api.schema.grounds import Grounds
from api.schema.inputs import UserFilter
from api.schema.ledger import AccessConnection, ProvisionConnection
from api.schema.notices import WithdrawalNoticeConnection
from api.schema.paging import PageInfo
from api.schema.personal import User
from api.schema.policy import Edition, Explanation, FieldInfo, FormQuestion, Purpose
from api.schema.receipts import ReceiptConnection, ReceivedConnection
from api.schema.recipients import Recipient
from api.schema.registers import edition_of, explain_question, fields_of, form_of, purposes_of
from api.schema.usage import Usage, usage_of
from models.access import Outcome
from models.retention import ProvisionMethod
from models.withdrawal_notice import NoticeState
from policies.vocabulary import Action

UNSET = strawberry.UNSET
Info = strawberry.Info[Running, None]
Since = Annotated[datetime | None, told("From this time on")]
Until = Annotated[datetime | None, told("Before this time")]


@strawberry.type(description="A user and their place in the list")
class UserEdge:
    """An edge."""

    node: User = strawberry.field(description="The user")
    cursor: str = strawberry.field(description="Their place, for `after`")


@strawberry.type(description="A page of users; those who do not exist for the requester are nowhere in it")
class UserConnection:
    """A page."""

    edges: list[UserEdge] = strawberry.field(description="The users of this page")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and where they begin")


def finished(info: Info) -> Any:  # noqa: ANN401 - a finished value stands for any type
    """What the door released for this response key."""
    return info.context.finished[str(info.path.key)]


@strawberry.type(description="Everything that can be asked; an operation on people declares its purpose")
class Query:
    """The root of queries."""

    @strawberry.field(
        description="Oneself: for the role `user`, under `service.account` or `compliance.requests`"
    )
    def me(self, info: Info) -> User | None:
        """Finished."""
        return finished(info)

    @strawberry.field(
        description="One person; null for nobody and for one who does not exist for the requester"
    )
    def user(self, info: Info, id: Annotated[strawberry.ID, told("The user's id")]) -> User | None:
        """Finished."""
        return finished(info)

    @strawberry.field(description="People, a page at a time; at most 1000")
    def users(
        self,
        info: Info,
        first: First = 20,
        after: After = UNSET,
        filter: Annotated[UserFilter | None, told("Only those who meet all of it")] = UNSET,
        order_by: Annotated[OrderName | None, told("In which order; `ID_ASC` if left out")] = UNSET,
    ) -> UserConnection:
        """Finished."""
        return finished(info)

    @strawberry.field(description="The ledger, newest first")
    def accesses(  # noqa: PLR0913, PLR0917 - the interface's arguments
        self,
        info: Info,
        user: Annotated[strawberry.ID | None, told("That touched this user, or looked for them")] = UNSET,
        client: Annotated[strawberry.ID | None, told("Of this client")] = UNSET,
        purpose: Annotated[strawberry.ID | None, told("For this purpose")] = UNSET,
        recipient: Annotated[strawberry.ID | None, told("For this recipient")] = UNSET,
        field: Annotated[str | None, told("That touched this field, such as `User.email`")] = UNSET,
        outcome: Annotated[Outcome | None, told("That ended so")] = UNSET,
        request_id: Annotated[strawberry.ID | None, told("The one of this `requestId`")] = UNSET,
        since: Since = UNSET,
        until: Until = UNSET,
        first: First = 50,
        after: After = UNSET,
    ) -> AccessConnection:
        """Finished."""
        return finished(info)

    @strawberry.field(description="The records of provision to third parties, newest first")
    def provisions(  # noqa: PLR0913, PLR0917 - the interface's arguments
        self,
        info: Info,
        user: Annotated[strawberry.ID | None, told("About this user")] = UNSET,
        recipient: Annotated[strawberry.ID | None, told("To this recipient")] = UNSET,
        method: Annotated[ProvisionMethod | None, told("Recorded in this way")] = UNSET,
        basis: Annotated[strawberry.ID | None, told("On this ground, such as `CONSENT` or `27-1-1`")] = UNSET,
        purgeable: Annotated[
            bool | None, told("Only those whose term is over, or only those whose is not")
        ] = UNSET,
        since: Since = UNSET,
        until: Until = UNSET,
        first: First = 50,
        after: After = UNSET,
    ) -> ProvisionConnection:
        """Finished."""
        return finished(info)

    @strawberry.field(
        description="Notices of withdrawal to recipients that hold data, newest first; for the privacy desk"
    )
    def notices(
        self,
        info: Info,
        state: Annotated[NoticeState | None, told("Those in this state")] = UNSET,
        recipient: Annotated[strawberry.ID | None, told("To this recipient")] = UNSET,
        first: First = 50,
        after: After = UNSET,
    ) -> WithdrawalNoticeConnection:
        """Finished."""
        return finished(info)

    @strawberry.field(description="The records of receiving people from others, newest first")
    def receipts(  # noqa: PLR0913, PLR0917 - the interface's arguments
        self,
        info: Info,
        user: Annotated[strawberry.ID | None, told("About this user")] = UNSET,
        provider: Annotated[strawberry.ID | None, told("From this provider")] = UNSET,
        since: Since = UNSET,
        until: Until = UNSET,
        first: First = 50,
        after: After = UNSET,
    ) -> ReceiptConnection:
        """Finished."""
        return finished(info)

    @strawberry.field(description="People whom partners sent and about whom the desk decides; for the desk")
    def received(self, info: Info, first: First = 50, after: After = UNSET) -> ReceivedConnection:
        """Finished."""
        return finished(info)

    @strawberry.field(description="Why a question is answered as it is, and what came nearest to allowing it")
    async def explain(  # noqa: PLR0913, PLR0917 - the interface's arguments
        self,
        info: Info,
        purpose: Annotated[strawberry.ID, told("Why it would be asked, such as `service.application`")],
        role: Annotated[strawberry.ID, told("Who would ask, such as `employer`; staff may name any role")],
        recipient: Annotated[strawberry.ID, told("To whom it would go, such as `employer-a`")],
        field: Annotated[str, told("Of what, such as `User.email` or `Mutation.recordConsent`")],
        facts: Annotated[
            list[strawberry.ID] | None,
            told("What is true of the person, such as `noticed` and `consented`; nothing if left out"),
        ] = UNSET,
        action: Annotated[Action | None, told("What would be done; `READ` if left out")] = UNSET,
        edition: Annotated[
            strawberry.ID | None, told("Under which edition; the one in force if left out")
        ] = UNSET,
        user: Annotated[
            strawberry.ID | None, told("Refused: a person's standing is not told here; name `facts` instead")
        ] = UNSET,
        access: Annotated[
            strawberry.ID | None,
            told("Under the edition that decided this access of the ledger; for staff"),
        ] = UNSET,
    ) -> Explanation:
        """A register."""
        if user:
            raise Refusal(
                Code.BAD_INPUT,
                Told("STANDING_UNTOLD"),
                argument="user",
            )
        return await explain_question(
            info.context,
            role=role,
            action=str(getattr(action, "value", None) or "read"),
            purpose=purpose,
            field=field,
            recipient=recipient,
            facts=facts or [],
            edition=edition or None,
            access=access or None,
        )

    @strawberry.field(description="The purposes that can be declared, and their abstract parents")
    def purposes(self, info: Info) -> list[Purpose]:
        """A register."""
        return purposes_of(info.context.force)

    @strawberry.field(description="Those to whom data may go, or might, whatever their status; for staff")
    def recipients(self, info: Info) -> list[Recipient]:
        """Finished."""
        return finished(info)

    @strawberry.field(description="One recipient; null where none is named so; for staff")
    def recipient(
        self, info: Info, id: Annotated[strawberry.ID, told("The recipient's id")]
    ) -> Recipient | None:
        """Finished."""
        return finished(info)

    @strawberry.field(description="Every application that may ask or might; for staff")
    def clients(self, info: Info) -> list[Client]:
        """Finished."""
        return finished(info)

    @strawberry.field(description="One application; null where none is named so; for staff")
    def client(self, info: Info, id: Annotated[strawberry.ID, told("The client's name")]) -> Client | None:
        """Finished."""
        return finished(info)

    @strawberry.field(
        description="On what grounds recipients may be given data, beside consent and case files; for staff"
    )
    def grounds(
        self,
        info: Info,
        recipient: Annotated[strawberry.ID | None, told("Of this recipient; of all if left out")] = UNSET,
    ) -> Grounds:
        """Finished."""
        return finished(info)

    @strawberry.field(description="The case files under APPI Art 27(1), newest first")
    def cases(
        self,
        info: Info,
        recipient: Annotated[strawberry.ID | None, told("For this recipient")] = UNSET,
        first: First = 50,
        after: After = UNSET,
    ) -> CaseConnection:
        """Finished."""
        return finished(info)

    @strawberry.field(
        description="Every field of personal data, with its category and the purposes that may read it"
    )
    def fields(self, info: Info) -> list[FieldInfo]:
        """A register."""
        return fields_of(info.context.force)

    @strawberry.field(description="The questions of the registration form that are asked today")
    def form(self, info: Info) -> list[FormQuestion]:
        """A register."""
        return form_of(info.context)

    @strawberry.field(description="An edition with its rules; the one in force by default")
    async def edition(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, told("The edition's id; the one in force if left out")] = UNSET,
    ) -> Edition:
        """A register."""
        return await edition_of(info.context, id or None)

    @strawberry.field(description="What the client that asks asked and was told, and what it may still ask")
    async def usage(self, info: Info) -> Usage:
        """A register."""
        return await usage_of(info.context)
