"""The correction: a person's record is changed whole or not at all, and what stood there before is kept (APPI Art 34)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from api.gateway.changes.act import Act, Done
from api.gateway.changes.mistakes import mistaken
from api.gateway.changes.registration import await_screening, below, fields_of, taken
from api.gateway.views.ledger import JAPAN
from models.database.store import WrongValue
from models.formats.address import read_address
from models.formats.card import card_mistakes
from models.formats.fields import CARD_ENDS, CARD_NUMBER
from models.formats.form import Person, read_person
from models.formats.wrong import Mistake, Wrong
from models.person_row import PersonRow
from policies.edition import Edition
from policies.form import FormQuestion

ACT = "Mutation.updateUser"
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
    mistakes, read = read_correction(said, act.context.force.edition, act.running.at)
    fields = fields_of(read.values)
    if not mistakes and not fields:
        raise act.wrong("user", "NOTHING_CHANGED")
    person = await act.subject(str(said["id"]), ACT, fields, scope="User.id", at="id")
    row = await PersonRow.read(act.transaction, act.door.vault, person.id)
    questions, kept = act.context.force.edition.questions, row.values["answers"]
    emptied = said["user"].get("answers", ()) is None
    if emptied:
        read.values["answers"] = dict.fromkeys(kept)
    if not mistakes:
        later = {**row.values, **{name: read.values[name] for name in read.values if name != "answers"}}
        unlike = [*card_mistakes(later, act.running.today), *_elsewhere(row, said["user"].get("address"))]
        mistakes = [each.wrong.at(f"input.user.{each.path}") for each in unlike]
        mistakes += _unfinished(later)
        if emptied:
            needed = _unanswered(read, questions, act.running.today)
            mistakes += (below("input.user", each) for each in needed)
        if await taken(act, read.values.get("email"), person.id):
            mistakes.append(Wrong("EMAIL_TAKEN").at("input.user.email"))
    unasked = _unasked(read, questions, act.running.today, kept)
    mistakes += (below("input.user", each) for each in unasked)
    if mistakes:
        raise mistaken(mistakes, act)
    expected = said.get("ifVersion")
    if expected is not None and expected != row.version:
        raise act.stale()
    written = await _write(act, row, read.values)
    return Done(((person.id, person.ref, written),))


def _elsewhere(row: PersonRow, given: Mapping[str, Any] | None) -> list[Mistake]:
    """Parts of an address that do not lie where the kept postal code does."""
    kept = row.values["postal_code"]
    if not given or "postalCode" in given or kept is None:
        return []
    return read_address({"postalCode": kept, **given})[1]


def read_correction(said: Mapping[str, Any], edition: Edition, at: datetime) -> tuple[list[Mistake], Person]:
    """What is wrong with a correction, whoever it is about, and what was read."""
    today = at.astimezone(JAPAN).date()
    given = said.get("user") or {}
    read = read_person(given, edition.questions, today, update=True)
    emptied = given.get("answers", ()) is None
    needed = [] if emptied else _unanswered(read, edition.questions, today)
    return [below("input.user", each) for each in (*read.mistakes, *needed)], read


def _unanswered(read: Person, questions: Mapping[str, FormQuestion], today: date) -> list[Mistake]:
    """Answers that were taken away, and that the form of today cannot do without."""
    return [
        Wrong("REQUIRED").at(f"answers.{each.key}")
        for each, value in _answered(read, questions)
        if value is None and each.required and each.asked_on(today)
    ]


def _unasked(
    read: Person, questions: Mapping[str, FormQuestion], today: date, kept: Mapping[str, object]
) -> list[Mistake]:
    """Answers that the form does not ask for today, and that correct none of those kept."""
    return [
        Wrong("ANSWER_NOT_ASKED").at(f"answers.{each.key}")
        for each, value in _answered(read, questions)
        if value is not None and kept.get(each.key) is None and not each.asked_on(today)
    ]


def _answered(read: Person, questions: Mapping[str, FormQuestion]) -> Iterator[tuple[FormQuestion, object]]:
    """The questions that were answered in a way that could be read, each with its answer, None for one taken away."""
    told = {each.path for each in read.mistakes}
    for key, value in (read.values.get("answers") or {}).items():
        if key in questions and f"answers.{key}" not in told:
            yield questions[key], value


def _unfinished(later: Mapping[str, Any]) -> list[Mistake]:
    """What the card of the record as it will stand lacks."""
    card = {name: value for name, value in later.items() if name.startswith("card_") and value is not None}
    missing = (
        [Wrong("REQUIRED").at(f"input.user.{CARD_NUMBER}")] if card and "card_number" not in card else []
    )
    if card and not {"card_valid_until", "card_stay_expires_on"} & set(card):
        missing.append(Wrong("CARD_END_REQUIRED").at(f"input.user.{CARD_ENDS[0]}"))
    return missing


async def _write(act: Act, row: PersonRow, values: dict[str, Any]) -> frozenset[str]:
    answers = {
        key: value
        for key, value in (values.get("answers") or {}).items()
        if row.values["answers"].get(key) != value
    }
    try:
        written = await row.amend(values, act.amender())
    except WrongValue:
        raise act.wrong("user.email", "EMAIL_JUST_TAKEN") from None
    for key in answers:
        replaced = {"user": row.id, "answer": key, "now": act.running.at, "by": act.by}
        await act.transaction.execute(_OVER, replaced)
    await await_screening(act, row.id, answers)
    return written
