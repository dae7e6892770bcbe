"""The options of `mokuteki recipient`: each part of a recipient's record, read as they are entered."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import typer

from api.cli.given import Said, entered, taking
from api.cli.register_change import Entry
from api.cli.shared import CommandError, settings
from models.database.store import Transaction
from models.inforce import Force
from models.provisions.retention import ProvisionMethod
from models.recipients.register import RecipientRegister
from models.register import Keeper
from models.registry import DESIGNATED, EQUIVALENT

OPTIONS: Mapping[str, str] = {
    "kind": "--kind",
    "name": "--name",
    "formerNames": "--former-name",
    "address": "--address",
    "representative": "--representative",
    "country": "--country",
    "foreignRoute": "--route",
    "stateOrgan": "--state-organ",
    "identifying": "--identifying",
    "contract": "--contract",
    "contractFrom": "--from",
    "contractUntil": "--until",
    "contact": "--contact",
    "noticeUrl": "--notice-url",
    "eventsUrl": "--events-url",
    "provisionMethod": "--method",
    "pending": "--pending",
}
"""What each part of the record is entered by."""


def _register(transaction: Transaction, force: Force, keeper: Keeper) -> RecipientRegister:
    return RecipientRegister(transaction, force, keeper, loopback=not settings().production)


RECIPIENT = Entry(_register, OPTIONS, ("id", "recipient"))
changed = RECIPIENT.changed


class Route(StrEnum):
    """What stands in for information given to each person (Art 28)."""

    DESIGNATED = DESIGNATED
    EQUIVALENT = EQUIVALENT


class Clearable(StrEnum):
    """A part that can be emptied."""

    FORMER_NAME = "former-name"
    ADDRESS = "address"
    REPRESENTATIVE = "representative"
    ROUTE = "route"
    CONTRACT = "contract"
    FROM = "from"
    UNTIL = "until"
    CONTACT = "contact"
    NOTICE_URL = "notice-url"
    EVENTS_URL = "events-url"

    @property
    def part(self) -> str:
        """Its name in the interface."""
        return next(part for part, option in OPTIONS.items() if option == f"--{self.value}")


Id = Annotated[str, typer.Argument(help="The recipient's id.")]


def parts(  # noqa: PLR0913 - the parts of a recipient
    *,
    former_name: Annotated[
        list[str] | None, typer.Option(help="A name it had before; may be given again.")
    ] = None,
    address: Annotated[str | None, typer.Option(help="Its address, as a provision records it.")] = None,
    representative: Annotated[
        str | None, typer.Option(help="Who represents it, as a provision records it.")
    ] = None,
    country: Annotated[str | None, typer.Option(help="Where it is, by code or name; else JP.")] = None,
    route: Annotated[
        Route | None,
        typer.Option(case_sensitive=False, help="What stands in for telling each person, if it is abroad."),
    ] = None,
    state_organ: Annotated[
        bool | None, typer.Option(help="A state organ or the like, of which Art 29 wants no record.")
    ] = None,
    identifying: Annotated[
        bool | None, typer.Option(help="It is expected to know whom data without a name is about.")
    ] = None,
    contract: Annotated[str | None, typer.Option(help="The contract with it, by its reference.")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="The first day of the contract, such as `2026-04-01`.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="The last day of the contract, such as `2027-03-31`.")
    ] = None,
    contact: Annotated[str | None, typer.Option(help="Where people turn to at it.")] = None,
    notice_url: Annotated[str | None, typer.Option(help="Where notices from us go: `https`.")] = None,
    events_url: Annotated[str | None, typer.Option(help="Where it takes what browsers did: `https`.")] = None,
    method: Annotated[
        ProvisionMethod | None,
        typer.Option(case_sensitive=False, help="How records of what it is given are made; else singly."),
    ] = None,
) -> Said:
    """What was given of the parts that a recipient is registered with and may be changed in.

    Raises:
        CommandError: a day cannot be read.
    """
    return entered(
        formerNames=former_name,
        address=address,
        representative=representative,
        country=country,
        foreignRoute=route,
        stateOrgan=state_organ,
        identifying=identifying,
        contract=contract,
        contractFrom=_day("--from", from_),
        contractUntil=_day("--until", until),
        contact=contact,
        noticeUrl=notice_url,
        eventsUrl=events_url,
        provisionMethod=method,
    )


taking_parts = taking(parts)
"""The command with these options in the place of its parameter `said`."""


def _day(option: str, text: str | None) -> Any:  # noqa: ANN401 - a day, or nothing
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"`{option}` is no day: write it as `2027-03-31`") from error
