"""The recipients: those to whom data may go."""

from datetime import date
from enum import StrEnum

from tortoise import Model, fields

from models.provisions.retention import ProvisionMethod


class RecipientStatus(StrEnum):
    """Whether anything may go to a recipient: not yet, now, or not any more."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    STOPPED = "STOPPED"


class Recipient(Model):
    """One recipient: what Art 29 wants to know of it, and whether its contract runs.

    `kind` is its group to the rules. `country` is ISO 3166-1. `foreign_route` says what stands in for consent to a
    transfer abroad (APPI Art 28): `DESIGNATED` (a country the Commission named) or `EQUIVALENT` (a system, which
    must be checked); blank for none. `identifying` says that it is expected to know whom data without a name is
    about (Art 31). `provision_method` says how the records of what it is given are made (Rule 19). `contact` takes
    notices from people, `notice_url` from us (RFC 8935), `events_url` what browsers did.
    """

    id = fields.CharField(max_length=60, primary_key=True)
    kind = fields.CharField(max_length=40)
    name = fields.CharField(max_length=200)
    former_names: list[str] | None = fields.JSONField(null=True)
    address = fields.CharField(max_length=300)
    representative = fields.CharField(max_length=200)
    country = fields.CharField(max_length=2, default="JP")
    foreign_route = fields.CharField(max_length=20, default="")
    state_organ = fields.BooleanField(default=False)
    identifying = fields.BooleanField(default=False, db_default=False)
    status = fields.CharEnumField(
        RecipientStatus, max_length=20, default=RecipientStatus.ACTIVE, db_default=RecipientStatus.ACTIVE
    )
    contract = fields.CharField(max_length=200, default="", db_default="")
    contract_from: date | None = fields.DateField(null=True)
    contract_until: date | None = fields.DateField(null=True)
    contact = fields.CharField(max_length=200, default="", db_default="")
    notice_url = fields.CharField(max_length=500, default="", db_default="")
    events_url = fields.CharField(max_length=500, default="", db_default="")
    provision_method = fields.CharEnumField(
        ProvisionMethod,
        max_length=20,
        default=ProvisionMethod.INDIVIDUAL,
        db_default=ProvisionMethod.INDIVIDUAL,
    )

    class Meta:
        """Where it is kept."""

        table = "recipients"
