"""What keeps data from being used: holds, opt-outs and erasures (Clauses 4 and 9, APPI Art 35)."""

from enum import IntFlag, StrEnum

from tortoise import Model, fields


class Mark(IntFlag):
    """Which of these registers has ever had a row about a user, as bits of `users.marks`; `NARROWED` for a consent.

    Triggers set them, so that no writer can forget to; nothing clears them. Where a bit is not set there is nothing
    to look for, and most people have none.
    """

    HOLD = 1
    OPT_OUT = 2
    ERASURE = 4
    NARROWED = 8
    """A consent that names categories."""


class Ground(StrEnum):
    """Why use is suspended: the grounds of Clause 9(1) and APPI Art 35, and a request that is not decided yet."""

    UNTRUE = "UNTRUE"
    BEYOND_PURPOSE = "BEYOND_PURPOSE"
    IMPROPER_USE = "IMPROPER_USE"
    UNLAWFUL_ACQUISITION = "UNLAWFUL_ACQUISITION"
    UNLAWFUL_PROVISION = "UNLAWFUL_PROVISION"
    NOT_NEEDED = "NOT_NEEDED"
    BREACH = "BREACH"
    HARM = "HARM"
    REQUEST_OPEN = "REQUEST_OPEN"


EVERYONE = "any"
"""In the place of a recipient: all of them."""


class Hold(Model):
    """A suspension of use for one purpose, or everything under an abstract one, and one recipient or all.

    A hold that names several purposes is several rows with one `reference`.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    user_id = fields.CharField(max_length=26, db_index=True)
    reference = fields.CharField(max_length=60)
    purpose = fields.CharField(max_length=60)
    recipient = fields.CharField(max_length=60, default=EVERYONE)
    ground = fields.CharField(max_length=40)
    placed_at = fields.DatetimeField()
    lifted_at = fields.DatetimeField(null=True)

    class Meta:
        """Where it is kept."""

        table = "holds"


class OptOut(Model):
    """A refusal of advertising or analysis, for one company or all (Clause 4(2))."""

    id = fields.CharField(max_length=26, primary_key=True)
    user_id = fields.CharField(max_length=26, db_index=True)
    purpose = fields.CharField(max_length=60)
    recipient = fields.CharField(max_length=60, default=EVERYONE)
    since = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        """Where it is kept."""

        table = "opt_outs"


class Erasure(Model):
    """The erasure of one person. The records that the law keeps stay until their term."""

    user_id = fields.CharField(max_length=26, primary_key=True)
    ground = fields.CharField(max_length=40)
    erased_at = fields.DatetimeField()

    class Meta:
        """Where it is kept."""

        table = "erasures"
