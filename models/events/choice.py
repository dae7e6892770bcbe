"""The choice: which fields of an event a company may have now, each answered by the rules.

It is made when an event comes in and again when it is passed on; a field that no rule allows is never kept for the
company.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from models.inforce import Force
from models.registry import KnownRecipient
from policies.judging.explanation import Explanation
from policies.judging.question import Question
from policies.vocabulary import Action, Fact, Role, Standing

COMPANIES: Mapping[str, tuple[Role, str]] = MappingProxyType(
    {
        "analytics": (Role.ANALYTICS, "insight.analytics"),
        "ad_network": (Role.AD_NETWORK, "promotion.ads"),
    }
)
"""The groups of recipients that are sent events: as what, and for which purpose."""

CLOSED = ("RECIPIENT_CLOSED", "RECIPIENT_INCOMPLETE", "PURPOSE_UNANNOUNCED", "NOT_REACHABLE")
"""Why nothing at all goes to a company now, before any rule is asked."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is true of one event for one company, beside the notices in force.

    Attributes:
        located: the device was allowed to tell its location.
        opted_out: the browser opted out of this company, or of all.
        grouped: ten browsers or more share its attributes; supposed until it is passed on with others.
    """

    located: bool = False
    opted_out: bool = False
    grouped: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """What a company may have of an event.

    Attributes:
        allowed: the fields.
        refused: every other field, with the code of what is in the way and, where a rule said so, its explanation.
    """

    allowed: frozenset[str] = frozenset()
    refused: Mapping[str, tuple[str, Explanation | None]] = field(default_factory=dict)


def group_of(force: Force, recipient: KnownRecipient) -> str | None:
    """The group of companies that a recipient belongs to; None for one that is sent no events."""
    names = force.edition.groups.ancestors(recipient.kind)
    return next((name for name in names if name in COMPANIES), None)


def companies(force: Force) -> list[KnownRecipient]:
    """Every company in the register that events could go to, by id, whether or not they may now."""
    return [each for each in force.registry.recipients.values() if group_of(force, each) is not None]


def purpose_of(force: Force, recipient: KnownRecipient) -> str:
    """What a company is sent events for.

    Raises:
        KeyError: it is sent none.
    """
    return COMPANIES[group_of(force, recipient) or ""][1]


def choose(
    force: Force, recipient: KnownRecipient, fields: Iterable[str], known: Circumstances, today: date
) -> Choice:
    """What this company may have of an event with these fields."""
    named = list(fields)
    closed = _closed(force, recipient, today)
    if closed is not None:
        return Choice(refused=dict.fromkeys(named, (closed, None)))
    role, purpose = COMPANIES[group_of(force, recipient) or ""]
    allowed: set[str] = set()
    refused: dict[str, tuple[str, Explanation | None]] = {}
    for path in named:
        question = Question(
            role, Action.TRANSMIT, purpose, path, recipient.id, standing_of(recipient, path, known)
        )
        if force.judge.decide(question):
            allowed.add(path)
        else:
            why = force.judge.explain(question)
            refused[path] = (str(why.reason), why)
    return Choice(frozenset(allowed), refused)


def standing_of(recipient: KnownRecipient, path: str, known: Circumstances) -> Standing:
    """The facts of one field of an event for a company."""
    grounds = recipient.grounds
    true = {
        Fact.TRANSMISSION_ANNOUNCED: grounds.announced(path) is not None,
        Fact.IDENTIFYING: recipient.identifying,
        Fact.CONFIRMED: grounds.confirmed(abroad=recipient.abroad),
        Fact.OPTED_OUT: known.opted_out,
        Fact.LOCATED: known.located,
        Fact.GROUPED: known.grouped,
        Fact.ABROAD: recipient.abroad,
    }
    return frozenset(fact for fact, so in true.items() if so)


def _closed(force: Force, recipient: KnownRecipient, today: date) -> str | None:
    """Why nothing at all goes to a recipient now, before any rule is asked."""
    if recipient.closed is not None or group_of(force, recipient) is None:
        return "RECIPIENT_CLOSED"
    purpose = force.edition.purposes.get(purpose_of(force, recipient))
    if purpose is None or not purpose.announced(today):
        return "PURPOSE_UNANNOUNCED"
    return "RECIPIENT_INCOMPLETE" if recipient.missing else None
