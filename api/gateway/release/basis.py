"""The basis: on what ground a field was released, as the ledger and a record of provision name it."""

from collections.abc import Collection
from enum import StrEnum

import orjson

from policies.rule import Rule
from policies.vocabulary import Fact


class Basis(StrEnum):
    """The ground of a release; a case file under Art 27(1) is named by its own item, such as `27-1-1`."""

    SELF = "SELF"
    CONSENT = "CONSENT"
    ANNOUNCED = "ANNOUNCED"
    DUTY = "DUTY"
    NONE = "NONE"


_BY_FACT: tuple[tuple[Fact, Basis], ...] = (
    (Fact.SELF, Basis.SELF),
    (Fact.CONSENTED, Basis.CONSENT),
    (Fact.NOTICED, Basis.ANNOUNCED),
)


def basis_of(rule: Rule | None) -> str:
    """The ground that a rule rests on, read from the facts it needs; none of them is a duty under the law."""
    if rule is None:
        return Basis.NONE.value
    return next((basis.value for fact, basis in _BY_FACT if fact in rule.facts), Basis.DUTY.value)


def basis_named(bases: Collection[str]) -> str:
    """The one ground that a record of provision names: an item of Art 27(1) or a consent before any other."""
    ours = [basis.value for basis in (Basis.CONSENT, Basis.ANNOUNCED, Basis.DUTY, Basis.SELF)]
    lawful = sorted(set(bases).difference(ours, (Basis.NONE.value,)))
    return next((each for each in (*lawful, *ours) if each in bases), Basis.NONE.value)


def case_files(text: str | None) -> dict[str, list[str]]:
    """The items that case files name, by the item of Art 27(1) they rest on.

    `text` is what the statement reads of them: `27-1-1 ["name"]|27-1-4 ["contact"]`.
    """
    found: dict[str, list[str]] = {}
    for part in (text or "").split("|"):
        basis, _, items = part.partition(" ")
        if basis:
            found.setdefault(basis, []).extend(orjson.loads(items))
    return found
