"""The edition that a draft makes, and the one it starts from, read for commands that compare them."""

import asyncio
from typing import Annotated, NamedTuple

import typer

from api.cli.named_edition import CHECKOUT, IN_FORCE, Named, is_folder, named, published
from api.cli.policy_told import say
from api.cli.shared import CommandError, settings, store_of
from api.cli.told import Language, err, tell_line
from models.database.store import Reader
from models.drafts.record import (
    DraftRecord,
    KeptEdit,
    newest_edition,
    read_canonical,
    read_draft,
    read_edits,
    sketch_of,
)
from policies.drafts.drafting import Sketch, made_of

DraftOption = Annotated[
    str | None,
    typer.Option("--draft", metavar="ID", help="The id of a draft, in place of AFTER: what it makes."),
]


class Standing(NamedTuple):
    """A draft as it stands, and as its makers take it; `outdated` where another edition is in force than its base."""

    record: DraftRecord
    sketch: Sketch
    outdated: bool
    edits: tuple[KeptEdit, ...]


async def read_standing(reader: Reader, draft: str, lang: Language) -> Standing:
    """The draft of this id.

    Raises:
        CommandError: there is none.
    """
    record = await read_draft(reader, draft)
    if record is None:
        raise CommandError(say("DRAFT_UNKNOWN", lang))
    base = await read_canonical(reader, record.base) or ""
    newest, _ = await newest_edition(reader)
    edits = await read_edits(reader, record.id)
    return Standing(record, sketch_of(base, record, edits), newest != record.base, edits)


def pair(before: str | None, after: str | None, draft: str | None, lang: Language) -> tuple[Named, Named]:
    """What is compared with, and what is looked at; one folder alone, or a draft, is looked at.

    Raises:
        CommandError: one of them is none or does not load, or a draft was named beside an edition to look at.
    """
    if draft is not None:
        if after is not None:
            raise CommandError(say("DRAFT_OR_AFTER", lang))
        base, made, outdated = asyncio.run(_made(draft, lang))
        if outdated and before is None:
            tell_line(say("DRAFT_OUTDATED", lang), err)
        return (base if before is None else named(before, lang)), made
    if before is not None and after is None and is_folder(before):
        before, after = None, before
    return named(before or IN_FORCE, lang), named(after or CHECKOUT, lang)


async def _made(draft: str, lang: Language) -> tuple[Named, Named, bool]:
    async with store_of(settings()) as store:
        found = await read_standing(store, draft, lang)
        base = await published(store, found.record.base, lang)
    return base, Named(f"draft {found.record.id}", made_of(found.sketch)), found.outdated


def called(each: Named, lang: Language) -> str:
    """What an edition is called in a sentence, with the beginning of its id."""
    kind, _, name = each.name.partition(" ")
    known = {"edition": "EDITION", "draft": "DRAFT", "the": "CHECKOUT"}
    is_named = kind in known and not is_folder(each.name)
    told = say(known[kind], lang, name=name) if is_named else each.name
    begin = each.edition.id[:12]
    return f"{told}（{begin}）" if lang is Language.JA else f"{told} ({begin})"
