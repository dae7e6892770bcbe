"""The cost: people times fields, known before anything is read."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.gateway.documents.selection import Root, is_list, listed
from api.gateway.limits import LARGEST_PAGE
from api.gateway.refusal import exceeded

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
    named = listed(root.selected.name, arguments) + sum(map(_values, arguments.values()))
    return 1 + _people(root, arguments) * root.weight + named


def _people(root: Root, arguments: Mapping[str, Any]) -> int:
    if "first" in arguments or (root.definition and "first" in root.definition.args):
        first = arguments.get("first")
        return min(max(USUAL_PAGE if first is None else first, 0), LARGEST_PAGE)
    said = arguments.get("input")
    people = said.get("people") if isinstance(said, Mapping) else None
    if isinstance(people, Sequence):
        return max(len(people), 1)
    return LISTED if root.definition and is_list(root.definition.type) else 1


def _values(given: object) -> int:
    """How many values stand in the lists of an input object."""
    if not isinstance(given, Mapping):
        return 0
    return sum(_counted(value) for value in given.values())


def _counted(value: object) -> int:
    if isinstance(value, list):
        return len(value) + (sum(map(_values, value)) if value and isinstance(value[0], Mapping) else 0)
    return _values(value)
