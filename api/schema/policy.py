"""The types of the rules: purposes, recipients, fields, editions and explanations; nothing personal."""

from datetime import datetime

import strawberry

from policies.explanation import Dimension
from policies.vocabulary import Action

strawberry.enum(Action, name="Action", description="What is done with a field")
strawberry.enum(Dimension, name="Dimension", description="The part of a question that failed")


@strawberry.type(description="Why personal data is used (利用目的)")
class Purpose:
    """A purpose."""

    id: strawberry.ID
    parent: strawberry.ID | None
    abstract: bool = strawberry.field(description="An abstract purpose cannot be declared")
    announced: bool
    ja: str
    en: str


@strawberry.type(description="One to whom data may go")
class Recipient:
    """A recipient."""

    id: strawberry.ID
    kind: strawberry.ID
    name: str
    address: str
    representative: str
    country: str


@strawberry.type(description="One field of personal data, as the edition in force sees it")
class FieldInfo:
    """A field."""

    path: strawberry.ID
    category: strawberry.ID
    tier: int
    clause: str
    ja: str
    en: str
    purposes: list[strawberry.ID] = strawberry.field(
        description="The purposes for which some rule allows somebody to read it"
    )


@strawberry.type(description="One rule, as Casbin reads it, with the clause it enforces")
class Rule:
    """A rule."""

    id: strawberry.ID
    effect: str
    role: strawberry.ID
    action: strawberry.ID
    purpose: strawberry.ID
    field: strawberry.ID
    recipient: strawberry.ID
    needs: str
    clause: str
    note_ja: str
    note_en: str


@strawberry.type(description="One immutable version of everything a decision depends on")
class Edition:
    """An edition."""

    id: strawberry.ID
    number: int
    published_at: datetime | None
    published_by: strawberry.ID | None
    approved_by: strawberry.ID | None
    note: str | None
    rules: list[Rule]


@strawberry.type(description="A rule that would have allowed, but for one thing")
class NearMiss:
    """A near miss."""

    rule: strawberry.ID
    failed: Dimension
    missing: list[strawberry.ID]
    ja: strawberry.Private[str]
    en: strawberry.Private[str]

    @strawberry.field(description="In one sentence, in `ja` or `en`")
    def text(self, lang: strawberry.ID = strawberry.ID("ja")) -> str:
        """The sentence."""
        return self.en if lang == "en" else self.ja


@strawberry.type(description="The answer to a question, with its reason")
class Explanation:
    """An explanation."""

    allowed: bool
    rule: strawberry.ID | None = strawberry.field(description="The rule that answered, or the nearest")
    clause: str | None
    edition: strawberry.ID
    reason: str | None
    nearest: list[NearMiss]
