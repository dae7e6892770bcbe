"""The queries of records about people: who saw what, what was given and received, and on what."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.schema.arguments import After, First, told
from api.schema.cases import CaseConnection
from api.schema.finished import Info, finished
from api.schema.jobs import ReplayPersonConnection
from api.schema.ledger import AccessConnection, ProvisionConnection
from api.schema.notices import WithdrawalNoticeConnection
from api.schema.receipts import ReceiptConnection, ReceivedConnection
from api.schema.transmissions import TransmissionConnection
from models.ledger.access import Outcome
from models.notices.withdrawal import NoticeState
from models.provisions.retention import ProvisionMethod

UNSET = strawberry.UNSET
Since = Annotated[datetime | None, told("From this time on")]
Until = Annotated[datetime | None, told("Before this time")]


@strawberry.type
class RecordQueries:
    """Each is an access itself; whoever is shown is on record."""

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

    @strawberry.field(
        description="Whom one line of a replay is about, decided again; the draft must still be what was replayed"
    )
    def replay_people(
        self,
        info: Info,
        job: Annotated[strawberry.ID, told("The number of the replay, which must be done")],
        line: Annotated[int, told("The place of the line in `replay.lines`, from 0")],
        first: First = 50,
        after: After = UNSET,
    ) -> ReplayPersonConnection:
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

    @strawberry.field(description="The records of what was passed on of browsers' events, newest first")
    def transmissions(  # noqa: PLR0913, PLR0917 - the interface's arguments
        self,
        info: Info,
        recipient: Annotated[strawberry.ID | None, told("To this company")] = UNSET,
        since: Since = UNSET,
        until: Until = UNSET,
        first: First = 50,
        after: After = UNSET,
    ) -> TransmissionConnection:
        """Finished."""
        return finished(info)

    @strawberry.field(description="People whom partners sent and about whom the desk decides; for the desk")
    def received(self, info: Info, first: First = 50, after: After = UNSET) -> ReceivedConnection:
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
