"""The layers: api stands on models, models on policies, and nothing looks up or round."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("policies", "models", "api")
"""From the ground up."""

PURE = {
    "datetime.now",
    "datetime.today",
    "date.today",
    "time.time",
    "time.monotonic",
    "os.environ",
    "os.getenv",
}
LONGEST = 300
GENERATED = {"models/migrations/0001_initial.py"}
"""Written by the migration tool."""


@cache
def trees() -> Mapping[str, ast.Module]:
    """Every module of the application, by its dotted name."""
    files = (file for layer in LAYERS for file in sorted((ROOT / layer).rglob("*.py")))
    return {name(file): ast.parse(file.read_text("utf-8"), str(file)) for file in files}


def name(file: Path) -> str:
    steps = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(steps[:-1] if steps[-1] == "__init__" else steps)


def ours(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] in (*LAYERS, "tests", "benchmarks")


def imported(module: str, tree: ast.AST) -> Iterator[str]:
    """The modules of ours that a tree imports; a name imported from a package may be a module itself."""
    known = trees()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if ours(alias.name))
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}:{node.lineno} is a relative import"
            source = node.module or ""
            for alias in node.names if ours(source) else ():
                below = f"{source}.{alias.name}"
                yield below if below in known else source


@pytest.mark.parametrize("layer", LAYERS)
def test_no_module_imports_from_a_layer_above_it_or_from_the_tests(layer: str) -> None:
    allowed = LAYERS[: LAYERS.index(layer) + 1]
    upward = [
        f"{module} imports {other}"
        for module, tree in trees().items()
        if module.split(".")[0] == layer
        for other in imported(module, tree)
        if other.split(".")[0] not in allowed
    ]
    assert not upward


def test_no_modules_import_each_other_in_a_ring() -> None:
    edges = {module: set(imported(module, tree)) - {module} for module, tree in trees().items()}
    left = dict(edges)
    while free := [module for module, others in left.items() if not others & left.keys()]:
        for module in free:
            del left[module]
    assert not left, f"a ring among {sorted(left)}"


def test_nothing_is_imported_inside_a_function() -> None:
    hidden = [
        f"{module}:{node.lineno}"
        for module, tree in trees().items()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not hidden


def test_the_rules_know_neither_the_clock_nor_the_environment() -> None:
    told = [
        f"{module}:{node.lineno} {ast.unparse(node)}"
        for module, tree in trees().items()
        if module.startswith("policies")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in PURE
    ]
    assert not told


def test_only_the_settings_read_the_environment() -> None:
    reading = {
        module
        for module, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}
    }
    assert reading <= {"api.settings", "api.cli.shared", "api.cli.serve"}


def test_a_file_is_one_noun_and_no_longer_than_can_be_read() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for layer in LAYERS
        for file in (ROOT / layer).rglob("*.py")
        if (lines := len(file.read_text("utf-8").splitlines())) > LONGEST
    }
    assert not long.keys() - GENERATED, long


def test_every_module_begins_with_a_sentence() -> None:
    generated = {each.removesuffix(".py").replace("/", ".") for each in GENERATED}
    silent = {module for module, tree in trees().items() if not ast.get_docstring(tree)}
    assert not silent - generated


def test_the_finished_value_that_leaves_is_made_in_the_doors_alone() -> None:
    makers = {
        module
        for module, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finished"
    }
    assert makers == {"api.gateway.fulfilment", "api.gateway.changes.carry"}


WRITES = {"bulk_create", "bulk_update", "create", "delete", "get_or_create", "save", "update_or_create"}
BY_COMMAND = {"api.tokens.keys"}
"""Keys are made and changed at the start and by commands."""


def written_by_tortoise(tree: ast.AST) -> Iterator[str]:
    """Calls that would write records through Tortoise: on a model, or on a query of one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            text = ast.unparse(node.func)
            if text[0].isupper():
                yield f"{text}:{node.lineno}"


def test_a_serving_process_writes_by_the_store_alone() -> None:
    """A request that is given up must leave no transaction of Tortoise open: decision 26."""
    served = {
        module: tree
        for module, tree in trees().items()
        if module.startswith("api") and not module.startswith("api.cli") and module not in BY_COMMAND
    }
    assert list(written_by_tortoise(ast.parse("RevokedToken.filter(a=1).delete()"))) == [
        "RevokedToken.filter(a=1).delete:1"
    ]
    found = [f"{module}: {call}" for module, tree in served.items() for call in written_by_tortoise(tree)]
    assert found == []
