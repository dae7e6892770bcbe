"""The mutations of case files."""

from typing import Annotated

import strawberry

from api.schema.arguments import told
from api.schema.cases import (
    ApproveCaseInput,
    ApproveCasePayload,
    CloseCaseInput,
    CloseCasePayload,
    OpenCaseInput,
    OpenCasePayload,
)
from api.schema.finished import Info, finished


@strawberry.type
class CaseMutations:
    """Changes of case files."""

    @strawberry.mutation(
        description="Open a case file under APPI Art 27(1); it waits for another to approve it"
    )
    def open_case(
        self,
        info: Info,
        input: Annotated[OpenCaseInput, told("Who asks for what, of whom, and by which law")],
    ) -> OpenCasePayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Approve a case file, as another than who opened it")
    def approve_case(
        self, info: Info, input: Annotated[ApproveCaseInput, told("Which case file")]
    ) -> ApproveCasePayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(
        description="Close a case file; nothing goes out under it from the next operation on"
    )
    def close_case(
        self, info: Info, input: Annotated[CloseCaseInput, told("Which case file")]
    ) -> CloseCasePayload:
        """Finished."""
        return finished(info)
