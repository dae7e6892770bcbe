"""The types of least privilege: what the ledger shows in use and what not; counts and names, and nobody."""

from datetime import datetime

import strawberry


@strawberry.type(description="A rule that the ledger shows in use")
class RuleUse:
    """A use."""

    rule: strawberry.ID = strawberry.field(description="The rule")
    accesses: int = strawberry.field(description="In how many accesses it allowed something")


@strawberry.type(description="A rule that allowed nothing")
class UnusedRule:
    """A rule."""

    rule: strawberry.ID = strawberry.field(description="The rule")
    since: datetime = strawberry.field(description="Since when it has been in force as it is")
    days: int = strawberry.field(description="How many days that is")
    removable: bool = strawberry.field(
        description="`proposeLeastPrivilege` removes it; false for one that is younger than the days looked at, whose"
        " use the ledger would not show, or that a person's own rights or a duty under the law rest on"
    )


@strawberry.type(description="A field that was asked for and given of nobody")
class FieldAsked:
    """A field."""

    field: strawberry.ID = strawberry.field(description="The field")
    accesses: int = strawberry.field(description="In how many accesses it was asked for")


@strawberry.type(description="A client that asked for more than it was given")
class OverAsking:
    """A client."""

    client: strawberry.ID = strawberry.field(description="Who asked")
    role: strawberry.ID = strawberry.field(description="In which role")
    purpose: strawberry.ID = strawberry.field(description="Why")
    recipient: strawberry.ID = strawberry.field(description="For whom")
    accesses: int = strawberry.field(description="How often")
    fields: int = strawberry.field(description="How many fields it asked for, access by access")
    withheld: int = strawberry.field(description="How many of them were withheld of everybody")
    share: float = strawberry.field(description="Which share that is, up to 1")
    in_vain: list[FieldAsked] = strawberry.field(description="The fields that were withheld each time")


@strawberry.type(description="A word of a client's scope that nothing it did needed")
class UnusedScope:
    """A word."""

    client: strawberry.ID = strawberry.field(description="The client")
    word: strawberry.ID = strawberry.field(description="The word, such as `category:contact`")


@strawberry.type(description="Least privilege: what the ledger shows in use, beside what an edition allows")
class LeastPrivilege:
    """A report."""

    edition: strawberry.ID = strawberry.field(
        description="The edition that was in force when it was asked for"
    )
    since: datetime = strawberry.field(description="The accesses from here on")
    until: datetime = strawberry.field(description="To here")
    accesses: int = strawberry.field(description="How many were looked at")
    used: list[RuleUse] = strawberry.field(description="The rules that allowed something")
    unused: list[UnusedRule] = strawberry.field(description="The allow rules that allowed nothing")
    undeclared: list[strawberry.ID] = strawberry.field(
        description="The announced purposes that no access declared"
    )
    over_asking: list[OverAsking] = strawberry.field(description="The clients of whom fields were withheld")
    always_withheld: list[FieldAsked] = strawberry.field(
        description="The fields that were asked for and never given to anybody"
    )
    unused_scopes: list[UnusedScope] = strawberry.field(
        description="What clients' scopes hold and nothing needed"
    )
