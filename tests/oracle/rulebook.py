"""The rules of one edition in a plain Casbin enforcer, which is asked one question for each cell."""

from collections.abc import Collection, Iterator
from functools import cache
from itertools import combinations
from typing import Any

import casbin  # type: ignore[import-untyped]  # pycasbin ships no types

from policies.edition import Edition
from tests.oracle.law import STAGES

Facts = frozenset[str]


def met(standing: Facts, needs: str) -> bool:
    """Whether every fact that a rule needs is true, and every `!fact` is not."""
    if needs == "-":
        return True
    words = needs.split("+") if needs else ["no fact at all"]
    return all((word.removeprefix("!") in standing) is not word.startswith("!") for word in words)


class Rulebook:
    """One edition and the recipients there are, as Casbin holds them."""

    def __init__(self, edition: Edition, recipients: dict[str, str]) -> None:
        self.id = edition.id
        self.sheets = edition.sheets()
        self.fields = dict(edition.fields)
        self.questions = {row[0]: row for row in self.sheets["questions"]}
        self.purposes = {row[0]: row for row in self.sheets["purposes"]}
        self.edges = {
            "g": _edges(self.sheets["roles"]),
            "g2": [[row[0], row[1]] for row in self.sheets["purposes"] if row[1]],
            "g3": [*map(list, self.fields.items()), *_edges(self.sheets["categories"])],
            "g4": [
                *([name, kind] for name, kind in recipients.items() if name != kind),
                *_edges(self.sheets["groups"]),
            ],
        }
        self._heard: set[str] = set()
        self._enforcer = self._make(edition.model, met)
        self._listener = self._make(edition.model, self._hear)
        self.allows = cache(self._allows)
        self.named = cache(self._named)
        self.wider = cache(self._wider)

    def _make(self, model: str, function: Any) -> Any:
        made = casbin.Enforcer(casbin.Enforcer.new_model(text=model))
        made.add_function("met", function)
        made.add_policies([row[:8] for row in self.sheets["rules"]])
        for name, edges in self.edges.items():
            made.add_named_grouping_policies(name, edges)
        return made

    def _hear(self, _standing: Facts, needs: str) -> bool:
        self._heard.add(needs)
        return False

    def _allows(  # noqa: PLR0913, PLR0917 - a question has these parts
        self, role: str, action: str, purpose: str, field: str, recipient: str, standing: Facts
    ) -> bool:
        """What Casbin says."""
        return bool(self._enforcer.enforce(role, action, purpose, field, recipient, standing))

    def _named(self, role: str, purpose: str, field: str, recipient: str) -> Facts:
        """The facts that the rules about a cell look at, heard while Casbin reads them."""
        self._heard.clear()
        self._listener.enforce(role, "read", purpose, field, recipient, frozenset())
        words = {word for needs in self._heard for word in needs.split("+")}
        return frozenset(word.removeprefix("!") for word in words if word != "-")

    def _wider(self, edge: str, name: str) -> Facts:
        """A name and all it counts as."""
        found = {name}
        while more := {wide for each, wide in self.edges[edge] if each in found} - found:
            found |= more
        return frozenset(found)

    def usable(self, role: str, purpose: str, recipient: str) -> bool:
        """Some rule allows this role something for this purpose and recipient beyond opening a door.

        What is transmitted from browsers goes by no operation, so a rule for it counts for none.
        """
        for _, effect, *dimensions in self.sheets["rules"]:
            named_role, action, named_purpose, named_field, named_recipient, *_ = dimensions
            if (
                effect == "allow"
                and action != "transmit"
                and named_role in {"any", *self.wider("g", role)}
                and named_purpose in {"any", *self.wider("g2", purpose)}
                and named_recipient in {"any", *self.wider("g4", recipient)}
                and "doors" not in self.wider("g3", named_field)
            ):
                return True
        return False


def _edges(rows: Collection[list[str]]) -> list[list[str]]:
    return [[row[0], wide] for row in rows for wide in row[1].split("+") if wide]


def standings(facts: Facts, sure: dict[str, bool]) -> Iterator[Facts]:
    """Everything that can be true of these facts when some are the same for everybody."""
    always = frozenset(fact for fact, true in sure.items() if true)
    free = sorted(fact for fact in facts if fact not in sure and fact not in STAGES)
    reached = [0, *(place for place, stage in enumerate(STAGES, 1) if stage in facts)]
    for size in range(len(free), -1, -1):
        for some in combinations(free, size):
            for stage in reached:
                yield always | frozenset(some) | frozenset(STAGES[:stage])
