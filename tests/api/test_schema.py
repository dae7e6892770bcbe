"""The schema tells a newcomer what each of its parts is for."""

import re
from collections.abc import Iterator

from graphql import (
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
)

from api.schema.build import build_schema, core
from policies.edition import Edition
from policies.vocabulary import Action, Role

SCHEMA = core(build_schema())


def parts(named: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    """A type, its fields and their arguments, each with its description."""
    yield named.name, named.description
    if isinstance(named, GraphQLObjectType | GraphQLInputObjectType):
        for name, field in named.fields.items():
            yield f"{named.name}.{name}", field.description
            for argument, given in getattr(field, "args", {}).items():
                yield f"{named.name}.{name}({argument}:)", given.description


def test_every_type_field_and_argument_is_described() -> None:
    ours = [
        each
        for each in SCHEMA.type_map.values()
        if not is_introspection_type(each) and not is_specified_scalar_type(each)
    ]
    described = dict(part for each in ours for part in parts(each))
    assert {"Query.explain(facts:)", "User.answers(keys:)", "UserFilter.email"} <= set(described)
    assert [name for name, text in described.items() if not text] == []


def test_every_directive_of_ours_is_described_with_its_arguments() -> None:
    ours = {each.name: each for each in SCHEMA.directives if not is_specified_directive(each)}
    assert set(ours) == {"purpose"}
    given = {name: argument.description for name, argument in ours["purpose"].args.items()}
    assert set(given) == {"id", "recipient", "strict"}
    assert [
        name for name, text in {"@purpose": ours["purpose"].description, **given}.items() if not text
    ] == []


def test_me_names_the_purposes_that_open_it(edition: Edition) -> None:
    doors = {"Query.me", edition.fields["Query.me"]}
    opening = {
        rule.purpose
        for rule in edition.rules
        if rule.action == Action.INVOKE and rule.role == Role.USER and rule.field in doors
    }
    assert opening == {"service.account", "compliance.requests"}
    query = SCHEMA.query_type
    assert query is not None
    named = re.findall(r"`([a-z]+\.[a-z]+)`", query.fields["me"].description or "")
    assert set(named) == opening
