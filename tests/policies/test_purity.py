"""The purity of the policy: no clock, no environment, no network, nothing of the rooms above it."""

import ast
import sys
from pathlib import Path

import pytest

import policies

MODULES = sorted(Path(policies.__file__).parent.glob("*.py"))
ALLOWED = {
    *("collections", "csv", "dataclasses", "datetime", "enum", "functools", "hashlib", "importlib"),
    *("itertools", "json", "logging", "operator", "pathlib", "re", "types", "typing", "unicodedata"),
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


def having(names: set[str]) -> set[str]:
    """The modules in which something has one of these attributes."""
    return {
        module.stem
        for module in MODULES
        for node in ast.walk(parsed(module))
        if isinstance(node, ast.Attribute) and node.attr in names
    }


def test_only_the_tables_the_model_and_the_bans_are_read_from_files() -> None:
    assert having({"open", "read_text", "read_bytes"}) == {"banned", "folder", "table"}


def test_only_a_folder_is_written() -> None:
    assert having({"write_text", "write_bytes", "mkdir", "unlink", "touch"}) == {"folder"}
