"""The rows of the ledger: accesses, whom they touched, and what third parties were given."""

from enum import StrEnum

from tortoise import Model, fields

from models.provisions.retention import ProvisionMethod


class Outcome(StrEnum):
    """How an operation ended: all it asked for, a part, or nothing."""

    RELEASED = "RELEASED"
    PARTLY = "PARTLY"
    REFUSED = "REFUSED"


class Access(Model):
    """One operation: who, why, for whom, and what was touched, without any value.

    `groups` lists the users who were given the same: `{"n": 2, "released": "f3", "withheld": "", "basis": ["CONSENT"]}`
    with fields as hexadecimal bits over the catalogue, and with what was known when it was decided, as
    `policies.known` writes it: `"standing": "noticed+consented+!held", "guard": "Query.users"`; rows from before have
    none. The last groups may be of users who were named by their ids and do not exist for the requester: nothing is
    released, withheld or written of them. `refs` holds those users' references of 8 bytes each, big-endian, group after
    group, and then those of the others who were named in vain. `arguments` are fields by which the operation filtered
    or sorted, for all of them, and `touched` the bits of every field in any of these, as `" 3 17 "`, for searching.
    """

    id = fields.BigIntField(primary_key=True, generated=False)
    at = fields.DatetimeField()
    request_id = fields.CharField(max_length=32, db_index=True)
    client = fields.CharField(max_length=60)
    role = fields.CharField(max_length=40)
    staff = fields.CharField(max_length=120, null=True)
    purpose = fields.CharField(max_length=60, null=True)
    recipient = fields.CharField(max_length=60, null=True)
    operation = fields.CharField(max_length=120, null=True)
    edition = fields.CharField(max_length=64)
    outcome = fields.CharEnumField(Outcome)
    code = fields.CharField(max_length=40, null=True)
    reason = fields.CharField(max_length=200, null=True)
    users = fields.IntField(default=0)
    arguments = fields.CharField(max_length=200, default="")
    touched = fields.CharField(max_length=400, default="")
    groups = fields.TextField(default="[]")
    refs = fields.BinaryField()

    class Meta:
        """Where it is kept."""

        table = "accesses"


class AccessPerson(Model):
    """The index of the ledger by person.

    `accesses` holds the numbers of accesses that touched the reference, 8 bytes each, big-endian: one for an access of
    few, many where several accesses entered the index together.
    """

    id = fields.BigIntField(primary_key=True, generated=True)
    ref = fields.BigIntField(db_index=True)
    accesses = fields.BinaryField()

    class Meta:
        """Where it is kept."""

        table = "access_people"


class AccessTail(Model):
    """An access whose people are not in the index yet."""

    access_id = fields.BigIntField(primary_key=True, generated=False)

    class Meta:
        """Where it is kept."""

        table = "access_tail"


class Provision(Model):
    """What one third party was given about one user, the record that APPI Art 29 asks for.

    `retain_until` counts from this provision; where records are made together or in a contract, the latest of those
    to the recipient about the person holds for all of them. `contract` names the one that stands in. The last three
    are those of Art 31, where the recipient is expected to know whom data without a name is about.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    access_id = fields.BigIntField(db_index=True)
    ref = fields.BigIntField(db_index=True)
    recipient = fields.CharField(max_length=60, db_index=True)
    recipient_name = fields.CharField(max_length=200)
    recipient_address = fields.CharField(max_length=300)
    recipient_representative = fields.CharField(max_length=200)
    items = fields.CharField(max_length=200)
    basis = fields.CharField(max_length=20)
    consented_at = fields.DatetimeField(null=True)
    provided_at = fields.DatetimeField()
    retain_until = fields.DateField()
    method = fields.CharEnumField(
        ProvisionMethod,
        max_length=20,
        default=ProvisionMethod.INDIVIDUAL,
        db_default=ProvisionMethod.INDIVIDUAL,
    )
    contract = fields.CharField(max_length=200, default="", db_default="")
    confirmation = fields.CharField(max_length=26, null=True)
    confirmed_on = fields.DateField(null=True)
    foreign_informed = fields.BooleanField(null=True)

    class Meta:
        """Where it is kept."""

        table = "provisions"


class ProvisionPurge(Model):
    """One batch of records of provision that were removed after their term: append-only, kept for good.

    `run` is the same for all batches of one command. Those removed have ids from `first_id` to `last_id`, were `records`
    in number, and had to be kept until `due_on` at the latest; `on_day` is the day in Japan.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    run = fields.CharField(max_length=26, db_index=True)
    at = fields.DatetimeField()
    on_day = fields.DateField(db_index=True)
    by = fields.CharField(max_length=120)
    due_on = fields.DateField()
    first_id = fields.CharField(max_length=26)
    last_id = fields.CharField(max_length=26)
    records = fields.IntField()

    class Meta:
        """Where it is kept."""

        table = "provision_purges"


class CatalogueBit(Model):
    """The number of a field in the bits of the ledger, given once and never to another field."""

    path = fields.CharField(max_length=120, primary_key=True)
    bit = fields.IntField(unique=True)

    class Meta:
        """Where it is kept."""

        table = "catalogue"
