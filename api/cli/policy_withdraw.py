"""`mokuteki policy withdraw` and `unschedule`: a draft is given up, or not published at its time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from api.cli.draft_change import IfVersion, barring, register_of
from api.cli.operator import By
from api.cli.operator import named as operator_named
from api.cli.policy_told import say
from api.cli.shared import settings, store_of
from api.cli.told import LangOption, Language, examples, tell_line
from models.drafts.register import DraftRegister, take_turn

Draft = Annotated[str, typer.Argument(help="The id of the draft, as `policy drafts` lists it.")]


def add_to(policies: typer.Typer) -> None:
    """Add the commands."""
    policies.command(
        "withdraw", epilog=examples("mokuteki policy withdraw 01K9ZQ4T6V7W8X9Y0Z1A2B3C4D --if-version 2")
    )(withdraw)
    policies.command("unschedule", epilog=examples("mokuteki policy unschedule 01K9ZQ4T6V7W8X9Y0Z1A2B3C4D"))(
        unschedule
    )


def withdraw(
    draft: Draft, if_version: IfVersion, operator: By = None, lang: LangOption = Language.EN
) -> None:
    """Give a draft up, for good; it stays on record."""
    _do(lambda register: register.withdraw(draft, if_version), operator, lang)
    tell_line(say("GIVEN_UP", lang, draft=draft))


def unschedule(draft: Draft, operator: By = None, lang: LangOption = Language.EN) -> None:
    """Keep a draft from being published at its time; it can be changed again."""
    _do(lambda register: register.cancel(draft), operator, lang)
    tell_line(say("UNSCHEDULED", lang, draft=draft))


def _do(work: Callable[[DraftRegister], Awaitable[None]], operator: str | None, lang: Language) -> None:
    operator_named(operator)

    async def done() -> None:
        async with store_of(settings()) as store:
            with barring(lang):
                async with store.transaction() as transaction:
                    await take_turn(transaction)
                    await work(register_of(transaction, operator))

    asyncio.run(done())
