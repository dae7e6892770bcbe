"""The reading: one plan in one context, with all that can be settled before any user is known."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.gateway.release.basis import basis_of
from api.gateway.release.columns import Columns
from api.gateway.release.context import Context
from api.gateway.release.narrowing import Cases, Narrowed, Narrowing
from api.gateway.release.plan import Leaf, UserPlan
from api.gateway.release.shape import Shape, Shaper
from models.database.dialect import Dialect, numbered
from models.database.store import Row
from models.ledger.entry import Group
from policies.judging.clearance import IDENTITY, Opening
from policies.known import Known

MOST_STATEMENTS = 16
LONGEST_TAIL = 4_000
REF, ID = 0, 1
"""The places in every row of the ledger's reference and of the user's id."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What users of one key are given, and what the ledger says of it."""

    shape: Shape
    released: frozenset[str]
    withheld: frozenset[str]
    basis: tuple[str, ...]
    missing: tuple[Leaf, ...]
    opening: Opening
    known: Known

    def group(self, rows: Sequence[Row]) -> Group:
        """The users of these rows, as the ledger keeps them."""
        return Group(
            self.released, self.withheld, self.basis, tuple([row[REF] for row in rows]), known=self.known
        )


class Reading:
    """Statement, shapes and settled refusals of one plan in one context.

    Attributes:
        forbidden: the asked fields refused to everybody here.
        guard: the root field it belongs to, as the guards name it.
        asked: the paths of all that is asked, without what falls out of `answers` for everybody.
        key_at: the place in a row of the key of the standing, or None where all are given the same.
    """

    def __init__(self, context: Context, plan: UserPlan, dialect: Dialect, guard: str) -> None:
        self.context = context
        self.guard = guard
        self.plan = plan
        clearance = context.clearance
        self.lens = clearance.lens(self.paths(plan))
        self.seen = frozenset(path for opening in self.lens.openings.values() for path in opening.rules)
        sought = plan.sought(self.seen)
        self.forbidden = tuple(leaf for leaf in sought if leaf.path not in self.seen)
        self.asked = frozenset(leaf.path for leaf in sought) or frozenset(plan.asked)
        self._narrowing = Narrowing(context, self.lens)
        self.key_at = (2 + context.third_party) if self.lens.facts or self._narrowing else None
        self._columns = Columns(
            (path for path in plan.asked if path in self.seen),
            context.force.catalogue,
            dialect,
            self._base(dialect),
        )
        self._shaper = Shaper(plan, self._columns, context.force.catalogue, context.force.edition.questions)
        self.views: dict[Any, View] = {}
        self.statements: dict[tuple[str, str | None], tuple[str, tuple[str, ...]]] = {}
        self._dialect = dialect
        self._from = self._visible()

    @staticmethod
    def paths(plan: UserPlan) -> tuple[str, ...]:
        """The fields that a plan has decided."""
        return tuple(dict.fromkeys((IDENTITY, *plan.decided)))

    def rehearse(self, other: "Reading") -> Iterator[None]:
        """Make what another reading of the same plan had made, one thing at each step.

        Nothing of its users, where they are told apart by something else.

        Raises:
            LookupError: some of them are not told apart here.
        """
        for tail, order_column in tuple(other.statements):
            self.statement(tail, order_column)
            yield
        if other.apart == self.apart:
            for key in tuple(other.views):
                self.view(key)
                yield

    @property
    def apart(self) -> tuple[object, ...]:
        """By what users are told apart: readings alike in this have keys of the same kind."""
        return self.lens.facts, self._narrowing.parts

    def _base(self, dialect: Dialect) -> Iterator[str]:
        yield "u.ref"
        yield "u.id"
        if self.context.third_party:
            yield self._consented_at
        if self.key_at is not None:
            yield self._key(dialect)

    @property
    def _consented_at(self) -> str:
        return (
            "(SELECT c.given_at FROM consents c WHERE c.user_id = u.id AND c.recipient = :consent_to"
            f" AND c.purpose = '{self.context.circumstance.chain[0]}')"
        )

    def _key(self, dialect: Dialect) -> str:
        return self._narrowing.key(self.context.standing_sql(self.lens.facts) or "0", dialect)

    def statement(self, tail: str, order_column: str | None) -> tuple[str, tuple[str, ...]]:
        """The whole statement, numbered; the column that orders the list is read last, for its cursors."""
        found = self.statements.get((tail, order_column))
        if found is None:
            ordered = "" if order_column is None else f", {order_column} AS ordered"
            found = numbered(f"SELECT {self._columns.sql}{ordered} {self._from}{tail}", self._dialect)
            if len(self.statements) >= MOST_STATEMENTS:
                self.statements.clear()
            if len(tail) <= LONGEST_TAIL:
                self.statements[tail, order_column] = found
        return found

    def _visible(self) -> str:
        visible = self.context.visible or "1 = 0"
        if self.lens.narrow and self.lens.facts:
            keys = ", ".join(map(str, self.lens.openings)) or "-1"
            visible += f" AND ({self.context.standing_sql(self.lens.facts)}) IN ({keys})"
        return f"FROM users u WHERE {visible}"

    def by_key(self, rows: Sequence[Row]) -> dict[Any, Sequence[Row]]:
        """The rows of each key, in their order."""
        if self.key_at is None:
            return {0: rows} if rows else {}
        found: dict[Any, list[Row]] = defaultdict(list)
        for row in rows:
            found[row[self.key_at]].append(row)
        return dict(found)

    def in_order(
        self, rows: Sequence[Row], shaped: Mapping[Any, list[dict[str, Any]]]
    ) -> list[dict[str, Any]]:
        """The answers of each key, in the order of the rows."""
        if len(shaped) <= 1:
            return next(iter(shaped.values()), [])
        place = self.key_at or 0
        turns = {key: iter(answers) for key, answers in shaped.items()}
        return [next(turns[row[place]]) for row in rows]

    def view(self, key: Any) -> View:  # noqa: ANN401 - an integer, or a text with all that narrows
        """What users with this key are given."""
        found = self.views.get(key)
        if found is None:
            found = self.views[key] = self._make_view(key)
        return found

    def _make_view(self, key: Any) -> View:  # noqa: ANN401 - see above
        narrowed = self._narrowing.narrowed(key)
        opening, cases = narrowed.opening, narrowed.cases
        asked = self.asked
        # Of whom nothing asked is open the answer still tells that they exist.
        released = frozenset(path for path in asked if path in opening) or frozenset({IDENTITY})
        return View(
            shape=self._shaper.shape(opening),
            released=released,
            withheld=asked - released,
            basis=self._rested_on(cases, released)
            or self._basis({path: rule for path, rule in opening.rules.items() if path in released}),
            missing=tuple(
                leaf for leaf in self.plan.leaves if leaf.path in self.seen and leaf.path not in opening
            ),
            opening=opening,
            known=self._known(narrowed),
        )

    def _known(self, narrowed: Narrowed) -> Known:
        """What is known of whoever has this key: what all have who are visible, and what tells them apart."""
        clearance = self.context.clearance
        facts = dict.fromkeys(clearance.required, True) | dict.fromkeys(clearance.excluded, False)
        facts |= {fact: bool(narrowed.standing >> bit & 1) for bit, fact in enumerate(self.lens.facts)}
        true = {fact for fact, is_so in {**clearance.certain, **facts}.items() if is_so}
        reach = ((fact.value, tuple(sorted(names))) for fact, names in narrowed.reach if fact in true)
        return self.context.known(facts, guard=self.guard, reach=tuple(reach))

    def _rested_on(self, cases: Cases, released: frozenset[str]) -> tuple[str, ...]:
        """The items of Art 27(1) whose case files hold what is released; all, where that is only that somebody exists."""
        wider = self.context.force.edition.field_ancestors
        given = [wider(path) for path in released if path != IDENTITY]
        held = {
            basis: any(not names.isdisjoint(items) for names in map(frozenset, given))
            for basis, items in cases.items()
        }
        return tuple(sorted(basis for basis, holds in held.items() if holds)) or tuple(sorted(cases))

    def _basis(self, rules: Mapping[str, str | None]) -> tuple[str, ...]:
        edition = self.context.force.edition
        found = {basis_of(edition.rule(rule)) for rule in rules.values() if rule}
        return tuple(sorted(found))
