"""The edition: one immutable version of everything a decision depends on."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeGuard

from policies.check.model import misshapen
from policies.check.names import PATH, misnamed
from policies.check.parts import parts_of
from policies.expectation import Expectation
from policies.folder import HERE, MODEL, read_folder
from policies.form import FormQuestion
from policies.judging.digest import Digest, digest
from policies.judging.packed import PackedRules
from policies.mistake import Mistake, PolicyError, mistake
from policies.purpose import Purpose
from policies.rule import Rule
from policies.table import COLUMNS, DECISIONS, FIELDS, RULES, Row, Sheets
from policies.table import rows as complete
from policies.tree import Node, Tree
from policies.vocabulary import NONE_PURPOSE

__all__ = ["HERE", "MODEL", "Edition", "Mistake", "PolicyError", "shipped"]


@dataclass(frozen=True, kw_only=True)
class Edition:
    """The model, the rules, the trees, the form questions and the decision table; its id is the hash of all of them.

    Make one with `of`, `from_tables`, `from_canonical` or `shipped`, which refuse what is wrong. `declared` holds the
    fields of personal data that code declares, each with its category; `fields` holds all fields there are.
    """

    model: str
    rules: Sequence[Rule]
    purposes: Mapping[str, Purpose]
    categories: Tree
    roles: Tree
    groups: Tree
    questions: Mapping[str, FormQuestion]
    guards: Mapping[str, Node]
    declared: Mapping[str, str]
    expectations: Sequence[Expectation] = ()

    @classmethod
    def of(cls, sheets: Mapping[str, list[list[str]]], model: str, fields: Mapping[str, str]) -> Self:
        """The edition of these tables.

        Raises:
            PolicyError: with every mistake in them.
        """
        edition, mistakes = cls.read(
            {table: sheets[table] for table in sheets if table != FIELDS}, model, fields
        )
        if mistakes:
            raise PolicyError(mistakes)
        return edition

    @classmethod
    def from_tables(cls, tables: Mapping[str, list[list[str]]], model: str) -> Self:
        """The edition that `tables` wrote, the fields of personal data among them.

        Raises:
            PolicyError: with every mistake in them.
        """
        edition, mistakes = cls.read({FIELDS: [], **tables}, model, {})
        if mistakes:
            raise PolicyError(mistakes)
        return edition

    @classmethod
    def read(
        cls, tables: Mapping[str, list[list[str]]], model: str, fields: Mapping[str, str]
    ) -> tuple[Self, list[Mistake]]:
        """What can be read of these tables, and every mistake in them; with one it is no edition to decide by.

        `fields` are the fields of personal data where no table lists them.
        """
        mistakes = misshapen(model)
        rows: dict[str, list[Row]] = {}
        for table in COLUMNS:
            rows[table], short = complete(table, tables.get(table, []))
            mistakes += short
        if FIELDS in tables:
            mistakes += misnamed(rows[FIELDS], "path", PATH)
            fields = {row["path"]: row["category"] for row in rows[FIELDS]}
        parts, wrong = parts_of(rows, fields)
        return cls(model=model, declared=dict(fields), **parts), [*mistakes, *wrong]  # type: ignore[arg-type]  # named as they are

    @classmethod
    def from_canonical(cls, text: str) -> Self:
        """The edition that `canonical` wrote.

        Raises:
            PolicyError: the text is no edition, or one with mistakes.
        """
        try:
            form = json.loads(text)
        except ValueError:
            form = None
        if not _is_form(form):
            raise PolicyError([mistake("NO_EDITION", "edition")])
        return cls.of(form["sheets"], form["model"], form["fields"])

    def canonical(self) -> str:
        """The edition as text: the same edition gives the same text, and the text the edition."""
        form = {"model": self.model, "fields": dict(self.declared), "sheets": self.sheets()}
        return json.dumps(form, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def sheets(self) -> Sheets:
        """The tables as rows of text, the decision table where there is one, without the fields."""
        expected = [list(each) for each in self.expectations]
        return {
            **self.short_sheets(),
            RULES: [list(each.row()) for each in self.rules],
            **({DECISIONS: expected} if expected else {}),
        }

    def short_sheets(self) -> Sheets:
        """The same without the two that may be very long: the rules and the decision table."""
        return {
            "purposes": [list(each.row()) for each in self.purposes.values()],
            "categories": [list(each.row(marked=False)) for each in self.categories.nodes.values()],
            "guards": [list(each.row(marked=False)) for each in self.guards.values()],
            "roles": [list(each.row()) for each in self.roles.nodes.values()],
            "groups": [list(each.row()) for each in self.groups.nodes.values()],
            "questions": [list(each.row()) for each in self.questions.values()],
        }

    def tables(self) -> Sheets:
        """Every table as rows of text, to show and to edit."""
        fields = [[path, self.declared[path]] for path in sorted(self.declared)]
        return {DECISIONS: [], **self.sheets(), FIELDS: fields}

    @cached_property
    def id(self) -> str:
        """The hexadecimal SHA-256 of the canonical form."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """Every field there is, with its category: personal ones, answers and guards."""
        answers = {question.field: question.category for question in self.questions.values()}
        guards = {path: guard.parents[0] for path, guard in self.guards.items()}
        return {**self.declared, **answers, **guards}

    @cached_property
    def digest(self) -> Digest:
        """What all rules say together."""
        return digest(self.rules)

    @cached_property
    def _by_id(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    def rule(self, name: str) -> Rule | None:
        """The rule with this id."""
        if isinstance(self.rules, PackedRules):
            return self.rules.named(name)
        return self._by_id.get(name)

    @cached_property
    def own_recipients(self) -> tuple[str, ...]:
        """The groups that are recipients themselves: `internal` and `person`."""
        return tuple(name for name, node in self.groups.nodes.items() if node.mark)

    def purpose_ancestors(self, purpose: str) -> tuple[str, ...]:
        """A leaf purpose, then its abstract parent; nothing for one that cannot be asked about."""
        if purpose == NONE_PURPOSE:
            return (NONE_PURPOSE,)
        found = self.purposes.get(purpose)
        return (found.id, found.parent) if found and not found.abstract else ()

    def field_ancestors(self, field: str) -> tuple[str, ...]:
        """A field, then its category and ever wider ones; nothing for an unknown field."""
        category = self.fields.get(field)
        return (field, *self.categories.ancestors(category)) if category else ()


def _is_form(form: object) -> TypeGuard[dict[str, Any]]:
    match form:
        case {"sheets": dict() as sheets, "model": str(), "fields": dict() as fields}:
            tables = [lines for lines in sheets.values() if isinstance(lines, list)]
            rows = [row for lines in tables for row in lines if isinstance(row, list)]
            whole = len(tables) == len(sheets) and len(rows) == sum(map(len, tables))
            return whole and all(isinstance(text, str) for row in (*rows, fields.values()) for text in row)
        case _:
            return False


def shipped(fields: Mapping[str, str], folder: Path = HERE) -> Edition:
    """The edition kept in the files of a folder, for these fields of personal data unless it lists its own.

    Raises:
        PolicyError: with every mistake in the files.
    """
    sheets, model, headers = read_folder(folder)
    if headers:
        raise PolicyError(headers)
    return Edition.from_tables(sheets, model) if FIELDS in sheets else Edition.of(sheets, model, fields)
