"""What browsers did, on its way to companies, and the record of each batch that was passed on.

No row knows an account, an address or a browser's name: there is no column that could.
"""

from datetime import date, datetime

from tortoise import Model, fields


class WaitingEvent(Model):
    """One event for one company, deleted once that took it, or may not have it any more, or a day is over.

    `told` holds the fields that it may have. `batch` is the one it went out in last; `leased_until` keeps it from
    all but the process that tries it now, whose mark is `lease`.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    recipient = fields.CharField(max_length=60)
    told: dict[str, object] = fields.JSONField()
    located = fields.BooleanField(default=False)
    cookie_id = fields.CharField(max_length=36, null=True, db_index=True)
    received_at: datetime = fields.DatetimeField(db_index=True)
    batch = fields.CharField(max_length=26, null=True)
    tries = fields.IntField(default=0)
    due_at: datetime = fields.DatetimeField()
    lease = fields.CharField(max_length=26, null=True)
    leased_until: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        """Where it is kept."""

        table = "waiting_events"
        indexes = (("recipient", "due_at"),)


class Transmission(Model):
    """The record of a batch passed on, in the shape of APPI Rule 28: append-only, and made before the batch leaves.

    What was confirmed (Art 31), the first and last day of its events, who the recipient is, the items, how many
    events, and the notices in force that announced them. `digest` tells a batch tried again from another.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    at: datetime = fields.DatetimeField()
    recipient = fields.CharField(max_length=60, db_index=True)
    recipient_name = fields.CharField(max_length=200)
    recipient_address = fields.CharField(max_length=300)
    recipient_representative = fields.CharField(max_length=200)
    country = fields.CharField(max_length=2)
    purpose = fields.CharField(max_length=60)
    items: list[str] = fields.JSONField()
    events = fields.IntField()
    notices: list[str] = fields.JSONField()
    confirmation = fields.CharField(max_length=26, null=True)
    confirmed_on: date | None = fields.DateField(null=True)
    foreign_informed = fields.BooleanField(null=True)
    first_on: date = fields.DateField()
    last_on: date = fields.DateField()
    retain_until: date = fields.DateField()
    edition = fields.CharField(max_length=64)
    digest = fields.CharField(max_length=32)

    class Meta:
        """Where it is kept."""

        table = "transmissions"
        indexes = (("at", "id"),)
