"""The grants: what a client that proved itself is given a token for."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from api.tokens.access_token import AccessTokens, Holder
from api.tokens.fault import Fault
from api.tokens.requester import Bound
from api.tokens.scope import CATEGORY, PURPOSE, DetailsRefused, Scope, ScopeRefused, known_words, narrowed
from models.clients.client import Client
from policies.edition import Edition

WORD_UNKNOWN = (
    "a word of the scope is none of `scopes_supported` in the metadata: each is `purpose:` or `category:` with its id,"
    " with a space between them"
)


@dataclass(frozen=True, slots=True)
class Asking:
    """One request for a token, by a client that proved itself.

    Attributes:
        form: the parameters of the body.
        bound: what was shown of a key or a certificate.
        now: seconds since the epoch.
        request_id: what the ledger and the log know the request by.
    """

    client: Client
    form: Mapping[str, str]
    bound: Bound | None
    now: float
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a token may be for at most, beside what its client is narrowed to.

    Attributes:
        recipients: those that it may be used for.
        words: the words of the token that it is made from.
        details: the authorization details of that token.
    """

    recipients: Sequence[str]
    words: tuple[str, ...] = ()
    details: Scope | None = None


@dataclass(frozen=True, slots=True)
class Granting:
    """What every grant stands on."""

    tokens: AccessTokens
    edition: Callable[[], Edition]

    def scope(self, asking: Asking, limit: Limit) -> tuple[tuple[str, ...], Scope | None]:
        """The words and the details that a token is narrowed to: those asked for, inside the limit and the client's own.

        Raises:
            Fault: `invalid_scope` or `invalid_authorization_details`.
        """
        edition = self.edition()
        asked = asking.form["scope"].split(" ") if "scope" in asking.form else []
        if not known_words(edition).issuperset(asked):
            raise Fault("invalid_scope", WORD_UNKNOWN)
        try:
            most = narrowed(limit.words, asking.client.scopes, edition)
            return narrowed(asked, most, edition), self._details(asking, limit, most)
        except DetailsRefused as refused:
            raise Fault("invalid_authorization_details", str(refused)) from None
        except ScopeRefused as refused:
            raise Fault("invalid_scope", str(refused)) from None

    def _details(self, asking: Asking, limit: Limit, words: tuple[str, ...]) -> Scope | None:
        """The authorization details (RFC 9396), all of which name what exists and may be asked for."""
        text = asking.form.get("authorization_details")
        if text is None:
            return limit.details
        try:
            details = Scope.of_details(orjson.loads(text))
        except orjson.JSONDecodeError:
            raise DetailsRefused("`authorization_details` is no JSON") from None
        edition, known = self.edition(), known_words(self.edition())
        (most,) = Scope.of_words(words).grants
        for grant in details.grants:
            named = {PURPOSE + name for name in grant.purposes or ()}
            named |= {CATEGORY + name for name in grant.categories or ()}
            if not named <= known:
                raise DetailsRefused(
                    "an authorization detail names a purpose or category that does not exist"
                )
            if not (grant.recipients or frozenset()) <= set(limit.recipients):
                raise DetailsRefused("an authorization detail names a recipient that is none of the client's")
            if not grant.names_within(edition, most):
                raise DetailsRefused(
                    "an authorization detail asks for more than the client was registered for"
                )
        if limit.details is not None and not details.within(edition, limit.details):
            raise DetailsRefused("an authorization detail asks for more than the subject token has")
        return details

    def answer(self, holder: Holder, now: float, until: float | None = None) -> dict[str, Any]:
        """The answer with a token (RFC 6749, 5.1); `until` is the end of the token it is made from.

        Raises:
            Fault: the client cannot stand in one, or the scope is too long.
        """
        try:
            token = self.tokens.mint(holder, now=now, until=until)
        except ScopeRefused as refused:
            raise Fault("invalid_scope", str(refused)) from None
        except ValueError:
            raise Fault("unauthorized_client", "the client may not ask for itself") from None
        lasting = self.tokens.seconds if until is None else min(self.tokens.seconds, int(until - now))
        return {
            "access_token": token,
            "token_type": kind_of(holder.bound),
            "expires_in": lasting,
            **({"scope": " ".join(holder.words)} if holder.words else {}),
            **({"authorization_details": holder.details.details} if holder.details else {}),
        }


def kind_of(bound: Bound | None) -> str:
    """The `token_type` of a token that is bound so."""
    return "DPoP" if bound and bound.way == "jkt" else "Bearer"


Grant: TypeAlias = Callable[[Asking], Awaitable[dict[str, Any]]]


def client_credentials(granting: Granting) -> Grant:
    """The grant of a token for the client itself (RFC 6749, 4.4)."""

    async def grant(asking: Asking) -> dict[str, Any]:
        words, details = granting.scope(asking, Limit(recipients=asking.client.recipients))
        holder = Holder(client=asking.client, words=words, details=details, bound=asking.bound)
        return granting.answer(holder, asking.now)

    return grant
