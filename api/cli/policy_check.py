"""`mokuteki policy check`: everything that is wrong with a folder of rules, and nothing where nothing is."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from api.cli.declared import FIELDS, GUARDS
from api.cli.findings import findings_json, tell
from api.cli.policy import must_be_there, tell_model
from api.cli.told import CommandError, LangOption, Language, bar, counted, examples, out, shown
from models.day import today_in_japan
from policies.check.report import Report, check
from policies.edition import HERE, Edition
from policies.folder import read_folder
from policies.mistake import Mistake

CLOSING: Final[Mapping[tuple[Language, bool], str]] = {
    (Language.EN, True): "{} in the rules: correct what is told",
    (Language.EN, False): "{} in the rules: correct what is told, and check again for what depends on it",
    (Language.JA, True): "規則に{}件の誤りがあります。示した箇所を直してください",
    (Language.JA, False): "規則に{}件の誤りがあります。示した箇所を直して、もう一度点検してください",
}
"""The last sentence, by whether everything could be looked at."""


def add_to(policies: typer.Typer) -> None:
    """Add the command."""
    policies.command(
        "check",
        epilog=examples(
            "mokuteki policy check",
            "mokuteki policy check drafts/2026-12/policies --language ja",
            "mokuteki policy check --verbose",
            "mokuteki policy check --json > findings.json",
        ),
    )(run)


def run(
    folder: Annotated[
        Path, typer.Argument(help="A folder of rule files.", show_default="policies/ of the checkout")
    ] = HERE,
    lang: LangOption = Language.EN,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="A finding that a second person accepted, by its id of `--json`; may be given again.",
        ),
    ] = None,
    verbose: Annotated[  # noqa: FBT002 - as Typer reads a flag
        bool, typer.Option("--verbose", help="Tell what was counted, and the id of the edition.")
    ] = False,
    as_json: Annotated[  # noqa: FBT002 - as Typer reads a flag
        bool, typer.Option("--json", help="Tell the findings as JSON, for tools.")
    ] = False,
) -> None:
    """Check the rules; every mistake is told at once, with its place and the remedy."""
    must_be_there(folder, lang)
    tell_model(folder, lang)
    sheets, model, unread = read_folder(folder)
    with bar("rules") as progress:
        today = today_in_japan(datetime.now(UTC))
        report = check(
            sheets, model, today=today, fields=FIELDS, guards=GUARDS, unread=unread, progress=shown(progress)
        )
    found = report.standing_in_the_way(accept or ())
    if as_json:
        typer.echo(json.dumps(_listed(report, found), ensure_ascii=False, indent=2))
    else:
        tell(found, lang)
    if found:
        number = counted(len(found), "mistake") if lang is Language.EN else f"{len(found):,}"
        raise CommandError(CLOSING[lang, report.whole].format(number))
    if verbose:
        _count(Edition.read(sheets, model, FIELDS)[0])


def _listed(report: Report, found: tuple[Mistake, ...]) -> dict[str, object]:
    return {
        "edition": report.edition or None,
        "whole": report.whole,
        **findings_json(found),
    }


def _count(edition: Edition) -> None:
    leaves = sum(not each.abstract for each in edition.purposes.values())
    personal = len(edition.declared) + len(edition.questions)
    answers = counted(len(edition.questions), "answer")
    counts = (
        counted(len(edition.rules), "rule"),
        counted(leaves, "purpose"),
        f"{len(edition.categories.nodes)} categories",
        f"{counted(personal, 'field')} of personal data ({answers} of the form among them)",
        f"{counted(len(edition.guards), 'guard')} of queries and mutations",
    )
    out.print(f"{', '.join(counts)}: no mistakes", soft_wrap=True)
    out.print(f"edition {edition.id}", soft_wrap=True)
