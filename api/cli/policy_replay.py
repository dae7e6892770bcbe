"""`mokuteki policy replay`: the accesses of the last days decided again under another edition."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer

from api.cli.draft_edition import DraftOption, called, pair
from api.cli.export_options import as_asked
from api.cli.exporting import Asked, house_to_read
from api.cli.named_edition import Named
from api.cli.policy_told import say
from api.cli.replay_people import People, gather
from api.cli.replay_table import form, table_of, totals
from api.cli.shared import CommandError, settings, store_of
from api.cli.tables import tell
from api.cli.told import LangOption, Language, bar, err, examples, shown, tell_line
from models.replay import Progress, Span, replay
from policies.replay.tally import Tally

MOST_DAYS: Final = 366
PARTS: Final = 100
"""In how many parts the progress is shown."""

Days = Annotated[int, typer.Option(help="How many days back the accesses are read.", min=1, max=MOST_DAYS)]


def add_to(policies: typer.Typer) -> None:
    """Add the command."""
    policies.command(
        "replay",
        epilog=examples(
            "mokuteki policy replay",
            "mokuteki policy replay ../rules --days 7 --language ja",
            "mokuteki policy replay --draft 01K9ZQ4T6V7W8X9Y0Z1A2B3C4D",
            "mokuteki policy replay 3 --json",
            "mokuteki policy replay ../rules --people 3f9a1c07 --purpose compliance.security --operator yamada",
        ),
    )(run)


def run(  # noqa: PLR0913 - the options of the command
    after: Annotated[
        str | None,
        typer.Argument(
            help="Under which edition: a published one by its number or the beginning of its id, `in-force`,"
            " `checkout`, or a folder of rule files; the checkout by default."
        ),
    ] = None,
    draft: DraftOption = None,
    days: Days = 30,
    lang: LangOption = Language.EN,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Tell the counts as JSON, for programs.")] = False,
    people: Annotated[
        str | None,
        typer.Option(
            metavar="LINE",
            help="List the ids of the people behind this line instead; an access itself, on record before it is told.",
        ),
    ] = None,
    purpose: Annotated[
        str | None, typer.Option(help="Why the people are listed, such as `compliance.security`.")
    ] = None,
    operator: Annotated[
        str | None, typer.Option(help="Who lists the people, as the ledger will name them.")
    ] = None,
) -> None:
    """Tell who would have gained and lost what of the last days' accesses: counts, and nobody."""
    _, new = pair(None, after, draft, lang)
    span = last(days)
    if people is not None:
        _list(new, span, people, _asked(purpose, operator, lang), lang)
        return
    found = asyncio.run(_replayed(new, span, lang))
    if as_json:
        times = {"since": span.since.isoformat(), "until": span.until.isoformat()}
        edition = {"name": new.name, "edition": new.edition.id}
        typer.echo(json.dumps({"to": edition, **times, **form(found)}, ensure_ascii=False, indent=2))
        return
    if found.lines():
        tell(table_of(found, lang))
    tell_line(f"{say('UNDER', lang, new=called(new, lang), days=days)}{totals(found, lang)}")


def _asked(purpose: str | None, operator: str | None, lang: Language) -> Asked:
    if purpose is None or operator is None:
        raise CommandError(say("PEOPLE_ASKED", lang))
    return as_asked(purpose, operator, None, None, None)


def _list(new: Named, span: Span, line: str, asked: Asked, lang: Language) -> None:
    """The ids of the people behind a line, one a line, each once that is on record."""
    found = asyncio.run(_people(new, span, line, asked, lang))
    for each in found.ids:
        typer.echo(each)
    numbers = {"people": len(found.ids) + found.unlinked, "unlinked": found.unlinked, "client": asked.client}
    tell_line(say("PEOPLE", lang, **numbers), err)


async def _people(new: Named, span: Span, line: str, asked: Asked, lang: Language) -> People:
    async with house_to_read() as house:
        with bar(say("LEDGER", lang), total=PARTS) as progress:
            return await gather(house, asked, new.edition, span, line, parts(shown(progress)), lang)


def last(days: int) -> Span:
    """The last days, up to now."""
    now = datetime.now(UTC)
    return Span(now - timedelta(days=days), now)


async def _replayed(new: Named, span: Span, lang: Language) -> Tally:
    async with store_of(settings()) as store:
        with bar(say("LEDGER", lang), total=PARTS) as progress:
            return await replay(store, new.edition, span, parts(shown(progress)))


def parts(tell_of: Callable[[int, int | None], None]) -> Progress:
    """What a reading of the ledger calls, told as parts of the time that is behind."""
    return lambda _count, share: tell_of(int(share * PARTS), PARTS)
