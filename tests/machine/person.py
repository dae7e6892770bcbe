"""The person as they must be: told by what was acknowledged, and by nothing that the gateway keeps."""

from dataclasses import dataclass, field
from typing import Any

FORWARD = ("APPLIED", "INTERVIEW", "OFFER_ACCEPTED", "HIRED")
OVER = ("REJECTED", "WITHDRAWN")
APPLICATION = "service.application"
ABOVE = {
    "service.account": {"service", "service.account"},
    APPLICATION: {"service", APPLICATION},
    "compliance.requests": {"compliance", "compliance.requests"},
}
GROUPS = {
    "internal": {"any", "internal"},
    "employer-a": {"any", "employer-a", "employer", "third_party"},
    "employer-b": {"any", "employer-b", "employer", "third_party"},
}


@dataclass(eq=False)
class Being:
    """Somebody who registered.

    Attributes:
        seen: what they see of themself, by path.
        consents: purpose and recipient of those that stand.
        applications: the stages of each application, by employer; the last one may be open.
        holds: what each hold in place is about.
    """

    id: str
    ref: int
    shown: frozenset[str]
    seen: dict[str, Any]
    version: str
    old: list[str] = field(default_factory=list)
    consents: set[tuple[str, str]] = field(default_factory=set)
    applications: dict[str, list[list[str]]] = field(default_factory=dict)
    holds: dict[str, tuple[frozenset[str], frozenset[str]]] = field(default_factory=dict)
    changes: list[tuple[str, Any, Any]] = field(default_factory=list)
    waiting: bool = False

    def held(self, purpose: str, recipient: str) -> bool:
        """Under a hold that concerns this use."""
        return any(
            purposes & ABOVE[purpose] and recipients & GROUPS[recipient]
            for purposes, recipients in self.holds.values()
        )

    def seen_by_employer(self, employer: str) -> bool:
        """The employer sees that there is such a person."""
        agreed = (APPLICATION, employer) in self.consents
        return agreed and APPLICATION in self.shown and not self.held(APPLICATION, employer)

    def seen_by_frontend(self) -> bool:
        """The company's own frontend does."""
        return "service.account" in self.shown and not self.held("service.account", "internal")

    def open(self, employer: str) -> list[str] | None:
        """The application that is not over."""
        latest = (self.applications.get(employer) or [["WITHDRAWN"]])[-1]
        return None if latest[-1] in OVER else latest

    def reached(self, employer: str) -> int:
        """How far the furthest of all applications is now; 0 for nowhere."""
        ends = [steps[-1] for steps in self.applications.get(employer, ())]
        return max((FORWARD.index(stage) + 1 for stage in ends if stage in FORWARD), default=0)
