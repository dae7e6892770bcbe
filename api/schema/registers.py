"""The registers: purposes, fields, editions and explanations as their types show them."""

from collections.abc import Mapping, Sequence

import strawberry

from api.gateway.refusal import Code, Refusal, closed
from api.gateway.running import Running
from api.gateway.told import Told
from api.gateway.views.recalled import access_number, untold
from api.schema.advice import advice, unknown_fact
from api.schema.policy import (
    Explanation,
    Failure,
    FieldInfo,
    FormChoice,
    FormQuestion,
    NearMiss,
    Purpose,
)
from models.day import today_in_japan
from models.inforce import EditionUnknown, Force
from policies.edition import Edition as PolicyEdition
from policies.judging.judge import Judge
from policies.judging.question import Question
from policies.vocabulary import ANY, NONE_PURPOSE, Action, Fact, standing

ID = strawberry.ID
OTHERS = "Query.explain.others"
"""The guard of questions about what others may do."""

NO_RECIPIENT = ""
"""A name that nobody can register."""


def purposes_of(running: Running) -> list[Purpose]:
    """The purposes of the edition in force, as they are announced today."""
    today = today_in_japan(running.at)
    return [
        Purpose(
            id=ID(each.id),
            parent=ID(each.parent) if each.parent else None,
            abstract=each.abstract,
            announced=each.announced(today),
            ja=each.ja,
            en=each.en,
        )
        for each in running.force.edition.purposes.values()
        if each.id != NONE_PURPOSE
    ]


def fields_of(force: Force) -> list[FieldInfo]:
    """The catalogue, with the category that the edition gives each field."""
    found = force.kept.get("fields")
    if not isinstance(found, list):
        found = force.kept["fields"] = [
            FieldInfo(
                path=ID(path),
                category=ID(force.edition.fields.get(path, "unsorted")),
                tier=field.tier,
                clause=field.clause,
                ja=field.ja,
                en=field.en,
                purposes=[ID(purpose) for purpose in _purposes_reading(force.edition, path)],
            )
            for path, field in force.catalogue.items()
        ]
    return found


def form_of(running: Running) -> list[FormQuestion]:
    """The questions that the form asks today."""
    return [
        FormQuestion(
            key=ID(each.key),
            kind=ID(each.kind.value),
            category=ID(each.category),
            choices=[
                FormChoice(value=ID(value), label_ja=ja, label_en=en)
                for value, ja, en in zip(each.choices, each.choices_ja, each.choices_en, strict=False)
            ],
            label_ja=each.label_ja,
            label_en=each.label_en,
            help_ja=each.help_ja,
            help_en=each.help_en,
            required=each.required,
            asked_from=each.asked_from,
            asked_until=each.asked_until,
        )
        for each in running.force.edition.questions.values()
        if each.asked_on(running.today)
    ]


def _purposes_reading(edition: PolicyEdition, path: str) -> list[str]:
    wider = (ANY, *edition.field_ancestors(path))
    allowed = {purpose for name in wider for purpose in edition.digest.read_for.get(name, ())}
    return [
        purpose.id
        for purpose in edition.purposes.values()
        if not purpose.abstract and not allowed.isdisjoint((ANY, *edition.purpose_ancestors(purpose.id)))
    ]


async def explain_question(  # noqa: PLR0913 - a question has these parts
    running: Running,
    *,
    role: str,
    action: str | None,
    purpose: str,
    field: str,
    recipient: str,
    facts: Sequence[str],
    edition: str | None,
    access: str | None,
) -> Explanation:
    """The answer to a question, with its reason.

    Whoever may not read the register of recipients is told of another's as of one that nobody registered.

    Raises:
        Refusal: `OPERATION_FORBIDDEN` about another role for those who may ask only about their own,
            `BAD_INPUT` for a fact or an edition that is none, or for an access of which no facts are known here.
    """
    if role != running.plain.role and not running.plain.may(OTHERS):
        raise _others_closed(running, "OTHER_ROLES_CLOSED")
    if recipient not in running.requester.recipients and not running.plain.may("Query.recipients"):
        recipient = NO_RECIPIENT
    known = {fact.value: fact for fact in Fact}
    for fact in facts:
        if fact not in known:
            raise Refusal(Code.BAD_INPUT, unknown_fact(fact), argument="facts")
    recalled = None if access is None or facts else running.recalled.get((access, action))
    true = standing(*(known[fact] for fact in facts)) if recalled is None else recalled.true(role)
    kinds = {} if recalled is None else recalled.kinds
    asked = (
        edition
        if access is None
        else await _edition_of_access(running, access, known=bool(facts or recalled))
    )
    judge = await _judge(running, asked, kinds)
    done = action or (Action.READ.value if recalled is None else recalled.action)
    question = Question(role, done, purpose, field, recipient, true)
    told = judge.explain(question)
    todo = advice(judge.edition, question, told.reason)
    return Explanation(
        allowed=told.decision.allowed,
        rule=ID(told.rule.id) if told.rule else None,
        clause=told.clause,
        edition=ID(told.decision.edition),
        reason=told.reason,
        nearest=[
            NearMiss(
                rule=ID(each.rule),
                failed=each.failed,
                missing=list(map(ID, each.missing)),
                matched=list(map(ID, each.matched)),
                also=[Failure(failed=also, missing=list(map(ID, names))) for also, names, _ in each.also],
                told=each,
            )
            for each in told.nearest
        ],
        told=told,
        ja="".join(each.text("ja") for each in todo) or None,
        en="; ".join(each.text("en") for each in todo) or None,
    )


def _others_closed(running: Running, told: str) -> Refusal:
    return closed(Told(told), running.plain.why_closed(OTHERS), field=OTHERS)


async def _edition_of_access(running: Running, access: str, *, known: bool) -> str:
    """The edition under which an access of the ledger was decided, for those who may ask about anybody.

    `known`: what is true of the person is named, or on record and told here; else nothing is said of them.
    """
    if not running.plain.may(OTHERS):
        raise _others_closed(running, "ACCESSES_CLOSED")
    if not known:
        raise untold(running.plain, running.requester, running.today)
    number = access_number(access)
    found = None if number is None else await running.inforce.edition_of_access(number)
    if found is None:
        raise Refusal(Code.BAD_INPUT, Told("ACCESS_UNKNOWN"), argument="access")
    return found


async def _judge(running: Running, edition: str | None, kinds: Mapping[str, str]) -> Judge:
    """The judge of an edition; `kinds` are groups that recipients were in when it decided."""
    force = running.force
    same = edition is None or edition == force.edition.id
    if same and not kinds:
        return force.judge
    try:
        of = force.edition if same or edition is None else await running.inforce.edition(edition)
        return Judge(of, {**force.registry.kinds, **kinds})
    except EditionUnknown as error:
        raise Refusal(Code.BAD_INPUT, Told("EDITION_UNKNOWN"), argument="edition") from error
