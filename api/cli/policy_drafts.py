"""`mokuteki policy drafts`: the drafts, or one of them with all that is known of it."""

import asyncio
import json
from typing import Annotated, Final

import typer
from rich.markup import escape
from rich.table import Column, Table

from api.cli.draft_page import page_of
from api.cli.draft_page import tell as tell_page
from api.cli.policy_told import say
from api.cli.shared import settings, store_of
from api.cli.tables import tell
from api.cli.told import LangOption, Language, examples, listed
from models.day import in_japan
from models.drafts.draft import DraftState
from models.drafts.record import DraftRecord, newest_edition, read_drafts

MOST: Final = 1_000
COLUMNS: Final = ("DRAFT", "STATE", "VERSION", "HASH", "AUTHORS", "CHANGED", "NOTE")


def add_to(policies: typer.Typer) -> None:
    """Add the command."""
    policies.command(
        "drafts",
        epilog=examples(
            "mokuteki policy drafts",
            "mokuteki policy drafts --state OPEN --language ja",
            "mokuteki policy drafts 01K9ZQ4T6V7W8X9Y0Z1A2B3C4D",
        ),
    )(run)


def run(
    draft: Annotated[
        str | None,
        typer.Argument(
            help="One draft, by its id: who drafted it, each edit, what the check finds, and what comes next."
        ),
    ] = None,
    state: Annotated[DraftState | None, typer.Option(help="Only drafts in this state.")] = None,
    lang: LangOption = Language.EN,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Tell it as JSON, for programs.")] = False,
) -> None:
    """List the drafts, the newest first, 1000 at most; or tell all of one."""
    asyncio.run(_told(draft, state, lang, as_json=as_json))


async def _told(draft: str | None, state: DraftState | None, lang: Language, *, as_json: bool) -> None:
    async with store_of(settings()) as store:
        if draft is not None:
            tell_page(await page_of(store, draft, lang), lang, as_json=as_json, whole=True)
            return
        found = await read_drafts(store, state=state and state.value, limit=MOST)
        newest, _ = await newest_edition(store)
    if as_json:
        typer.echo(json.dumps([_form(each, newest) for each in found], ensure_ascii=False, indent=2))
    else:
        tell(_table(found, newest, lang))


def _table(found: list[DraftRecord], newest: str, lang: Language) -> Table:
    table = Table(*(Column(say(f"ROW_{each}", lang), overflow="fold") for each in COLUMNS))
    for each in found:
        state = say(f"STATE_{each.state.name}", lang)
        late = each.state in {DraftState.OPEN, DraftState.SCHEDULED} and each.base != newest
        table.add_row(
            each.id,
            say("STATE_LATE", lang, state=state) if late else state,
            f"{each.version}",
            each.hash,
            listed(dict.fromkeys(author.by for author in each.authors), lang),
            in_japan(each.changed_at),
            escape(each.note),
        )
    return table


def _form(each: DraftRecord, newest: str) -> dict[str, object]:
    return {
        "draft": each.id,
        "state": each.state.value,
        "version": each.version,
        "hash": each.hash,
        "base": each.base,
        "outdated": each.base != newest,
        "note": each.note,
        "authors": list(dict.fromkeys(author.by for author in each.authors)),
        "createdAt": each.created_at.isoformat(),
        "changedAt": each.changed_at.isoformat(),
        "publishAt": each.publish_at and each.publish_at.isoformat(),
        "trouble": each.trouble,
        "number": each.number,
    }
