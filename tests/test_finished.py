"""The finished value: the executor hands it on unwalked, and walks into no record that is not one."""

import inspect
import tomllib
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.gateway.documents.document import check
from api.gateway.execution import execute
from api.gateway.executor import DoorExecutor
from api.gateway.release.door import Finished
from api.schema.build import build_schema, core

ROOT = Path(__file__).parent.parent


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
    schema = core(build_schema())
    operation = check(f"{{ __typename me {{ {asked} }} }}", schema).operation(None)
    variables = operation.variables({})
    running: Any = SimpleNamespace(finished={"me": Leaky()}, request=SimpleNamespace(id="r", language="en"))
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
