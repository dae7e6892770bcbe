"""The act: one mutation being carried out, whom it is about and whether the requester may."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.gateway.changes.asked import Asked
from api.gateway.release.hidden import hidden
from models.database.dialect import Dialect
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
class Act(Asked):
    """One root field of a mutation as it is carried out."""

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
        for path in ((scope or act), *(path for _, path in questions[1:])):
            if not self.context.clearance.in_scope(path):
                raise self.out_of_scope(path)
        for action, path in questions:
            if not self._conceivable(action, path, asked):
                raise self.forbidden(path, action)
        row = await self._row(user, asked)
        if row is None:
            how = Action.CORRECT if len(questions) > 1 else Action.INVOKE
            await self._hidden(user, act, asked, how)
            raise self.wrong(at, "NOBODY_HERE")
        ref, *flags = row
        self.meet([int(ref)])
        true = frozenset({*self._certain, *(fact for fact, flag in zip(asked, flags, strict=True) if flag)})
        found = {fact: bool(flag) for fact, flag in zip(asked, flags, strict=True)}
        self.decide(int(ref), act, Action.CORRECT if len(questions) > 1 else Action.INVOKE, found)
        for question in questions:
            if not self.may(*question, true):
                raise self.forbidden_of(question[1])
        return Subject(user, int(ref), true)

    async def _hidden(self, user: str, act: str, asked: tuple[Fact, ...], action: Action) -> None:
        """Keep for the record why this person does not exist for the requester."""
        found = await hidden(
            self.transaction, self.context, self.door.values, [user], guard=act, facts=asked, action=action
        )
        self.running.record.look_for(found)

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
        true = {fact for fact, flag in zip(asked, flags, strict=True) if flag}
        return self.may(Action.INVOKE, part, self._certain | true)

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
        return self._conceivable(Action.INVOKE, act, self._asked([(Action.INVOKE, act)]))

    def _conceivable(self, action: Action, path: str, asked: tuple[Fact, ...]) -> bool:
        """Whether a rule allows this of somebody, whatever these facts may be."""
        return any(self.may(action, path, self._certain.union(some)) for some in combinations(asked))

    @property
    def _certain(self) -> frozenset[Fact]:
        """What is true of everybody here."""
        return frozenset(fact for fact, is_so in self.context.clearance.certain.items() if is_so)

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
