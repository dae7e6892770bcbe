"""The exchange: a token in place of another, for the person or the member of staff it speaks of (RFC 8693)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import structlog

from api.fair.subjects import Subjects
from api.tokens.access_token import Holder, InvalidToken, Registered
from api.tokens.claims import STAFF_ROLES, USER_RECIPIENTS
from api.tokens.entering import Entering
from api.tokens.fault import Fault, unavailable
from api.tokens.grant import Asking, Granting, Limit
from api.tokens.held import held
from api.tokens.requester import Bound
from api.tokens.scope import Scope
from api.tokens.signed import Unsigned
from api.tokens.trusted import Trusted, Unreachable
from models.signed_in import possible
from policies.vocabulary import Role

log = structlog.get_logger("tokens")

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
USER = "urn:mokuteki:params:oauth:token-type:user"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - the name of a type
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 - the name of a type


@dataclass(slots=True, kw_only=True)
class _As:
    """The client as a token has it that is narrowed."""

    id: str
    role: str
    recipients: list[str]
    term: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom the new token speaks of, and what it may be at most.

    Attributes:
        user: the person, by an id that nobody may have.
        until: the end of the token that was shown, in seconds since the epoch.
        bound: what that token is bound to.
    """

    client: Registered
    limit: Limit
    user: str | None = None
    staff: str | None = None
    until: float | None = None
    bound: Bound | None = None


Reading: TypeAlias = Callable[[Asking, str], Awaitable[Subject]]
"""Reads one kind of subject token."""


class Exchange:
    """The grant of RFC 8693.

    Args:
        granting: what every grant stands on.
        subjects: counts people and puts exchanges on record; no record, no token.
        trusted: the issuers whose word is taken for members of staff.
    """

    def __init__(self, granting: Granting, subjects: Subjects, trusted: Trusted) -> None:
        self._granting = granting
        self._entering = Entering(subjects, granting.edition)
        self._trusted = trusted
        self._subjects: dict[str, Reading] = {
            USER: self._of_user,
            ACCESS_TOKEN: self._of_access_token,
            ID_TOKEN: self._of_id_token,
        }

    async def grant(self, asking: Asking) -> dict[str, Any]:
        """The answer with the new token.

        Raises:
            Fault: it is refused, by the code of RFC 6749 section 5.2 that RFC 8693 section 2.2.2 asks for.
        """
        form = asking.form
        if form.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
            raise Fault("invalid_request", f"the `requested_token_type` is not `{ACCESS_TOKEN}`")
        if "actor_token" in form or "actor_token_type" in form:
            raise Fault("invalid_request", "an `actor_token` is not taken: the client itself is the actor")
        subject_of = self._subjects.get(form.get("subject_token_type", ""))
        if subject_of is None:
            raise Fault(
                "invalid_request", f"send a `subject_token_type`, one of: {', '.join(self._subjects)}"
            )
        subject = await subject_of(asking, form.get("subject_token", ""))
        words, details = self._granting.scope(asking, subject.limit)
        holder = Holder(
            client=subject.client,
            user=subject.user,
            staff=subject.staff,
            words=words,
            details=details,
            bound=_binding(asking.bound, subject.bound),
            token_id=asking.request_id if subject.user or subject.staff else None,
        )
        answer = self._granting.answer(holder, asking.now, subject.until)
        if subject.user is not None and not await self._entering.person(asking, subject.user):
            _refuse()
        if subject.staff is not None:
            await self._entering.staff(asking, subject.staff)
        return {**answer, "issued_token_type": ACCESS_TOKEN}

    async def _of_user(self, asking: Asking, user: str) -> Subject:
        """A person whom a frontend has signed in, by their id."""
        if asking.client.role != Role.FRONTEND:
            raise Fault("unauthorized_client", "only a frontend signs people in")
        if not possible(user):
            _refuse()
        return Subject(client=asking.client, limit=Limit(recipients=USER_RECIPIENTS), user=user)

    async def _of_access_token(self, asking: Asking, token: str) -> Subject:
        """Whom an access token of this client speaks of; the new one is that one, or less."""
        try:
            requester, claims = await held(self._granting.tokens, token, asking.client, asking.now)
        except InvalidToken:
            _refuse()
        details = claims.get("authorization_details")
        return Subject(
            client=_As(
                id=requester.client,
                role=requester.role,
                recipients=list(requester.recipients),
                term=requester.term,
            ),
            limit=Limit(
                recipients=requester.recipients,
                words=tuple(claims["scope"].split(" ")) if "scope" in claims else (),
                details=None if details is None else Scope.of_details(details),
            ),
            user=requester.user,
            staff=requester.staff,
            until=requester.expires_at,
            bound=requester.bound,
        )

    async def _of_id_token(self, asking: Asking, token: str) -> Subject:
        """A member of staff, on the word of a trusted issuer that gives them the role of this client."""
        client = asking.client
        if client.role not in STAFF_ROLES:
            raise Fault("unauthorized_client", "only a client in a role of staff takes an ID token")
        try:
            member = await self._trusted.member(token, {client.id, self._granting.tokens.issuer}, asking.now)
        except Unsigned:
            _refuse()
        except Unreachable:
            log.exception("tokens.issuer_unreachable")
            raise unavailable(
                "the issuer of the ID token cannot be asked for its keys now: try again"
            ) from None
        if client.role not in member.roles:
            _refuse()
        return Subject(
            client=client,
            limit=Limit(recipients=client.recipients),
            staff=member.name,
            until=member.until,
        )


def _refuse() -> NoReturn:
    raise Fault("invalid_request", "the subject token is not valid, or not for this client") from None


def _binding(shown: Bound | None, before: Bound | None) -> Bound | None:
    """What the new token is bound to: never less than the one before it.

    Raises:
        Fault: another key or certificate was shown.
    """
    if before is not None and shown not in (None, before):
        raise Fault("invalid_request", "the subject token is bound to another key or certificate")
    return before or shown
