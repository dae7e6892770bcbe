"""The grounds: what beside consent and case files lets a third party be given data, each with its own time.

A fact of the rules rests on each: see `models/registry.py`. Days are days in Japan, the last one included.
"""

from datetime import date, datetime

from tortoise import Model, fields


class Entrustment(Model):
    """Work on behalf of the company under a contract and supervision (APPI Arts 25 and 27(5)(i)).

    It lapses when nobody has supervised it for `supervise_days` after `supervised_on`, or after `from_on`.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    recipient = fields.CharField(max_length=60, db_index=True)
    contract = fields.CharField(max_length=200)
    scope = fields.CharField(max_length=500, default="")
    purposes: list[str] = fields.JSONField()
    from_on: date = fields.DateField()
    until_on: date | None = fields.DateField(null=True)
    supervised_on: date | None = fields.DateField(null=True)
    supervise_days = fields.IntField(default=365)
    ended_on: date | None = fields.DateField(null=True)

    class Meta:
        """Where it is kept."""

        table = "entrustments"


class Succession(Model):
    """The business went over to the recipient (Art 27(5)(ii)), and the purposes stay those of before (Art 18(2))."""

    id = fields.CharField(max_length=26, primary_key=True)
    recipient = fields.CharField(max_length=60, db_index=True)
    reference = fields.CharField(max_length=200)
    purposes: list[str] = fields.JSONField()
    on_day: date = fields.DateField()
    ended_on: date | None = fields.DateField(null=True)

    class Meta:
        """Where it is kept."""

        table = "successions"


class JointUse(Model):
    """Use together with others (Art 27(5)(iii)): the five matters announced beforehand.

    That it is joint use (`announced_at`); the `items`, fields or categories; the `range_of_users`; their
    `users_purpose` in words; and who manages it, with address and representative. `purposes` are those of the rules.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    recipients: list[str] = fields.JSONField()
    purposes: list[str] = fields.JSONField()
    items: list[str] = fields.JSONField()
    range_of_users = fields.CharField(max_length=500)
    users_purpose = fields.CharField(max_length=500)
    manager_name = fields.CharField(max_length=200)
    manager_address = fields.CharField(max_length=300)
    manager_representative = fields.CharField(max_length=200)
    announced_at: datetime | None = fields.DatetimeField(null=True)
    ended_on: date | None = fields.DateField(null=True)

    class Meta:
        """Where it is kept."""

        table = "joint_uses"


class ForeignCheck(Model):
    """One look at a recipient abroad whose system is equivalent (Art 28(3), Rules 16 and 18): append-only.

    The latest counts, until `next_due_on`, and only if what it found was `maintained`.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    recipient = fields.CharField(max_length=60, db_index=True)
    regime = fields.TextField()
    measures = fields.TextField()
    checked_on: date = fields.DateField()
    next_due_on: date = fields.DateField()
    maintained = fields.BooleanField()
    problems = fields.TextField(default="")
    action = fields.TextField(default="")
    at: datetime = fields.DatetimeField()

    class Meta:
        """Where it is kept."""

        table = "foreign_checks"


class TransmissionNotice(Model):
    """What a company is sent of what browsers do, and what for (Telecommunications Business Act Art 27-12).

    `items` are the names of the fields; the rest is told in Japanese: who receives them under which name, what is
    sent, and what for (Rules 22-2-29), where and how to opt out and what that leaves out (Rules 22-2-31). English may
    stand beside it. It counts from `published_at` on, on the days from `from_on` to `until_on`.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    recipient = fields.CharField(max_length=60, db_index=True)
    items: list[str] = fields.JSONField()
    recipient_ja = fields.CharField(max_length=200)
    items_ja = fields.CharField(max_length=500)
    purpose_ja = fields.CharField(max_length=500)
    recipient_en = fields.CharField(max_length=200)
    items_en = fields.CharField(max_length=500)
    purpose_en = fields.CharField(max_length=500)
    policy_url = fields.CharField(max_length=500)
    opt_out_url = fields.CharField(max_length=500)
    opt_out_ja = fields.CharField(max_length=500)
    limits_ja = fields.CharField(max_length=500)
    from_on: date = fields.DateField()
    until_on: date | None = fields.DateField(null=True)
    published_at: datetime | None = fields.DatetimeField(null=True)
    ended_on: date | None = fields.DateField(null=True)

    class Meta:
        """Where it is kept."""

        table = "transmission_notices"


class Confirmation(Model):
    """That people agree to being known to a recipient by related information (Art 31, Rule 26)."""

    id = fields.CharField(max_length=26, primary_key=True)
    recipient = fields.CharField(max_length=60, db_index=True)
    how = fields.CharField(max_length=500)
    foreign_informed = fields.BooleanField(default=False)
    confirmed_on: date = fields.DateField()
    until_on: date | None = fields.DateField(null=True)
    ended_on: date | None = fields.DateField(null=True)

    class Meta:
        """Where it is kept."""

        table = "confirmations"
