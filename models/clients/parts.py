"""The parts of a client as somebody entered them: read by name, with every mistake told at once."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

from models.clients.client import Authentication, Binding
from models.clients.keys import read_keys
from models.formats.contact import email
from models.formats.fold import plain
from models.formats.wrong import Mistake, Wrong
from models.inforce import Force
from models.publish import SHIPPED
from policies.vocabulary import NONE_PURPOSE, Role

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
"""What can stand in a token as a client's id."""

LONGEST_TEXT = 200
MOST = 100
"""The most recipients, scopes or networks of one client."""

MOST_DOCUMENTS = 10_000
MOST_QUOTA = 999_999_999
"""The most of any quota, of a client and of the installation."""

FURTHEST = timedelta(days=36_525)
"""How far ahead a client may end: a hundred years, so that every clock can tell its end in its own time."""

_DOCUMENT = re.compile("[0-9a-f]{64}")
_SCOPE = re.compile("(purpose|category):[a-z][a-z0-9_.-]{0,59}")

COLUMNS: Mapping[str, str] = {
    "recipients": "recipients",
    "scopes": "scopes",
    "documents": "documents",
    "owner": "owner",
    "contact": "contact",
    "authentication": "authentication",
    "jwks": "jwks",
    "binding": "binding",
    "networks": "networks",
    "expiresAt": "expires_at",
    "requestsPerMinute": "requests_per_minute",
    "peoplePerHour": "people_per_hour",
    "peoplePerDay": "people_per_day",
}
"""The parts that can be changed, by their names in the interface, each with its column."""

EMPTY: Mapping[str, Any] = {
    **dict.fromkeys(COLUMNS),
    "recipients": [],
    "scopes": [],
    "owner": "",
    "contact": "",
    "authentication": Authentication.SECRET.value,
    "binding": Binding.DEFAULT.value,
}
"""Each part where nothing was entered; what is null here is not narrowed, or the installation's."""


@dataclass(slots=True)
class Parts:
    """What was entered of one client.

    Attributes:
        role: the client's, once it is known.
        values: each part that was read, by its name in the interface.
    """

    force: Force
    now: datetime
    role: str
    values: dict[str, Any] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def read(self, said: Mapping[str, Any]) -> None:
        """Read every part that is named; null empties one."""
        for name in COLUMNS:
            if name not in said:
                continue
            value = said[name]
            self.values[name] = EMPTY[name] if value is None else _READERS[name](self, name, value)

    def wrong(self, path: str, code: str, /, **told: int | str) -> None:
        """Something is wrong here."""
        self.mistakes.append(Wrong(code, **told).at(path))

    def agree(self, before: Mapping[str, Any]) -> None:
        """See that all parts go together, those of `before` included that were not entered."""
        after = {**EMPTY, **before, **self.values}
        faulty = {mistake.path.partition(".")[0] for mistake in self.mistakes}
        if not after["recipients"] and "recipients" not in faulty:
            self.wrong("recipients", "CLIENT_RECIPIENTS")
        by_key = after["authentication"] == Authentication.PRIVATE_KEY
        if by_key and after["jwks"] is None and "jwks" not in faulty:
            self.wrong("jwks", "CLIENT_KEYS_REQUIRED")
        elif not by_key and self.values.get("jwks") is not None:
            self.wrong("jwks", "CLIENT_KEYS_UNUSED")
        elif not by_key and after["jwks"] is not None:
            self.values["jwks"] = None


def _text(parts: Parts, name: str, value: Any) -> str:  # noqa: ANN401 - whatever was entered
    return _read(parts, name, lambda: plain(value, LONGEST_TEXT))


def _address(parts: Parts, name: str, value: Any) -> str:  # noqa: ANN401 - whatever was entered
    return _read(parts, name, lambda: email(value))


def _read(parts: Parts, name: str, read: Callable[[], str]) -> str:
    try:
        return read()
    except Wrong as wrong:
        parts.mistakes.append(wrong.at(name))
        return ""


def _each(parts: Parts, name: str, value: Sequence[Any], most: int = MOST) -> list[str]:
    """The texts of a list, each once."""
    if len(value) > most:
        parts.wrong(name, "CLIENT_TOO_MANY", most=most)
        return []
    return list(dict.fromkeys(map(str, value)))


def _recipients(parts: Parts, name: str, value: Sequence[Any]) -> list[str]:
    found = _each(parts, name, value)
    for each in found:
        path = f"{name}.{value.index(each)}"
        if parts.force.registry.open_to(each) is None:
            parts.wrong(path, "CLIENT_RECIPIENT")
        elif parts.role and not _asks(parts, each):
            parts.wrong(path, "CLIENT_RECIPIENT_UNUSED", role=parts.role)
    return found


def _asks(parts: Parts, recipient: str) -> bool:
    """Whether some rule lets this role ask for this recipient, where any lets it ask for anybody."""
    judge, registry = parts.force.judge, parts.force.registry
    purposes = [each for each in parts.force.edition.purposes if each != NONE_PURPOSE]

    def usable(to: str) -> bool:
        return any(judge.usable(parts.role, purpose, to) for purpose in purposes)

    return usable(recipient) or not any(map(usable, registry.recipients))


def _scopes(parts: Parts, name: str, value: Sequence[Any]) -> list[str]:
    found = _each(parts, name, value)
    edition = parts.force.edition
    for each in found:
        kind, _, known = each.partition(":")
        path = f"{name}.{value.index(each)}"
        if not _SCOPE.fullmatch(each):
            parts.wrong(path, "CLIENT_SCOPE_SHAPE")
        elif kind == "purpose" and known not in edition.purposes:
            parts.wrong(path, "CLIENT_SCOPE_PURPOSE")
        elif kind == "category" and known not in edition.categories:
            parts.wrong(path, "CLIENT_SCOPE_CATEGORY")
    return sorted(found)


def _documents(parts: Parts, name: str, value: Sequence[Any]) -> list[str]:
    found = _each(parts, name, value, MOST_DOCUMENTS)
    for each in found:
        if not _DOCUMENT.fullmatch(each):
            parts.wrong(f"{name}.{value.index(each)}", "CLIENT_DOCUMENT")
    return found


def _networks(parts: Parts, name: str, value: Sequence[Any]) -> list[str] | None:
    found: list[str] = []
    if not value:
        parts.wrong(name, "CLIENT_NETWORK")
    for place, each in enumerate(_each(parts, name, value)):
        try:
            found.append(str(ip_network(each)))
        except ValueError:
            parts.wrong(f"{name}.{place}", "CLIENT_NETWORK")
    return list(dict.fromkeys(found)) or None


def _keys(parts: Parts, name: str, value: object) -> object:
    found, mistakes = read_keys(value)
    parts.mistakes += (each.wrong.at(".".join(filter(None, (name, each.path)))) for each in mistakes)
    return found


def _ending(parts: Parts, name: str, value: datetime) -> datetime:
    if value <= parts.now:
        parts.wrong(name, "CLIENT_EXPIRY")
    elif value > parts.now + FURTHEST:
        parts.wrong(name, "CLIENT_EXPIRY_FAR")
    return value


def _quota(parts: Parts, name: str, value: int) -> int:
    if not 0 < value <= MOST_QUOTA:
        parts.wrong(name, "CLIENT_QUOTA", most=MOST_QUOTA)
    return value


def _choice(_parts: Parts, _name: str, value: Any) -> str:  # noqa: ANN401 - a choice of the schema
    return str(getattr(value, "value", value))


def read_name(parts: Parts, name: str) -> None:
    """See that a name can be a client's."""
    if not NAME.fullmatch(name):
        parts.wrong("name", "CLIENT_NAME")
    elif name.lower() == SHIPPED:
        parts.wrong("name", "CLIENT_NAME_RESERVED", name=SHIPPED)


def read_role(parts: Parts, role: str) -> None:
    """See that a role can be a client's."""
    if role == Role.USER or role not in set(Role):
        parts.wrong("role", "CLIENT_ROLE", roles=", ".join(each for each in Role if each is not Role.USER))
    else:
        parts.role = role


_READERS: Mapping[str, Callable[[Parts, str, Any], Any]] = {
    "recipients": _recipients,
    "scopes": _scopes,
    "documents": _documents,
    "owner": _text,
    "contact": _address,
    "authentication": _choice,
    "jwks": _keys,
    "binding": _choice,
    "networks": _networks,
    "expiresAt": _ending,
    "requestsPerMinute": _quota,
    "peoplePerHour": _quota,
    "peoplePerDay": _quota,
}
