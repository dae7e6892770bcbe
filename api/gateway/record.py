"""The record: one entry of the ledger for all that an operation did."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.gateway.release.basis import Basis, basis_named
from api.gateway.release.context import Context
from api.gateway.release.door import Released
from api.gateway.views.ledger import JAPAN
from models.cases.register import BASES
from models.consents.end import APART, Consented, Lawful
from models.ledger.access import Outcome
from models.ledger.entry import Group, ProvisionEntry
from models.provisions.retention import ProvisionMethod, method_of, retain_until
from policies.known import UNKNOWN, Known
from policies.vocabulary import Action

BY_LAW = frozenset(BASES)
"""The items of Art 27(1), as the ground of a release names them."""


@dataclass(slots=True)
class Record:
    """What happened in an operation, collected door by door.

    Attributes:
        sought: the references of users whom the operation named by their ids, found or not.
        hidden: of those of them who do not exist for the requester, what hides them.
        met: by the guard of each change, whom its course tells of though nothing of them is released or written.
        decided: by that guard and a person's reference, what a change was decided on.
    """

    groups: list[Group] = field(default_factory=list)
    arguments: set[str] = field(default_factory=set)
    released: list[Released] = field(default_factory=list)
    refused: bool = False
    sought: set[int] = field(default_factory=set)
    hidden: dict[int, Known] = field(default_factory=dict)
    met: dict[str, set[int]] = field(default_factory=dict)
    decided: dict[tuple[str, int], Known] = field(default_factory=dict)

    def add(self, released: Released) -> None:
        """A door was read."""
        self.groups += released.groups
        self.released.append(released)
        self.refused = self.refused or released.value is None or bool(released.withheld)

    def look_for(self, found: Mapping[int, Known]) -> None:
        """Users were named by their ids, each with what hides them, if anything does."""
        self.sought |= found.keys()
        self.hidden.update((ref, known) for ref, known in found.items() if known is not UNKNOWN)

    def in_vain(self) -> tuple[tuple[Group, ...], tuple[int, ...]]:
        """Who was named and of whom nothing was told: those who are hidden, by what hides them, and the others."""
        told = {ref for group in self.everybody() for ref in group.refs} if self.sought else set()
        alike: dict[Known, list[int]] = {}
        others: list[int] = []
        for ref in sorted(self.sought - told):
            known = self.hidden.get(ref)
            (others if known is None else alike.setdefault(known, [])).append(ref)
        nothing: frozenset[str] = frozenset()
        hidden = tuple(Group(nothing, nothing, (), tuple(refs), known=on) for on, refs in alike.items())
        return hidden, tuple(others)

    def touched(self, refs: Iterable[int], field_path: str, known: Known = UNKNOWN) -> None:
        """People whose records were shown or changed by something that is no door."""
        people = tuple(sorted(refs))
        if people:
            path = frozenset({field_path})
            self.groups.append(Group(path, frozenset(), (Basis.DUTY.value,), people, known=known))

    def wrote(self, ref: int, fields: frozenset[str], guard: str) -> None:
        """Fields of one person were entered or changed by this change."""
        self.groups.append(Group(frozenset(), frozenset(), (), (ref,), fields, self.known(guard, ref)))

    def known(self, guard: str, ref: int) -> Known:
        """What this change was decided on, if it was on anything about the person."""
        return self.decided.get((guard, ref)) or Known(guard=guard, action=Action.INVOKE.value)

    def meet(self, guard: str, refs: Iterable[int]) -> None:
        """People whom the course of this change tells of: it found them, or what was entered is theirs."""
        self.met.setdefault(guard, set()).update(refs)

    def everybody(self) -> tuple[Group, ...]:
        """The groups, and behind them those who were only met, each with the change that was kept from them."""
        known = {ref for group in self.groups for ref in group.refs} if self.met else set()
        only: dict[tuple[str, Known], list[int]] = {}
        for guard, refs in self.met.items():
            for ref in sorted(refs - known):
                only.setdefault((guard, self.known(guard, ref)), []).append(ref)
        met = (
            Group(frozenset(), frozenset({guard}), (), tuple(refs), known=on)
            for (guard, on), refs in only.items()
        )
        return (*self.groups, *met)

    def unanswered(self) -> tuple[Group, ...]:
        """The people who were read before the operation was refused: the refusal may tell of them."""
        return tuple(
            Group(
                frozenset(),
                group.released | group.withheld | group.written,
                (),
                group.refs,
                known=group.known,
            )
            for group in self.everybody()
            if group.refs
        )

    @property
    def gives(self) -> bool:
        """Something of somebody is told."""
        return any(group.released for group in self.groups)

    @property
    def people(self) -> int:
        """Of how many people it tells anything, if only that they exist, or was anything written."""
        told = [group.refs for group in self.groups if group.released or group.written]
        told += map(tuple, self.met.values())
        return len(told[0]) if len(told) == 1 else len({ref for refs in told for ref in refs})

    @property
    def outcome(self) -> Outcome:
        """All of it, a part, or nothing."""
        given = any(group.released or group.written for group in self.groups)
        if self.refused:
            return Outcome.PARTLY if given else Outcome.REFUSED
        return Outcome.RELEASED

    def provisions(self, context: Context, at: datetime) -> tuple[ProvisionEntry, ...]:
        """What a third party was given of each user (APPI Art 29, Rules 20 and 21)."""
        if not context.third_party:
            return ()
        items: dict[int, set[str]] = {}
        bases: dict[int, set[str]] = {}
        consented: dict[int, Any] = {}
        for released in self.released:
            for given in released.given:
                if not given.view.released:
                    continue
                items.setdefault(given.ref, set()).update(given.view.released)
                bases.setdefault(given.ref, set()).update(given.view.basis)
                consented[given.ref] = consented.get(given.ref) or given.consented_at
        return tuple(
            _provision(context, ref, frozenset(fields), basis_named(bases[ref]), consented[ref], at)
            for ref, fields in items.items()
        )

    def consented(self, context: Context) -> Consented | None:
        """The consents that what goes to others rests on, if any."""
        if not context.outside:
            return None
        refs = [group.refs for group in self.groups if group.released and Basis.CONSENT in group.basis]
        if not refs:
            return None
        people = frozenset(ref for each in refs for ref in each)
        return Consented(people, context.circumstance.chain, context.consent_to)

    def lawful(self, context: Context, at: datetime, *, again: bool) -> Lawful | None:
        """The case files that what goes to an authority rests on, if any.

        Decided `again`, it was read after what fell before was closed, and rests on that no more.
        """
        if not context.outside:
            return None
        refs = [group.refs for group in self.groups if not BY_LAW.isdisjoint(group.basis)]
        if not refs:
            return None
        people = frozenset(ref for each in refs for ref in each)
        return Lawful(people, context.recipient.id, at if again else at - APART)


def _provision(  # noqa: PLR0913, PLR0917 - what a record of provision is made of
    context: Context,
    ref: int,
    items: frozenset[str],
    basis: str,
    consented_at: Any,  # noqa: ANN401 - a time of either dialect
    at: datetime,
) -> ProvisionEntry:
    recipient = context.recipient
    method = method_of(recipient.method, recipient.contract, consented=basis == Basis.CONSENT)
    return ProvisionEntry(
        ref=ref,
        recipient=recipient.id,
        name=recipient.name,
        address=recipient.address,
        representative=recipient.representative,
        items=items,
        basis=basis,
        consented_at=_time(consented_at),
        retain_until=retain_until(at.astimezone(JAPAN).date(), method),
        method=method,
        contract=recipient.contract if method is ProvisionMethod.CONTRACT else "",
        confirmed=recipient.grounds.confirmation if recipient.identifying else None,
    )


def _time(value: Any) -> datetime | None:  # noqa: ANN401 - a time of either dialect
    return datetime.fromisoformat(value) if isinstance(value, str) else value
