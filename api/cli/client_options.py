"""The options of `mokuteki client`: each part of a client's record, read as they are entered."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.shared import CommandError
from api.gateway.ledger_view import JAPAN
from models.client import Authentication, Binding

A_DAY = 10
"""The length of `2026-11-22`."""


class Clearable(StrEnum):
    """A part that can be emptied: it then narrows nothing, or is the installation's."""

    SCOPES = "scopes"
    OWNER = "owner"
    CONTACT = "contact"
    NETWORKS = "networks"
    EXPIRES = "expires"
    REQUESTS_PER_MINUTE = "requests-per-minute"
    PEOPLE_PER_HOUR = "people-per-hour"
    PEOPLE_PER_DAY = "people-per-day"

    @property
    def part(self) -> str:
        """Its name in the interface."""
        head, *rest = self.value.split("-")
        return "expiresAt" if self is Clearable.EXPIRES else head + "".join(map(str.capitalize, rest))


Name = Annotated[str, typer.Argument(help="The client's name.")]
Recipients = Annotated[
    list[str] | None,
    typer.Option(help="A recipient it asks for, the first by default; may be given again."),
]
Scopes = Annotated[
    list[str] | None, typer.Option(help="Narrow it, such as `purpose:service.matching`; may be given again.")
]
Owner = Annotated[str | None, typer.Option(help="The team or company that answers for it.")]
Contact = Annotated[str | None, typer.Option(help="The e-mail address at which it does.")]
Way = Annotated[Authentication | None, typer.Option(case_sensitive=False, help="How it proves itself.")]
Keys = Annotated[
    Path | None, typer.Option(help="A file with its public keys as a JWK set, for `private_key`.")
]
Bound = Annotated[Binding | None, typer.Option(case_sensitive=False, help="What its tokens are bound to.")]
Networks = Annotated[
    list[str] | None,
    typer.Option(help="A network it may call from, such as `203.0.113.0/24`; may be given again."),
]
Expires = Annotated[str | None, typer.Option(help="When it ends: a day of Japan, or a time with its offset.")]
Requests = Annotated[int | None, typer.Option(help="Requests it may send a minute.")]
Hourly = Annotated[int | None, typer.Option(help="People it may be given an hour.")]
Daily = Annotated[int | None, typer.Option(help="People it may be given a day.")]


def entered(**given: Any) -> dict[str, Any]:  # noqa: ANN401 - the options as Typer read them
    """What was given of a client, by the names of the interface."""
    said = {part: value for part, value in given.items() if value is not None and value != []}
    if "jwks" in said:
        said["jwks"] = _text(said["jwks"])
    if "expiresAt" in said:
        said["expiresAt"] = _moment(said["expiresAt"])
    return said


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"`{file}` cannot be read as a text: name a file with a JWK set") from error


def _moment(text: str) -> datetime:
    """The end of a day of Japan that is named, or a time with its offset (Japan's if it names none)."""
    try:
        if len(text) == A_DAY:
            return datetime.combine(date.fromisoformat(text), datetime.max.time(), JAPAN).replace(
                microsecond=0
            )
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            "`--expires` is no day or time: write `2027-03-31` or `2027-03-31T18:00+09:00`"
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=JAPAN)
