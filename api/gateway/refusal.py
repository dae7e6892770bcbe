"""The refusal: why an operation, or a part of it, was not answered; never with a value in it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any


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
        message: one sentence for a developer, with the remedy; never a value.
        extensions: more keys of `errors[].extensions`.
        status: that of HTTP for `application/graphql-response+json`; the code's own unless HTTP has a finer one.
    """

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        path: Sequence[PathStep] | None = None,
        status: int | None = None,
        **extensions: object,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.path = tuple(path) if path else None
        self.status = status or STATUS.get(code, 400)
        self.extensions = extensions

    @property
    def reason(self) -> str | None:
        """The finer reason, where there is one."""
        found = self.extensions.get("reason")
        return None if found is None else str(found)

    def error(self, request_id: str) -> dict[str, Any]:
        """The entry of `errors`."""
        return error(self.code, self.message, request_id, path=self.path, **self.extensions)


class Refusals(Refusal):
    """A whole operation is refused for several reasons at once."""

    def __init__(self, parts: Sequence[Refusal]) -> None:
        first = parts[0]
        super().__init__(first.code, first.message, path=first.path)
        self.extensions = first.extensions
        self.parts = tuple(parts)


def exceeded(limit: str, sentence: str, asked: int | None, most: int, **more: Any) -> Refusal:  # noqa: ANN401
    """The refusal of what goes beyond a limit, with what was asked where that is known."""
    told = more if asked is None else {"asked": asked, **more}
    return Refusal(Code.LIMIT_EXCEEDED, sentence, limit=limit, most=most, **told)


def error(
    code: Code, message: str, request_id: str, *, path: Sequence[PathStep] | None = None, **extensions: object
) -> dict[str, Any]:
    """One entry of `errors`, as the GraphQL specification shapes it."""
    entry: dict[str, Any] = {"message": message}
    if path:
        entry["path"] = list(path)
    entry["extensions"] = {"code": code.value, **extensions, "requestId": request_id}
    return entry
