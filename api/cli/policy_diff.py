"""`mokuteki policy diff`: what one edition would change of another, row by row."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from api.cli.named_edition import CHECKOUT, IN_FORCE, Named, is_folder, named
from api.cli.shared import err, examples
from api.cli.told import counted, tell_line, visible
from policies.drafts.edits import compare
from policies.folder import MODEL
from policies.table import COLUMNS, Sheets, row_key

_RULES_FIRST = ("rules", *(each for each in COLUMNS if each != "rules"))


def add_to(policies: typer.Typer) -> None:
    """Add the command."""
    policies.command(
        "diff",
        epilog=examples(
            "mokuteki policy diff",
            "mokuteki policy diff 3",
            "mokuteki policy diff 22c4ff22 in-force",
            "mokuteki policy diff ../rules",
            "mokuteki policy diff ../rules checkout --json",
        ),
    )(diff)


def diff(
    before: Annotated[
        str | None,
        typer.Argument(
            help="What is compared with: a published edition by its number or the beginning of its id, `in-force`,"
            " `checkout`, or a folder of rule files; the edition in force by default."
        ),
    ] = None,
    after: Annotated[
        str | None,
        typer.Argument(
            help="What is looked at, named likewise; the checkout by default. One folder alone is looked at too."
        ),
    ] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the differences as JSON, for programs.")
    ] = False,
) -> None:
    """Show what one edition changes of another, rule by rule."""
    if before is not None and after is None and is_folder(before):
        before, after = None, before
    old, new = named(before or IN_FORCE), named(after or CHECKOUT)
    lines = list(_changes(old, new))
    if as_json:
        typer.echo(_json(old, new))
    for each in () if as_json else lines:
        tell_line(visible(each))
    what = counted(len(lines), "difference") if lines else "no difference"
    ours, theirs = (f"{each.name} ({each.edition.id[:12]})" for each in (new, old))
    err.print(f"{what} from {theirs} to {ours}", soft_wrap=True, markup=False)


def _changes(old: Named, new: Named) -> Iterator[str]:
    """Each added, removed or changed row, the rules first."""
    before, after = old.edition.tables(), new.edition.tables()
    for table in _RULES_FIRST:
        was, now = _keyed(table, before), _keyed(table, after)
        yield from _rows(f"{table}.csv", COLUMNS[table], was, now)
        if was.keys() == now.keys() and list(was) != list(now):
            yield f"~ {table}.csv: the rows stand in another order"
    if old.edition.model != new.edition.model:
        yield f"~ {MODEL}: the text differs"


def _keyed(table: str, tables: Sheets) -> dict[str, list[str]]:
    return {row_key(table, row): row for row in tables[table]}


def _rows(
    table: str, columns: tuple[str, ...], before: Mapping[str, list[str]], after: Mapping[str, list[str]]
) -> Iterator[str]:
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        if old is None and new is not None:
            yield f"+ {table} {key}: {_told(columns, new)}"
        elif new is None and old is not None:
            yield f"- {table} {key}: {_told(columns, old)}"
        elif old is not None and new is not None and old != new:
            cells = zip(columns, old, new, strict=True)
            changed = (f"{column} `{was}` → `{now}`" for column, was, now in cells if was != now)
            yield f"~ {table} {key}: {'; '.join(changed)}"


def _told(columns: tuple[str, ...], row: list[str]) -> str:
    return ", ".join(f"{column} {cell}" for column, cell in zip(columns[1:], row[1:], strict=True) if cell)


def _json(old: Named, new: Named) -> str:
    """The differences as edits: each row before and after, null where there is none, and which row it now follows."""
    before, after = old.edition.tables(), new.edition.tables()
    was = {table: _keyed(table, before) for table in COLUMNS}
    form: dict[str, Any] = {
        "from": {"name": old.name, "edition": old.edition.id},
        "to": {"name": new.name, "edition": new.edition.id},
        "model": old.edition.model != new.edition.model,
        "changes": [
            {
                "table": edit.table,
                "key": edit.key,
                "before": _cells(edit.table, was[edit.table].get(edit.key)),
                "after": _cells(edit.table, edit.cells),
                "follows": edit.after,
            }
            for edit in compare(before, after)
        ],
    }
    return json.dumps(form, ensure_ascii=False, indent=2)


def _cells(table: str, row: list[str] | tuple[str, ...] | None) -> dict[str, str] | None:
    return None if row is None else dict(zip(COLUMNS[table], row, strict=True))
