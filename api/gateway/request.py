"""The request and the answer: one GraphQL operation as it comes in and goes out, without HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from api.fair.window import State
from api.gateway.refusal import Refusal, Refusals
from models.ledger.access import Outcome


@dataclass(slots=True, kw_only=True)
class Request:
    """One GraphQL request.

    Attributes:
        id: what the ledger, the errors and the response call it.
        purpose: what the header `Purpose` says; the directive wins.
        recipient: what the header `Recipient` says; the directive wins.
        queries_only: it came by GET, which may change nothing.
        key: what the header `Idempotency-Key` says; the same change under the same key is carried out once.
        hash: the SHA-256 of the document, where the client names it by that; `query` is empty where by that alone.
        address: that of the client; None where it is not known.
        language: the language of `Accept-Language` that refusals and mistakes are told in: `ja` or `en`.
    """

    id: str
    query: str
    variables: Mapping[str, Any]
    operation_name: str | None = None
    purpose: str | None = None
    recipient: str | None = None
    queries_only: bool = False
    key: str | None = None
    hash: str | None = None
    address: str | None = None
    language: str = "en"


@dataclass(slots=True, kw_only=True)
class Answer:
    """What goes back: the body, and for metrics and logs what it was about.

    Attributes:
        status: that of `application/graphql-response+json`.
        recipient_kind: the group of the recipient that people were released to.
        used: what is used of the quotas that it was counted against.
        retry_after: in how many seconds to ask again, where that is known.
        expired: why it may leave no more, as where the process stood still since it was decided.
    """

    status: int
    body: dict[str, Any]
    purpose: str | None = None
    recipient_kind: str | None = None
    outcome: Outcome = Outcome.REFUSED
    code: str | None = None
    users: int = 0
    used: tuple[State, ...] = ()
    retry_after: int | None = None
    expired: Callable[[], Refusal | None] = lambda: None

    def leaving(self, request_id: str, language: str) -> "Answer":
        """It, or what is said in its place; asked last, when its bytes are ready to leave."""
        refusal = self.expired()
        return (
            self if refusal is None else self.refused(refusal, request_id, language, self.purpose, self.used)
        )

    @classmethod
    def refused(
        cls,
        refusal: Refusal,
        request_id: str,
        language: str,
        purpose: str | None = None,
        used: tuple[State, ...] = (),
    ) -> "Answer":
        """The answer to an operation that is refused whole."""
        parts = refusal.parts if isinstance(refusal, Refusals) else (refusal,)
        return cls(
            status=refusal.status,
            body={"errors": [part.error(request_id, language) for part in parts]},
            purpose=purpose,
            code=refusal.code.value,
            used=used,
            retry_after=refusal.retry_after,
        )
