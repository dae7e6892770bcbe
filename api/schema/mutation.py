"""The mutations: one input and one payload each."""

import strawberry

from api.schema.client_mutations import ClientMutations
from api.schema.people_mutations import PeopleMutations
from api.schema.receiving_mutations import ReceivingMutations


@strawberry.type(description="Everything that can be changed")
class Mutation(PeopleMutations, ClientMutations, ReceivingMutations):
    """The root of mutations; each register brings its own."""
