"""The refusal: why an operation, or a part of it, was not answered; never with a value in it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from api.gateway.told import Told


class Code(StrEnum):
    """The codes of `errors[].extensions.code`."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    PURPOSE_MISSING = "PURPOSE_MISSING"
    PURPOSE_UNKNOWN = "PURPOSE_UNKNOWN"
    PURPOSE_ABSTRACT = "PURPOSE_ABSTRACT"
    PURPOSE_NOT_ANNOUNCED = "PURPOSE_NOT_ANNOUNCED"
    PURPOSE_NOT_ALLOWED = "PURPOSE_NOT_ALLOWED"
    FILTER_FORBIDDEN = "FILTER_FORBIDDEN"
    FIELD_FORBIDDEN = "FIELD_FORBIDDEN"
    FIELD_WITHHELD = "FIELD_WITHHELD"
    OPERATION_FORBIDDEN = "OPERATION_FORBIDDEN"
    DOCUMENT_INVALID = "DOCUMENT_INVALID"
    BAD_INPUT = "BAD_INPUT"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    RATE_LIMITED = "RATE_LIMITED"
    LEDGER_UNAVAILABLE = "LEDGER_UNAVAILABLE"
    POLICY_UNAVAILABLE = "POLICY_UNAVAILABLE"
    INTERNAL = "INTERNAL"


STATUS: Mapping[Code, int] = MappingProxyType(
    {
        Code.UNAUTHENTICATED: 401,
        Code.PURPOSE_NOT_ALLOWED: 403,
        Code.PURPOSE_NOT_ANNOUNCED: 403,
        Code.FILTER_FORBIDDEN: 403,
        Code.FIELD_FORBIDDEN: 403,
        Code.FIELD_WITHHELD: 403,
        Code.OPERATION_FORBIDDEN: 403,
        Code.LIMIT_EXCEEDED: 400,
        Code.RATE_LIMITED: 429,
        Code.LEDGER_UNAVAILABLE: 503,
        Code.POLICY_UNAVAILABLE: 503,
        Code.INTERNAL: 500,
    }
)
"""The HTTP status of an operation that was refused whole; 400 where none is named."""

ALWAYS = frozenset({401, 405, 408, 429, 500, 503})
"""The statuses that hold under `application/json` too; every other refusal there is 200 (GraphQL over HTTP 6.4.1)."""

PathStep = str | int


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault
    """A whole operation is refused.

    Attributes:
        code: which of the closed list.
        told: one sentence for a developer, with the remedy; never a value. A text is told as it is.
        extensions: more keys of `errors[].extensions`.
        status: that of HTTP for `application/graphql-response+json`; the code's own unless HTTP has a finer one.
    """

    def __init__(
        self,
        code: Code,
        told: Told | str,
        *,
        path: Sequence[PathStep] | None = None,
        status: int | None = None,
        **extensions: object,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.told = told
        self.path = tuple(path) if path else None
        self.status = status or STATUS.get(code, 400)
        self.extensions = extensions

    @property
    def reason(self) -> str | None:
        """The finer reason, where there is one."""
        found = self.extensions.get("reason")
        return None if found is None else str(found)

    @property
    def retry_after(self) -> int | None:
        """In how many seconds to ask again, where that is known."""
        found = self.extensions.get("retryAfter")
        return found if isinstance(found, int) else None

    @property
    def message(self) -> str:
        """What is told, in English."""
        return self.text("en")

    def text(self, language: str) -> str:
        """What is told."""
        return self.told if isinstance(self.told, str) else self.told.text(language)

    def error(
        self, request_id: str, language: str, *, path: Sequence[PathStep] | None = None
    ) -> dict[str, Any]:
        """The entry of `errors`, as the GraphQL specification shapes it; `path` where it is known only now."""
        entry: dict[str, Any] = {"message": self.text(language)}
        if place := path or self.path:
            entry["path"] = list(place)
        entry["extensions"] = {"code": self.code.value, **self.extensions, "requestId": request_id}
        return entry


class Refusals(Refusal):
    """A whole operation is refused for several reasons at once; code and status are those of the first."""

    def __init__(self, parts: Sequence[Refusal]) -> None:
        first = parts[0]
        super().__init__(first.code, first.told, path=first.path, status=first.status)
        self.extensions = first.extensions
        self.parts = tuple(parts)


class Why(NamedTuple):
    """Why something is closed to this client, whoever it is about."""

    reason: str | None = None
    clause: str | None = None
    rule: str | None = None


UNSAID = Why()
"""A reason that would tell of a person."""


def closed(
    told: Told,
    why: Why,
    *,
    field: str | None = None,
    path: Sequence[PathStep] | None = None,
    status: int | None = None,
) -> Refusal:
    """The refusal of what this client may not do at all."""
    about = {} if field is None else {"field": field}
    extensions: dict[str, Any] = {**about, **why._asdict()}
    return Refusal(Code.OPERATION_FORBIDDEN, told, path=path, status=status, **extensions)


def exceeded(
    limit: str, asked: int | None, most: float, *, status: int | None = None, argument: str | None = None
) -> Refusal:
    """The refusal of what goes beyond a limit, with what was asked where that is known."""
    told = Told(f"LIMIT_{limit.upper()}", asked=asked, most=most)
    known: dict[str, Any] = {} if asked is None else {"asked": asked}
    if argument is not None:
        known["argument"] = argument
    return Refusal(Code.LIMIT_EXCEEDED, told, status=status, limit=limit, most=most, **known)
