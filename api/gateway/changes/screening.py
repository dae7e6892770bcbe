"""The screening: a person of the desk reads a free text before it may go outside (Clause 2, APPI Art 20(2))."""

from enum import StrEnum

from api.gateway.changes.act import Act, Done
from models.person_row import PersonRow
from policies.form import ANSWERS

ACT = "Mutation.screenAnswer"


class ScreenOutcome(StrEnum):
    """What the reader found: nothing that does not belong, or something, so that the text is taken away."""

    CLEARED = "CLEARED"
    REMOVED = "REMOVED"


_WAITING = "SELECT 1 FROM screenings WHERE user_id = :user AND answer = :answer AND screened_at IS NULL"
_SCREENED = """
UPDATE screenings SET screened_at = :now, outcome = :outcome, screened_by = :by
WHERE user_id = :user AND answer = :answer AND screened_at IS NULL
"""


async def screen_answer(act: Act) -> Done:
    """Let a text go, or take it away."""
    said = act.said
    key = str(said["key"])
    path = ANSWERS + key
    outcome = ScreenOutcome(getattr(said["outcome"], "value", said["outcome"]))
    removed = outcome is ScreenOutcome.REMOVED
    asked = act.context.force.edition.questions
    person = await act.subject(str(said["user"]), ACT, (path,) if removed and key in asked else ())
    row = await PersonRow.read(act.transaction, act.door.vault, person.id)
    if row.version != said["ifVersion"]:
        raise act.stale()
    values = {"user": person.id, "answer": key}
    if not await act.transaction.fetch(_WAITING, values):
        raise act.wrong("key", "NOTHING_TO_SCREEN")
    if removed:
        await row.amend({"answers": {key: None}}, act.amender())
    screened = {**values, "now": act.running.at, "outcome": outcome.value, "by": act.by}
    await act.transaction.execute(_SCREENED, screened)
    return Done(
        ((person.id, person.ref, frozenset({ACT, path} if removed else {ACT})),), {"outcome": outcome.value}
    )
