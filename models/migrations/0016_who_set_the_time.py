"""With which client a draft was set for a time, which must be let publish when it comes."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0015_approvals_only_grow")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Draft",
            name="publish_client",
            field=fields.CharField(null=True, max_length=120),
        )
    ]
