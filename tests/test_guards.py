"""The guards: what nobody declared or decided about stops the start, in one sentence that names it."""

import inspect
import re
import tomllib
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    extend_schema,
    parse,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from tortoise import Model, fields

from api.gateway.document import check
from api.gateway.door import Finished
from api.gateway.execution import execute
from api.gateway.executor import DoorExecutor
from api.schema.build import Unguarded, check_guards, core
from api.schema.build import build_schema as served
from models.catalogue import CATEGORIES, FIELDS
from models.personal import Undeclared, declared, personal, system
from models.user import User
from policies.edition import Edition, PolicyError, shipped
from policies.judge import Judge
from policies.question import Question
from policies.vocabulary import UNSORTED, Fact, Role, standing
from tests.conftest import edition

__all__ = ["edition"]

ROOT = Path(__file__).parent.parent


class Undecorated(Model):
    id = system(fields.BigIntField(primary_key=True))
    shoe_size = fields.CharField(max_length=5)


class Uncategorised(Model):
    id = system(fields.BigIntField(primary_key=True))
    shoe_size = personal(
        fields.CharField(max_length=5), "User.shoeSize", tier=1, clause="2", ja="靴のサイズ", en="Shoe size"
    )


class Declared(Model):
    id = system(fields.BigIntField(primary_key=True))
    shoe_size = personal(
        fields.CharField(max_length=5),
        "User.shoeSize",
        category=UNSORTED,
        tier=1,
        clause="2",
        ja="靴のサイズ",
        en="Shoe size",
    )


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (Undecorated, "`Undecorated.shoe_size` declares no category: wrap it in `personal()`"),
        (Uncategorised, "`User.shoeSize` declares no category: name one in `Uncategorised.shoe_size`"),
    ],
)
def test_a_column_without_a_category_stops_the_start_with_a_sentence_that_names_it(
    model: type[Model], told: str
) -> None:
    with pytest.raises(Undeclared, match=f"^{re.escape(told)}$"):
        declared(model)


def test_a_column_with_a_category_is_a_field() -> None:
    (field,) = declared(Declared)
    assert (field.path, field.category, field.columns) == ("User.shoeSize", UNSORTED, ("shoe_size",))


def test_every_column_of_a_user_is_declared_and_the_type_comes_from_the_catalogue() -> None:
    columns = {column for field in declared(User) for column in field.columns}
    systemic = set(User._meta.fields_map) - columns  # noqa: SLF001 - the only list of columns
    assert systemic.isdisjoint(columns)
    served_type = core(served()).type_map["User"]
    assert isinstance(served_type, GraphQLObjectType)
    assert {path.split(".")[1] for path in FIELDS} | {"answers"} == set(served_type.fields)


def test_a_category_that_is_none_is_refused_by_the_edition() -> None:
    with pytest.raises(PolicyError, match="shoes"):
        shipped({**CATEGORIES, "User.shoeSize": "shoes"})


def test_a_new_field_starts_unsorted_and_nobody_reads_it(edition: Edition) -> None:
    fields_now = {**CATEGORIES, "User.shoeSize": UNSORTED}
    new = shipped(fields_now)
    recipients = {name: name for name in new.groups}
    judge = Judge(new, recipients)
    every = standing(
        *(fact for fact in Fact if fact not in (Fact.ERASED, Fact.HELD, Fact.OPTED_OUT, Fact.ABROAD))
    )
    for role in Role:
        for purpose in new.purposes:
            for recipient in recipients:
                asked = Question(role, "read", purpose, "User.shoeSize", recipient, every)
                decision = judge.decide(asked)
                assert not decision.allowed, (role, purpose, recipient, decision.rule)
    assert "User.shoeSize" not in edition.fields


def extended(text: str) -> GraphQLSchema:
    return extend_schema(core(served()), parse(text))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("extend type Query { salaries: [Int] }", ["Query.salaries"]),
        ("extend type Mutation { eraseEverybody: Boolean }", ["Mutation.eraseEverybody"]),
        ("type Salary { amount: Int } extend type Access { salary: Salary }", ["Salary"]),
        (
            "type Salary { amount: Int } extend type Query { salary: Salary } extend type Mutation { pay: Salary }",
            ["Query.salary", "Mutation.pay", "Salary"],
        ),
        (
            "type Subscription { salaries: Int } extend schema { subscription: Subscription }",
            ["Subscription"],
        ),
    ],
)
def test_a_schema_with_what_no_rule_decides_about_does_not_stand(
    edition: Edition, text: str, names: list[str]
) -> None:
    listed = ", ".join(f"`{each}`" for each in names)
    with pytest.raises(Unguarded, match=f"^the schema has what no rule decides about: {listed}$"):
        check_guards(extended(text), edition)


def test_the_schema_as_it_is_served_stands(edition: Edition) -> None:
    check_guards(core(served()), edition)


@pytest.mark.parametrize("lost", ["Query.user", "Query.accesses", "Mutation.recordConsent"])
def test_an_edition_that_loses_a_guard_does_not_open_its_door(edition: Edition, lost: str) -> None:
    fewer = replace(edition, guards={name: node for name, node in edition.guards.items() if name != lost})
    with pytest.raises(Unguarded, match=re.escape(f"`{lost}`")):
        check_guards(core(served()), fewer)


@pytest.mark.parametrize("field", ["Query.salaries", "Mutation.eraseEverybody", "Query.__type"])
def test_a_field_without_a_guard_is_invoked_by_nobody(edition: Edition, field: str) -> None:
    judge = Judge(edition, {name: name for name in edition.groups})
    for role in Role:
        for purpose in edition.purposes:
            asked = Question(role, "invoke", purpose, field, "internal", standing(*Fact))
            assert not judge.decide(asked).allowed


class Leaky:
    """A resolver's mistake: a record itself where a finished value belongs."""

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return "a value of somebody"


@pytest.mark.parametrize(
    "asked",
    [
        "email",
        "id",
        "name { roman }",
        "consents { state }",
        "answers { key }",
        "accesses { edges { cursor } }",
    ],
)
async def test_a_record_that_a_resolver_hands_over_unfinished_is_not_walked_into(asked: str) -> None:
    schema = core(served())
    operation = check(f"{{ __typename me {{ {asked} }} }}", schema).operation(None)
    variables = operation.variables({})
    running: Any = SimpleNamespace(finished={"me": Leaky()}, request=SimpleNamespace(id="r"))
    data, errors = await execute(schema, operation, operation.roots(variables), variables, running)
    assert "a value of somebody" not in str(data)
    assert errors
    assert "a value of somebody" not in str(errors)


@strawberry.type
class Leaf:
    name: str


@strawberry.type
class Root:
    @strawberry.field
    def leaf(self) -> Leaf:
        return Finished({"anything": [1, 2]})  # type: ignore[return-value]

    @strawberry.field
    def leaves(self) -> list[Leaf]:
        return [Leaf(name="a")]


def test_a_finished_value_is_handed_on_unwalked_and_any_other_is_completed() -> None:
    schema = strawberry.Schema(query=Root, execution_context_class=DoorExecutor)
    result = schema.execute_sync("{ leaf { name } leaves { name } }")
    assert result.errors is None
    assert result.data == {"leaf": {"anything": [1, 2]}, "leaves": [{"name": "a"}]}


def test_only_the_finished_value_itself_passes_unwalked() -> None:
    class Lookalike(Finished):
        """A subclass is not it."""

    @strawberry.type
    class Query:
        @strawberry.field
        def leaf(self) -> Leaf:
            return Lookalike({"name": "a"})  # type: ignore[return-value]

    schema = strawberry.Schema(query=Query, execution_context_class=DoorExecutor)
    result = schema.execute_sync("{ leaf { name } }")
    assert result.data is None


def test_the_private_place_of_graphql_core_is_where_it_was() -> None:
    theirs = inspect.signature(StrawberryGraphQLCoreExecutionContext.complete_value)
    ours = inspect.signature(DoorExecutor.complete_value)
    assert list(ours.parameters) == list(theirs.parameters)
    assert DoorExecutor.__mro__[1] is StrawberryGraphQLCoreExecutionContext


@pytest.mark.parametrize("package", ["graphql-core", "strawberry-graphql"])
def test_what_the_executor_rests_on_is_pinned_exactly_and_installed(package: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    pins = dict(each.split("==") for each in project["project"]["dependencies"] if "==" in each)
    assert pins[package] == version(package)


def test_a_plain_schema_without_roots_of_ours_is_not_taken_for_one(edition: Edition) -> None:
    with pytest.raises(Unguarded):
        check_guards(build_schema("type Query { hello: String }"), edition)
