"""The declared purpose: one announced leaf that the requester may use, or a refusal that says which step failed."""

from api.gateway.context import Context
from api.gateway.refusal import Code, Refusal
from api.tokens.requester import Requester
from models.inforce import Force
from models.registry import KnownRecipient
from policies.purpose import Purpose

MOST_CONTEXTS = 10_000


def recipient_of(force: Force, requester: Requester, asked: str | None) -> KnownRecipient:
    """To whom the answer goes: the recipient asked for, or the requester's first.

    Raises:
        Refusal: `PURPOSE_NOT_ALLOWED` where the requester is not registered for it, or it is not active.
    """
    name = asked or requester.recipients[0]
    found = force.registry.recipients.get(name) if name in requester.recipients else None
    if found is None:
        raise Refusal(
            Code.PURPOSE_NOT_ALLOWED,
            "the recipient is none of this client's: ask for one it is registered for",
            reason="RECIPIENT_NOT_ALLOWED",
        )
    return found


def declared_purpose(
    force: Force, requester: Requester, recipient: KnownRecipient, asked: str | None
) -> Purpose:
    """The purpose that an operation on personal data declares.

    Raises:
        Refusal: with the step that failed (domain section 6, steps 2 to 4).
    """
    if not asked:
        raise Refusal(
            Code.PURPOSE_MISSING,
            'the operation declares no purpose: write `@purpose(id: "…")` on it or send the header `Purpose`',
            clause="Clause 3(1); APPI Arts 17 and 18",
        )
    purpose = force.edition.purposes.get(asked)
    if purpose is None:
        raise Refusal(
            Code.PURPOSE_UNKNOWN,
            "the declared purpose is not known: `{ purposes { id } }` lists them",
            clause="Clause 3(1); APPI Arts 17 and 18",
        )
    if purpose.abstract:
        raise Refusal(
            Code.PURPOSE_ABSTRACT,
            f"`{purpose.id}` is abstract: declare one of the purposes below it",
            clause="Clause 3(1); APPI Arts 17 and 18",
            purpose=purpose.id,
        )
    if purpose.announced_on is None:
        raise Refusal(
            Code.PURPOSE_NOT_ANNOUNCED,
            f"`{purpose.id}` was never announced: nobody can be told that their data serves it",
            clause="Clause 3(1); APPI Arts 17 and 18",
            purpose=purpose.id,
        )
    scoped = requester.purposes is None or purpose.id in requester.purposes
    if not scoped or not force.judge.usable(requester.role, purpose.id, recipient.id):
        raise Refusal(
            Code.PURPOSE_NOT_ALLOWED,
            f"no rule lets this client use `{purpose.id}` for this recipient"
            if scoped
            else f"the token's scope leaves out `{purpose.id}`",
            clause="Clause 3(1); APPI Arts 17 and 18",
            purpose=purpose.id,
            reason="ROLE_NOT_ALLOWED" if scoped else "SCOPE_TOO_NARROW",
        )
    return purpose


def context_of(
    force: Force, requester: Requester, recipient: KnownRecipient, purpose: Purpose | None
) -> Context:
    """The context, kept with what is in force so that its decisions are made once."""
    key = (requester.role, requester.categories, recipient.id, purpose and purpose.id)
    found = force.kept.get(key)
    if not isinstance(found, Context):
        found = Context(force, requester.role, requester.categories, purpose, recipient)
        _keep(force, key, found)
    return found


def purpose_context(
    force: Force, requester: Requester, recipient: KnownRecipient, asked: str | None
) -> Context:
    """The context of an operation on personal data; a refusal is never kept, a context is.

    Raises:
        Refusal: see `declared_purpose`; and `OPERATION_FORBIDDEN` for a recipient that cannot be recorded.
    """
    key = ("purpose", requester.role, requester.purposes, requester.categories, recipient.id, asked)
    found = force.kept.get(key)
    if not isinstance(found, Context):
        purpose = declared_purpose(force, requester, recipient, asked)
        found = context_of(force, requester, recipient, purpose)
        _complete(found)
        _keep(force, key, found)
    return found


def _keep(force: Force, key: object, context: Context) -> None:
    if len(force.kept) >= MOST_CONTEXTS:
        force.kept.clear()
    force.kept[key] = context


def _complete(context: Context) -> None:
    """A third party whose name, address and representative are unknown cannot be recorded, so it gets nothing."""
    if context.third_party and not context.recipient.named:
        raise Refusal(
            Code.OPERATION_FORBIDDEN,
            "the recipient's name, address or representative is blank: complete its entry in the registry",
            reason="RECIPIENT_INCOMPLETE",
            clause="Clause 7; APPI Art 29",
        )
