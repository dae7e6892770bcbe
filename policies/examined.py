"""The examined: what is found in the edition that a draft would make, and whether it allows more than its base."""

from typing import NamedTuple

from policies.check.report import check
from policies.drafting import Sketch, edition_of, made_of
from policies.impact.impact import impact
from policies.mistake import Mistake, Severity


class Examined(NamedTuple):
    """What is known of a draft: the edition it makes, what is found in it, and whether anything becomes allowed."""

    hash: str
    findings: tuple[Mistake, ...]
    widens: bool

    @property
    def wrong(self) -> tuple[Mistake, ...]:
        """Those that keep it from being published."""
        return tuple(each for each in self.findings if each.severity is not Severity.OVERRIDABLE)

    @property
    def overridable(self) -> tuple[Mistake, ...]:
        """Those that a second person may override with a reason."""
        return tuple(each for each in self.findings if each.severity is Severity.OVERRIDABLE)

    @property
    def needs_approval(self) -> bool:
        """Whether a second person must agree."""
        return self.widens or bool(self.overridable)


def examine(draft: Sketch) -> Examined:
    """What is found in the edition that a draft makes."""
    made = made_of(draft)
    report = check(made.tables(), made.model)
    return Examined(made.id, report.findings, impact(edition_of(draft.base), made).widens)
