"""The stage of an application: forward only, each step dated, each party its own steps."""

from secrets import token_hex
from typing import Any

from api.gateway.changes.act import Act, Done
from api.gateway.refusal import Why
from api.gateway.release.purpose import OF_RECIPIENTS
from api.gateway.told import Told
from models.application import FORWARD, OPEN, Stage
from models.database.dialect import Dialect
from policies.vocabulary import Role

ACT = "Mutation.setApplicationStage"
_OPEN = ", ".join(f"'{stage}'" for stage in OPEN)
_FIND = (
    "SELECT id, stage FROM applications WHERE user_id = :user AND employer = :employer"
    f" AND stage IN ({_OPEN}) ORDER BY applied_at DESC, id LIMIT 1"
)
_APPLY = """
INSERT INTO applications (id, user_id, employer, stage, applied_at, changed_at)
VALUES (:application, :user, :employer, :stage, :now, :now)
"""
_MOVE = "UPDATE applications SET stage = :stage, changed_at = :now WHERE id = :application"
_STEP = """
INSERT INTO application_steps (id, application_id, user_id, stage, at, by)
VALUES (:step, :application, :user, :stage, :now, :by)
"""


async def set_application_stage(act: Act) -> Done:
    """Apply, step back, or move an application on.

    The person applies and steps back; the employer moves on or turns down, and only its own applications.
    """
    said = act.said
    stage = Stage(getattr(said["stage"], "value", said["stage"]))
    named = said.get("employer")
    own = act.context.recipient.id if act.door.requester.role == Role.EMPLOYER else None
    if own is not None and named is not None and named != own:
        told = Told("RECIPIENT_NOT_ALLOWED")
        raise act.closed(told, Why("RECIPIENT_NOT_ALLOWED", OF_RECIPIENTS), ACT)
    person = await act.subject(str(said["user"]), f"{ACT}.{stage.value}")
    employer = own or _employer(act, named)
    values: dict[str, Any] = {
        "user": person.id,
        "employer": employer,
        "stage": stage.value,
        "now": act.running.at,
        "by": act.by,
        "step": token_hex(13),
    }
    lock = " FOR UPDATE" if act.transaction.dialect is Dialect.POSTGRES else ""
    found = await act.transaction.fetch(_FIND + lock, {"user": person.id, "employer": employer})
    if stage is Stage.APPLIED:
        if found:
            raise act.wrong("stage", "APPLICATION_OPEN")
        values["application"] = token_hex(13)
        await act.transaction.execute(_APPLY, values)
    else:
        if not found:
            raise act.wrong("stage", "APPLICATION_NONE")
        values["application"], now = found[0]
        if stage in FORWARD and FORWARD.index(stage) <= FORWARD.index(Stage(now)):
            raise act.wrong("stage", "NOT_FORWARD")
        await act.transaction.execute(_MOVE, values)
    await act.transaction.execute(_STEP, values)
    return Done(((person.id, person.ref, frozenset({ACT})),), {"stage": stage.value})


def _employer(act: Act, named: object) -> str:
    """Whose application a person means."""
    found = act.context.force.registry.open_to(str(named)) if named is not None else None
    if found is None or Role.EMPLOYER not in act.context.force.edition.groups.ancestors(found.kind):
        raise act.wrong("employer", "EMPLOYER_UNKNOWN")
    return found.id
