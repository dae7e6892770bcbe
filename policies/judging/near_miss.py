"""The near miss: a rule that denied, or would have allowed but for little, in words a privacy officer understands."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NamedTuple

from policies.rule import ABSENT, Rule, write_needs
from policies.vocabulary import NO_NEEDS, Effect, Fact


class Dimension(StrEnum):
    """The part of a question that kept a rule from allowing it; the action is never one."""

    FACTS = "FACTS"
    PURPOSE = "PURPOSE"
    RECIPIENT = "RECIPIENT"
    ROLE = "ROLE"
    FIELD = "FIELD"


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


class Failure(NamedTuple):
    """One dimension in which a rule does not fit.

    `missing` names the facts that were not true, or else what the rule asks for; `labels` are the texts of what is
    named, where the edition has them.
    """

    dimension: Dimension
    missing: tuple[str, ...]
    labels: Labels = ()

    def told(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """What is missing, each with its labels; blank where there are none."""
        facts = [(Fact(word).ja, "") if word in _FACTS else ("", "") for word in self.missing]
        return zip(self.missing, self.labels or facts, strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """A rule that denied, or that would have allowed but for one dimension, or for two where none misses by one.

    `matched` names the facts by which a deny refused; `failures` are those of an allow. `needs` is what the whole rule
    needs.
    """

    rule: str
    effect: Effect
    note_ja: str
    note_en: str
    needs: str = NO_NEEDS
    matched: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def failed(self) -> Dimension:
        """The first dimension that failed; of a deny, what it is about."""
        if self.failures:
            return self.failures[0].dimension
        return Dimension.FACTS if self.matched else Dimension.FIELD

    @property
    def beyond_facts(self) -> Dimension | None:
        """The first dimension of names that failed; None where only facts did, and of a deny."""
        return next((each.dimension for each in self.failures if each.dimension is not Dimension.FACTS), None)

    @property
    def missing(self) -> tuple[str, ...]:
        """What was missing there; nothing of a deny."""
        return self.failures[0].missing if self.failures else ()

    @property
    def also(self) -> tuple[Failure, ...]:
        """The other dimensions that failed."""
        return self.failures[1:]

    def text(self, lang: str, audience: Audience = Audience.OFFICER) -> str:
        """One sentence in `ja` or `en`; in Japanese for any other language, which prevails."""
        english = lang == "en"
        if audience is Audience.DEVELOPER:
            return self._plain(english=english)
        return self._english() if english else self._japanese()

    @property
    def by_names(self) -> "NearMiss":
        """The same with names in the place of labels, as whoever writes queries knows them."""
        return replace(self, failures=tuple(each._replace(labels=()) for each in self.failures))

    def _plain(self, *, english: bool) -> str:
        """As the rule is written: its id, its effect and needs, the dimensions, and the names that are missing."""
        matched = [Failure(self.failed, self.matched)] if self.effect is Effect.DENY else []
        parts = [(each.dimension, ", ".join(each.missing) or NO_NEEDS) for each in matched or self.failures]
        if english:
            told = "matched" if matched else "missing"
            listed = "; ".join(f"{each} {told}: `{names}`" for each, names in parts)
            return f"`{self.rule}`: {self.effect}, needs `{self.needs}`; {listed}"
        told = "該当" if matched else "不足"
        listed = "、".join(f"{each}の{told}は`{names}`" for each, names in parts)
        return f"`{self.rule}`：{self.effect}、needsは`{self.needs}`、{listed}"

    def _japanese(self) -> str:
        if self.effect is Effect.DENY:
            return f"{_because_ja(self.matched)}規則「{self.rule}」（{self.note_ja}）により認められません"
        told = "。また、".join(map(_failure_ja, self.failures))
        return f"規則「{self.rule}」は「{self.note_ja}」と定めますが、{told}"

    def _english(self) -> str:
        if self.effect is Effect.DENY:
            because = f" because {' and '.join(map(_told_en, self.matched))}" if self.matched else ""
            return f"the rule `{self.rule}` refuses it{because}: {self.note_en}"
        told = "; and ".join(map(_failure_en, self.failures))
        return f"the rule `{self.rule}` would allow it, but {told}"


def miss(rule: Rule, failures: Iterable[Failure]) -> NearMiss:
    """The near miss of a rule."""
    return replace(_near(rule), failures=tuple(failures))


def denied(rule: Rule) -> NearMiss:
    """A rule that denied: all it needs is so."""
    return replace(_near(rule), matched=tuple(map(str, rule.needs)))


def _near(rule: Rule) -> NearMiss:
    return NearMiss(
        rule=rule.id,
        effect=rule.effect,
        note_ja=rule.note_ja,
        note_en=rule.note_en,
        needs=write_needs(rule.needs),
    )


def _failure_ja(failure: Failure) -> str:
    named = "、".join(f"「{_label(word, ja)}」" for word, (ja, _) in failure.told())
    return _JA[failure.dimension].format(named)


def _failure_en(failure: Failure) -> str:
    named = "; ".join(_label(_told_en(word), en) for word, (_, en) in failure.told())
    return _EN[failure.dimension].format(named)


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
