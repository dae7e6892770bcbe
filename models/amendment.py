"""The history of a person's fields: what stood there, what stands there, who changed it, when and why."""

from tortoise import Model, fields

from models.sealing.sealed import CellField


class Amendment(Model):
    """One change of one field (append-only until the person is erased).

    `was` and `became` are cells of the JSON of the value, bound to `ref`, or null where there was or is none.
    """

    WAS, BECAME = "@was", "@became"

    id = fields.CharField(max_length=26, primary_key=True)
    user_id = fields.CharField(max_length=26, db_index=True)
    ref = fields.BigIntField()
    field = fields.CharField(max_length=120)
    was = CellField(WAS, null=True)
    became = CellField(BECAME, null=True)
    at = fields.DatetimeField()
    by = fields.CharField(max_length=80)
    client = fields.CharField(max_length=60)
    purpose = fields.CharField(max_length=60)
    request_id = fields.CharField(max_length=32)

    class Meta:
        """Where it is kept."""

        table = "amendments"
