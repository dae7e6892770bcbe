"""The context: one role asking for one purpose and recipient, with everything that follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, cast

from api.gateway.kept import Kept
from api.gateway.refusal import Why
from models.inforce import Force
from models.registry import KnownRecipient
from models.standing import Circumstance, certain, condition
from policies.judging.clearance import Clearance
from policies.judging.question import Decision, Question
from policies.known import Known, write_standing
from policies.purpose import Purpose
from policies.vocabulary import NONE_PURPOSE, Action, Fact, Role, Standing

PERSON = "person"
INTERNAL = "internal"
OWN = "entrustee"
"""The group whose members count as the company itself for consent (APPI Art 27(5)(i))."""

MOST_READ = 100_000
"""How many fields the readings may ask that are kept of all contexts together."""

NOTHING_KNOWN: Standing = frozenset()


@dataclass(frozen=True, eq=False)
class Context:
    """Decisions in one context; kept with the edition and dropped with it.

    Nobody's identity is in it, so that all who ask alike share its decisions.

    Attributes:
        categories: the sets of categories the token is narrowed to, each of them in turn.
        purpose: the declared one, or None for an operation without personal data.
        recipient: to whom the answer goes.
    """

    force: Force
    role: str
    categories: tuple[frozenset[str], ...]
    purpose: Purpose | None
    recipient: KnownRecipient
    kept: dict[Any, Any] = field(default_factory=dict)

    @cached_property
    def readings(self) -> Kept[tuple[int, int], Any]:
        """Those of all contexts of this edition, by context and selection."""
        return cast("Kept[tuple[int, int], Any]", self.force.kept.setdefault("readings", Kept(MOST_READ)))

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The recipient's own id and its groups, ever wider."""
        wider = self.force.edition.groups.ancestors(self.recipient.kind)
        return tuple(dict.fromkeys((self.recipient.id, *wider)))

    @cached_property
    def third_party(self) -> bool:
        """A release here is a provision that APPI Art 29 wants recorded; a state organ's is not (Art 16(2))."""
        return "third_party" in self.groups and not self.recipient.state_organ

    @cached_property
    def outside(self) -> bool:
        """The recipient learns only what is the same for everybody when a field is refused."""
        return self.recipient.id not in (INTERNAL, PERSON)

    @cached_property
    def circumstance(self) -> Circumstance:
        """What the facts depend on."""
        purpose = self._declared
        edition = self.force.edition
        chain = purpose.chain()
        above = tuple(dict.fromkeys(name for each in chain for name in edition.purpose_ancestors(each)))
        return Circumstance(
            role=Role(self.role),
            purpose_bit=1 << purpose.number,
            chain=chain,
            above=above,
            recipient_names=self.groups,
            abroad=self.recipient.abroad,
            informed=self.recipient.informed,
            equivalent=self.recipient.equivalent,
            delegated=OWN in self.groups,
            identifying=self.recipient.identifying,
            country=self.recipient.country,
            grounds=self.recipient.grounds,
        )

    @property
    def _declared(self) -> Purpose:
        if self.purpose is None:
            raise LookupError("an operation without a purpose has no personal data")
        return self.purpose

    @cached_property
    def clearance(self) -> Clearance:
        """What may be seen here."""
        return Clearance(
            judge=self.force.judge,
            role=self.role,
            purpose=self._declared.id,
            recipient=self.recipient.id,
            certain=certain(self.circumstance),
            categories=self.categories,
        )

    @cached_property
    def visible(self) -> str | None:
        """The WHERE that a user must meet to exist here, or None where nobody does."""
        clearance = self.clearance
        if not clearance.visible:
            return None
        facts = [condition(fact, self.circumstance) for fact in clearance.required]
        facts += [f"NOT ({condition(fact, self.circumstance)})" for fact in clearance.excluded]
        return " AND ".join(facts) or "1 = 1"

    def standing_sql(self, facts: tuple[Fact, ...]) -> str:
        """The key of a row over these facts, as an integer."""
        return " + ".join(
            f"CASE WHEN {condition(fact, self.circumstance)} THEN {1 << bit} ELSE 0 END"
            for bit, fact in enumerate(facts)
        )

    def known(self, facts: Mapping[Fact, bool], **more: Any) -> Known:  # noqa: ANN401 - the other parts of it
        """What the ledger keeps of a decision here, with these facts beside those that are the same for everybody."""
        kind = self.recipient.kind
        return Known(
            standing=write_standing({**self.clearance.certain, **facts}),
            kind="" if kind == self.recipient.id else kind,
            scope=tuple(tuple(sorted(names)) for names in self.categories),
            **more,
        )

    def guarded(
        self, guard: str, standing: Standing = NOTHING_KNOWN, action: str = Action.INVOKE.value
    ) -> Known:
        """The same of what was asked of nobody's own standing: with these facts, and no others, whomever it is about."""
        known = self.known({}, guard=guard, action=action, whole=True)
        return replace(known, standing=write_standing(dict.fromkeys(standing, True)))

    @cached_property
    def consent_to(self) -> str:
        """The recipient that a consent must name: the company itself for those who work on its behalf."""
        return INTERNAL if {INTERNAL, PERSON, OWN} & set(self.groups) else self.recipient.id

    def why_closed(
        self, field: str, action: Action = Action.INVOKE, standing: Standing = NOTHING_KNOWN
    ) -> Why:
        """Why this is refused whoever it is about, under the standing it was asked with; remembered."""
        key = ("closed", action, field)
        found = self.kept.get(key)
        if not isinstance(found, Why):
            told = self.force.judge.explain(self._asked(action, field, standing))
            found = self.kept[key] = Why(told.reason, told.clause, told.rule.id if told.rule else None)
        return found

    def may(self, field: str, *facts: Fact) -> Decision:
        """May this requester invoke a register, a door or a mutation here."""
        return self.force.judge.decide(self._asked(Action.INVOKE, field, frozenset(facts)))

    def _asked(self, action: Action, field: str, standing: Standing) -> Question:
        purpose = self.purpose.id if self.purpose else NONE_PURPOSE
        return Question(self.role, action, purpose, field, self.recipient.id, standing)
