"""The explanation: why a question is answered as it is, in words a privacy officer understands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from policies.question import Decision
from policies.rule import ABSENT, Rule
from policies.vocabulary import Effect, Fact


class Dimension(StrEnum):
    """The part of a question that kept a rule from allowing it; the action is never one."""

    FACTS = "FACTS"
    PURPOSE = "PURPOSE"
    RECIPIENT = "RECIPIENT"
    ROLE = "ROLE"
    FIELD = "FIELD"


class Reason(StrEnum):
    """The code of a refusal, one for each step of the decision that can fail."""

    FIELD_UNKNOWN = "FIELD_UNKNOWN"
    ROLE_NOT_ALLOWED = "ROLE_NOT_ALLOWED"
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

_JA: Final[Mapping[Dimension, str]] = {
    Dimension.FACTS: "次の条件が満たされていません: {}",
    Dimension.PURPOSE: "利用目的が{}である場合に限られます",
    Dimension.RECIPIENT: "提供先が{}である場合に限られます",
    Dimension.ROLE: "役割が{}である場合に限られます",
    Dimension.FIELD: "対象の項目が{}である場合に限られます",
}

_EN: Final[Mapping[Dimension, str]] = {
    Dimension.FACTS: "this is not the case: {}",
    Dimension.PURPOSE: "it serves another purpose: {}",
    Dimension.RECIPIENT: "it serves another recipient: {}",
    Dimension.ROLE: "it serves another role: {}",
    Dimension.FIELD: "it opens another field: {}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """A rule that denied, or that would have allowed but for one dimension.

    `missing` names the facts that were not true; of a deny, those that denied; else what the rule asks for.
    """

    rule: str
    failed: Dimension
    missing: tuple[str, ...]
    effect: Effect
    note_ja: str
    note_en: str

    def text(self, lang: str) -> str:
        """One sentence in `ja` or `en`; in Japanese for any other language, which prevails."""
        return self._english() if lang == "en" else self._japanese()

    def _japanese(self) -> str:
        if self.effect is Effect.DENY:
            because = "、かつ".join(map(_case_ja, self.missing)) + "ため、" if self.missing else ""
            return f"{because}規則「{self.rule}」により認められません: {self.note_ja}"
        named = "、".join(map(_told_ja, self.missing))
        return f"規則「{self.rule}」は「{self.note_ja}」と定めますが、{_JA[self.failed].format(named)}"

    def _english(self) -> str:
        if self.effect is Effect.DENY:
            because = f" because {' and '.join(map(_told_en, self.missing))}" if self.missing else ""
            return f"the rule `{self.rule}` refuses it{because}: {self.note_en}"
        named = "; ".join(map(_told_en, self.missing))
        return f"the rule `{self.rule}` would allow it, but {_EN[self.failed].format(named)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A decision with its rule and clause: those that decided, else those nearest to allowing it."""

    decision: Decision
    rule: Rule | None
    clause: str | None
    nearest: tuple[NearMiss, ...]
    reason: Reason | None


def miss(rule: Rule, failed: Dimension, missing: Iterable[object]) -> NearMiss:
    """The near miss of a rule."""
    return NearMiss(
        rule=rule.id,
        failed=failed,
        missing=tuple(map(str, missing)),
        effect=rule.effect,
        note_ja=rule.note_ja,
        note_en=rule.note_en,
    )


def reason(misses: Iterable[NearMiss], *, role_fits: bool) -> Reason:
    """The reason for a refusal: the failed facts of the nearest rule, else who asks, else the field."""
    first = next(iter(misses), None)
    if first and first.failed is Dimension.FACTS:
        facts = {word.removeprefix(ABSENT) for word in first.missing}
        return next(code for fact, code in REASONS.items() if fact in facts)
    denied = first is not None and first.effect is Effect.DENY
    return Reason.FIELD_NOT_NECESSARY if role_fits or denied else Reason.ROLE_NOT_ALLOWED


def _told_ja(word: str) -> str:
    return f"「{Fact(word).ja}」" if word in _FACTS else f"「{word}」"


def _case_ja(word: str) -> str:
    told = _told_ja(word.removeprefix(ABSENT))
    return f"{told}に当たらない" if word.startswith(ABSENT) else f"{told}に当たる"


def _told_en(word: str) -> str:
    bare = word.removeprefix(ABSENT)
    if bare not in _FACTS:
        return f"`{word}`"
    return f"it is not so that {Fact(bare).en}" if word.startswith(ABSENT) else Fact(bare).en


_FACTS: Final = frozenset(map(str, Fact))
