"""The recipients: those to whom data may go."""

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
