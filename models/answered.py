"""The changes that were carried out under a key, so that the same request again changes nothing."""

from tortoise import Model, fields


class Answered(Model):
    """One operation of one client under one `Idempotency-Key`.

    `digest` tells whether the same is asked again, and tells nobody what was asked. `done` is whom each change was
    about and what it told, without a value of anybody's data.
    """

    id = fields.CharField(max_length=64, primary_key=True)
    digest = fields.CharField(max_length=64)
    done = fields.TextField(null=True)
    at = fields.DatetimeField(db_index=True)

    class Meta:
        """Where it is kept."""

        table = "answered"
