"""The queries and mutations of jobs."""

from typing import Annotated

import strawberry

from api.schema.arguments import told
from api.schema.finished import Info, finished
from api.schema.jobs import (
    AssessDraftInput,
    AssessDraftPayload,
    CancelJobInput,
    CancelJobPayload,
    GatherEvidenceInput,
    GatherEvidencePayload,
    PolicyJob,
)
from models.jobs.job import JobKind

UNSET = strawberry.UNSET


@strawberry.type
class JobQueries:
    """Each holds nobody and needs no purpose."""

    @strawberry.field(description="Long work on drafts and on the ledger, the newest first; for staff")
    def policy_jobs(
        self,
        info: Info,
        draft: Annotated[strawberry.ID | None, told("Only about this draft")] = UNSET,
        kind: Annotated[JobKind | None, told("Only of this kind")] = UNSET,
        first: Annotated[int, told("How many, at most 100")] = 20,
    ) -> list[PolicyJob]:
        """Finished."""
        return finished(info)

    @strawberry.field(description="One job; null where none has this number; for staff")
    def policy_job(
        self, info: Info, id: Annotated[strawberry.ID, told("The job's number")]
    ) -> PolicyJob | None:
        """Finished."""
        return finished(info)


@strawberry.type
class JobMutations:
    """Changes of jobs."""

    @strawberry.mutation(
        description="Have worked out what a draft would change: exactly, or of the accesses of the last days"
    )
    def assess_draft(
        self, info: Info, input: Annotated[AssessDraftInput, told("Which draft, and what of it")]
    ) -> AssessDraftPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(
        description="Have worked out which rules, fields, purposes and scopes the accesses of the last days used, and"
        " which none did"
    )
    def gather_evidence(
        self, info: Info, input: Annotated[GatherEvidenceInput, told("Of how many days")]
    ) -> GatherEvidencePayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Give up a job; one that ended stays as it is")
    def cancel_job(self, info: Info, input: Annotated[CancelJobInput, told("Which job")]) -> CancelJobPayload:
        """Finished."""
        return finished(info)
