"""The options of `mokuteki client`: each part of a client's record, read as they are entered."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli.given import Said, entered, taking
from api.cli.shared import CommandError
from api.gateway.views.ledger import JAPAN
from models.clients.client import Authentication, Binding

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
_RECIPIENT = typer.Option(help="A recipient it asks for, the first by default; may be given again.")
Recipients = Annotated[list[str], _RECIPIENT]
OtherRecipients = Annotated[list[str] | None, _RECIPIENT]


def parts(  # noqa: PLR0913 - the parts of a client
    *,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="Narrow it, such as `purpose:service.matching`; may be given again."),
    ] = None,
    owner: Annotated[str | None, typer.Option(help="The team or company that answers for it.")] = None,
    contact: Annotated[str | None, typer.Option(help="The e-mail address at which it does.")] = None,
    authentication: Annotated[
        Authentication | None, typer.Option(case_sensitive=False, help="How it proves itself.")
    ] = None,
    jwks: Annotated[
        Path | None, typer.Option(help="A file with its public keys as a JWK set, for `private_key`.")
    ] = None,
    binding: Annotated[
        Binding | None, typer.Option(case_sensitive=False, help="What its tokens are bound to.")
    ] = None,
    network: Annotated[
        list[str] | None,
        typer.Option(help="A network it may call from, such as `203.0.113.0/24`; may be given again."),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(help="When it ends: a day of Japan, or a time with its offset.")
    ] = None,
    requests_per_minute: Annotated[int | None, typer.Option(help="Requests it may send a minute.")] = None,
    people_per_hour: Annotated[int | None, typer.Option(help="People it may be given an hour.")] = None,
    people_per_day: Annotated[int | None, typer.Option(help="People it may be given a day.")] = None,
) -> Said:
    """What was given of the parts that a client is registered with and may be changed in.

    Raises:
        CommandError: a file or a time cannot be read.
    """
    return entered(
        scopes=scope,
        owner=owner,
        contact=contact,
        authentication=authentication,
        jwks=None if jwks is None else _text(jwks),
        binding=binding,
        networks=network,
        expiresAt=None if expires is None else _moment(expires),
        requestsPerMinute=requests_per_minute,
        peoplePerHour=people_per_hour,
        peoplePerDay=people_per_day,
    )


taking_parts = taking(parts)
"""The command with these options in the place of its parameter `said`."""


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
