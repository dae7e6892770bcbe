"""The parts of a ground or a case file as somebody entered them: read by name, with every mistake told at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from models.day import today_in_japan
from models.formats.fold import plain, prose
from models.formats.wrong import Mistake, Wrong
from models.inforce import Force
from models.registry import KnownRecipient
from policies.vocabulary import PERSON

MOST = 100
"""The most recipients, purposes, items or people of one record."""

FIRST_PARTY = "first_party"


@dataclass(slots=True)
class Entered:
    """What was entered of one record; whatever is wrong with it is kept to be told at once."""

    force: Force
    now: datetime
    said: Mapping[str, Any]
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day in Japan."""
        return today_in_japan(self.now)

    def wrong(self, path: str, code: str, /, **told: int | str) -> None:
        """Something is wrong here."""
        self.mistakes.append(Wrong(code, **told).at(path))

    def line(self, name: str, longest: int, *, missing: str = "REQUIRED") -> str:
        """One line of text; `missing` is told where there is none."""
        return self._text(name, missing, lambda text: plain(text, longest))

    def text(self, name: str, longest: int, *, missing: str = "REQUIRED") -> str:
        """A text of several lines."""
        return self._text(name, missing, lambda text: prose(text, longest))

    def _text(self, name: str, missing: str, read: Callable[[str], str]) -> str:
        given = self.said.get(name)
        if given is None or not str(given).strip():
            if missing:
                self.wrong(name, missing)
            return ""
        try:
            return read(str(given))
        except Wrong as wrong:
            self.mistakes.append(wrong.at(name))
            return ""

    def day(self, name: str, *, latest: date | None = None) -> date | None:
        """A day, where one was named, at most `latest`."""
        given: date | None = self.said.get(name)
        if given is not None and latest is not None and given > latest:
            self.wrong(name, "GROUND_DAY_TO_COME")
        return given

    def recipient(self, path: str, name: object) -> KnownRecipient | None:
        """A registered recipient outside the company, whether or not anything may go to it now."""
        found = self.force.registry.recipients.get(str(name))
        if found is None or self.within(found, FIRST_PARTY):
            self.wrong(path, "GROUND_RECIPIENT")
            return None
        return found

    def within(self, recipient: KnownRecipient, group: str) -> bool:
        """Whether a recipient belongs to a group."""
        return group in self.force.edition.groups.ancestors(recipient.kind)

    def purposes(self, name: str = "purposes") -> list[str]:
        """Announced purposes that an operation can declare, each once."""
        known = self.force.edition.purposes
        return self._each(
            name, lambda each: each in known and not known[each].abstract, "GROUND_PURPOSE", "LIST_NEEDED"
        )

    def items(self, name: str = "items", *, missing: str = "LIST_NEEDED") -> list[str]:
        """Fields of personal data or categories within it, each once; never the whole record."""
        return self._each(name, self._item, "GROUND_ITEM", missing)

    def _item(self, name: str) -> bool:
        edition = self.force.edition
        wider = (
            edition.categories.ancestors(name)
            if name in edition.categories
            else edition.field_ancestors(name)
        )
        return name != PERSON and PERSON in wider

    def _each(self, name: str, known: Callable[[str], bool], unknown: str, missing: str) -> list[str]:
        given: Sequence[Any] = self.said.get(name) or ()
        if not given:
            self.wrong(name, missing)
        if len(given) > MOST:
            self.wrong(name, "LIST_LONG", most=MOST)
            return []
        for place, each in enumerate(given):
            if not known(str(each)):
                self.wrong(f"{name}.{place}", unknown)
        return list(dict.fromkeys(map(str, given)))
