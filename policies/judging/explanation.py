"""The explanation: why a question is answered as it is, in words a privacy officer understands."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from policies.judging.question import Decision
from policies.rule import ABSENT, Rule, write_needs
from policies.vocabulary import NO_NEEDS, Effect, Fact


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


class Audience(StrEnum):
    """For whom an explanation is worded: by names and needs as they are written, or in sentences."""

    DEVELOPER = "DEVELOPER"
    OFFICER = "OFFICER"


Labels = tuple[tuple[str, str], ...]
"""The Japanese and the English of some names, in their order."""

_JA: Final[Mapping[Dimension, str]] = {
    Dimension.FACTS: "次の条件が満たされていません：{}",
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

    `missing` names the facts that were not true; of a deny, those that denied; else what the rule asks for. `labels`
    are the texts of what is named, where the edition has them; `needs` is what the whole rule needs.
    """

    rule: str
    failed: Dimension
    missing: tuple[str, ...]
    effect: Effect
    note_ja: str
    note_en: str
    needs: str = NO_NEEDS
    labels: Labels = ()

    def text(self, lang: str, audience: Audience = Audience.OFFICER) -> str:
        """One sentence in `ja` or `en`; in Japanese for any other language, which prevails."""
        english = lang == "en"
        if audience is Audience.DEVELOPER:
            return self._plain(english=english)
        return self._english() if english else self._japanese()

    @property
    def by_names(self) -> "NearMiss":
        """The same with names in the place of labels, as whoever writes queries knows them."""
        return replace(self, labels=())

    def _plain(self, *, english: bool) -> str:
        """As the rule is written: its id, its effect and needs, the dimension, and the names that are missing."""
        missing = ", ".join(self.missing) or NO_NEEDS
        if english:
            told = "matched" if self.effect is Effect.DENY else "missing"
            return f"`{self.rule}`: {self.effect}, needs `{self.needs}`; {self.failed} {told}: `{missing}`"
        told = "該当" if self.effect is Effect.DENY else "不足"
        return f"`{self.rule}`：{self.effect}、needsは`{self.needs}`、{self.failed}の{told}は`{missing}`"

    def _japanese(self) -> str:
        if self.effect is Effect.DENY:
            return f"{_because_ja(self.missing)}規則「{self.rule}」（{self.note_ja}）により認められません"
        named = "、".join(f"「{_label(word, ja)}」" for word, (ja, _) in self._labelled())
        return f"規則「{self.rule}」は「{self.note_ja}」と定めますが、{_JA[self.failed].format(named)}"

    def _english(self) -> str:
        if self.effect is Effect.DENY:
            because = f" because {' and '.join(map(_told_en, self.missing))}" if self.missing else ""
            return f"the rule `{self.rule}` refuses it{because}: {self.note_en}"
        named = "; ".join(_label(_told_en(word), en) for word, (_, en) in self._labelled())
        return f"the rule `{self.rule}` would allow it, but {_EN[self.failed].format(named)}"

    def _labelled(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """What is missing, each with its labels; blank where there are none."""
        facts = [(Fact(word).ja, "") if word in _FACTS else ("", "") for word in self.missing]
        return zip(self.missing, self.labels or facts, strict=True)


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


def miss(rule: Rule, failed: Dimension, missing: Iterable[object], labels: Labels = ()) -> NearMiss:
    """The near miss of a rule."""
    return NearMiss(
        rule=rule.id,
        failed=failed,
        missing=tuple(map(str, missing)),
        effect=rule.effect,
        note_ja=rule.note_ja,
        note_en=rule.note_en,
        needs=write_needs(rule.needs),
        labels=labels,
    )


def reason(misses: Iterable[NearMiss], *, role_fits: bool) -> Reason:
    """The reason for a refusal: the failed facts of the nearest rule, else who asks, else the field."""
    first = next(iter(misses), None)
    if first and first.failed is Dimension.FACTS:
        facts = {word.removeprefix(ABSENT) for word in first.missing}
        return next(code for fact, code in REASONS.items() if fact in facts)
    denied = first is not None and first.effect is Effect.DENY
    return Reason.FIELD_NOT_NECESSARY if role_fits or denied else Reason.ROLE_NOT_ALLOWED


def _because_ja(facts: tuple[str, ...]) -> str:
    """「A」に当たり、「B」に当たらないため、; blank without facts."""
    told = [
        f"「{Fact(word.removeprefix(ABSENT)).ja}」に当た{_ENDINGS[word.startswith(ABSENT), place == len(facts)]}、"
        for place, word in enumerate(facts, start=1)
    ]
    return "".join(told)


_ENDINGS: Final = {
    (False, False): "り",
    (True, False): "らず",
    (False, True): "るため",
    (True, True): "らないため",
}
"""How a fact is told that is so, or is not, with others behind it, or as the last."""


def _label(name: str, label: str) -> str:
    return label or name


def _told_en(word: str) -> str:
    bare = word.removeprefix(ABSENT)
    if bare not in _FACTS:
        return f"`{word}`"
    return f"it is not so that {Fact(bare).en}" if word.startswith(ABSENT) else Fact(bare).en


_FACTS: Final = frozenset(map(str, Fact))
