"""The types of the rules: purposes, recipients, fields, editions and explanations; nothing personal."""

from datetime import date
from typing import Annotated

import strawberry

import policies.judging.explanation
import policies.judging.near_miss
from api.schema.arguments import Lang, told
from policies.judging.near_miss import Audience, Dimension
from policies.vocabulary import Action

strawberry.enum(
    Action, name="Action", description="What is done with a field; `INVOKE` for a query or a mutation itself"
)
strawberry.enum(Dimension, name="Dimension", description="The part of a question that failed")
strawberry.enum(
    Audience,
    name="Audience",
    description="Who reads an explanation: a developer, by names and needs, or an officer, in sentences",
)
For = Annotated[Audience, told("For whom it is worded")]


@strawberry.type(description="Why personal data is used (利用目的)")
class Purpose:
    """A purpose."""

    id: strawberry.ID = strawberry.field(description="What `@purpose` declares, such as `service.matching`")
    parent: strawberry.ID | None = strawberry.field(
        description="The abstract purpose it belongs to; null for an abstract one"
    )
    abstract: bool = strawberry.field(description="An abstract purpose cannot be declared")
    announced: bool = strawberry.field(
        description="It was told to the public by today, in Japan; one that was not cannot be declared"
    )
    ja: str = strawberry.field(description="As it was announced in Japanese, which prevails")
    en: str = strawberry.field(description="The same in English")


@strawberry.type(description="One choice of a question")
class FormChoice:
    """A choice."""

    value: strawberry.ID = strawberry.field(description="What is entered")
    label_ja: str = strawberry.field(description="What is shown in Japanese")
    label_en: str = strawberry.field(description="What is shown in English")


@strawberry.type(
    description="One question of the registration form; its answer is the field `User.answers.<key>`"
)
class FormQuestion:
    """A question."""

    key: strawberry.ID = strawberry.field(description="Its name")
    kind: strawberry.ID = strawberry.field(
        description="`choice`, `multi-choice`, `number`, `date`, `short-text` or `long-text`"
    )
    category: strawberry.ID = strawberry.field(description="The category of its answer")
    choices: list[FormChoice] = strawberry.field(description="What can be chosen, if the kind is a choice")
    label_ja: str = strawberry.field(description="The question in Japanese")
    label_en: str = strawberry.field(description="The question in English")
    help_ja: str = strawberry.field(description="What helps to answer, in Japanese")
    help_en: str = strawberry.field(description="What helps to answer, in English")
    required: bool = strawberry.field(description="Whoever registers must answer it")
    asked_from: date | None = strawberry.field(description="The first day it is asked, in Japan")
    asked_until: date | None = strawberry.field(description="The last day it is asked, in Japan")


@strawberry.type(description="One field of personal data, as the edition in force sees it")
class FieldInfo:
    """A field."""

    path: strawberry.ID = strawberry.field(description="Its name to rules and ledger, such as `User.email`")
    category: strawberry.ID = strawberry.field(description="Where it stands in the tree of categories")
    tier: int = strawberry.field(description="The harm if it leaks, from 1 (low) to 4 (highest)")
    clause: str = strawberry.field(description="The clause of the privacy policy that collects it")
    ja: str = strawberry.field(description="What it is, in Japanese")
    en: str = strawberry.field(description="What it is, in English")
    purposes: list[strawberry.ID] = strawberry.field(
        description="The purposes for which some rule allows somebody to read it"
    )


@strawberry.type(description="One rule, as Casbin reads it, with the clause it enforces")
class Rule:
    """A rule."""

    id: strawberry.ID = strawberry.field(description="Its name, as errors and explanations give it")
    effect: str = strawberry.field(description="`allow` or `deny`; a deny wins over every allow")
    role: strawberry.ID = strawberry.field(description="Who asks: a role, a wider role, or `any`")
    action: strawberry.ID = strawberry.field(description="What is done, or `any`")
    purpose: strawberry.ID = strawberry.field(
        description="Why: a purpose, its parent, `any`, or `none` for operations without personal data"
    )
    field: strawberry.ID = strawberry.field(description="Of what: a field, a category, a wider one, or `any`")
    recipient: strawberry.ID = strawberry.field(
        description="For whom: a recipient, its group, a wider one, or `any`"
    )
    needs: str = strawberry.field(
        description="The facts that must be true, joined by `+`; `!` for one that must not; `-` for none"
    )
    clause: str = strawberry.field(description="The clause of the policy and the article it enforces")
    note_ja: str = strawberry.field(description="What it is for, in Japanese")
    note_en: str = strawberry.field(description="What it is for, in English")


@strawberry.type(description="A part of a question that a rule does not fit")
class Failure:
    """A failure."""

    failed: Dimension = strawberry.field(description="Which part")
    missing: list[strawberry.ID] = strawberry.field(
        description="The facts that were not true, else what the rule asks for"
    )


@strawberry.type(description="A rule that denied, or that would have allowed but for one thing, or for two")
class NearMiss:
    """A near miss."""

    rule: strawberry.ID = strawberry.field(description="The rule")
    failed: Dimension = strawberry.field(
        description="The part of the question that it does not fit, or of a deny that it refuses"
    )
    missing: list[strawberry.ID] = strawberry.field(
        description="The facts that were not true, else what the rule asks for; nothing of a deny"
    )
    matched: list[strawberry.ID] = strawberry.field(
        description="Of a deny the facts by which it refused, such as `held`; else nothing"
    )
    also: list[Failure] = strawberry.field(
        description="What else it does not fit, where no rule fails in one part alone"
    )
    told: strawberry.Private[policies.judging.near_miss.NearMiss]

    @strawberry.field(description="In one sentence, in `ja` or `en`")
    def text(self, lang: Lang = strawberry.ID("ja"), audience: For = Audience.OFFICER) -> str:
        """The sentence."""
        return self.told.text(lang, audience)


@strawberry.type(description="The answer to a question, with its reason")
class Explanation:
    """An explanation."""

    allowed: bool = strawberry.field(description="Whether the rules allow it")
    rule: strawberry.ID | None = strawberry.field(description="The rule that answered, or the nearest")
    clause: str | None = strawberry.field(description="The clause that this rule enforces")
    edition: strawberry.ID = strawberry.field(description="The edition that was asked")
    reason: str | None = strawberry.field(
        description="Which step failed, such as `STAGE_TOO_EARLY`; null where it is allowed"
    )
    nearest: list[NearMiss] = strawberry.field(
        description="The rule that denied, then those that would have allowed it but for one thing, nearest first;"
        " where there are none, those that would have but for two"
    )
    told: strawberry.Private[policies.judging.explanation.Explanation]
    ja: strawberry.Private[str | None]
    en: strawberry.Private[str | None]

    @strawberry.field(description="The answer and its reason, in `ja` or `en`")
    def text(self, lang: Lang = strawberry.ID("ja"), audience: For = Audience.OFFICER) -> str:
        """The sentence."""
        return self.told.text(lang, audience)

    @strawberry.field(
        description="What to do where the field is in no category yet, or where a name is unknown: those nearest to it"
    )
    def advice(self, lang: Lang = strawberry.ID("ja")) -> str | None:
        """The sentence."""
        return self.en if lang == "en" else self.ja
