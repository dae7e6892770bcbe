"""The mutations: one input and one payload each."""

import strawberry

from api.schema.client_mutations import ClientMutations
from api.schema.notice_mutations import NoticeMutations
from api.schema.people_mutations import PeopleMutations


@strawberry.type(description="Everything that can be changed")
class Mutation(PeopleMutations, ClientMutations, NoticeMutations):
    """The root of mutations; each register brings its own."""
