"""With which client a draft was set for a time, which must be let publish when it comes.

Of drafts that wait for their time already it is told by who set it: a client itself, an operator, or an author of the
draft, with the client that the author used last. Of anybody else it is not known, and the draft is not published.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.database.dialect import ByDialect

_KNOWN = """
UPDATE drafts SET publish_client = CASE
  WHEN publish_by LIKE 'cli:%' OR publish_by IN (SELECT id FROM clients) THEN publish_by
  ELSE ({author}) END
WHERE state = 'SCHEDULED'
"""
_SQLITE = """
SELECT json_extract(pair.value, '$[1]') FROM json_each(drafts.authors) AS pair
WHERE json_extract(pair.value, '$[0]') = drafts.publish_by ORDER BY pair.key DESC LIMIT 1
"""
_POSTGRES = """
SELECT pair.value ->> 1 FROM json_array_elements(drafts.authors::json) WITH ORDINALITY AS pair (value, place)
WHERE pair.value ->> 0 = drafts.publish_by ORDER BY pair.place DESC LIMIT 1
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0015_approvals_only_grow")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Draft",
            name="publish_client",
            field=fields.CharField(null=True, max_length=120),
        ),
        ByDialect(sqlite=[_KNOWN.format(author=_SQLITE)], postgres=[_KNOWN.format(author=_POSTGRES)]),
    ]
