"""`mokuteki policy push`: a folder of rule files becomes a draft, under the checks of the interface."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from api.cli.declared import FIELDS, GUARDS
from api.cli.draft_change import TERMS, barring, refuse, register_of, sound, why
from api.cli.draft_edition import read_standing
from api.cli.draft_page import Page, made, page_of
from api.cli.named_edition import IN_FORCE, published
from api.cli.operator import By
from api.cli.operator import named as operator_named
from api.cli.policy import must_be_there, tell_model
from api.cli.policy_told import say
from api.cli.shared import settings, store_of
from api.cli.told import CommandError, LangOption, Language, err, examples, tell_line
from models.database.store import Store
from models.day import today_in_japan
from models.drafts.record import read_canonical
from models.drafts.register import Stale, take_turn
from policies.check.report import check
from policies.drafts.drafting import Sketch, take
from policies.drafts.sheet import write_sheet
from policies.folder import model_of, read_folder
from policies.mistake import Severity


def add_to(policies: typer.Typer) -> None:
    """Add the command."""
    policies.command(
        "push",
        epilog=examples(
            'mokuteki policy push ../rules --note "Employers ask for contact details earlier"',
            'mokuteki policy push ../rules --from 3 --note "As agreed on 22 November"',
            "mokuteki policy push ../rules --draft 01K9ZQ4T6V7W8X9Y0Z1A2B3C4D --if-version 1",
        ),
    )(run)


def run(  # noqa: PLR0913, PLR0917 - the options of the command
    folder: Annotated[Path, typer.Argument(help="A folder of rule files.")],
    note: Annotated[
        str | None,
        typer.Option(
            metavar="WHY", help="Why, in a sentence or two; it stays on record. Every new draft has one."
        ),
    ] = None,
    draft: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The draft to put the folder into; else a new one is begun."),
    ] = None,
    if_version: Annotated[
        int | None,
        typer.Option(metavar="N", help="The version of the draft that was read; another is left alone."),
    ] = None,
    base: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="EDITION",
            help="The edition that the folder was pulled from, from which a new draft starts.",
        ),
    ] = IN_FORCE,
    operator: By = None,
    lang: LangOption = Language.EN,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Tell the draft as JSON, for programs.")] = False,
) -> None:
    """Make a draft of a folder, or put the folder into a draft.

    A table that the folder lacks (only `decisions` and `fields` may be missing) and a model that stands neither in it
    nor beside it stay as they are. It ends with 3 where a draft was made and something in it must be corrected.
    """
    operator_named(operator)
    if (draft is None) != (if_version is None):
        raise CommandError(say("DRAFT_WITH_VERSION", lang))
    if draft is None and note is None:
        raise CommandError(say("NOTE_MISSING", lang))
    said = None if note is None else why(note, lang)
    given = _Given(*_read(folder, lang, as_json=as_json), said, operator, lang, as_json)
    page = asyncio.run(_pushed(given, base, draft, if_version))
    if page is None:
        tell_line(say("NOTHING_TO_DRAFT", lang), err)
    else:
        made(page, lang, as_json=as_json)


class _Given(NamedTuple):
    """What is pushed: tables as CSV text, the model where the folder has one of its own, why, and by whom."""

    sheets: tuple[tuple[str, str], ...]
    model: str | None
    note: str | None
    operator: str | None
    lang: Language
    as_json: bool


def _read(folder: Path, lang: Language, *, as_json: bool) -> tuple[tuple[tuple[str, str], ...], str | None]:
    """The tables of a folder and its own model.

    Raises:
        CommandError: it is no folder, or a file of it cannot be read; every mistake was told.
    """
    must_be_there(folder, lang)
    tell_model(folder, lang)
    sheets, model, unread = read_folder(folder)
    if unread:
        found = check(
            sheets,
            model,
            today=today_in_japan(datetime.now(UTC)),
            fields=FIELDS,
            guards=GUARDS,
            unread=unread,
        )
        refuse(found.of(Severity.REFUSED), lang, as_json=as_json)
    own = model_of(folder).parent in {folder, folder.resolve().parent}
    return tuple((table, write_sheet(table, rows)) for table, rows in sheets.items()), model if own else None


async def _pushed(given: _Given, base: str, draft: str | None, version: int | None) -> Page | None:
    """The draft with the folder in it; None where that changes nothing."""
    async with store_of(settings()) as store:
        with barring(given.lang):
            if draft is None or version is None:
                found = await _begin(store, given, base)
            else:
                found = await _put(store, given, draft, version)
        return None if found is None else await page_of(store, found, given.lang)


async def _begin(store: Store, given: _Given, base: str) -> str | None:
    """A new draft of the folder; its id."""
    found = (await published(store, None if base == IN_FORCE else base, given.lang)).edition
    text = await read_canonical(store, found.id) or ""
    taken = take(Sketch(text), given.sheets, given.model, TERMS)
    drafted = sound(taken, given.lang, as_json=given.as_json)
    if drafted.hash == found.id:
        return None
    async with store.transaction() as transaction:
        await take_turn(transaction)
        register = register_of(transaction, given.operator)
        return await register.create(found.id, given.note or "", drafted)


async def _put(store: Store, given: _Given, draft: str, version: int) -> str | None:
    """The folder in place of what a draft of this version held; its id."""
    record, sketch, *_ = await read_standing(store, draft, given.lang)
    if record.version != version:
        raise Stale
    taken = take(sketch, given.sheets, given.model, TERMS)
    drafted = sound(taken, given.lang, as_json=given.as_json)
    if drafted.hash == record.hash:
        return None
    async with store.transaction() as transaction:
        await take_turn(transaction)
        register = register_of(transaction, given.operator)
        await register.change(draft, version, drafted, "IMPORTED", record.base, given.note)
    return draft
