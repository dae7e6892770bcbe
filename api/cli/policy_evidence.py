"""`mokuteki policy evidence`: least privilege as the ledger shows it, and the edition without what nobody used."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from api.cli.evidence_lines import lines
from api.cli.kept_folder import must_be_folder, put
from api.cli.policy_replay import PARTS, Days, last, parts
from api.cli.policy_told import say
from api.cli.shared import edition_in_force, settings, store_of
from api.cli.told import LangOption, Language, bar, err, examples, shown, tell_line
from models.evidence import weigh
from models.replay import Span
from policies.drafts.edits import Edit, apply
from policies.edition import Edition
from policies.evidence.weighed import Weighed
from policies.table import RULES


def add_to(policies: typer.Typer) -> None:
    """Add the command."""
    policies.command(
        "evidence",
        epilog=examples(
            "mokuteki policy evidence",
            "mokuteki policy evidence --days 90 --language ja",
            "mokuteki policy evidence --days 90 --draft ../narrowed",
            "mokuteki policy evidence --json > evidence.json",
        ),
    )(run)


def run(
    days: Days = 30,
    draft: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Write the edition without the rules that nothing used into this folder."
        ),
    ] = None,
    lang: LangOption = Language.EN,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Tell the report as JSON, for programs.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite also what is neither a published edition nor a draft.")
    ] = False,
) -> None:
    """Tell what the rules, purposes and scopes allow that the last days' accesses did not use."""
    if draft is not None:
        must_be_folder(draft)
    span = last(days)
    edition, found = asyncio.run(_weighed(span, lang))
    removable = [each.key for each in found.edits if each.table == RULES]
    if as_json:
        times = {"since": span.since.isoformat(), "until": span.until.isoformat()}
        form = {"edition": edition.id, **times, **found.report.form(), "removable": removable}
        typer.echo(json.dumps(form, ensure_ascii=False, indent=2))
    else:
        for each in lines(found.report, edition, removable, lang):
            tell_line(each)
        accesses = found.report.accesses
        tell_line(say("EVIDENCE", lang, accesses=accesses, days=days))
    if draft is not None:
        _write(draft, edition, found.edits, force=force, lang=lang)


async def _weighed(span: Span, lang: Language) -> tuple[Edition, Weighed]:
    async with store_of(settings()) as store:
        edition = await edition_in_force(store)
        with bar(say("LEDGER", lang), total=PARTS) as progress:
            return edition, await weigh(store, edition, span, parts(shown(progress)))


def _write(folder: Path, edition: Edition, edits: Sequence[Edit], *, force: bool, lang: Language) -> None:
    """The narrowed edition as files, where anything may go."""
    if not edits:
        tell_line(say("NOTHING_REMOVABLE", lang), err)
        return
    narrowed = Edition.from_tables(apply(edition.tables(), edits), edition.model)
    put(folder, narrowed, force=force)
    gone = sum(each.table == RULES for each in edits)
    told = say("NARROWED", lang, rules=gone, folder=folder, name=narrowed.id[:12])
    tell_line(told, err)
