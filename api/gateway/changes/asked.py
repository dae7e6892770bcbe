"""The asked: one root field of a mutation, what it says, and how it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.gateway.drafting.drafting import Drafting
from api.gateway.refusal import UNSAID, Code, Refusal, Why, closed
from api.gateway.release.context import Context
from api.gateway.release.door import Door
from api.gateway.running import Running, Step
from api.gateway.told import Told
from models.database.store import Transaction
from policies.vocabulary import Action, Standing


@dataclass(frozen=True, slots=True)
class Asked:
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

    def wrong(self, name: str, reason: str, *, status: int | None = None, **named: float | str) -> Refusal:
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
