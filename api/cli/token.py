"""`mokuteki token`: an access token at hand, of a client or of a user it has signed in."""

import asyncio
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.cli.shared import CommandError, edition_in_force, examples, out, settings_of_server, store_of
from api.tokens.access_token import AccessTokens, Holder
from api.tokens.guarded import enough, must_bind
from api.tokens.keys import load_keys
from api.tokens.scope import CATEGORY, DETAIL, PURPOSE, Scope, ScopeRefused, narrowed
from models.catalogue import catalogue
from models.clients.client import Client
from models.database.store import Store
from models.inforce import Force
from models.registry import read_registry
from policies.edition import Edition
from policies.judging.judge import Judge
from policies.vocabulary import Role


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "token",
        epilog=examples(
            "mokuteki token frontend",
            "mokuteki token frontend --user ID",
            "mokuteki token employer-a --purpose service.application --category contact",
        ),
    )(token)


def token(
    client: Annotated[str, typer.Argument(help="The client's name.")],
    user: Annotated[
        str | None, typer.Option(help="A user whom the client has signed in: a token of theirs.")
    ] = None,
    purpose: Annotated[
        list[str] | None, typer.Option(help="Narrow the token to this purpose; may be given again.")
    ] = None,
    category: Annotated[
        list[str] | None, typer.Option(help="Narrow it to this category; may be given again.")
    ] = None,
    recipient: Annotated[
        list[str] | None, typer.Option(help="Narrow it to this recipient; may be given again.")
    ] = None,
) -> None:
    """Print an access token of a client."""
    given = settings_of_server()

    async def mint() -> str:
        async with store_of(given) as store:
            found = await _active(client)
            if user is not None and found.role != Role.FRONTEND:
                raise CommandError(f"`{client}` signs nobody in: only a frontend gets a token for a user")
            if user is not None and not await store.fetch("SELECT 1 FROM users WHERE id = :id", {"id": user}):
                raise CommandError("no user has this id")
            edition = await edition_in_force(store)
            if await _bound(found, edition, store, production=given.production):
                raise CommandError(
                    f"the tokens of `{client}` are bound to its key or certificate, and this one would be to none: "
                    "get one from `/oauth/token`, or exempt the client with "
                    f"`mokuteki client update {client} --binding exempt`"
                )
            _check_purposes(purpose or (), edition)
            _check_categories(category or (), edition)
            details = _details(recipient or [], ["person"] if user else found.recipients)
            keys = await load_keys(given.secret_key, datetime.now(UTC))
            tokens = AccessTokens(keys, given.issuer, given.issuer, given.token_seconds)
            asked = [*map(PURPOSE.__add__, purpose or ()), *map(CATEGORY.__add__, category or ())]
            try:
                words = narrowed(asked, found.scopes, edition)
                holder = Holder(client=found, user=user, words=words, details=details)
                return tokens.mint(holder, now=time.time())
            except (ScopeRefused, ValueError) as error:
                raise CommandError(str(error)) from error

    out.print(asyncio.run(mint()), soft_wrap=True, markup=False)


async def _active(name: str) -> Client:
    found = await Client.get_or_none(name=name, active=True)
    if found is None:
        names = ", ".join(each.name for each in await Client.filter(active=True).order_by("name"))
        raise CommandError(f"no active client is named `{name}`: there are {names or 'none'}")
    if found.expires_at is not None and found.expires_at <= datetime.now(UTC):
        raise CommandError(
            f"`{name}` has ended: `mokuteki client update {name} --expires` gives it more time"
        )
    return found


async def _bound(client: Client, edition: Edition, store: Store, *, production: bool) -> bool:
    """Whether a token of the client that is bound to nothing would be refused."""
    registry = await read_registry(store, datetime.now(UTC))
    force = Force(edition, 0, registry, Judge(edition, registry.kinds), catalogue(edition))
    guarded = production and must_bind(force, client.role, client.recipients)
    return not enough(client.binding, None, guarded=guarded)


def _check_purposes(purposes: Iterable[str], edition: Edition) -> None:
    known = edition.purposes
    for each in purposes:
        if each not in known or known[each].abstract:
            leaves = ", ".join(name for name, purpose in known.items() if not purpose.abstract)
            raise CommandError(f"`{each[:60]}` is no purpose that can be declared: there are {leaves}")


def _check_categories(categories: Iterable[str], edition: Edition) -> None:
    for each in categories:
        if each not in edition.categories:
            raise CommandError(f"`{each[:60]}` is no category of the edition in force")


def _details(recipients: list[str], known: Iterable[str]) -> Scope | None:
    """The recipients as an authorization detail (RFC 9396)."""
    for each in recipients:
        if each not in known:
            raise CommandError(f"`{each[:60]}` is none of the recipients of this token: {', '.join(known)}")
    return Scope.of_details([{"type": DETAIL, "recipients": recipients}]) if recipients else None
