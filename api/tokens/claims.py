"""The claims of an access token: which there must be, of what type, and the requester they make."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from api.tokens.requester import Bound, Requester
from api.tokens.scope import Scope, ScopeRefused
from policies.vocabulary import Role

USER_ROLE = Role.USER.value
USER_RECIPIENTS = ("person",)
STAFF_ROLES = frozenset(
    {
        Role.PRIVACY_OFFICER.value,
        Role.POLICY_ADMIN.value,
        Role.POLICY_APPROVER.value,
        Role.AUDITOR.value,
    }
)
"""The roles in which a member of staff may use a client."""

MOST_RECIPIENTS = 100
ROLES = frozenset(role.value for role in Role)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
_TOKEN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_STAFF = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}:[!-~]{1,79}")
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
_WAYS = ("jkt", "x5t#S256")


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _moment(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 40


def _term(value: object) -> bool:
    return type(value) is int and 0 < value < 1 << 31


def _shaped(*shapes: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and any(shape.fullmatch(value) for shape in shapes)


_id = _shaped(_ID)
_thumbprint = _shaped(_THUMBPRINT)


def _recipients(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MOST_RECIPIENTS and all(map(_id, value))


def _role(value: object) -> bool:
    return isinstance(value, str) and value in ROLES


def _actor(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"sub"} and _id(value["sub"])


def _details(value: object) -> bool:
    return isinstance(value, list)


def _confirmation(value: object) -> bool:
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((way, thumbprint),) = value.items()
    return way in _WAYS and _thumbprint(thumbprint)


REQUIRED: Mapping[str, Callable[[object], bool]] = {
    "iss": _text,
    "aud": _text,
    "sub": _shaped(_ID, _STAFF),
    "client_id": _id,
    "role": _role,
    "recipients": _recipients,
    "jti": _shaped(_TOKEN_ID),
    "iat": _moment,
    "nbf": _moment,
    "exp": _moment,
}
OPTIONAL: Mapping[str, Callable[[object], bool]] = {
    "scope": _text,
    "act": _actor,
    "authorization_details": _details,
    "cnf": _confirmation,
    "term": _term,
}


def _well_typed(claims: Mapping[str, Any]) -> bool:
    checks = {**REQUIRED, **{name: check for name, check in OPTIONAL.items() if name in claims}}
    return set(claims) == set(checks) and all(check(claims[name]) for name, check in checks.items())


def _acted(claims: Mapping[str, Any]) -> bool:
    return claims.get("act") == {"sub": claims["client_id"]}


def _for_user(claims: Mapping[str, Any]) -> bool:
    """Whether a client speaks for a user: role, recipient and actor say so together."""
    return (
        claims["role"] == USER_ROLE
        and tuple(claims["recipients"]) == USER_RECIPIENTS
        and _id(claims["sub"])
        and _acted(claims)
    )


def _for_staff(claims: Mapping[str, Any]) -> bool:
    """Whether a member of staff uses a client: the role is theirs and the client is the actor."""
    return claims["role"] in STAFF_ROLES and _STAFF.fullmatch(claims["sub"]) is not None and _acted(claims)


def _for_itself(claims: Mapping[str, Any]) -> bool:
    """Whether a client speaks for itself: it is its own subject, and never in the role `user`."""
    return claims["role"] != USER_ROLE and "act" not in claims and claims["sub"] == claims["client_id"]


def requester_of(claims: Mapping[str, Any]) -> Requester | None:
    """The requester that claims make, or `None` if one is missing, unknown, ill-typed or against another."""
    if not _well_typed(claims) or not (_for_user(claims) or _for_staff(claims) or _for_itself(claims)):
        return None
    try:
        scopes = tuple(_scopes(claims))
    except ScopeRefused:
        return None
    return Requester(
        client=claims["client_id"],
        role=claims["role"],
        user=claims["sub"] if claims["role"] == USER_ROLE else None,
        staff=claims["sub"] if _for_staff(claims) else None,
        recipients=tuple(claims["recipients"]),
        scopes=scopes,
        expires_at=float(claims["exp"]),
        token_id=claims["jti"],
        bound=next((Bound(*each) for each in claims.get("cnf", {}).items()), None),
        term=claims.get("term", 0),
    )


def _scopes(claims: Mapping[str, Any]) -> list[Scope]:
    found = []
    if "scope" in claims:
        found.append(Scope.of_words(claims["scope"].split(" ")))
    if "authorization_details" in claims:
        found.append(Scope.of_details(claims["authorization_details"]))
    return found
