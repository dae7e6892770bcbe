"""The building of the schema: a field that nobody guards, or a type that is neither personal nor a register, fails it."""

from collections.abc import Iterable
from datetime import datetime

import strawberry
from graphql import GraphQLNamedType, GraphQLObjectType, GraphQLSchema
from strawberry.directive import DirectiveLocation
from strawberry.schema.config import StrawberryConfig
from strawberry.types.unset import UNSET

from api.schema.moment import MOMENT
from api.schema.mutation import Mutation
from api.schema.personal import ANSWER_VALUE, PERSONAL_TYPES, AnswerValue, never
from api.schema.query import Query
from policies.edition import Edition

ROOTS = ("Query", "Mutation")
REGISTER_TYPES = frozenset(
    {
        "Access",
        "AccessConnection",
        "AccessEdge",
        "Edition",
        "Explanation",
        "FieldInfo",
        "NearMiss",
        "PageInfo",
        "Provision",
        "ProvisionConnection",
        "ProvisionEdge",
        "Purpose",
        "Recipient",
        "RecordConsentPayload",
        "Release",
        "ReleaseConnection",
        "ReleaseEdge",
        "Rule",
        "UserConnection",
        "UserEdge",
        "WithdrawConsentPayload",
    }
)
"""The types that are reached only through a guarded field of a root."""

FINISHED_TYPES = (*PERSONAL_TYPES, "Access", "Release", "Provision")
"""The types that a door finishes, so that the executor never resolves a field of theirs."""


class Unguarded(Exception):  # noqa: N818 - it names the fault
    """A field of the schema that no rule decides about."""


@strawberry.directive(
    locations=[DirectiveLocation.QUERY, DirectiveLocation.MUTATION],
    name="purpose",
    description="Why the operation asks, and for whom; `strict` refuses it whole instead of in part",
)
def purpose(
    id: strawberry.ID,
    recipient: strawberry.ID | None = UNSET,
    strict: bool | None = False,  # noqa: FBT001, FBT002 - the interface's shape
) -> None:
    """Read by the door from the operation that runs."""


def build_schema() -> strawberry.Schema:
    """The schema as it is served."""
    made = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        directives=[purpose],
        config=StrawberryConfig(scalar_map={AnswerValue: ANSWER_VALUE, datetime: MOMENT}),
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


def check_guards(schema: GraphQLSchema, edition: Edition) -> None:
    """Every root field is a guard of the edition, and every other type is known.

    Raises:
        Unguarded: with every field and type that is not.
    """
    missing = [*_unguarded(schema, edition), *_unknown(schema)]
    if missing:
        raise Unguarded(
            f"the schema has what no rule decides about: {', '.join(f'`{each}`' for each in missing)}"
        )


def _unguarded(schema: GraphQLSchema, edition: Edition) -> Iterable[str]:
    for root in ROOTS:
        made = schema.type_map.get(root)
        if isinstance(made, GraphQLObjectType):
            for name in made.fields:
                if f"{root}.{name}" not in edition.guards:
                    yield f"{root}.{name}"


def _unknown(schema: GraphQLSchema) -> Iterable[str]:
    known = {*ROOTS, *PERSONAL_TYPES, *REGISTER_TYPES}
    for name, made in schema.type_map.items():
        if isinstance(made, GraphQLObjectType) and not name.startswith("__") and name not in known:
            yield name
