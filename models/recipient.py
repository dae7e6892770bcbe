"""The registry of those to whom data may go, and of the clients that ask on their behalf."""

from tortoise import Model, fields


class Recipient(Model):
    """One recipient: what Art 29 wants to know of it, and whether its contract runs.

    `kind` is its group to the rules. `foreign_route` says what stands in for consent to a transfer abroad:
    `DESIGNATED` (a country the Commission named) or `EQUIVALENT` (a system that is checked); blank for none.
    """

    id = fields.CharField(max_length=60, primary_key=True)
    kind = fields.CharField(max_length=40)
    name = fields.CharField(max_length=200)
    address = fields.CharField(max_length=300)
    representative = fields.CharField(max_length=200)
    country = fields.CharField(max_length=2, default="JP")
    foreign_route = fields.CharField(max_length=20, default="")
    state_organ = fields.BooleanField(default=False)
    active = fields.BooleanField(default=True)

    class Meta:
        """Where it is kept."""

        table = "recipients"


class Client(Model):
    """An application that may ask: its role, its recipients, and the hash of its secret.

    `recipients` lists ids of recipients, the first of them the default. `documents` lists the hashes of the
    documents that it is held to; null where it may send any.
    """

    id = fields.CharField(max_length=60, primary_key=True)
    name = fields.CharField(max_length=60, unique=True)
    role = fields.CharField(max_length=40)
    recipients: list[str] = fields.JSONField()
    secret_hash = fields.CharField(max_length=100)
    scopes: list[str] = fields.JSONField(default=list)
    documents: list[str] | None = fields.JSONField(null=True)
    active = fields.BooleanField(default=True)
    created_at = fields.DatetimeField()

    class Meta:
        """Where it is kept."""

        table = "clients"


class SigningKey(Model):
    """A key that signs tokens, encrypted under the secret of the installation."""

    id = fields.CharField(max_length=60, primary_key=True)
    sealed = fields.TextField()
    created_at = fields.DatetimeField()
    retired_at = fields.DatetimeField(null=True)

    class Meta:
        """Where it is kept."""

        table = "signing_keys"
