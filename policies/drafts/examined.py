"""The examined: what is found in the edition that a draft would make, and whether it allows more than its base."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from policies.check.borne import borne, groups
from policies.check.numbers import Numbered, numbers, renumbered
from policies.check.report import check, in_order
from policies.check.rights import forsaken
from policies.drafts.drafting import Sketch, edition_of, made_of
from policies.impact.impact import impact
from policies.mistake import Mistake, Severity

BEYOND: Final = "BEYOND_MATRIX"


class Examined(NamedTuple):
    """What is known of a draft: the edition it makes, what is found in it, and whether anything becomes allowed.

    Attributes:
        accepted: the ids of findings that may be overridden and stand already: in the edition it starts from, or,
            where nothing widens, as part of what goes beyond the necessity matrix there.
        numbered: the purposes that have another number than there, or that are not there, each with its row.
        grouped: the groups that are not there, each with its row.
    """

    hash: str
    findings: tuple[Mistake, ...]
    widens: bool
    accepted: frozenset[str] = frozenset()
    numbered: tuple[tuple[Numbered, int], ...] = ()
    grouped: tuple[tuple[str, int], ...] = ()

    @property
    def wrong(self) -> tuple[Mistake, ...]:
        """Those that keep it from being published."""
        return tuple(each for each in self.findings if each.severity is not Severity.OVERRIDABLE)

    @property
    def overridable(self) -> tuple[Mistake, ...]:
        """Those that a second person may override with a reason, and nobody did before."""
        found = (each for each in self.findings if each.severity is Severity.OVERRIDABLE)
        return tuple(each for each in found if each.id not in self.accepted)

    @property
    def needs_approval(self) -> bool:
        """Whether a second person must agree."""
        return self.widens or bool(self.overridable)


def examine(draft: Sketch, today: date) -> Examined:
    """What is found in the edition that a draft makes, on this day in Japan."""
    made, base = made_of(draft), edition_of(draft.base)
    findings = in_order(
        (*check(made.tables(), made.model, today=today).findings, *forsaken(base, made, today))
    )
    widens = impact(base, made).widens
    found = [each for each in findings if each.severity is Severity.OVERRIDABLE]
    known = _known(draft.base, today) if found else frozenset()
    accepted = frozenset(
        each.id for each in found if each.id in known or (each.code == BEYOND and not widens)
    )
    given = numbers(base)
    new = tuple((each, row) for each, row in numbers(made).items() if each not in given)
    more = tuple((name, row) for name, row in groups(made).items() if name not in base.groups)
    return Examined(made.id, findings, widens, accepted, new, more)


def held_to(examined: Examined, published: Collection[Numbered], registered: Mapping[str, str]) -> Examined:
    """The same with what is found when it is held to the numbers of every published edition, and to the recipients."""
    found = (*renumbered(examined.numbered, published), *borne(examined.grouped, registered))
    return examined._replace(findings=in_order((*examined.findings, *found))) if found else examined


@lru_cache(maxsize=4)
def _known(canonical: str, today: date) -> frozenset[str]:
    """What is found in an edition that was published."""
    edition = edition_of(canonical)
    return frozenset(each.id for each in check(edition.tables(), edition.model, today=today).findings)
