"""`mokuteki policy rebase` and `align`: a draft on the edition in force; a decision table that says what rules answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from api.cli.conflicts import choices
from api.cli.draft_change import TERMS, IfVersion, barring, register_of, sound
from api.cli.draft_edition import Standing, read_standing
from api.cli.draft_page import Page, made, page_of
from api.cli.operator import By
from api.cli.operator import named as operator_named
from api.cli.policy_told import say
from api.cli.shared import settings, store_of
from api.cli.told import LangOption, Language, err, examples, tell_line
from models.database.store import Reader
from models.drafts.record import newest_edition, read_canonical
from models.drafts.register import Stale, take_turn
from policies.drafts import drafting
from policies.drafts.drafting import Choice, Drafted

Draft = Annotated[str, typer.Argument(help="The id of the draft, as `policy drafts` lists it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Tell the draft as JSON, for programs.")]
Work = Callable[[Reader, Standing], Awaitable[tuple[str, Drafted]]]
"""The edition that a draft starts from then, and what becomes of it."""


def add_to(policies: typer.Typer) -> None:
    """Add the commands."""
    policies.command(
        "rebase",
        epilog=examples(
            "mokuteki policy rebase 01K9ZQ4T6V7W8X9Y0Z1A2B3C4D --if-version 2",
            "mokuteki policy rebase 01K9ZQ4T6V7W8X9Y0Z1A2B3C4D --if-version 2 --theirs rules:application-form",
        ),
    )(rebase)
    policies.command(
        "align", epilog=examples("mokuteki policy align 01K9ZQ4T6V7W8X9Y0Z1A2B3C4D --if-version 2")
    )(align)


def rebase(  # noqa: PLR0913, PLR0917 - the options of the command
    draft: Draft,
    if_version: IfVersion,
    mine: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TABLE:KEY", help="A row in conflict that stands as the draft has it; may be given again."
        ),
    ] = None,
    theirs: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TABLE:KEY",
            help="A row in conflict that stands as the edition in force has it; may be given again.",
        ),
    ] = None,
    operator: By = None,
    lang: LangOption = Language.EN,
    *,
    as_json: AsJson = False,
) -> None:
    """Bring a draft onto the edition in force; where both changed a row, say whose stands.

    It ends with 3 where something in the draft must be corrected then.
    """
    chosen = choices(mine or (), theirs or (), lang)
    _change(draft, if_version, _onto(chosen), "REBASED", operator, lang, as_json=as_json)


def align(
    draft: Draft,
    if_version: IfVersion,
    operator: By = None,
    lang: LangOption = Language.EN,
    *,
    as_json: AsJson = False,
) -> None:
    """Let each row of a draft's decision table expect what the draft's rules answer; look at them afterwards.

    It ends with 3 where something else in the draft must be corrected.
    """
    _change(draft, if_version, _aligned, "ALIGNED", operator, lang, as_json=as_json)


def _onto(chosen: tuple[Choice, ...]) -> Work:
    async def work(reader: Reader, standing: Standing) -> tuple[str, Drafted]:
        onto, _ = await newest_edition(reader)
        text = await read_canonical(reader, onto) or ""
        return onto, drafting.move(standing.sketch, text, chosen, TERMS)

    return work


async def _aligned(_: Reader, standing: Standing) -> tuple[str, Drafted]:
    return standing.record.base, drafting.align(standing.sketch, TERMS)


def _change(  # noqa: PLR0913, PLR0917 - what is changed of a draft, how, and by whom
    draft: str, version: int, work: Work, what: str, operator: str | None, lang: Language, *, as_json: bool
) -> None:
    operator_named(operator)
    page = asyncio.run(_changed(draft, version, work, what, operator, lang, as_json=as_json))
    if page is None:
        tell_line(say(f"NOTHING_{what}", lang), err)
    else:
        made(page, lang, as_json=as_json)


async def _changed(  # noqa: PLR0913, PLR0917 - as above
    draft: str, version: int, work: Work, what: str, operator: str | None, lang: Language, *, as_json: bool
) -> Page | None:
    """The draft as it is then; None where nothing changes."""
    async with store_of(settings()) as store:
        standing = await read_standing(store, draft, lang)
        record = standing.record
        with barring(lang):
            if record.version != version:
                raise Stale
            base, found = await work(store, standing)
            drafted = sound(found, lang, as_json=as_json)
            if (base, drafted.hash) == (record.base, record.hash):
                return None
            async with store.transaction() as transaction:
                await take_turn(transaction)
                await register_of(transaction, operator).change(draft, version, drafted, what, base)
        return await page_of(store, draft, lang)
