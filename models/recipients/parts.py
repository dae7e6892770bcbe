"""The parts of a recipient as somebody entered them: read by name, with every mistake told at once."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from models.formats.fold import plain
from models.formats.nationality import country
from models.formats.wrong import Mistake, Wrong
from models.inforce import Force
from models.provisions.retention import ProvisionMethod
from policies.check.names import NAME
from policies.edition import Edition
from policies.vocabulary import ANY

HOME: Final = "JP"
LONGEST_ID: Final = 60
LONGEST_TEXT: Final = 200
LONGEST_ADDRESS: Final = 300
LONGEST_URL: Final = 500
MOST_NAMES: Final = 20
"""The most former names of one recipient."""

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})

COLUMNS: Mapping[str, str] = {
    "kind": "kind",
    "name": "name",
    "formerNames": "former_names",
    "address": "address",
    "representative": "representative",
    "country": "country",
    "foreignRoute": "foreign_route",
    "stateOrgan": "state_organ",
    "identifying": "identifying",
    "contract": "contract",
    "contractFrom": "contract_from",
    "contractUntil": "contract_until",
    "contact": "contact",
    "noticeUrl": "notice_url",
    "eventsUrl": "events_url",
    "provisionMethod": "provision_method",
}
"""The parts that can be changed, by their names in the interface, each with its column."""

EMPTY: Mapping[str, Any] = {
    **dict.fromkeys(COLUMNS, ""),
    "formerNames": [],
    "country": HOME,
    "stateOrgan": False,
    "identifying": False,
    "contractFrom": None,
    "contractUntil": None,
    "provisionMethod": ProvisionMethod.INDIVIDUAL,
}
"""Each part where nothing was entered; a recipient without a kind or a name cannot be kept."""

_SHOWN: Final = re.compile(r"[!-~]+")


@dataclass(slots=True)
class RecipientParts:
    """What was entered of one recipient.

    Attributes:
        recipient: its id.
        loopback: a notice may go to this very machine without TLS, as in development.
        values: each part that was read, by its name in the interface.
    """

    force: Force
    recipient: str
    loopback: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def read(self, said: Mapping[str, Any]) -> None:
        """Read every part that is named; null empties one."""
        for name in COLUMNS:
            if name in said:
                value = said[name]
                self.values[name] = EMPTY[name] if value is None else _READERS[name](self, name, value)

    def wrong(self, path: str, code: str, /, **told: int | str) -> None:
        """Something is wrong here."""
        self.mistakes.append(Wrong(code, **told).at(path))

    def agree(self, before: Mapping[str, Any]) -> None:
        """See that all parts go together, those of `before` included that were not entered.

        A new name puts the one before among the former ones, and a new country ends the route to the one before.
        """
        self._move(before)
        after = {**EMPTY, **before, **self.values}
        wrong = {mistake.path.partition(".")[0] for mistake in self.mistakes}
        if "name" not in wrong and not after["name"]:
            self.wrong("name", "TEXT_BLANK")
        if "kind" not in wrong:
            self._know(after["kind"])
        if after["foreignRoute"] and after["country"] == HOME and not {"country", "foreignRoute"} & wrong:
            self.wrong("foreignRoute", "RECIPIENT_ROUTE_HOME")
        start, end = after["contractFrom"], after["contractUntil"]
        if start is not None and end is not None and end < start:
            self.wrong("contractUntil", "RECIPIENT_CONTRACT_DAYS")
        if (
            after["provisionMethod"] == ProvisionMethod.CONTRACT
            and not after["contract"]
            and "contract" not in wrong
        ):
            self.wrong("provisionMethod", "RECIPIENT_METHOD_CONTRACT")
        if self.recipient in self.force.edition.own_recipients:
            for day in ("contractFrom", "contractUntil"):
                if self.values.get(day) is not None:
                    self.wrong(day, "RECIPIENT_OWN")

    def _move(self, before: Mapping[str, Any]) -> None:
        """What follows from another name or country."""
        name = self.values.get("name") or before.get("name", "")
        former = [*self.values.get("formerNames", before.get("formerNames", ())), before.get("name", "")]
        kept = [each for each in dict.fromkeys(former) if each and each != name]
        if kept != before.get("formerNames", []):
            self.values["formerNames"] = kept
        moved = self.values.get("country", before.get("country")) != before.get("country")
        if before and moved and "foreignRoute" not in self.values:
            self.values["foreignRoute"] = ""

    def _know(self, kind: str) -> None:
        """A group that the rules know; the company and the person are groups of their own, and nobody else's."""
        edition = self.force.edition
        own = self.recipient if self.recipient in edition.own_recipients else ""
        kinds = (own,) if own else kinds_of(edition)
        if kind not in kinds:
            self.wrong("kind", "RECIPIENT_KIND", kinds=", ".join(kinds))


def kinds_of(edition: Edition) -> tuple[str, ...]:
    """The groups that a recipient may be of; not those that hold the company and the person."""
    ours = {wider for own in edition.own_recipients for wider in edition.groups.ancestors(own)}
    return tuple(group for group in edition.groups if group not in ours)


def read_id(parts: RecipientParts) -> None:
    """See that an id can be a recipient's: rules may name it, and no group, which rules name too, bears it."""
    name, edition = parts.recipient, parts.force.edition
    if not named_well(name):
        parts.wrong("id", "RECIPIENT_ID")
    elif name == ANY or (name in edition.groups and name not in edition.own_recipients):
        parts.wrong("id", "RECIPIENT_ID_GROUP")


def named_well(name: str) -> bool:
    """Whether this can be the id of a recipient."""
    return len(name) <= LONGEST_ID and NAME.fullmatch(name) is not None


def _read(parts: RecipientParts, path: str, read: Callable[[], str]) -> str:
    try:
        return read()
    except Wrong as wrong:
        parts.mistakes.append(wrong.at(path))
        return ""


def _text(longest: int) -> Callable[[RecipientParts, str, Any], str]:
    return lambda parts, name, value: _read(parts, name, lambda: plain(value, longest))


def _names(parts: RecipientParts, name: str, value: Sequence[Any]) -> list[str]:
    if len(value) > MOST_NAMES:
        parts.wrong(name, "RECIPIENT_TOO_MANY", most=MOST_NAMES)
        return []
    return [_line(parts, f"{name}.{place}", each) for place, each in enumerate(value)]


def _line(parts: RecipientParts, path: str, value: Any) -> str:  # noqa: ANN401 - whatever was entered
    return _read(parts, path, lambda: plain(value, LONGEST_TEXT))


def _country(parts: RecipientParts, name: str, value: Any) -> str:  # noqa: ANN401 - whatever was entered
    return _read(parts, name, lambda: country(value))


def _choice(_parts: RecipientParts, _name: str, value: Any) -> Any:  # noqa: ANN401 - a choice, a day or a word
    return getattr(value, "value", value)


def _url(parts: RecipientParts, name: str, value: str) -> str:
    if not _reachable(value, loopback=parts.loopback):
        parts.wrong(name, "RECIPIENT_NOTICE_URL")
    return value


def _reachable(url: str, *, loopback: bool) -> bool:
    """Whether notices can go there, and nobody but its owner reads them on the way."""
    if len(url) > LONGEST_URL or not _SHOWN.fullmatch(url) or "#" in url:
        return False
    try:
        found = urlsplit(url)
        host, _ = found.hostname, found.port
    except ValueError:
        return False
    if not host or "@" in found.netloc:
        return False
    return found.scheme == "https" or (loopback and found.scheme == "http" and host in LOOPBACK)


_READERS: Mapping[str, Callable[[RecipientParts, str, Any], Any]] = {
    "kind": _choice,
    "name": _text(LONGEST_TEXT),
    "formerNames": _names,
    "address": _text(LONGEST_ADDRESS),
    "representative": _text(LONGEST_TEXT),
    "country": _country,
    "foreignRoute": _choice,
    "stateOrgan": _choice,
    "identifying": _choice,
    "contract": _text(LONGEST_TEXT),
    "contractFrom": _choice,
    "contractUntil": _choice,
    "contact": _text(LONGEST_TEXT),
    "noticeUrl": _url,
    "eventsUrl": _url,
    "provisionMethod": _choice,
}
