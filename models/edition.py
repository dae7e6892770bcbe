"""The published editions; the one with the highest number is in force."""

from tortoise import Model, fields


class PublishedEdition(Model):
    """One immutable edition in its canonical form, with who drafted, who approved, why and when.

    An edition may be published again, as when one rolls back; it then stands under the next number too. `drafted_by` is
    a list in JSON, `base` the edition that was in force before, both null for one of a checkout.
    """

    number = fields.IntField(primary_key=True, generated=False)
    id = fields.CharField(max_length=64, db_index=True)
    canonical = fields.TextField()
    published_at = fields.DatetimeField()
    published_by = fields.CharField(max_length=120, null=True)
    approved_by = fields.CharField(max_length=120, null=True)
    note = fields.TextField(null=True)
    base = fields.CharField(max_length=64, null=True)
    draft = fields.CharField(max_length=26, null=True)
    drafted_by: str | None = fields.TextField(null=True)

    class Meta:
        """Where it is kept."""

        table = "editions"


class PreparedEdition(Model):
    """One edition that may be published soon, in its canonical form, so that every process has it ready by then."""

    id = fields.CharField(primary_key=True, max_length=64)
    prepared_at = fields.DatetimeField()
    canonical = fields.TextField()

    class Meta:
        """Where it is kept."""

        table = "editions_prepared"
