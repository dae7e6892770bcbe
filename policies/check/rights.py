"""The rights: what the law gives every person about their own data, and which rules close the way to it.

A draft that closes one narrows, so that its author alone could publish it; so closing one is told, and a second person
accepts it or nobody does.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, NamedTuple

from policies.check.extent import Asked, Extents
from policies.check.gaps import Places
from policies.check.lookup import Lookup
from policies.check.possible import EVERY, OF_EVENTS, positive
from policies.edition import Edition
from policies.judging.clearance import IDENTIFIER
from policies.mistake import Mistake, mistake
from policies.table import FIRST_ROW
from policies.vocabulary import UNSORTED, Action, Effect, Fact, Role, Standing

OWN: Final = "person"
"""The group of recipients that a person is of when asking about themself."""

OF_THE_PERSON: Final[Standing] = EVERY - OF_EVENTS - {Fact.ERASED}
"""What may be true of somebody who asks for their right; where their data was erased, none is left to ask about."""

TOLD: Final = 3
"""How many fields are named."""


class Right(NamedTuple):
    """What a person may demand, by which article, and the door to it.

    Attributes:
        guard: the door.
        action: what is done with each of their fields behind it; None where the door is all of it.
        desk: the desk does it for them.
        parts: what else is opened to them beside the door, or the right is worth less.
    """

    guard: str
    action: Action | None
    desk: bool
    en: str
    ja: str
    law_en: str
    law_ja: str
    parts: tuple[str, ...] = ()


RIGHTS: Final = (
    Right(
        *("Query.me", Action.READ, False, "disclosure of their own data and of accesses to it"),
        *("自己の情報とそのアクセス記録の開示", "APPI Art 33", "個人情報保護法第33条"),
    ),
    Right(
        *("Mutation.updateUser", Action.CORRECT, False, "correction of their own data"),
        *("自己の情報の訂正", "APPI Art 34", "個人情報保護法第34条"),
    ),
    Right(
        *("Mutation.placeHold", None, True, "ceasing to use their data"),
        *("利用の停止", "APPI Art 35", "個人情報保護法第35条"),
    ),
    Right(
        *("Mutation.withdrawConsent", None, False, "withdrawal of their consent"),
        *("同意の撤回", "APPI Arts 27(1) and 28(1)", "個人情報保護法第27条第1項・第28条第1項"),
        parts=("Mutation.withdrawConsent.holders", "Mutation.withdrawConsent.notice"),
    ),
)
"""Every right that has a door; erasure (Art 35) has none yet."""


class Ways:
    """What is open to the person, or through the desk, under every standing they may have on a day in Japan."""

    def __init__(self, edition: Edition, extents: Extents, lookup: Lookup, today: date) -> None:
        self._edition = edition
        self._extents = extents
        self._lookup = lookup
        self._purposes = [each for each, of in edition.purposes.items() if of.announced(today)]
        self._others = [role for role in extents.role.wider if role != Role.USER]

    def shut(self, right: Right) -> list[str]:
        """The door where it is shut, else the parts and the fields that stay shut behind it; nothing without a door."""
        if right.guard not in self._edition.guards:
            return []
        roles = self._others if right.desk else [str(Role.USER)]
        recipients = self._edition.own_recipients if right.desk else (OWN,)
        given = frozenset() if right.desk else frozenset({Fact.SELF})
        open_for = [
            (role, purpose, recipient)
            for role in roles
            for purpose in self._purposes
            for recipient in recipients
            if self._open(Asked(role, Action.INVOKE, purpose, right.guard, recipient), given)
        ]
        if not open_for:
            return [right.guard]
        behind = [(Action.INVOKE, part) for part in right.parts if part in self._edition.guards]
        if right.action is not None:
            fields = (path for path in self._edition.fields if self._theirs(path, right.action))
            behind += ((right.action, path) for path in fields)
        return [
            path
            for action, path in behind
            if not any(
                self._open(Asked(role, action, purpose, path, recipient), given)
                for role, purpose, recipient in open_for
            )
        ]

    def opened(self, right: Right, paths: Iterable[str]) -> list[str]:
        """Those of these fields that are open behind the door."""
        shut = self.shut(right)
        if right.action is None or right.guard in shut or right.guard not in self._edition.guards:
            return []
        return [path for path in paths if path not in shut and self._theirs(path, right.action)]

    def _theirs(self, path: str, action: Action) -> bool:
        """A field of the person that somebody decided about; their number is ours to give."""
        wider = self._edition.field_ancestors(path)
        given = action is Action.CORRECT and IDENTIFIER in wider
        return path in self._extents.personal and UNSORTED not in wider and not given

    def _open(self, asked: Asked, given: Standing) -> bool:
        """Whether it is allowed for these facts alone, and refused for none that may be true besides."""
        if asked.recipient not in self._extents.recipient.wider:
            return False
        rules = self._lookup.find(self._extents.wider(asked))
        refused = any(rule.effect is Effect.DENY and positive(rule.needs) <= OF_THE_PERSON for rule in rules)
        return not refused and any(
            rule.effect is Effect.ALLOW and positive(rule.needs) <= given for rule in rules
        )


def closed(ways: Ways, places: Places) -> Iterator[Mistake]:
    """Each right that is closed to the person, always or under some standing of theirs."""
    for right in RIGHTS:
        if shut := ways.shut(right):
            yield _told(right, shut, places["guards"].get(right.guard, 0))


def forsaken(before: Edition, after: Edition, today: date) -> Iterator[Mistake]:
    """Each right to an answer that is open to the person under one edition, and whose question the next leaves out.

    The answer stays on record, where nobody can read or correct it without its question. A question that is asked no
    more, by its `asked_until`, keeps it open; one whose first day is still to come may have been asked before.
    """
    gone = [each.field for key, each in before.questions.items() if key not in after.questions]
    if not gone:
        return
    ways = Ways(before, Extents(before), Lookup(before.rules), today)
    rows = {guard: row for row, guard in enumerate(after.guards, FIRST_ROW)}
    for right in RIGHTS:
        if lost := ways.opened(right, gone):
            yield _told(right, lost, rows.get(right.guard, 0))


def _told(right: Right, paths: list[str], row: int) -> Mistake:
    """That a right is closed, at its door; `paths` are the door alone, or what is closed behind it."""
    return mistake(
        "RIGHT_CLOSED",
        *("guards", row, "field", right.guard),
        about="" if paths == [right.guard] else " ".join(paths),
        **dict(zip(("paths", "more_en", "more_ja"), _named(paths), strict=True)),
        **{name: getattr(right, name) for name in ("en", "ja", "law_en", "law_ja")},
    )


def _named(shut: list[str]) -> tuple[str, str, str]:
    more = len(shut) - TOLD
    names = ", ".join(f"`{path}`" for path in shut[:TOLD])
    return (names, f" and {more:,} more", f"など（ほか{more:,}件）") if more > 0 else (names, "", "")
