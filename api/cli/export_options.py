"""The options that exports of records share: why, by whom, about whom, of which time, and where to."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.export_file import period
from api.cli.exporting import Asked, Gathered
from api.cli.operator import named
from api.cli.shared import err

Purpose = Annotated[str, typer.Option(help="Why: `compliance.security` or `compliance.requests`.")]
Operator = Annotated[str, typer.Option(help="Who reads it, as the ledger will name them.")]
Since = Annotated[str | None, typer.Option(help="From this day or time on; a day is one of Japan.")]
Until = Annotated[str | None, typer.Option(help="Before this day or time.")]
Out = Annotated[Path | None, typer.Option(help="A new file for its owner alone; else standard output.")]


def as_asked(purpose: str, operator: str, user: str | None, since: str | None, until: str | None) -> Asked:
    """What is exported now.

    Raises:
        CommandError: the operator has no name that can stand in a record, or a time is none.
    """
    named(operator)
    now = datetime.now(UTC)
    first, last = period(since, until, now)
    return Asked(purpose=purpose, operator=operator, user=user, since=first, until=last, at=now)


def told(what: str, gathered: Gathered, asked: Asked) -> None:
    """Say how much was exported, and where that stands on record."""
    counted = f"{what}: {gathered.count:,}, people shown: {gathered.people:,}"
    err.print(
        f"{counted}; this export stands in the ledger as `{asked.client}`", soft_wrap=True, markup=False
    )
