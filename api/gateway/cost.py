"""The cost: people times fields, known before anything is read."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import GraphQLOutputType, is_list_type, is_non_null_type

from api.gateway.limits import LARGEST_PAGE
from api.gateway.refusal import exceeded
from api.gateway.selection import Root

USUAL_PAGE = 20
LISTED = 50
"""How long a register without pages is taken to be: rules, fields, purposes."""


def check_cost(roots: Sequence[Root], arguments: Sequence[Mapping[str, Any]], most: int) -> None:
    """See that an operation costs no more than it may.

    Raises:
        Refusal: `LIMIT_EXCEEDED`, with what it costs.
    """
    asked = sum(map(cost, roots, arguments))
    if asked > most:
        raise exceeded("cost", asked, most)


def cost(root: Root, arguments: Mapping[str, Any]) -> int:
    """What one field of the root costs: those it is asked of, times the fields below it, and whom it looks for."""
    if root.definition is None:
        return root.weight
    return 1 + _people(root, arguments) * root.weight + sum(_named(arguments))


def _people(root: Root, arguments: Mapping[str, Any]) -> int:
    if "first" in arguments or (root.definition and "first" in root.definition.args):
        first = arguments.get("first")
        return min(max(USUAL_PAGE if first is None else first, 0), LARGEST_PAGE)
    said = arguments.get("input")
    people = said.get("people") if isinstance(said, Mapping) else None
    if isinstance(people, Sequence):
        return max(len(people), 1)
    return LISTED if root.definition and _is_list(root.definition.type) else 1


def _named(arguments: Mapping[str, Any]) -> Iterator[int]:
    """The lists of values in a filter."""
    given = arguments.get("filter") or {}
    for test in given.values():
        values = test.get("in") or test.get("in_") if isinstance(test, Mapping) else test
        if isinstance(values, list):
            yield len(values)


def _is_list(kind: GraphQLOutputType) -> bool:
    return is_list_type(kind.of_type if is_non_null_type(kind) else kind)
