"""The mutations: one input and one payload each."""

import strawberry

from api.schema.case_mutations import CaseMutations
from api.schema.client_mutations import ClientMutations
from api.schema.ground_mutations import GroundMutations
from api.schema.people_mutations import PeopleMutations


@strawberry.type(description="Everything that can be changed")
class Mutation(PeopleMutations, ClientMutations, GroundMutations, CaseMutations):
    """The root of mutations; each register brings its own."""
