"""`mokuteki policy rollback`: the draft that returns to an earlier edition, and its publication where nothing widens."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.cli.draft_change import TERMS, Note, barring, look_at, register_of, sentence, sound, why
from api.cli.draft_page import made, page_of, tell
from api.cli.named_edition import published
from api.cli.operator import By
from api.cli.operator import named as operator_named
from api.cli.policy_told import say
from api.cli.shared import settings, store_of
from api.cli.told import CommandError, LangOption, Language, examples, out
from models.database.store import Store
from models.drafts.barred import Barred
from models.drafts.entitled import entitled
from models.drafts.publication import publish as put_in_force
from models.drafts.record import read_canonical
from models.drafts.register import take_turn
from models.drafts.worked import Worked
from models.inforce import InForce
from policies.drafts.drafting import Drafted, Sketch, finish, turn_back


def add_to(policies: typer.Typer) -> None:
    """Add the command."""
    policies.command(
        "rollback",
        epilog=examples(
            'mokuteki policy rollback 3 --note "Too much was opened"',
            'mokuteki policy rollback 22c4ff22 --note "Too much was opened" --publish',
        ),
    )(run)


def run(  # noqa: PLR0913 - the options of the command
    edition: Annotated[
        str,
        typer.Argument(help="The published edition to return to, by its number or the beginning of its id."),
    ],
    note: Note,
    operator: By = None,
    lang: LangOption = Language.EN,
    *,
    publish: Annotated[
        bool, typer.Option("--publish", help="Publish it at once, if nothing widens and nothing is found.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Tell the draft as JSON, for programs.")] = False,
) -> None:
    """Begin a draft that makes an earlier edition of the one in force."""
    operator_named(operator)
    asyncio.run(_turned(edition, why(note, lang), operator, lang, publish=publish, as_json=as_json))


async def _turned(  # noqa: PLR0913 - what is turned back to, why and by whom
    edition: str, note: str, operator: str | None, lang: Language, *, publish: bool, as_json: bool
) -> None:
    async with store_of(settings()) as store:
        newest, earlier = [(await published(store, each, lang)).edition.id for each in (None, edition)]
        base = await read_canonical(store, newest) or ""
        drafted = sound(
            turn_back(base, await read_canonical(store, earlier) or "", TERMS), lang, as_json=as_json
        )
        if drafted.hash == newest:
            raise CommandError(say("IN_FORCE_ALREADY", lang))
        worked = await _worked(store, newest, base, drafted, lang) if publish else None
        with barring(lang):
            draft, number, barred = await _carried_out(store, newest, drafted, worked, note, operator)
        if number:
            out.print(say("PUBLISHED_AS", lang, number=number, name=drafted.hash[:12]), markup=False)
        else:
            page = await page_of(store, draft, lang)
            (made if barred is None else tell)(page, lang, as_json=as_json)
        if barred is not None:
            raise CommandError(sentence(barred, lang))


async def _worked(store: Store, base: str, text: str, drafted: Drafted, lang: Language) -> Worked:
    """What it would put in force."""
    sketch = Sketch(text, drafted.edits, drafted.model)
    name, canonical, _ = finish(sketch, TERMS)
    return Worked(base, name, canonical, await look_at(store, sketch, lang))


async def _carried_out(  # noqa: PLR0913, PLR0917 - what is drafted, and perhaps published, in one transaction
    store: Store, base: str, drafted: Drafted, worked: Worked | None, note: str, operator: str | None
) -> tuple[str, int | None, Barred | None]:
    """The draft, and the number of its edition, or why it may not be published; then the draft stays."""
    may_still = entitled(await InForce(store).current(), datetime.now(UTC))
    async with store.transaction() as transaction:
        await take_turn(transaction)
        register = register_of(transaction, operator)
        draft = await register.create(base, note, drafted)
        if worked is None:
            return draft, None, None
        found = await register.open(draft)
        try:
            number = await put_in_force(
                transaction, found, worked, may_still, keeper=register.keeper, note=note
            )
        except Barred as barred:
            return draft, None, barred
    return draft, number, None
