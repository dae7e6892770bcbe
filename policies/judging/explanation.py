"""The explanation: why a question is answered as it is, in words a privacy officer understands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from policies.judging.near_miss import Audience, Dimension, NearMiss
from policies.judging.question import Decision
from policies.rule import ABSENT, Rule, write_needs
from policies.vocabulary import Effect, Fact


class Reason(StrEnum):
    """The code of a refusal, one for each step of the decision that can fail."""

    FIELD_UNKNOWN = "FIELD_UNKNOWN"
    ROLE_NOT_ALLOWED = "ROLE_NOT_ALLOWED"
    RECIPIENT_NOT_ALLOWED = "RECIPIENT_NOT_ALLOWED"
    FIELD_UNSORTED = "FIELD_UNSORTED"
    FIELD_NOT_NECESSARY = "FIELD_NOT_NECESSARY"
    NOT_SELF = "NOT_SELF"
    STAGE_TOO_EARLY = "STAGE_TOO_EARLY"
    BEYOND_PURPOSE = "BEYOND_PURPOSE"
    SUSPENDED = "SUSPENDED"
    OPTED_OUT = "OPTED_OUT"
    ERASED = "ERASED"
    NOT_SCREENED = "NOT_SCREENED"
    NO_BASIS = "NO_BASIS"
    EXCEPTION_INCOMPLETE = "EXCEPTION_INCOMPLETE"
    ENTRUSTMENT_INACTIVE = "ENTRUSTMENT_INACTIVE"
    JOINT_USE_NOT_ANNOUNCED = "JOINT_USE_NOT_ANNOUNCED"
    EQUIVALENT_LAPSED = "EQUIVALENT_LAPSED"
    FOREIGN_INFO_MISSING = "FOREIGN_INFO_MISSING"
    IRI_NOT_CONFIRMED = "IRI_NOT_CONFIRMED"
    NOTICE_MISSING = "NOTICE_MISSING"
    LOCATION_NOT_CONSENTED = "LOCATION_NOT_CONSENTED"
    GROUP_TOO_SMALL = "GROUP_TOO_SMALL"


REASONS: Final[Mapping[Fact, Reason]] = {
    Fact.SELF: Reason.NOT_SELF,
    Fact.APPLIED: Reason.STAGE_TOO_EARLY,
    Fact.INTERVIEW: Reason.STAGE_TOO_EARLY,
    Fact.OFFER_ACCEPTED: Reason.STAGE_TOO_EARLY,
    Fact.HIRED: Reason.STAGE_TOO_EARLY,
    Fact.NOTICED: Reason.BEYOND_PURPOSE,
    Fact.ERASED: Reason.ERASED,
    Fact.HELD: Reason.SUSPENDED,
    Fact.OPTED_OUT: Reason.OPTED_OUT,
    Fact.SCREENED: Reason.NOT_SCREENED,
    Fact.CONSENTED: Reason.NO_BASIS,
    Fact.SUCCEEDED: Reason.NO_BASIS,
    Fact.JOINTLY_USED: Reason.JOINT_USE_NOT_ANNOUNCED,
    Fact.DELEGATED: Reason.ENTRUSTMENT_INACTIVE,
    Fact.ENTRUSTED: Reason.ENTRUSTMENT_INACTIVE,
    Fact.LAWFUL: Reason.EXCEPTION_INCOMPLETE,
    Fact.EQUIVALENT: Reason.EQUIVALENT_LAPSED,
    Fact.ABROAD: Reason.FOREIGN_INFO_MISSING,
    Fact.ABROAD_INFORMED: Reason.FOREIGN_INFO_MISSING,
    Fact.IDENTIFYING: Reason.IRI_NOT_CONFIRMED,
    Fact.CONFIRMED: Reason.IRI_NOT_CONFIRMED,
    Fact.TRANSMISSION_ANNOUNCED: Reason.NOTICE_MISSING,
    Fact.LOCATED: Reason.LOCATION_NOT_CONSENTED,
    Fact.GROUPED: Reason.GROUP_TOO_SMALL,
}
"""The reason each fact gives, in the order of the steps: the first that fails answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A decision with its rule and clause: those that decided, else those nearest to allowing it."""

    decision: Decision
    rule: Rule | None
    clause: str | None
    nearest: tuple[NearMiss, ...]
    reason: Reason | None

    def text(self, lang: str, audience: Audience = Audience.OFFICER) -> str:
        """The answer and its reason, in `ja` or `en`; in Japanese for any other language, which prevails."""
        told = [each.text(lang, audience) for each in self.nearest]
        return self._english(told, audience) if lang == "en" else self._japanese(told, audience)

    def _english(self, told: list[str], audience: Audience) -> str:
        if audience is Audience.DEVELOPER:
            return "; ".join([self._code, *told])
        if self.decision and self.rule:
            return f"the rule `{self.rule.id}` allows it ({self.clause}): {self.rule.note_en}"
        return told[0] if told else "no rule allows it, and none comes near"

    def _japanese(self, told: list[str], audience: Audience) -> str:
        if audience is Audience.DEVELOPER:
            return "。".join([self._code, *told])
        if self.decision and self.rule:
            return f"規則「{self.rule.id}」（{self.rule.note_ja}）により認められます。根拠：{self.clause}"
        return told[0] if told else "認める規則も、それに近い規則もありません"

    @property
    def _code(self) -> str:
        """The answer as code has it: its effect and the rule, or the reason."""
        if self.decision and self.rule:
            return f"{Effect.ALLOW} `{self.rule.id}` needs `{write_needs(self.rule.needs)}`"
        return f"{Effect.DENY} {self.reason}" if self.reason else str(Effect.DENY)


def reason(misses: Iterable[NearMiss], *, role_fits: bool) -> Reason:
    """The reason for a refusal: the failed facts of the nearest rule, else for whom, else who asks, else the field."""
    first = next(iter(misses), None)
    if first and first.failed is Dimension.FACTS and not first.also:
        facts = {word.removeprefix(ABSENT) for word in (*first.matched, *first.missing)}
        return next(code for fact, code in REASONS.items() if fact in facts)
    if first and first.beyond_facts is Dimension.RECIPIENT:
        return Reason.RECIPIENT_NOT_ALLOWED
    denied = first is not None and first.effect is Effect.DENY
    return Reason.FIELD_NOT_NECESSARY if role_fits or denied else Reason.ROLE_NOT_ALLOWED
