"""What came from others: each person a partner sent, what waits for the desk, and the record of receipt (APPI Art 30)."""

from datetime import date, datetime
from enum import StrEnum

from tortoise import Model, fields

from models.sealing.sealed import CellField


class ReceivedOutcome(StrEnum):
    """What became of a person who was sent, at that moment."""

    ACCEPTED = "ACCEPTED"
    DUPLICATE = "DUPLICATE"
    QUARANTINED = "QUARANTINED"
    REFUSED = "REFUSED"


WAITING = (ReceivedOutcome.DUPLICATE, ReceivedOutcome.QUARANTINED)
"""What the desk decides about."""


class Settled(StrEnum):
    """What the desk decided."""

    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"


class EvidenceKind(StrEnum):
    """How the provider's acquisition was confirmed (Rule 22(1)(ii))."""

    DECLARATION = "DECLARATION"
    CONTRACT = "CONTRACT"
    DOCUMENT = "DOCUMENT"


class Received(Model):
    """One person that a partner sent, with what became of them and no value of theirs.

    `digest` is the mark of what was sent, so that it is accepted once; null for what was refused. `terms` is what
    the partner stated: history, evidence, notice, consent. `ref` stands for the person in the ledger, and stays
    theirs where they become a user; `known` is the reference of the user they turned out to be.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    provider = fields.CharField(max_length=60)
    client = fields.CharField(max_length=60)
    digest = fields.CharField(max_length=24, null=True, unique=True)
    outcome = fields.CharEnumField(ReceivedOutcome, max_length=20)
    reasons: list[str] = fields.JSONField()
    purpose = fields.CharField(max_length=60)
    terms: dict[str, object] | None = fields.JSONField(null=True)
    ref = fields.BigIntField()
    known = fields.BigIntField(null=True)
    at: datetime = fields.DatetimeField()
    request_id = fields.CharField(max_length=32)
    settled = fields.CharEnumField(Settled, max_length=20, null=True)
    settled_at: datetime | None = fields.DatetimeField(null=True)
    settled_by = fields.CharField(max_length=120, null=True)
    settled_for = fields.CharField(max_length=200, null=True)

    class Meta:
        """Where it is kept."""

        table = "received"
        indexes = (("settled", "outcome", "id"),)


class ReceivedItem(Model):
    """One value of a person who waits for the desk, sealed, and gone once the desk has decided."""

    PART = "@received"

    id = fields.CharField(max_length=26, primary_key=True)
    received_id = fields.CharField(max_length=26, db_index=True)
    ref = fields.BigIntField()
    field = fields.CharField(max_length=120)
    value = CellField(PART)

    class Meta:
        """Where it is kept."""

        table = "received_items"


class Receipt(Model):
    """The record of receiving one person from a provider (Art 30(3), Rules 22 to 25): append-only."""

    id = fields.CharField(max_length=26, primary_key=True)
    received_id = fields.CharField(max_length=26)
    ref = fields.BigIntField(db_index=True)
    provider = fields.CharField(max_length=60, db_index=True)
    provider_name = fields.CharField(max_length=200)
    provider_address = fields.CharField(max_length=300)
    provider_representative = fields.CharField(max_length=200)
    history = fields.CharField(max_length=500)
    evidence_kind = fields.CharEnumField(EvidenceKind, max_length=20)
    evidence = fields.CharField(max_length=200)
    purpose = fields.CharField(max_length=60)
    consented_at: datetime = fields.DatetimeField()
    consent_method = fields.CharField(max_length=20)
    notice_version = fields.CharField(max_length=20)
    notice_at: datetime = fields.DatetimeField()
    items: list[str] = fields.JSONField()
    acquired_at: datetime = fields.DatetimeField()
    received_at: datetime = fields.DatetimeField()
    received_on: date = fields.DateField()
    retain_until: date = fields.DateField()
    request_id = fields.CharField(max_length=32)

    class Meta:
        """Where it is kept."""

        table = "receipts"
