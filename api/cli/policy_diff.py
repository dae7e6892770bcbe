"""`mokuteki policy diff`: what one edition would change of another, row by row."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from api.cli.draft_edition import called, pair
from api.cli.named_edition import Named
from api.cli.policy_told import say
from api.cli.row_change import told as told_row
from api.cli.told import LangOption, Language, err, examples, tell_line, visible
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
    lang: LangOption = Language.EN,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the differences as JSON, for programs.")
    ] = False,
) -> None:
    """Show what one edition changes of another, rule by rule."""
    old, new = pair(before, after, None, lang)
    lines = list(_changes(old, new, lang))
    if as_json:
        typer.echo(_json(old, new))
    for each in () if as_json else lines:
        tell_line(visible(each))
    code = {0: "DIFFERENCE_NONE", 1: "DIFFERENCE"}.get(len(lines), "DIFFERENCES")
    told = say(code, lang, number=len(lines), old=called(old, lang), new=called(new, lang))
    tell_line(told, err)


def _changes(old: Named, new: Named, lang: Language) -> Iterator[str]:
    """Each added, removed or changed row, the rules first."""
    before, after = old.edition.tables(), new.edition.tables()
    for table in _RULES_FIRST:
        was, now = _keyed(table, before), _keyed(table, after)
        yield from _rows(table, was, now, lang)
        if was.keys() == now.keys() and list(was) != list(now):
            yield f"~ {say('OTHER_ORDER', lang, file=f'{table}.csv')}"
    if old.edition.model != new.edition.model:
        yield f"~ {say('OTHER_MODEL', lang, file=MODEL)}"


def _keyed(table: str, tables: Sheets) -> dict[str, list[str]]:
    return {row_key(table, row): row for row in tables[table]}


def _rows(
    table: str, before: Mapping[str, list[str]], after: Mapping[str, list[str]], lang: Language
) -> Iterator[str]:
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        if old != new:
            yield told_row(table, key, old, new, lang)


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
