"""The act: one mutation being carried out, whom it is about and whether the requester may."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.gateway.drafting.drafting import Drafting
from api.gateway.refusal import UNSAID, Code, Refusal, Why, closed
from api.gateway.release.context import Context
from api.gateway.release.door import Door
from api.gateway.running import Running, Step
from api.gateway.told import Told
from models.database.dialect import Dialect
from models.database.store import Transaction
from models.person_row import Amender
from models.standing import condition
from policies.judging.clearance import combinations
from policies.judging.question import Question
from policies.vocabulary import Action, Fact, Standing

HOLD = "SELECT 1 FROM users WHERE id = :asked FOR UPDATE"


@dataclass(frozen=True, slots=True)
class Subject:
    """The person a change is about: their id, their reference in the ledger, and what is true of them now."""

    id: str
    ref: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class Done:
    """What a change did.

    Attributes:
        people: the id and reference of each person changed, with the fields written.
        told: the parts of the payload that are no person, by their names in the schema.
    """

    people: tuple[tuple[str, int, frozenset[str]], ...]
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Act:
    """One root field of a mutation; `worked`: what was worked out for it beside the transaction."""

    door: Door
    transaction: Transaction
    step: Step
    running: Running
    drafting: Drafting
    worked: object = None

    @property
    def said(self) -> Mapping[str, Any]:
        """The input object."""
        said: Mapping[str, Any] = self.step.arguments["input"]
        return said

    @property
    def context(self) -> Context:
        """The decisions."""
        return self.door.context

    @property
    def by(self) -> str:
        """Who does it: the person, or else the client."""
        return self.door.requester.user or self.door.requester.client

    @property
    def guard(self) -> str:
        """The path of the change, as its guard has it."""
        return f"Mutation.{self.step.root.selected.name}"

    def meet(self, refs: Iterable[int]) -> None:
        """Put on record, and count, whom the course of this change tells of, whatever comes of it."""
        self.running.record.meet(self.guard, refs)

    def find(self, refs: Iterable[int]) -> None:
        """Put on record whom this change came upon; they are not counted, for its answer is that of nobody."""
        self.running.record.sought.update(refs)

    def met(self) -> frozenset[int]:
        """Whom changes of this name told of so far."""
        return frozenset(self.running.record.met.get(self.guard, ()))

    def amender(self) -> Amender:
        """Who changes a record here, when and why."""
        return Amender(
            by=self.by,
            client=self.door.requester.client,
            purpose=self.context.clearance.purpose,
            request_id=self.running.request.id,
            at=self.running.at,
        )

    async def subject(
        self,
        user: str,
        act: str,
        fields: Iterable[str] = (),
        *,
        scope: str | None = None,
        at: str = "user",
    ) -> Subject:
        """The person this is about, once a rule allows the act and the correction of every field.

        The person's row is held first: whatever else is changed about them at this moment is over, or waits. A token
        whose scope leaves out a field, or `scope` in the place of the act, does nothing. `at` is where the input names
        the person.

        Raises:
            Refusal: `BAD_INPUT` for a person who does not exist here, `OPERATION_FORBIDDEN` where no rule allows it.
        """
        self.running.record.sought |= await self.door.registers.view.history.refs([user])
        questions = [(Action.INVOKE, act), *((Action.CORRECT, path) for path in fields)]
        asked = self._asked(questions)
        certain = {fact for fact, is_so in self.context.clearance.certain.items() if is_so}
        for path in ((scope or act), *(path for _, path in questions[1:])):
            if not self.context.clearance.in_scope(path):
                raise self.out_of_scope(path)
        for action, path in questions:
            if not any(self.may(action, path, {*some, *certain}) for some in combinations(asked)):
                raise self.forbidden(path, action)
        row = await self._row(user, asked)
        if row is None:
            raise self.wrong(at, "NOBODY_HERE")
        ref, *flags = row
        self.meet([int(ref)])
        true = frozenset({*certain, *(fact for fact, flag in zip(asked, flags, strict=True) if flag)})
        found = {fact: bool(flag) for fact, flag in zip(asked, flags, strict=True)}
        self.decide(int(ref), act, Action.CORRECT if len(questions) > 1 else Action.INVOKE, found)
        for question in questions:
            if not self.may(*question, true):
                raise self.forbidden_of(question[1])
        return Subject(user, int(ref), true)

    def decide(self, ref: int, act: str, action: Action, found: Mapping[Fact, bool]) -> None:
        """Keep for the record what the act, and its fields by this action, are decided on of a person who is visible."""
        clearance = self.context.clearance
        facts = dict.fromkeys(clearance.required, True) | dict.fromkeys(clearance.excluded, False)
        known = self.context.known({**facts, **found}, guard=act, action=action.value)
        self.running.record.decided[self.guard, ref] = known

    def entered(self, ref: int, standing: Iterable[Fact]) -> None:
        """Keep for the record with what facts, and no others, fields of a new person were entered."""
        known = self.context.guarded(self.guard, frozenset(standing), Action.COLLECT.value)
        self.running.record.decided[self.guard, ref] = known

    async def allowed(self, person: Subject, part: str) -> bool:
        """Whether a rule allows this part of the act, by what is true of the person now."""
        asked = self._asked([(Action.INVOKE, part)])
        row = await self._row(person.id, asked)
        if row is None:
            return False
        _, *flags = row
        certain = {fact for fact, is_so in self.context.clearance.certain.items() if is_so}
        true = {fact for fact, flag in zip(asked, flags, strict=True) if flag}
        return self.may(Action.INVOKE, part, {*certain, *true})

    async def again(self, users: Iterable[str]) -> None:
        """See that each of these people still exists for the requester, and put them on record.

        Raises:
            Refusal: `BAD_INPUT` for one who does not.
        """
        for user in users:
            self.running.record.sought |= await self.door.registers.view.history.refs([user])
            row = await self._row(user, ())
            if row is None:
                raise self.wrong("", "CARRIED_OUT_BEFORE")
            self.meet([int(row[0])])

    def _asked(self, questions: Iterable[tuple[Action, str]]) -> tuple[Fact, ...]:
        """The facts that may differ from person to person and that rules for these questions look at."""
        clearance = self.context.clearance
        named = frozenset[Fact]().union(
            *(
                self.context.force.judge.facts_for(
                    clearance.role, action, clearance.purpose, clearance.recipient, path
                )
                for action, path in questions
            )
        )
        return tuple(fact for fact in Fact if fact in named and fact not in clearance.certain)

    def possible(self, act: str) -> bool:
        """Whether a rule allows the act of anybody at all."""
        asked = self._asked([(Action.INVOKE, act)])
        certain = {fact for fact, is_so in self.context.clearance.certain.items() if is_so}
        return any(self.may(Action.INVOKE, act, {*some, *certain}) for some in combinations(asked))

    async def _row(self, user: str, asked: tuple[Fact, ...]) -> Any:  # noqa: ANN401 - a row
        visible = self.context.visible
        if not visible:
            return None
        flags = "".join(
            f", CASE WHEN {condition(fact, self.context.circumstance)} THEN 1 ELSE 0 END" for fact in asked
        )
        if self.transaction.dialect is Dialect.POSTGRES:
            await self.transaction.fetch(HOLD, {"asked": user})
        sql = f"SELECT u.ref{flags} FROM users u WHERE u.id = :asked AND {visible}"
        rows = await self.transaction.fetch(sql, {**self.door.values, "asked": user})
        return rows[0] if rows else None

    def may(self, action: Action, path: str, facts: Iterable[Fact]) -> bool:
        """Whether a rule allows this, were these facts true."""
        clearance = self.context.clearance
        return bool(
            self.context.force.judge.decide(
                Question(
                    clearance.role, action, clearance.purpose, path, clearance.recipient, frozenset(facts)
                )
            )
        )

    def forbidden(
        self, path: str, action: Action = Action.INVOKE, standing: Standing | None = None
    ) -> Refusal:
        """The refusal of an act, or of a field of it, that no rule allows of anybody, whoever they are.

        `standing`: under which it was asked, where that is not the best that anybody could have.
        """
        best = self.context.clearance.refusal(path).standing if standing is None else standing
        why = self.context.why_closed(path, action, best)
        return self.closed(Told("OPERATION_FORBIDDEN_FOR_PURPOSE", field=path), why, path)

    def forbidden_of(self, path: str) -> Refusal:
        """The refusal of what rules allow of others; why not of this person would tell about them."""
        return self.closed(Told("OPERATION_FORBIDDEN_FOR_PERSON", field=path), UNSAID, path)

    def out_of_scope(self, path: str) -> Refusal:
        """The refusal of what the token is too narrow for."""
        return self.closed(Told("CATEGORY_OUT_OF_SCOPE", field=path), Why("SCOPE_TOO_NARROW"), path)

    def closed(self, told: Told, why: Why, field: str) -> Refusal:
        """The refusal of this root field."""
        return closed(told, why, field=field, path=[self.step.root.selected.key])

    def stale(self) -> Refusal:
        """The refusal of a change that was decided on by an older record."""
        return self.wrong("ifVersion", "STALE_VERSION", status=409)

    def wrong(self, name: str, reason: str, *, status: int | None = None, **named: float) -> Refusal:
        """The refusal of one part of the input, for a reason that has its sentence."""
        argument = f"input.{name}" if name else "input"
        return Refusal(
            Code.BAD_INPUT,
            Told(reason, nearest=None, argument=argument, **named),
            path=[self.step.root.selected.key],
            status=status,
            argument=argument,
            reason=reason,
        )
