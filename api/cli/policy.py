"""`mokuteki policy check` and `mokuteki schema`: the rules and the schema, without any person."""

import csv
from pathlib import Path
from typing import Annotated

import typer

from api.cli.shared import CommandError, edition_of_checkout, err, examples, out
from api.schema.build import build_schema, core
from api.schema.guarded import Unguarded, check_guards
from models.catalogue import CATEGORIES, catalogue
from policies.edition import Edition, shipped
from policies.folder import NEEDED
from policies.mistake import PolicyError

policies = typer.Typer(help="The rules.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("schema", epilog=examples("mokuteki schema > schema.graphql"))(schema)
    policies.command(
        "check", epilog=examples("mokuteki policy check", "mokuteki policy check drafts/2026-12/policies")
    )(check)
    app.add_typer(policies, name="policy")


def schema() -> None:
    """Print the GraphQL schema, each field of personal data with its category."""
    out.print(build_schema().as_str(), soft_wrap=True, markup=False)


def check(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of rule files; `policies/` of the checkout by default.")
    ] = None,
) -> None:
    """Check the rules; every mistake is told at once, with its place and the remedy."""
    try:
        edition = edition_of_checkout() if folder is None else edition_of(folder)
        check_guards(core(build_schema()), edition)
    except PolicyError as error:
        for mistake in error.mistakes:
            err.print(str(mistake), soft_wrap=True, markup=False)
        raise CommandError(
            f"{counted(len(error.mistakes), 'mistake')} in the rules: correct each of them"
        ) from error
    except Unguarded as error:
        raise CommandError(str(error)) from error
    leaves = sum(not each.abstract for each in edition.purposes.values())
    answers = counted(len(edition.questions), "answer")
    counts = (
        counted(len(edition.rules), "rule"),
        counted(leaves, "purpose"),
        f"{len(edition.categories.nodes)} categories",
        f"{counted(len(catalogue(edition)), 'field')} of personal data ({answers} of the form among them)",
        f"{counted(len(edition.guards), 'guard')} of queries and mutations",
    )
    out.print(f"{', '.join(counts)}: no mistakes", soft_wrap=True)
    out.print(f"edition {edition.id}", soft_wrap=True)


def edition_of(folder: Path) -> Edition:
    """The edition of a folder; the model stands in it, beside it, or is the checkout's.

    Raises:
        PolicyError: with every mistake in the files.
        CommandError: a file is missing or cannot be read.
    """
    for file in NEEDED:
        if not (folder / file).is_file():
            raise CommandError(f"`{file}` is not in the folder: an edition has {_files()}")
    try:
        return shipped(CATEGORIES, folder)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(
            f"a file cannot be read ({type(error).__name__}): save it as CSV in UTF-8"
        ) from error


def counted(number: int, what: str) -> str:
    """A number with its noun: `1 rule`, `2 rules`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _files() -> str:
    return ", ".join(f"`{file}`" for file in NEEDED)
