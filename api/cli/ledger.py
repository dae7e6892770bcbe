"""`mokuteki ledger`: the record, read back."""

import typer

ledger = typer.Typer(help="The record of accesses.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(ledger, name="ledger")
