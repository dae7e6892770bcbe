"""The queries of drafts and of the history of editions."""

from typing import Annotated

import strawberry

from api.schema.arguments import After, First, told
from api.schema.drafts import Draft, DraftConnection
from api.schema.editions import EditionConnection
from api.schema.finished import Info, finished
from models.drafts.draft import DraftState

UNSET = strawberry.UNSET


@strawberry.type
class DraftQueries:
    """Each holds nobody and needs no purpose."""

    @strawberry.field(description="Drafts of editions, the newest first; for staff")
    def drafts(
        self,
        info: Info,
        state: Annotated[DraftState | None, told("Those in this state; all if left out")] = UNSET,
        first: First = 50,
        after: After = UNSET,
    ) -> DraftConnection:
        """Finished."""
        return finished(info)

    @strawberry.field(description="One draft; null where none has this number; for staff")
    def draft(self, info: Info, id: Annotated[strawberry.ID, told("The draft's number")]) -> Draft | None:
        """Finished."""
        return finished(info)

    @strawberry.field(description="Every edition that was in force, the newest first; for staff")
    def editions(self, info: Info, first: First = 50, after: After = UNSET) -> EditionConnection:
        """Finished."""
        return finished(info)
