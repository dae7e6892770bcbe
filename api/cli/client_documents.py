"""`mokuteki client documents`: a client held to the documents that were registered for it."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.client_change import changed
from api.cli.client_options import Name
from api.cli.operator import By
from api.cli.shared import CommandError, err, examples
from api.gateway.admission import fingerprint
from api.gateway.documents.document import check
from api.gateway.refusal import Refusal
from api.schema.build import build_schema, core
from models.clients.record import hold_client
from models.clients.register import ClientRegister


def add_to(clients: typer.Typer) -> None:
    """Add the command to those of clients."""
    clients.command(
        "documents",
        epilog=examples(
            "mokuteki client documents jobs queries/*.graphql", "mokuteki client documents jobs --any"
        ),
    )(documents)


def documents(
    name: Name,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files with one document each, exactly as it is sent.")
    ] = None,
    *,
    anew: Annotated[bool, typer.Option("--anew", help="Only these, in place of those before.")] = False,
    any_document: Annotated[bool, typer.Option("--any", help="Let it send any document again.")] = False,
    operator: By = None,
) -> None:
    """Hold a client to registered documents: it may send these, and no others, within a second."""
    if bool(files) == any_document:
        raise CommandError("name the files to register, or `--any` to let the client send any document")
    found = [_document(file) for file in files or ()]

    async def hold(register: ClientRegister) -> int | None:
        held = await hold_client(register.transaction, name)
        before = [] if held is None or anew else held.parts["documents"] or []
        after = None if any_document else list(dict.fromkeys((*before, *found)))
        await register.change(name, {"documents": after})
        return None if after is None else len(after)

    count = changed(operator, {"client": name}, hold)
    may = "may send any document" if count is None else f"is held to {count} registered documents"
    err.print(f"`{name}` {may}", markup=False)


def _document(file: Path) -> str:
    """The hash of a document that the schema accepts."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"`{file}` cannot be read as a text: name a file with one document") from error
    try:
        check(text, core(build_schema()))
    except Refusal as refusal:
        at = refusal.extensions
        place = f"{file}:{at['line']}:{at['column']}" if "line" in at else str(file)
        raise CommandError(f"{place}: {refusal.message}") from refusal
    return fingerprint(text)
