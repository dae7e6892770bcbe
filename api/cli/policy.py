"""`mokuteki policy` and `mokuteki schema`: the rules and the schema, without any person."""

import typer

from api.cli.shared import edition_of_checkout, out
from api.schema.build import build_schema

policies = typer.Typer(help="The rules.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("schema")(schema)
    app.add_typer(policies, name="policy")


def schema() -> None:
    """Print the GraphQL schema."""
    out.print(build_schema().as_str(), soft_wrap=True, markup=False)


@policies.command("check")
def check() -> None:
    """Check the rules of the checkout; every mistake is told at once."""
    edition = edition_of_checkout()
    out.print(f"{len(edition.rules)} rules, {len(edition.purposes)} purposes: edition {edition.id[:12]}")
