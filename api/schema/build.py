"""The building of the schema: its roots, its directive, its scalars; a type that a door finishes resolves nothing."""

from datetime import date, datetime
from typing import Annotated

import strawberry
from graphql import GraphQLNamedType, GraphQLObjectType, GraphQLSchema
from strawberry.directive import DirectiveLocation
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition
from strawberry.types.unset import UNSET

from api.schema.consents import CONSENT_RECEIPT, ConsentReceipt
from api.schema.moment import DAY, MOMENT
from api.schema.mutation import Mutation
from api.schema.personal import ANSWER_VALUE, PERSONAL_TYPES, AnswerValue, never
from api.schema.query import Query

REGISTER_TYPES = (
    *("Client", "ClientSecret", "Recipient", "RegisterChange", "RegisterPart"),
    *("Grounds", "Entrustment", "Succession", "JointUse", "ForeignCheck", "Confirmation"),
    *("TransmissionNotice", "Draft", "DraftEdit", "DraftApproval"),
)
RECORD_TYPES = (
    "Access",
    "Release",
    "Provision",
    "Receipt",
    "Transmission",
    "Received",
    "ReceivedItem",
    "WithdrawalNotice",
    "Case",
)
FINISHED_TYPES = (*PERSONAL_TYPES, *RECORD_TYPES, *REGISTER_TYPES)
"""The types that a door finishes, so that the executor never resolves a field of theirs."""

SCALARS: dict[object, ScalarDefinition] = {
    AnswerValue: ANSWER_VALUE,
    ConsentReceipt: CONSENT_RECEIPT,
    date: DAY,
    datetime: MOMENT,
}


@strawberry.directive(
    locations=[DirectiveLocation.QUERY, DirectiveLocation.MUTATION],
    name="purpose",
    description="Why the operation asks, and for whom; `strict` refuses it whole instead of in part",
)
def purpose(
    id: Annotated[
        strawberry.ID, strawberry.argument(description="The purpose: an announced leaf of `purposes`")
    ],
    recipient: Annotated[
        strawberry.ID | None,
        strawberry.argument(
            description="To whom the answer goes: one the client is registered for, its first where left out"
        ),
    ] = UNSET,
    strict: Annotated[  # noqa: FBT002 - the interface's shape
        bool | None,
        strawberry.argument(
            description="Refuse the whole operation when anything in it is refused or withheld"
        ),
    ] = False,
) -> None:
    """Read by the door from the operation that runs."""


def build_schema() -> strawberry.Schema:
    """The schema as it is served."""
    made = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        directives=[purpose],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    for name in FINISHED_TYPES:
        _seal(core(made).type_map[name])
    return made


def _seal(made: GraphQLNamedType) -> None:
    """Whoever hands a record itself to the executor, and no finished value, finds every field closed."""
    for field in made.fields.values() if isinstance(made, GraphQLObjectType) else ():
        field.resolve = never


def core(schema: strawberry.Schema) -> GraphQLSchema:
    """The schema as graphql-core executes it."""
    return schema._schema  # noqa: SLF001 - Strawberry keeps it nowhere else
