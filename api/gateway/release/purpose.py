"""The declared purpose: one announced leaf that the requester may use, or a refusal that says which step failed."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, cast

from api.gateway.kept import Kept
from api.gateway.refusal import Code, Refusal, Why, closed
from api.gateway.release.context import Context
from api.gateway.told import Told, either
from api.tokens.requester import Requester
from api.tokens.scope import Scope, scope_of
from models.formats.wrong import Sentence
from models.inforce import Force
from models.registry import LAPSED, KnownRecipient
from policies.check.near import Known
from policies.purpose import Purpose

MOST_CONTEXTS = 4_000

CLAUSES: Mapping[Code, str] = MappingProxyType(
    {
        Code.PURPOSE_MISSING: "Clause 3(1); APPI Art 17",
        Code.PURPOSE_UNKNOWN: "Clause 3(1); APPI Art 17",
        Code.PURPOSE_ABSTRACT: "Clause 3(1); APPI Art 17",
        Code.PURPOSE_NOT_ANNOUNCED: "Preamble; Clause 11; APPI Art 21",
        Code.PURPOSE_NOT_ALLOWED: "APPI Arts 23 and 24",
    }
)
"""The clause of the privacy policy and the article that each step enforces."""

OF_RECIPIENTS = "Clause 7; APPI Art 23"
OF_CLOSED_RECIPIENTS = "Clause 7; APPI Arts 23 and 27"
OF_RECORDS = "Clause 7; APPI Art 29"
ITEMS: Mapping[str, Sentence] = MappingProxyType(
    {
        "name": Sentence("name", "名称"),
        "address": Sentence("address", "住所"),
        "representative": Sentence("representative", "代表者氏名"),
    }
)
"""What a record of provision tells of a third party, in words."""


def recipient_of(force: Force, requester: Requester, asked: str | None) -> KnownRecipient:
    """To whom the answer goes: the recipient asked for, or the requester's first.

    Raises:
        Refusal: `PURPOSE_NOT_ALLOWED` where the requester is not registered for it, or nothing may go to it now.
    """
    name = asked or requester.recipients[0]
    found = force.registry.recipients.get(name) if name in requester.recipients else None
    if found is None:
        raise Refusal(
            Code.PURPOSE_NOT_ALLOWED,
            Told("RECIPIENT_NOT_ALLOWED"),
            reason="RECIPIENT_NOT_ALLOWED",
            clause=OF_RECIPIENTS,
        )
    if found.closed is not None:
        raise _not_open(found.closed)
    return found


def _not_open(why: str) -> Refusal:
    """Nothing may go to this recipient now, whoever asks."""
    told = {"PENDING": Told("RECIPIENT_PENDING"), LAPSED: Told("RECIPIENT_LAPSED")}
    return Refusal(
        Code.PURPOSE_NOT_ALLOWED,
        told.get(why, Told("RECIPIENT_STOPPED")),
        reason=f"RECIPIENT_{why}",
        clause=OF_CLOSED_RECIPIENTS,
    )


def declared_purpose(
    force: Force, requester: Requester, recipient: KnownRecipient, asked: str | None, today: date
) -> Purpose:
    """The purpose that an operation on personal data declares, on this day in Japan.

    Raises:
        Refusal: with the step that failed (domain section 6, steps 2 to 4).
    """
    if not asked:
        raise _refusal(Code.PURPOSE_MISSING)
    purpose = force.edition.purposes.get(asked)
    if purpose is None:
        raise _unknown(asked, force, today)
    if purpose.abstract:
        raise _refusal(Code.PURPOSE_ABSTRACT, purpose=purpose.id)
    if not purpose.announced(today):
        raise _refusal(Code.PURPOSE_NOT_ANNOUNCED, purpose=purpose.id)
    if not all(scope.covers(force.edition, purpose.id, recipient.id) for scope in scopes(force, requester)):
        raise _refusal(
            Code.PURPOSE_NOT_ALLOWED, "PURPOSE_OUT_OF_SCOPE", purpose=purpose.id, reason="SCOPE_TOO_NARROW"
        )
    if not force.judge.usable(requester.role, purpose.id, recipient.id):
        raise _refusal(Code.PURPOSE_NOT_ALLOWED, purpose=purpose.id, reason="ROLE_NOT_ALLOWED")
    return purpose


def _refusal(code: Code, told: str = "", **more: Any) -> Refusal:  # noqa: ANN401 - as `Refusal` takes it
    return Refusal(code, Told(told or code, purpose=more.get("purpose")), clause=CLAUSES[code], **more)


def _unknown(asked: str, force: Force, today: date) -> Refusal:
    """No purpose has this id; those that may be declared and come nearest are named."""
    known = Known(each.id for each in force.edition.purposes.values() if each.announced(today))
    near, clause = known.near(asked), CLAUSES[Code.PURPOSE_UNKNOWN]
    told = Told("PURPOSE_NEAR", near=[either(near)]) if near else Told("PURPOSE_UNKNOWN")
    return Refusal(Code.PURPOSE_UNKNOWN, told, clause=clause)


def context_of(
    force: Force, requester: Requester, recipient: KnownRecipient, purpose: Purpose | None
) -> Context:
    """The context, kept with what is in force so that its decisions are made once."""
    categories = _categories(force, requester, recipient, purpose) if purpose else ()
    key = (requester.role, categories, recipient.id, purpose and purpose.id)
    contexts = _contexts(force)
    found = contexts.get(key)
    if found is None:
        found = Context(force, requester.role, categories, purpose, recipient)
        contexts.keep(key, found)
    return found


def contexts_in_use(force: Force) -> tuple[Context, ...]:
    """Every context that is kept, each once, those used last first."""
    return tuple(dict.fromkeys(_contexts(force).newest()))


def renewed(old: Context, force: Force) -> Context | None:
    """The same context under what comes into force; None where it cannot be asked there.

    Whether a requester may have it is asked again when one does.
    """
    recipient = force.registry.open_to(old.recipient.id)
    purpose = old.purpose and force.edition.purposes.get(old.purpose.id)
    if recipient is None or (old.purpose and (purpose is None or purpose.abstract)):
        return None
    key = (old.role, old.categories, recipient.id, purpose and purpose.id)
    contexts = _contexts(force)
    found = contexts.get(key)
    if found is None:
        found = Context(force, old.role, old.categories, purpose, recipient)
        contexts.keep(key, found)
    return found


def purpose_context(
    force: Force, requester: Requester, recipient: KnownRecipient, asked: str | None, today: date
) -> Context:
    """The context of an operation on personal data; a refusal is never kept, a context is.

    Raises:
        Refusal: see `declared_purpose`; and `OPERATION_FORBIDDEN` for a recipient that cannot be recorded.
    """
    key = ("purpose", requester.role, requester.client, requester.scopes, recipient.id, asked)
    contexts = _contexts(force)
    found = contexts.get(key)
    if found is None:
        purpose = declared_purpose(force, requester, recipient, asked, today)
        found = context_of(force, requester, recipient, purpose)
        _complete(found)
        contexts.keep(key, found)
    return found


def scopes(force: Force, requester: Requester) -> tuple[Scope, ...]:
    """What the token was narrowed to, and what its client is narrowed to now."""
    client = force.registry.clients.get(requester.client)
    own = scope_of(client.scopes) if client else None
    return requester.scopes if own is None else (*requester.scopes, own)


def _categories(
    force: Force, requester: Requester, recipient: KnownRecipient, purpose: Purpose
) -> tuple[frozenset[str], ...]:
    found = (scope.categories(force.edition, purpose.id, recipient.id) for scope in scopes(force, requester))
    return tuple(dict.fromkeys(names for names in found if names is not None))


def _contexts(force: Force) -> Kept[object, Context]:
    found = force.kept.get("contexts")
    if found is None:
        found = force.kept["contexts"] = Kept[object, Context](MOST_CONTEXTS)
    return cast("Kept[object, Context]", found)


def _complete(context: Context) -> None:
    """A third party whose name, address or representative is unknown cannot be recorded, so it gets nothing."""
    missing = context.recipient.missing
    if context.third_party and missing:
        words = [ITEMS[each] for each in missing]
        refusal = closed(Told("RECIPIENT_INCOMPLETE", missing=words), Why("RECIPIENT_INCOMPLETE", OF_RECORDS))
        refusal.extensions["missing"] = list(missing)
        raise refusal
