"""The claims of an access token: which there must be, of what type, and the requester they make."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from api.tokens.requester import Requester
from api.tokens.scope import Scope, ScopeRefused
from policies.vocabulary import Role

USER_ROLE = Role.USER.value
USER_RECIPIENTS = ("person",)
MOST_RECIPIENTS = 100
ROLES = frozenset(role.value for role in Role)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
_TOKEN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _moment(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 40


def _shaped(shape: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and shape.fullmatch(value) is not None


_id = _shaped(_ID)


def _recipients(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MOST_RECIPIENTS and all(map(_id, value))


def _role(value: object) -> bool:
    return isinstance(value, str) and value in ROLES


def _actor(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"sub"} and _id(value["sub"])


REQUIRED: Mapping[str, Callable[[object], bool]] = {
    "iss": _text,
    "aud": _text,
    "sub": _id,
    "client_id": _id,
    "role": _role,
    "recipients": _recipients,
    "jti": _shaped(_TOKEN_ID),
    "iat": _moment,
    "nbf": _moment,
    "exp": _moment,
}
OPTIONAL: Mapping[str, Callable[[object], bool]] = {"scope": _text, "act": _actor}


def _well_typed(claims: Mapping[str, Any]) -> bool:
    checks = {**REQUIRED, **{name: check for name, check in OPTIONAL.items() if name in claims}}
    return set(claims) == set(checks) and all(check(claims[name]) for name, check in checks.items())


def _for_user(claims: Mapping[str, Any]) -> bool:
    """Whether a client speaks for a user: role, recipient and actor say so together."""
    return (
        claims["role"] == USER_ROLE
        and tuple(claims["recipients"]) == USER_RECIPIENTS
        and claims.get("act") == {"sub": claims["client_id"]}
    )


def _for_itself(claims: Mapping[str, Any]) -> bool:
    """Whether a client speaks for itself: it is its own subject, and never in the role `user`."""
    return claims["role"] != USER_ROLE and "act" not in claims and claims["sub"] == claims["client_id"]


def requester_of(claims: Mapping[str, Any]) -> Requester | None:
    """The requester that claims make, or `None` if one is missing, unknown, ill-typed or against another."""
    if not _well_typed(claims) or not (_for_user(claims) or _for_itself(claims)):
        return None
    try:
        scope = Scope.of(claims["scope"].split(" ") if "scope" in claims else ())
    except ScopeRefused:
        return None
    return Requester(
        client=claims["client_id"],
        role=claims["role"],
        user=claims["sub"] if claims["role"] == USER_ROLE else None,
        recipients=tuple(claims["recipients"]),
        purposes=scope.purposes,
        categories=scope.categories,
        expires_at=float(claims["exp"]),
        token_id=claims["jti"],
    )
