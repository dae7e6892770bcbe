"""`mokuteki token` and `mokuteki client`: who may ask."""

import asyncio
import re
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.cli.shared import (
    CommandError,
    edition_in_force,
    err,
    examples,
    out,
    settings,
    settings_of_server,
    store_of,
)
from api.gateway.admission import fingerprint
from api.gateway.document import check
from api.gateway.refusal import Refusal
from api.schema.build import build_schema, core
from api.tokens.access_token import AccessTokens
from api.tokens.keys import load_keys
from api.tokens.scope import Scope, ScopeRefused
from models.recipient import Client, Recipient
from models.secret import hash_secret, new_secret
from policies.edition import Edition
from policies.judge import Judge
from policies.vocabulary import Role

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
"""What can stand in a token as a client's id."""

WITHOUT_PEOPLE = (Role.POLICY_ADMIN, Role.POLICY_APPROVER, Role.AD_NETWORK, Role.ANALYTICS)
"""Roles that no shipped rule lets read about people; they read registers."""

clients = typer.Typer(help="The applications that may ask.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "token",
        epilog=examples(
            "mokuteki token frontend",
            "mokuteki token frontend --user ID",
            "mokuteki token employer-a --purpose service.application",
        ),
    )(token)
    clients.command(
        "add",
        epilog=examples(
            "mokuteki client add bakery --role employer --recipient employer-a",
            "mokuteki client add jobs --role frontend --recipient internal --scope purpose:service.matching",
        ),
    )(add)
    clients.command(
        "documents",
        epilog=examples(
            "mokuteki client documents jobs queries/*.graphql", "mokuteki client documents jobs --any"
        ),
    )(documents)
    clients.command("list", epilog=examples("mokuteki client list"))(show)
    clients.command("revoke", epilog=examples("mokuteki client revoke bakery"))(revoke)
    app.add_typer(clients, name="client")


def _check_purposes(purposes: Iterable[str], edition: Edition) -> None:
    known = edition.purposes
    for each in purposes:
        if each not in known or known[each].abstract:
            leaves = ", ".join(name for name, purpose in known.items() if not purpose.abstract)
            raise CommandError(f"`{each[:60]}` is no purpose that can be declared: there are {leaves}")


async def _check_use(role: Role, recipients: Sequence[str], edition: Edition) -> None:
    """See that some rule lets this role ask for each of these recipients."""
    kinds = {each.id: each.kind for each in await Recipient.filter(active=True)}
    judge = Judge(edition, kinds)
    for each in recipients:
        fits = any(judge.usable(role, purpose, each) for purpose in edition.purposes)
        if not fits and role not in WITHOUT_PEOPLE:
            raise CommandError(
                f"no rule lets a client of the role `{role}` ask for `{each}`: see `mokuteki policy show`"
            )


def _check_scope(words: Sequence[str], edition: Edition) -> None:
    try:
        scope = Scope.of(words)
    except ScopeRefused as error:
        raise CommandError(str(error)) from error
    _check_purposes(sorted(scope.purposes or ()), edition)
    unknown = sorted((scope.categories or frozenset()) - set(edition.categories))
    if unknown:
        raise CommandError(f"`{unknown[0]}` is no category of the edition in force")


def token(
    client: Annotated[str, typer.Argument(help="The client's name.")],
    user: Annotated[
        str | None, typer.Option(help="A user whom the client has signed in: a token of theirs.")
    ] = None,
    purpose: Annotated[
        list[str] | None, typer.Option(help="Narrow the token to this purpose; may be given again.")
    ] = None,
) -> None:
    """Print an access token of a client."""
    given = settings_of_server()

    async def mint() -> str:
        async with store_of(given) as store:
            found = await Client.get_or_none(name=client, active=True)
            if found is None:
                names = ", ".join(each.name for each in await Client.filter(active=True).order_by("name"))
                raise CommandError(f"no active client is named `{client}`: there are {names or 'none'}")
            if user is not None and found.role != Role.FRONTEND:
                raise CommandError(f"`{client}` signs nobody in: only a frontend gets a token for a user")
            if user is not None and not await store.fetch("SELECT 1 FROM users WHERE id = :id", {"id": user}):
                raise CommandError("no user has this id")
            _check_purposes(purpose or (), await edition_in_force(store))
            tokens = AccessTokens(
                await load_keys(given.secret_key), given.issuer, given.issuer, given.token_seconds
            )
            scope = [f"purpose:{each}" for each in purpose or ()]
            try:
                return tokens.mint(found, user=user, scope=scope, now=time.time())
            except (ScopeRefused, ValueError) as error:
                raise CommandError(str(error)) from error

    out.print(asyncio.run(mint()), soft_wrap=True, markup=False)


def add(
    name: Annotated[str, typer.Argument(help="Its name, which is also its id.")],
    role: Annotated[Role, typer.Option(help="What it is.")],
    recipient: Annotated[list[str], typer.Option(help="A recipient it asks for; may be given again.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="Narrow it, such as `purpose:service.matching`.")
    ] = None,
) -> None:
    """Register a client and print its secret, once."""
    if NAME.fullmatch(name) is None:
        raise CommandError(
            "a client's name is 1 to 60 of the characters `A-Za-z0-9_.-`, a letter or digit first"
        )
    if role is Role.USER:
        raise CommandError("a user is no client: `mokuteki token CLIENT --user ID` makes a token for one")
    secret = new_secret()

    async def register() -> None:
        async with store_of(settings()) as store:
            edition = await edition_in_force(store)
            _check_scope(scope or (), edition)
            for each in recipient:
                if not await Recipient.exists(id=each, active=True):
                    raise CommandError(f"`{each}` is no active recipient")
            await _check_use(role, recipient, edition)
            if await Client.exists(name=name):
                raise CommandError(
                    f"a client is or was named `{name}`: take another name, since records keep it"
                )
            await Client.create(
                id=name,
                name=name,
                role=role.value,
                recipients=recipient,
                secret_hash=hash_secret(secret),
                scopes=scope or [],
                created_at=datetime.now(UTC),
            )

    asyncio.run(register())
    err.print("this secret is shown once:")
    out.print(secret, markup=False)


def documents(
    name: Annotated[str, typer.Argument(help="The client's name.")],
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files with one document each, exactly as it is sent.")
    ] = None,
    *,
    anew: Annotated[bool, typer.Option("--anew", help="Only these, in place of those before.")] = False,
    any_document: Annotated[bool, typer.Option("--any", help="Let it send any document again.")] = False,
) -> None:
    """Hold a client to registered documents: it may send these, and no others, within a second."""
    if bool(files) == any_document:
        raise CommandError("name the files to register, or `--any` to let the client send any document")
    found = [_document(file) for file in files or ()]

    async def hold() -> int | None:
        async with store_of(settings()):
            client = await Client.get_or_none(name=name)
            if client is None:
                raise CommandError(f"no client is named `{name}`")
            before = [] if anew else client.documents or []
            client.documents = None if any_document else list(dict.fromkeys((*before, *found)))
            await client.save(update_fields=["documents"])
            return None if client.documents is None else len(client.documents)

    count = asyncio.run(hold())
    told = "may send any document" if count is None else f"is held to {count} registered documents"
    err.print(f"`{name}` {told}", markup=False)


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


def show() -> None:
    """List the clients."""

    async def read() -> list[Client]:
        async with store_of(settings()):
            return await Client.all().order_by("name")

    table = Table("client", "role", "recipients", "scopes", "documents", "active")
    for each in asyncio.run(read()):
        table.add_row(
            each.name,
            each.role,
            ", ".join(each.recipients),
            " ".join(each.scopes),
            "any" if each.documents is None else str(len(each.documents)),
            "yes" if each.active else "no",
        )
    out.print(table)


def revoke(name: Annotated[str, typer.Argument(help="The client's name.")]) -> None:
    """Stop a client; its tokens serve nothing within a second."""

    async def stop() -> None:
        async with store_of(settings()):
            if not await Client.filter(name=name).update(active=False):
                raise CommandError(f"no client is named `{name}`")

    asyncio.run(stop())
    err.print(f"`{name}` is stopped")
