"""The clients: the applications that may ask and what they prove themselves with."""

from datetime import datetime
from enum import StrEnum

from tortoise import Model, fields


class Authentication(StrEnum):
    """How a client proves itself at the token endpoint: by a secret (RFC 6749, 2.3.1) or by its key (RFC 7523)."""

    SECRET = "SECRET"  # noqa: S105 - the name of a way
    PRIVATE_KEY = "PRIVATE_KEY"


class Binding(StrEnum):
    """What a token of the client is bound to, so that a stolen one serves nobody.

    `DEFAULT`: to a key, in production, where a recipient of the client may read what the law guards most (tier 3);
    `DPOP`: to a key, always (RFC 9449); `CERTIFICATE`: to its certificate (RFC 8705); `EXEMPT`: to nothing.
    """

    DEFAULT = "DEFAULT"
    DPOP = "DPOP"
    CERTIFICATE = "CERTIFICATE"
    EXEMPT = "EXEMPT"


class Client(Model):
    """An application that may ask.

    `recipients` lists ids of recipients, the first of them the default. `scopes` are the words that narrow it; none
    for not narrowed. `documents` lists the hashes of the documents that it is held to; null where it may send any.
    `jwks` are its public keys (RFC 7517). `networks` lists those it may call from in CIDR notation; null for
    any. A quota that is null is the installation's. `term` counts its restorations: a token serves in the term it was
    made in, and in no other.
    """

    id = fields.CharField(max_length=60, primary_key=True)
    name = fields.CharField(max_length=60, unique=True)
    role = fields.CharField(max_length=40)
    recipients: list[str] = fields.JSONField()
    scopes: list[str] = fields.JSONField(default=list)
    documents: list[str] | None = fields.JSONField(null=True)
    active = fields.BooleanField(default=True)
    term = fields.IntField(default=0, db_default=0)
    created_at = fields.DatetimeField()
    owner = fields.CharField(max_length=200, default="", db_default="")
    contact = fields.CharField(max_length=200, default="", db_default="")
    authentication = fields.CharEnumField(
        Authentication, max_length=20, default=Authentication.SECRET, db_default=Authentication.SECRET
    )
    jwks: dict[str, object] | None = fields.JSONField(null=True)
    binding = fields.CharEnumField(
        Binding, max_length=20, default=Binding.DEFAULT, db_default=Binding.DEFAULT
    )
    networks: list[str] | None = fields.JSONField(null=True)
    expires_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True)
    requests_per_minute = fields.IntField(null=True)
    people_per_hour = fields.IntField(null=True)
    people_per_day = fields.IntField(null=True)

    class Meta:
        """Where it is kept."""

        table = "clients"


class ClientSecret(Model):
    """The hash of a secret of a client. Two may serve at once, so that one is changed without a gap."""

    id = fields.CharField(max_length=26, primary_key=True)
    client_id = fields.CharField(max_length=60, db_index=True)
    hash = fields.CharField(max_length=100)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)

    class Meta:
        """Where it is kept."""

        table = "client_secrets"

    def serves(self, now: datetime) -> bool:
        """Whether it proves the client at this time."""
        return self.expires_at is None or now < self.expires_at
