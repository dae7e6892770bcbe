"""The weighed: evidence beside an edition with the age of its rules, and the edits that remove what nothing used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from policies.drafts.edits import Edit
from policies.edition import Edition
from policies.evidence.evidence import Evidence
from policies.evidence.narrowing import narrowing, removable
from policies.evidence.report import Report, report


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the ledger shows beside an edition.

    Attributes:
        ages: since when each rule has been in force as it is, by its id.
        removed: the rules that the edits remove.
    """

    report: Report
    ages: Mapping[str, datetime]
    removed: tuple[str, ...]
    edits: tuple[Edit, ...]

    def form(self, until: datetime) -> dict[str, Any]:
        """It as JSON holds it: names of rules, fields and clients with counts, and nobody; days until then."""
        unused = [
            {
                "rule": name,
                "since": self.ages[name].isoformat(),
                "days": (until - self.ages[name]).days,
                "removable": name in self.removed,
            }
            for name in self.report.unused
        ]
        return {**self.report.form(), "unused": unused, "edits": [list(each) for each in self.edits]}


def weighed(
    evidence: Evidence,
    edition: Edition,
    scopes: Mapping[str, Sequence[str]],
    ages: Mapping[str, datetime],
    since: datetime,
) -> Weighed:
    """What follows from the evidence of the accesses since then.

    Args:
        evidence: what they show.
        edition: the one they are put beside.
        scopes: the words that narrow each client, by its id.
        ages: since when each rule has been in force as it is.
        since: no younger rule is removed.
    """
    old = frozenset(name for name, begun in ages.items() if begun <= since)
    gone = removable(edition, evidence.rules, old)
    names = tuple(rule.id for rule in gone)
    return Weighed(report(evidence, edition, scopes), ages, names, narrowing(edition, gone))
