"""`mokuteki schema`: the schema, without any person."""

import typer

from api.cli.told import examples, out
from api.schema.build import build_schema


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("schema", epilog=examples("mokuteki schema > schema.graphql"))(schema)


def schema() -> None:
    """Print the GraphQL schema, each field of personal data with its category."""
    out.print(build_schema().as_str(), soft_wrap=True, markup=False)
