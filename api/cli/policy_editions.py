"""`mokuteki policy editions`: every edition that was published, with who put it in force, and why."""

import asyncio
import json
from collections.abc import Sequence
from typing import Annotated, Any, Final

import orjson
import typer
from rich.markup import escape
from rich.table import Column, Table

from api.cli.policy_told import say
from api.cli.shared import settings, store_of
from api.cli.tables import tell
from api.cli.told import LangOption, Language, examples
from models.day import in_japan, moment
from models.inforce import InForce

MOST: Final = 1_000
BEGIN: Final = 12
"""Characters of an id that are shown."""

COLUMNS: Final = ("NUMBER", "EDITION", "AT", "BY", "APPROVED", "NOTE", "IN_FORCE")


def add_to(policies: typer.Typer) -> None:
    """Add the command."""
    policies.command(
        "editions",
        epilog=examples("mokuteki policy editions", "mokuteki policy editions --language ja"),
    )(run)


def run(
    lang: LangOption = Language.EN,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Tell them as JSON, for programs.")] = False,
) -> None:
    """List the published editions, the newest first, 1000 at most; the first is in force."""
    found = asyncio.run(_published())
    if as_json:
        told = [_form(row, in_force=not place) for place, row in enumerate(found)]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        tell(_table(found, lang))


async def _published() -> Sequence[Sequence[Any]]:
    async with store_of(settings()) as store:
        return await InForce(store).history(None, MOST)


def _table(found: Sequence[Sequence[Any]], lang: Language) -> Table:
    table = Table(*(Column(say(f"ROW_{each}", lang), overflow="fold") for each in COLUMNS))
    for place, (name, number, at, by, approved, note, *_) in enumerate(found):
        table.add_row(
            f"{number}",
            name[:BEGIN],
            in_japan(moment(at)),
            escape(by or ""),
            escape(approved or ""),
            escape(note or ""),
            "" if place else say("IN_FORCE", lang),
        )
    return table


def _form(row: Sequence[Any], *, in_force: bool) -> dict[str, object]:
    name, number, at, by, approved, note, base, draft, drafted = row
    return {
        "number": number,
        "edition": name,
        "publishedAt": moment(at).isoformat(),
        "publishedBy": by,
        "approvedBy": approved,
        "draftedBy": orjson.loads(drafted or "[]"),
        "note": note,
        "base": base,
        "draft": draft,
        "inForce": in_force,
    }
