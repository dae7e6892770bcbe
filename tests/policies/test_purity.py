"""The purity of the policy: no clock, no environment, no network, nothing of the rooms above it."""

import ast
import sys
from pathlib import Path

import pytest

import policies

MODULES = sorted(Path(policies.__file__).parent.rglob("*.py"))
ALLOWED = {
    *("array", "bisect", "collections", "csv", "dataclasses", "datetime", "difflib", "enum", "functools"),
    *("hashlib", "heapq", "importlib", "io", "itertools", "json", "logging", "operator", "pathlib"),
    *("re", "struct", "types", "typing", "unicodedata"),
    *("casbin", "policies"),
}
IMPURE = {"now", "today", "utcnow", "environ", "getenv", "urandom", "time", "open_connection"}


def parsed(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_policy_module_imports_only_what_is_pure(module: Path) -> None:
    imported = {
        name.split(".")[0]
        for node in ast.walk(parsed(module))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= ALLOWED
    assert imported - {"casbin", "policies"} <= sys.stdlib_module_names


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_policy_module_asks_neither_clock_nor_environment(module: Path) -> None:
    named = {node.attr for node in ast.walk(parsed(module)) if isinstance(node, ast.Attribute)}
    assert not named & IMPURE


def test_only_tables_and_the_model_are_read_from_files() -> None:
    readers = {
        module.stem
        for module in MODULES
        for node in ast.walk(parsed(module))
        if isinstance(node, ast.Attribute) and node.attr in {"open", "read_text", "read_bytes"}
    }
    assert readers == {"banned", "matrix", "mistake", "plain_file", "vague"}
