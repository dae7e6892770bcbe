"""`mokuteki policy publish`: a draft becomes the edition in force, under exactly the conditions of the interface."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.cli.draft_change import Note, barring, register_of, why, worked
from api.cli.draft_edition import read_standing
from api.cli.export_file import time_of
from api.cli.operator import By
from api.cli.operator import named as operator_named
from api.cli.policy_told import say
from api.cli.shared import settings, store_of
from api.cli.told import CommandError, LangOption, Language, examples, tell_line
from api.gateway.told import Told
from models.day import in_japan
from models.drafts.barred import Barred
from models.drafts.entitled import entitled
from models.drafts.publication import publish, publishable
from models.drafts.register import take_turn
from models.inforce import InForce


def add_to(policies: typer.Typer) -> None:
    """Add the command."""
    policies.command(
        "publish",
        epilog=examples(
            'mokuteki policy publish 01K9ZQ4T6V7W8X9Y0Z1A2B3C4D --hash 5d41…c592 --note "Agreed on 22 November"',
            'mokuteki policy publish 01K9ZQ4T6V7W8X9Y0Z1A2B3C4D --hash 5d41…c592 --note "Agreed" --at 2026-12-01T00:00',
        ),
    )(run)


def run(  # noqa: PLR0913, PLR0917 - the options of the command
    draft: Annotated[str, typer.Argument(help="The id of the draft, as `policy drafts` lists it.")],
    name: Annotated[
        str,
        typer.Option(
            "--hash",
            metavar="HASH",
            help="The whole hash of what was read, so that nothing else is published.",
        ),
    ],
    note: Note,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="From this day or time on, which is to come; a day is one of Japan. Else at once.",
        ),
    ] = None,
    operator: By = None,
    lang: LangOption = Language.EN,
) -> None:
    """Put a draft in force for every process, now or at a time.

    What widens needs the approval of a second person, which can be given in the interface only.
    """
    operator_named(operator)
    said, when = why(note, lang), time_of("--at", at)
    if when is not None and when <= datetime.now(UTC):
        raise CommandError(Told("AT_PAST", argument="--at", at=in_japan(when)).text(lang))
    told = asyncio.run(_published(draft, name, said, when, operator, lang))
    tell_line(told)


async def _published(  # noqa: PLR0913, PLR0917 - what a publication is made of
    draft: str, name: str, note: str, at: datetime | None, operator: str | None, lang: Language
) -> str:
    async with store_of(settings()) as store:
        standing = await read_standing(store, draft, lang)
        with barring(lang):
            if standing.record.hash != name.lower():
                raise Barred("HASH_CHANGED", "--hash")
            made = await worked(store, standing, lang)
        may_still = entitled(await InForce(store).current(), datetime.now(UTC))
        with barring(lang, made.examined):
            async with store.transaction() as transaction:
                await take_turn(transaction)
                register = register_of(transaction, operator)
                found = await register.open(draft)
                if at is not None:
                    await publishable(transaction, found, made, may_still)
                    await register.schedule(found, made, at, note)
                    return say("SCHEDULED_AT", lang, draft=draft, at=in_japan(at))
                number = await publish(transaction, found, made, may_still, keeper=register.keeper, note=note)
    return say("PUBLISHED_AS", lang, number=number, name=made.hash[:12])
