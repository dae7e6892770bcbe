"""The types of the register of clients: what is kept of each, and what changes it; never a secret but a new one, once."""

from datetime import datetime

import strawberry

from api.schema.register_change import RegisterChange
from models.clients.client import Authentication, Binding
from models.clients.register import OVERLAP

strawberry.enum(
    Authentication,
    name="ClientAuthentication",
    description="How a client proves itself: by a secret (RFC 6749, 2.3.1) or by its key (RFC 7523)",
)
strawberry.enum(
    Binding,
    name="TokenBinding",
    description="What a token is bound to: `DEFAULT` to a key in production where a recipient may read what the law"
    " guards most, `DPOP` to a key (RFC 9449), `CERTIFICATE` to a certificate (RFC 8705), `EXEMPT` to nothing",
)
UNSET = strawberry.UNSET
WHICH = "The client's name"


@strawberry.type(description="A secret of a client by its times; the secret itself is kept nowhere")
class ClientSecret:
    """A secret."""

    id: strawberry.ID = strawberry.field(description="Its number, by which it is dropped")
    created_at: datetime = strawberry.field(description="When it was made")
    expires_at: datetime | None = strawberry.field(
        description="When it ends; null until another takes its place"
    )


@strawberry.type(description="An application that may ask")
class Client:
    """A client."""

    id: strawberry.ID = strawberry.field(description="Its name, never given to another")
    role: strawberry.ID = strawberry.field(description="What it is to the rules")
    active: bool = strawberry.field(description="Whether it may ask; false once it was revoked")
    created_at: datetime = strawberry.field(description="When it was registered")
    last_used_at: datetime | None = strawberry.field(description="When it asked last, to the minute")
    recipients: list[strawberry.ID] = strawberry.field(
        description="Those it asks for, the first of them by default"
    )
    scopes: list[str] = strawberry.field(description="What it is narrowed to; empty for not narrowed")
    documents: list[str] | None = strawberry.field(
        description="The hashes of the documents it is held to; null where it may send any"
    )
    owner: str = strawberry.field(description="The team or company that answers for it")
    contact: str = strawberry.field(description="The e-mail address at which it does")
    authentication: Authentication = strawberry.field(description="How it proves itself")
    jwks: str | None = strawberry.field(description="Its public keys as a JWK set (RFC 7517), in JSON")
    binding: Binding = strawberry.field(description="What its tokens are bound to")
    networks: list[str] | None = strawberry.field(
        description="The networks it may call from in CIDR notation; null for any"
    )
    expires_at: datetime | None = strawberry.field(description="When it ends; null for never")
    requests_per_minute: int | None = strawberry.field(
        description="Requests it may send a minute; null for the installation's"
    )
    people_per_hour: int | None = strawberry.field(
        description="People it may be given an hour; null for the installation's"
    )
    people_per_day: int | None = strawberry.field(
        description="People it may be given a day; null for the installation's"
    )
    secrets: list[ClientSecret] = strawberry.field(description="Its secrets, the oldest first")
    changes: list[RegisterChange] = strawberry.field(description="Its changes, the newest first; at most 100")


@strawberry.input
class _Parts:
    """The parts that may be entered of any client."""

    scopes: list[str] | None = strawberry.field(
        default=UNSET, description="Narrow it, such as `purpose:service.matching`; null for not narrowed"
    )
    documents: list[str] | None = strawberry.field(
        default=UNSET, description="The hashes of the documents it is held to; null for any"
    )
    authentication: Authentication | None = strawberry.field(
        default=UNSET, description="How it proves itself; by a secret if never named"
    )
    jwks: str | None = strawberry.field(
        default=UNSET, description="Its public keys as a JWK set (RFC 7517), in JSON, for `PRIVATE_KEY`"
    )
    binding: Binding | None = strawberry.field(
        default=UNSET, description="What its tokens are bound to; `DEFAULT` if never named"
    )
    networks: list[str] | None = strawberry.field(
        default=UNSET, description="The networks it may call from in CIDR notation; null for any"
    )
    expires_at: datetime | None = strawberry.field(
        default=UNSET, description="When it ends, in the future; null for never"
    )
    requests_per_minute: int | None = strawberry.field(
        default=UNSET, description="Requests it may send a minute; null for the installation's"
    )
    people_per_hour: int | None = strawberry.field(
        default=UNSET, description="People it may be given an hour; null for the installation's"
    )
    people_per_day: int | None = strawberry.field(
        default=UNSET, description="People it may be given a day; null for the installation's"
    )


@strawberry.input(description="A client to register")
class AddClientInput(_Parts):
    """A new client."""

    name: strawberry.ID = strawberry.field(
        description="Its name, which is also its id: 1 to 60 of `A-Za-z0-9_.-`, never used before"
    )
    role: strawberry.ID = strawberry.field(description="What it is to the rules; never `user`")
    recipients: list[strawberry.ID] = strawberry.field(
        description="Active recipients that some rule lets its role ask for, the first of them by default"
    )
    owner: str = strawberry.field(description="The team or company that answers for it")
    contact: str = strawberry.field(description="The e-mail address at which it does")


@strawberry.input(description="What to change of a client; what is not given stays, null empties")
class UpdateClientInput(_Parts):
    """A change."""

    client: strawberry.ID = strawberry.field(description=WHICH)
    recipients: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="Those it asks for, in place of those before"
    )
    owner: str | None = strawberry.field(default=UNSET, description="The team or company that answers for it")
    contact: str | None = strawberry.field(default=UNSET, description="The e-mail address at which it does")
    drop_secret: strawberry.ID | None = strawberry.field(
        default=UNSET, description="End this one of its secrets at once"
    )


@strawberry.input(description="A client that needs a new secret")
class RotateClientSecretInput:
    """A rotation."""

    client: strawberry.ID = strawberry.field(description=WHICH)
    overlap_days: int = strawberry.field(
        default=OVERLAP,
        description="Days for which the secret before goes on serving, from 0 (it ends at once) to 90",
    )


@strawberry.input(description="A client to stop")
class RevokeClientInput:
    """A revocation."""

    client: strawberry.ID = strawberry.field(description=WHICH)


@strawberry.input(description="A client that was stopped and may ask again")
class RestoreClientInput:
    """A restoration."""

    client: strawberry.ID = strawberry.field(description=WHICH)


@strawberry.type(description="What registering a client answers")
class AddClientPayload:
    """A new client."""

    client: Client = strawberry.field(description="The client")
    secret: str | None = strawberry.field(
        description="Its secret, told this once and kept nowhere; null for one that proves itself by its key"
    )


@strawberry.type(description="What changing a client answers")
class UpdateClientPayload:
    """A change."""

    client: Client = strawberry.field(description="The client as it stands now")


@strawberry.type(description="What a new secret answers")
class RotateClientSecretPayload:
    """A rotation."""

    client: Client = strawberry.field(description="The client as it stands now")
    secret: str = strawberry.field(description="The new secret, told this once and kept nowhere")


@strawberry.type(description="What stopping a client answers")
class RevokeClientPayload:
    """A revocation."""

    client: Client = strawberry.field(description="The client as it stands now")


@strawberry.type(description="What restoring a client answers")
class RestoreClientPayload:
    """A restoration."""

    client: Client = strawberry.field(description="The client as it stands now")
