"""The mutations: one input and one payload each."""

import strawberry

from api.schema.case_mutations import CaseMutations
from api.schema.client_mutations import ClientMutations
from api.schema.draft_mutations import DraftMutations
from api.schema.ground_mutations import GroundMutations
from api.schema.job_fields import JobMutations
from api.schema.notice_mutations import NoticeMutations
from api.schema.people_mutations import PeopleMutations
from api.schema.receiving_mutations import ReceivingMutations
from api.schema.recipient_mutations import RecipientMutations
from api.schema.transmission_mutations import TransmissionMutations


@strawberry.type(description="Everything that can be changed")
class Mutation(
    PeopleMutations,
    ClientMutations,
    RecipientMutations,
    GroundMutations,
    CaseMutations,
    NoticeMutations,
    ReceivingMutations,
    TransmissionMutations,
    DraftMutations,
    JobMutations,
):
    """The root of mutations; each register brings its own."""
