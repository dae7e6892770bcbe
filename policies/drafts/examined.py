"""The examined: what is found in the edition that a draft would make, and whether it allows more than its base."""

from functools import lru_cache
from typing import Final, NamedTuple

from policies.check.report import check
from policies.drafts.drafting import Sketch, edition_of, made_of
from policies.impact.impact import impact
from policies.mistake import Mistake, Severity

BEYOND: Final = "BEYOND_MATRIX"


class Examined(NamedTuple):
    """What is known of a draft: the edition it makes, what is found in it, and whether anything becomes allowed.

    Attributes:
        accepted: the ids of findings that may be overridden and stand already: in the edition it starts from, or,
            where nothing widens, as part of what goes beyond the necessity matrix there.
    """

    hash: str
    findings: tuple[Mistake, ...]
    widens: bool
    accepted: frozenset[str] = frozenset()

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


def examine(draft: Sketch) -> Examined:
    """What is found in the edition that a draft makes."""
    made, base = made_of(draft), edition_of(draft.base)
    findings = check(made.tables(), made.model).findings
    widens = impact(base, made).widens
    found = [each for each in findings if each.severity is Severity.OVERRIDABLE]
    known = _known(draft.base) if found else frozenset()
    accepted = frozenset(
        each.id for each in found if each.id in known or (each.code == BEYOND and not widens)
    )
    return Examined(made.id, findings, widens, accepted)


@lru_cache(maxsize=4)
def _known(canonical: str) -> frozenset[str]:
    """What is found in an edition that was published."""
    edition = edition_of(canonical)
    return frozenset(each.id for each in check(edition.tables(), edition.model).findings)
