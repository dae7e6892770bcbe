"""The measure: how much a document asks, counted before validation, whose own work grows with the square of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    Visitor,
    visit,
)

from api.gateway.documents.fitting import NUL
from api.gateway.limits import (
    LONGEST_ALIAS,
    MOST_FRAGMENTS,
    MOST_OPERATIONS,
    MOST_PAIRS,
    MOST_STEPS,
    Limits,
)
from api.gateway.refusal import Code, Refusal, exceeded
from api.gateway.told import Told


def measure(document: DocumentNode, limits: Limits) -> None:
    """See that a document asks no more than it may.

    Raises:
        Refusal: `LIMIT_EXCEEDED`, naming the limit; `DOCUMENT_INVALID` for a text no database keeps.
    """
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    _at_most("fragments", len(fragments), MOST_FRAGMENTS)
    _at_most("operations", len(operations), MOST_OPERATIONS)
    marks = _Marks()
    visit(document, marks)
    _at_most("directives", marks.directives, limits.directives)
    count = _Count(fragments, limits)
    for node in operations:
        count.operation(node)
    for name, fragment in fragments.items():
        if name not in count.spread:
            count.fields = 0
            count.below([fragment.selection_set], 1)


def _at_most(limit: str, asked: int, most: int) -> None:
    if asked > most:
        raise exceeded(limit, asked, most)


class _Marks(Visitor):
    """Counts what stands in single places of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.directives = 0

    def enter_directive(self, *_args: object) -> None:
        self.directives += 1

    @staticmethod
    def enter_field(node: FieldNode, *_args: object) -> None:
        if node.alias is not None:
            _at_most("alias", len(node.alias.value), LONGEST_ALIAS)

    @staticmethod
    def enter_string_value(node: StringValueNode, *_args: object) -> None:
        if NUL in node.value:
            raise Refusal(Code.DOCUMENT_INVALID, Told("DOCUMENT_NUL"))


@dataclass(slots=True)
class _Count:
    """Walks selections as they will be merged: fragments spread out, fields of one response key together."""

    fragments: Mapping[str, FragmentDefinitionNode]
    limits: Limits
    fields: int = 0
    steps: int = 0
    pairs: int = 0
    spread: set[str] = field(default_factory=set)

    def operation(self, node: OperationDefinitionNode) -> None:
        """Count one operation."""
        self.fields = 0
        self.below([node.selection_set], 1, root=True)

    def below(self, sets: Sequence[SelectionSetNode], depth: int, *, root: bool = False) -> None:
        """Count what is asked in one place, and below it."""
        limits = self.limits
        if depth > limits.depth:
            raise exceeded("depth", None, limits.depth)
        merged = self._merged(sets)
        if root:
            _at_most("root_fields", len(merged), limits.root_fields)
        self.fields += len(merged)
        if self.fields > limits.fields:
            raise exceeded("fields", None, limits.fields)
        names = Counter(nodes[0].name.value for nodes in merged.values())
        if names:
            _at_most("aliases", max(names.values()), limits.aliases)
        for nodes in merged.values():
            self.pairs += len(nodes) * (len(nodes) - 1) // 2
            if self.pairs > MOST_PAIRS:
                raise exceeded("repeated_fields", None, MOST_PAIRS)
            inner = [node.selection_set for node in nodes if node.selection_set]
            if inner:
                self.below(inner, depth + 1)

    def _merged(self, sets: Sequence[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        found: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        left: list[SelectionNode] = [node for each in reversed(sets) for node in reversed(each.selections)]
        while left:
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise exceeded("steps", None, MOST_STEPS)
            node = left.pop()
            if isinstance(node, FieldNode):
                key = (node.alias or node.name).value
                found.setdefault(key, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                left += reversed(node.selection_set.selections)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self.fragments.get(node.name.value)
                if fragment is not None:
                    self.spread.add(node.name.value)
                    left += reversed(fragment.selection_set.selections)
        return found
