"""The reaching: whether a rule can ever decide anything, and whom an allow reaches beyond the necessity matrix."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product
from typing import Final

from policies.check.extent import Asked, Extents, named
from policies.check.kinds import Kinds
from policies.check.lookup import Lookup
from policies.check.possible import (
    EMPLOYERS,
    OF_EVENTS,
    absent,
    open_standings,
    positive,
    possible_for,
    smallest,
)
from policies.edition import Edition
from policies.matrix import Matrix
from policies.mistake import Mistake, mistake
from policies.rule import Need, Rule, unmet
from policies.vocabulary import ANY, NONE_PURPOSE, Action, Effect, Fact, Role, Standing

TOLD: Final = 3
"""How many of the rules that always deny are named."""

Case = tuple[Asked, tuple[list[str], ...]]


@dataclass(frozen=True, slots=True)
class Beyond:
    """A question that is answered beyond the matrix: by this rule, and with nothing but one of these standings."""

    asked: Asked
    standings: tuple[Standing, ...]
    needed: Standing | None


class Reaching:
    """The rules of an edition, looked at case by case; questions that the same refusals may meet make one case."""

    def __init__(self, edition: Edition, extents: Extents, matrix: Matrix) -> None:
        self._extents = extents
        self._matrix = matrix
        texts = {each.field for each in edition.questions.values() if each.kind.free}
        self.lines = {path: matrix.line(path, text=path in texts) for path in edition.fields}
        denies = [rule for rule in edition.rules if rule.effect is Effect.DENY]
        self._denies = Lookup(denies)
        self._refusing: dict[Asked, tuple[Rule, ...]] = {}
        self._open: dict[tuple[tuple[Need, ...], tuple[str, ...], Standing], tuple[Standing, ...]] = {}
        refused = [{named(rule)[column] for rule in denies} for column in range(5)]
        alike: tuple[Callable[[str], Hashable], ...] = (
            str,
            str,
            str,
            self._alike_field,
            self._alike_recipient,
        )
        dimensions = list(zip(extents.every, refused, alike, strict=True))
        self._kinds = tuple(Kinds(each, names, same) for each, names, same in dimensions)
        self._coarse = tuple(Kinds(each, (), same) for each, _, same in dimensions)
        self._quiet: set[Hashable] = set()

    def _alike_field(self, name: str) -> Hashable:
        return (self._extents.actions(name), self.lines[name])

    def _alike_recipient(self, name: str) -> Hashable:
        wider = frozenset(self._extents.recipient.wider[name])
        return (wider & self._matrix.groups, EMPLOYERS in wider)

    def look(self, rule: Rule, row: int, most: int) -> tuple[Mistake | None, list[Beyond]]:
        """Why a rule never decides anything, if so; else the questions it answers beyond the matrix, so many at most."""
        kinds = (each.number(name) for each, name in zip(self._kinds, named(rule), strict=True))
        key = (rule.effect, rule.needs, *kinds)
        if key in self._quiet:
            return None, []
        idle = self.idle(rule, row)
        found = [] if idle else list(islice(self.beyond(rule), most))
        if not idle and not found:
            self._quiet.add(key)
        return idle, found

    def _cases(self, kinds: tuple[Kinds, ...], names: Asked) -> Iterator[Case]:
        """One question of each case that these names are about, and the names that can stand in its columns."""
        for lists in product(*(each.within(name) for each, name in zip(kinds, names, strict=True))):
            asked = Asked(*(each[0] for each in lists))
            if self._extents.askable(asked):
                yield asked, lists

    def denies(self, asked: Asked) -> tuple[Rule, ...]:
        """The rules that may refuse this."""
        first = Asked(*(each.first(name) for each, name in zip(self._kinds, asked, strict=True)))
        if first not in self._refusing:
            self._refusing[first] = self._denies.find(self._extents.wider(first))
        return self._refusing[first]

    def possible(self, asked: Asked) -> Standing:
        """The facts that can hold of this."""
        return possible_for(asked.role, asked.action, self._extents.recipient.wider[asked.recipient])

    def standings(self, rule: Rule, asked: Asked) -> tuple[Standing, ...]:
        """The smallest standings, and others, under which an allow is not refused."""
        denies, can = self.denies(asked), self.possible(asked)
        key = (rule.needs, tuple(each.id for each in denies), can)
        if key not in self._open:
            self._open[key] = tuple(open_standings(rule.needs, denies, can))
        return self._open[key]

    def idle(self, rule: Rule, row: int) -> Mistake | None:
        """Why a rule never decides anything, if so."""
        if not positive(rule.needs).isdisjoint(absent(rule.needs)):
            return _of(rule, row, "NEEDS_CONTRADICT", "needs", needs="+".join(map(str, rule.needs)))
        never: Standing = frozenset()
        refusing: dict[str, None] = {}
        asked_at_all = False
        for asked, _ in self._cases(self._kinds, named(rule)):
            asked_at_all = True
            missing = positive(rule.needs) - self.possible(asked)
            if missing:
                never |= missing
            elif rule.effect is Effect.DENY or self.standings(rule, asked):
                return None
            else:
                needs = positive(rule.needs)
                refusing |= {each.id: None for each in self.denies(asked) if not unmet(each.needs, needs)}
        if not asked_at_all:
            return self._never_asked(rule, row)
        if refusing:
            return _of(rule, row, "DENIED_ALWAYS", "rule", **_told(list(refusing)[:TOLD]))
        fact = next(fact for fact in Fact if fact in never)
        return _of(rule, row, "NEEDS_NEVER", "needs", fact=fact, **_why_never(fact))

    def _never_asked(self, rule: Rule, row: int) -> Mistake:
        names = named(rule)
        for column, (dimension, name) in enumerate(zip(self._extents.every, names, strict=True)):
            if not dimension.within(name):
                place = names._fields[column]
                en, ja = f"nothing lies under `{name}`", f"`{name}`の下に何もありません"
                return _of(rule, row, "NEVER_ASKED", place, why_en=en, why_ja=ja)
        if rule.purpose == NONE_PURPOSE and any(self._fit(rule)):
            en = f"personal data is never asked for with `{NONE_PURPOSE}`"
            ja = f"個人情報が`{NONE_PURPOSE}`で問われることはありません"
            return _of(rule, row, "NEVER_ASKED", "purpose", why_en=en, why_ja=ja)
        en, ja = (
            f"`{rule.field}` is not there to `{rule.action}`",
            f"`{rule.field}`に`{rule.action}`は行えません",
        )
        return _of(rule, row, "NEVER_ASKED", "action", why_en=en, why_ja=ja)

    def _fit(self, rule: Rule) -> Iterable[bool]:
        acts = self._extents.action.extent(rule.action)
        return (
            not acts.isdisjoint(self._extents.actions(path))
            for path in self._extents.field.within(rule.field)
        )

    def beyond(self, rule: Rule) -> Iterator[Beyond]:
        """The questions of reading personal data that an allow answers yes beyond the matrix."""
        if rule.effect is not Effect.ALLOW or rule.action not in {Action.READ, ANY}:
            return
        given = positive(rule.needs)
        for asked, lists in self._cases(self._coarse, named(rule)._replace(action=Action.READ)):
            groups = self._extents.recipient.wider[asked.recipient]
            needed = self._matrix.needs(self.lines[asked.field], asked.purpose, asked.role, groups)
            if needed is None or not needed <= given:
                yield from self._refined(rule, needed, lists)

    def _refined(self, rule: Rule, needed: Standing | None, lists: tuple[list[str], ...]) -> Iterator[Beyond]:
        """Those of a case that no deny keeps from being answered so."""
        finer = (each.sorted(names) for each, names in zip(self._kinds, lists, strict=True))
        for names in product(*finer):
            asked = Asked(*(each[0] for each in names))
            found = smallest(
                facts for facts in self.standings(rule, asked) if needed is None or not needed <= facts
            )
            if found:
                yield from (Beyond(Asked(*each), tuple(found), needed) for each in product(*names))


def _of(rule: Rule, row: int, code: str, column: str, **told: str) -> Mistake:
    return mistake(code, "rules", row, column, rule.id, **told)


def _told(rules: list[str]) -> dict[str, str]:
    names = [f"`{name}`" for name in rules]
    return {
        "denies_en": f"{' and '.join(names)} {'refuse' if len(names) > 1 else 'refuses'}",
        "denies_ja": "、".join(names),
    }


def _why_never(fact: Fact) -> dict[str, str]:
    if fact is Fact.SELF:
        return {
            "why_en": f"it is true only for the role `{Role.USER}`",
            "why_ja": f"役割`{Role.USER}`についてだけ成り立ちます",
        }
    if fact in OF_EVENTS:
        return {
            "why_en": f"it is true only of what is there to `{Action.TRANSMIT}`",
            "why_ja": f"`{Action.TRANSMIT}`についてだけ成り立ちます",
        }
    return {
        "why_en": f"it is true only of recipients in `{EMPLOYERS}`",
        "why_ja": f"`{EMPLOYERS}`に属する提供先についてだけ成り立ちます",
    }
