"""The correction: a person's record is changed whole or not at all, and what stood there before is kept (APPI Art 34)."""

from typing import Any

from api.gateway.changes.act import Act, Done
from api.gateway.changes.mistakes import mistaken
from api.gateway.changes.registration import await_screening, fields_of
from models.formats.card import card_mistakes
from models.formats.form import read_person
from models.formats.wrong import Wrong
from models.person_row import PersonRow
from models.store import WrongValue

ACT = "Mutation.updateUser"
_TAKEN = "SELECT 1 FROM users WHERE email = :email AND id <> :user"
_OVER = """
UPDATE screenings SET screened_at = :now, outcome = 'REPLACED', screened_by = :by
WHERE user_id = :user AND answer = :answer AND screened_at IS NULL
"""


async def update_user(act: Act) -> Done:
    """Correct some fields of one person.

    Raises:
        Refusals: every mistake in the input, each with its path.
    """
    said = act.said
    questions = act.context.force.edition.questions
    read = read_person(said["user"], questions, act.running.today, update=True)
    mistakes = [each.wrong.at(f"input.user.{each.path}") for each in read.mistakes]
    fields = fields_of(read.values)
    if not mistakes and not fields:
        raise act.wrong("user", "changes nothing: give at least one field")
    person = await act.subject(str(said["id"]), ACT, fields, scope="User.id")
    row = await PersonRow.read(act.transaction, act.door.vault, person.id)
    if not mistakes:
        later = {**row.values, **{name: read.values[name] for name in read.values if name != "answers"}}
        unlike = card_mistakes(later, act.running.today)
        mistakes = [each.wrong.at(f"input.user.{each.path}") for each in unlike]
        email = read.values.get("email")
        if email and await act.transaction.fetch(_TAKEN, {"email": email, "user": person.id}):
            mistakes.append(Wrong("EMAIL_TAKEN").at("input.user.email"))
    if mistakes:
        raise mistaken(mistakes, act)
    expected = said.get("ifVersion")
    if expected is not None and expected != row.version:
        raise act.wrong(
            "ifVersion",
            "is not the version of the record now: read it again, and decide again",
            reason="STALE_VERSION",
            status=409,
        )
    written = await _write(act, row, read.values)
    return Done(((person.id, person.ref, written),))


async def _write(act: Act, row: PersonRow, values: dict[str, Any]) -> frozenset[str]:
    answers = {
        key: value
        for key, value in (values.get("answers") or {}).items()
        if row.values["answers"].get(key) != value
    }
    try:
        written = await row.amend(values, act.amender())
    except WrongValue:
        raise act.wrong("user.email", "was registered a moment ago: send the request again") from None
    for key in answers:
        replaced = {"user": row.id, "answer": key, "now": act.running.at, "by": act.by}
        await act.transaction.execute(_OVER, replaced)
    await await_screening(act, row.id, answers)
    return written
