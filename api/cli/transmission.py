"""`mokuteki transmission`: what companies are sent of what browsers do, drafted, published and ended by an operator."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from api.cli.given import entered
from api.cli.operator import By
from api.cli.register_change import Entry
from api.cli.shared import CommandError, err, examples, no_recipient, out, settings, store_of
from api.cli.tables import tell
from models.day import in_japan, today_in_japan
from models.grounds.record import Ground, GroundRecord, read_grounds_of
from models.grounds.register import GroundRegister
from models.grounds.transmission_register import draft_notice, publish_notice
from models.recipients.record import read_recipients

OPTIONS: Mapping[str, str] = {
    "from": "--from",
    "until": "--until",
    "items": "--item",
    "recipientJa": "--recipient-ja",
    "itemsJa": "--items-ja",
    "purposeJa": "--purpose-ja",
    "recipientEn": "--recipient-en",
    "itemsEn": "--items-en",
    "purposeEn": "--purpose-en",
    "policyUrl": "--policy-url",
    "optOutUrl": "--opt-out-url",
    "optOutJa": "--opt-out-ja",
    "limitsJa": "--limits-ja",
}
"""What each part of a notice is entered by."""

changed = Entry(GroundRegister, OPTIONS, ("id", "recipient")).changed
transmissions = typer.Typer(
    help="The transmission notices: what companies are sent of what browsers do.", no_args_is_help=True
)
Id = Annotated[str, typer.Argument(help="The notice's id, as `draft` prints it and `list` shows it.")]
Text = str | None


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    drafting = examples(
        "mokuteki transmission draft analytics --from 2026-12-01 --item Event.url --recipient-ja 架空アナリティクス"
        " --items-ja 閲覧したページのURL --purpose-ja サイトの利用状況の分析 --opt-out-url https://analytics.example/opt-out"
    )
    transmissions.command("draft", epilog=drafting)(draft)
    publishing = examples("mokuteki transmission publish 4f9c2b7d1e0a8865bb13c0d2aa")
    transmissions.command("publish", epilog=publishing)(publish)
    transmissions.command("end", epilog=examples("mokuteki transmission end 4f9c2b7d1e0a8865bb13c0d2aa"))(end)
    transmissions.command("list", epilog=examples("mokuteki transmission list --recipient analytics"))(show)
    app.add_typer(transmissions, name="transmission")


def draft(  # noqa: PLR0913 - the parts of a notice
    recipient: Annotated[str, typer.Argument(help="The company, by its id as a recipient.")],
    *,
    from_: Annotated[str, typer.Option("--from", help="The first day, such as `2026-12-01`.")],
    until: Annotated[Text, typer.Option(help="The last day; else there is no end.")] = None,
    item: Annotated[
        list[str] | None, typer.Option(help="A field that is sent, such as `Event.url`; may be given again.")
    ] = None,
    recipient_ja: Annotated[Text, typer.Option(help="Who receives it, as people in Japan know them.")] = None,
    items_ja: Annotated[Text, typer.Option(help="What is sent, in Japanese.")] = None,
    purpose_ja: Annotated[Text, typer.Option(help="What it is used for, in Japanese.")] = None,
    recipient_en: Annotated[Text, typer.Option(help="Who receives it, in English.")] = None,
    items_en: Annotated[Text, typer.Option(help="What is sent, in English.")] = None,
    purpose_en: Annotated[Text, typer.Option(help="What it is used for, in English.")] = None,
    policy_url: Annotated[Text, typer.Option(help="The company's own privacy policy: `https`.")] = None,
    opt_out_url: Annotated[Text, typer.Option(help="Where the company takes opt-outs: `https`.")] = None,
    opt_out_ja: Annotated[Text, typer.Option(help="What opting out does, in Japanese.")] = None,
    limits_ja: Annotated[Text, typer.Option(help="What does not work after opting out, in Japanese.")] = None,
    operator: By = None,
) -> None:
    """Draft a notice and print its id; a part may be missing until it is published."""
    said = entered(
        items=item,
        recipientJa=recipient_ja,
        itemsJa=items_ja,
        purposeJa=purpose_ja,
        recipientEn=recipient_en,
        itemsEn=items_en,
        purposeEn=purpose_en,
        policyUrl=policy_url,
        optOutUrl=opt_out_url,
        optOutJa=opt_out_ja,
        limitsJa=limits_ja,
        until=_day("--until", until),
    )
    said |= {"recipient": recipient, "from": _day("--from", from_)}
    out.print(changed(operator, said, lambda register: draft_notice(register, said)), markup=False)
    err.print("the notice is drafted: `mokuteki transmission publish` lets events go out on it")


def publish(notice: Id, operator: By = None) -> None:
    """Publish a draft that lacks nothing; events go out on it from then on."""
    said = {"id": notice}
    changed(operator, said, lambda register: publish_notice(register, said))
    err.print(f"`{notice}` is published", markup=False)


def end(notice: Id, operator: By = None) -> None:
    """End a notice today; every process obeys within a second."""
    said = {"id": notice}
    changed(operator, said, lambda register: register.end(Ground.TRANSMISSION, said))
    err.print(f"`{notice}` is ended", markup=False)


def show(
    recipient: Annotated[str | None, typer.Option(help="Only those for this company.")] = None,
) -> None:
    """List the notices with their state today; the newest last."""
    table = Table("notice", "recipient", "state", "from", "until", "published", "items")
    for each in _read(recipient):
        table.add_row(*_cells(each))
    tell(table)


def _read(recipient: str | None) -> list[GroundRecord]:
    async def read() -> list[GroundRecord]:
        async with store_of(settings()) as store:
            if recipient is not None and not await read_recipients(store, recipient):
                raise no_recipient(recipient)
            found = await read_grounds_of(store, Ground.TRANSMISSION, today_in_japan(datetime.now(UTC)))
            return [each for each in found if recipient in {None, each.parts["recipient"]}]

    return asyncio.run(read())


def _cells(record: GroundRecord) -> tuple[str, ...]:
    parts: Mapping[str, Any] = record.parts
    until, published = parts["until"], parts["publishedAt"]
    return (
        record.id,
        parts["recipient"],
        record.state.value,
        parts["from"].isoformat(),
        until.isoformat() if until else "",
        in_japan(published) if published else "",
        " ".join(parts["items"]),
    )


def _day(option: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"`{option}` is no day: write it as `2026-12-01`") from error
