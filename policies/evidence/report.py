"""The report: evidence put beside the edition in force, as plain data; clients, rules and fields, and no person."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from policies.edition import Edition
from policies.evidence.evidence import Asker, Evidence
from policies.vocabulary import NONE_PURPOSE, Effect

PURPOSE, CATEGORY = "purpose:", "category:"
"""How the words of a client's scope begin."""


class AskedInVain(NamedTuple):
    """A field that a client asked for and that was withheld of everybody, each time."""

    asker: Asker
    field: str
    accesses: int


class Share(NamedTuple):
    """Of the fields a client asked for, access by access: how many, and how many were withheld of everybody."""

    asker: Asker
    accesses: int
    fields: int
    withheld: int


class UnusedScope(NamedTuple):
    """A word of a client's scope that nothing it did needed."""

    client: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Least privilege, as far as the ledger shows it.

    Attributes:
        used: how many accesses each rule allowed something in.
        unused: the allow rules that allowed nothing.
        undeclared: the announced purposes that no access declared.
        always_withheld: the fields that were asked for and never given to anybody, with how often they were asked.
    """

    accesses: int
    used: Mapping[str, int]
    unused: tuple[str, ...]
    undeclared: tuple[str, ...]
    over_asking: tuple[AskedInVain, ...]
    shares: tuple[Share, ...]
    always_withheld: Mapping[str, int]
    unused_scopes: tuple[UnusedScope, ...]

    def form(self) -> dict[str, Any]:
        """It as JSON holds it."""
        form = asdict(self)
        form["over_asking"] = [
            {**one.asker._asdict(), "field": one.field, "accesses": one.accesses} for one in self.over_asking
        ]
        form["shares"] = [
            {**one.asker._asdict(), **{k: v for k, v in one._asdict().items() if k != "asker"}}
            for one in self.shares
        ]
        form["unused_scopes"] = [one._asdict() for one in self.unused_scopes]
        return form


def report(evidence: Evidence, edition: Edition, scopes: Mapping[str, Sequence[str]]) -> Report:
    """What the evidence says of an edition, and of clients with the words of their scopes."""
    asked = _total(evidence.asked)
    withheld = _total(evidence.withheld)
    declared = {asker.purpose for asker in evidence.by_asker}
    leaves = (each for each in edition.purposes.values() if not each.abstract and each.announced_on)
    return Report(
        accesses=evidence.accesses,
        used=dict(sorted(evidence.rules.items())),
        unused=tuple(
            rule.id for rule in edition.rules if rule.effect is Effect.ALLOW and rule.id not in evidence.rules
        ),
        undeclared=tuple(each.id for each in leaves if each.id not in declared and each.id != NONE_PURPOSE),
        over_asking=tuple(
            AskedInVain(asker, field, count)
            for asker, fields in sorted(evidence.withheld.items())
            for field, count in sorted(fields.items())
            if count == evidence.asked[asker][field]
        ),
        shares=tuple(
            Share(
                asker,
                evidence.by_asker[asker],
                fields.total(),
                evidence.withheld.get(asker, Counter()).total(),
            )
            for asker, fields in sorted(evidence.asked.items())
        ),
        always_withheld={field: count for field, count in sorted(withheld.items()) if count == asked[field]},
        unused_scopes=tuple(_unused_scopes(evidence, edition, scopes)),
    )


def _total(by_asker: Mapping[Asker, Counter[str]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for fields in by_asker.values():
        found.update(fields)
    return found


def _unused_scopes(
    evidence: Evidence, edition: Edition, scopes: Mapping[str, Sequence[str]]
) -> list[UnusedScope]:
    needed: dict[str, set[str]] = {}
    for asker, fields in evidence.asked.items():
        words = needed.setdefault(asker.client, set())
        words |= {f"{PURPOSE}{name}" for name in edition.purpose_ancestors(asker.purpose)}
        vain = evidence.withheld.get(asker, Counter())
        got = [field for field, count in fields.items() if count > vain[field]]
        words |= {f"{CATEGORY}{name}" for field in got for name in edition.field_ancestors(field)}
    return [
        UnusedScope(client, word)
        for client, words in sorted(scopes.items())
        for word in words
        if word not in needed.get(client, set())
    ]
