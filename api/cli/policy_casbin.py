"""`mokuteki policy casbin`: the rows that stock Casbin reads, as a policy file."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.cli.named_edition import IN_FORCE, named
from api.cli.shared import examples, settings, store_of
from api.cli.told import LangOption, Language
from models.registry import read_registry
from policies.casbin_rows import casbin_rows, lines


def add_to(policies: typer.Typer) -> None:
    """Add the command."""
    policies.command(
        "casbin",
        epilog=examples(
            "mokuteki policy casbin > policy.csv", "mokuteki policy casbin ../rules > policy.csv"
        ),
    )(casbin)


def casbin(
    edition: Annotated[
        str,
        typer.Argument(
            help="A published edition by its number or the beginning of its id, `in-force`, `checkout`, or a folder of"
            " rule files."
        ),
    ] = IN_FORCE,
    lang: LangOption = Language.EN,
) -> None:
    """Print the rules, and every step to a wider name, as the policy file of stock Casbin."""
    recipients = asyncio.run(_recipients())
    for line in lines(casbin_rows(named(edition, lang).edition, recipients)):
        typer.echo(line)


async def _recipients() -> dict[str, str]:
    """The recipients to which something may go now, each with its group."""
    async with store_of(settings()) as store:
        return (await read_registry(store, datetime.now(UTC))).kinds
