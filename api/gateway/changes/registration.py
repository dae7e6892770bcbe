"""The registration: people come in with the notice they were shown, and with every mistake told at once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from secrets import token_hex
from typing import Any

from api.gateway.changes.act import Act, Done
from api.gateway.changes.mistakes import MOST, mistaken, told
from api.gateway.views.ledger import JAPAN
from models.acquisition import Source
from models.formats.form import Person, read_person
from models.formats.screening import findings
from models.formats.wrong import Mistake, Wrong
from models.person_row import PATHS, PersonRow
from policies.edition import Edition
from policies.form import ANSWERS
from policies.vocabulary import Action, Fact, Standing

MOST_PEOPLE = 100
LONGEST_VERSION = 20
LANGUAGES = ("ja", "en")
FIRST_NOTICE = datetime(2019, 5, 29, tzinfo=UTC)
"""When the policy was first published."""

LATE = timedelta(minutes=5)
"""How far the clock of a frontend may run ahead."""

_TAKEN = "SELECT ref FROM users WHERE lower(email) = lower(:email) AND id <> :but"
_ACQUIRED = """
INSERT INTO acquisitions (id, user_id, source, shown, policy_version, language, notice_at, acquired_at)
VALUES (:id, :user, :source, :shown, :version, :language, :noticed, :now)
"""
_AWAITS = """
INSERT INTO screenings (id, user_id, answer, findings, asked_at, screened_at, outcome, screened_by)
VALUES (:id, :user, :answer, :findings, :now, NULL, NULL, NULL)
"""


async def register(act: Act) -> Done:
    """Register one person.

    Raises:
        Refusals: every mistake in the input, each with its path.
    """
    allowed(act, "Mutation.register")
    said = act.said
    mistakes, person = await _checked(act, said, "input")
    if mistakes:
        raise mistaken(mistakes, act)
    row = await _keep(act, said["notice"], person)
    if row is None:
        raise mistaken([Wrong("EMAIL_TAKEN").at("input.user.email")], act)
    return Done(((row.id, row.ref, frozenset(fields_of(person.values))),))


async def register_many(act: Act) -> Done:
    """Register people, each for themself: a mistake in one keeps nobody else out."""
    allowed(act, "Mutation.registerMany")
    everybody: Sequence[Mapping[str, Any]] = act.said["people"]
    if not 0 < len(everybody) <= MOST_PEOPLE:
        raise act.wrong("people", "PEOPLE_COUNT", asked=len(everybody), most=MOST_PEOPLE)
    people: list[tuple[str, int, frozenset[str]]] = []
    results: list[dict[str, Any]] = []
    for place, said in enumerate(everybody):
        mistakes, person = await _checked(act, said, f"input.people.{place}")
        row = None if mistakes else await _keep(act, said["notice"], person)
        if row is not None:
            people.append((row.id, row.ref, frozenset(fields_of(person.values))))
        elif not mistakes:
            mistakes.append(Wrong("EMAIL_TAKEN").at(f"input.people.{place}.user.email"))
        results.append(
            {
                "index": place,
                "user": row and row.id,
                "mistakes": [told(each, act) for each in mistakes[:MOST]],
            }
        )
    return Done(tuple(people), {"results": results, "registered": len(people)})


def allowed(act: Act, path: str) -> None:
    """Whether the requester may register people at all.

    Raises:
        Refusal: `OPERATION_FORBIDDEN`.
    """
    if not act.may(Action.INVOKE, path, ()):
        raise act.forbidden(path, standing=frozenset())


async def _checked(act: Act, said: Mapping[str, Any], place: str) -> tuple[list[Mistake], Person]:
    """What is wrong with one person's input, and what was read."""
    notice, mistakes, person = read_form(said, place, act.context.force.edition, act.running.at)
    if notice:
        return [*notice, *mistakes], person
    _may_collect(act, said["notice"], person, place, mistakes)
    if await taken(act, person.values.get("email")):
        mistakes.append(Wrong("EMAIL_TAKEN").at(f"{place}.user.email"))
    return mistakes, person


def _may_collect(
    act: Act, notice: Mapping[str, Any], person: Person, place: str, mistakes: list[Mistake]
) -> None:
    """Each field is decided like a reading; that the purpose was shown is a fact of the input.

    Raises:
        Refusal: `OPERATION_FORBIDDEN` for a field that no rule lets anybody enter.
    """
    purpose = act.context.clearance.purpose
    shown = _shown(act, notice)
    for path in fields_of(person.values):
        if not act.context.clearance.in_scope(path):
            raise act.out_of_scope(path)
        if act.may(Action.COLLECT, path, shown):
            continue
        if shown or not act.may(Action.COLLECT, path, {Fact.NOTICED}):
            raise act.forbidden(path, Action.COLLECT, frozenset({Fact.NOTICED}))
        mistakes.append(Wrong("NOTICE_PURPOSE", purpose=purpose).at(f"{place}.notice.purposes"))
        return


def _shown(act: Act, notice: Mapping[str, Any]) -> Standing:
    """What the notice makes true of a new person."""
    return frozenset({Fact.NOTICED} if act.context.clearance.purpose in notice["purposes"] else ())


async def taken(act: Act, email: str | None, but: str = "") -> bool:
    """Whether somebody else has this address; that they have it is told of them, so they are met."""
    rows = await act.transaction.fetch(_TAKEN, {"email": email, "but": but}) if email else ()
    if rows:
        act.meet(int(row[0]) for row in rows)
    return bool(rows)


def fields_of(values: Mapping[str, Any]) -> list[str]:
    """The fields that these columns and answers belong to."""
    answers = [ANSWERS + key for key in values.get("answers") or ()]
    return [*(PATHS[name] for name in values if name != "answers"), *answers]


def read_form(
    said: Mapping[str, Any], place: str, edition: Edition, at: datetime
) -> tuple[list[Mistake], list[Mistake], Person]:
    """What is wrong with the notice and with the form of one person, and what was read."""
    today = at.astimezone(JAPAN).date()
    notice = [below(f"{place}.notice", each) for each in _notice_mistakes(said.get("notice"), edition, at)]
    person = read_person(said.get("user") or {}, edition.questions, today)
    mistakes = [*person.mistakes, *_unasked(person, edition, today)]
    return notice, [below(f"{place}.user", each) for each in mistakes], person


def _unasked(person: Person, edition: Edition, today: date) -> Iterator[Mistake]:
    """Answers that the form needs and that are not there, or that it does not ask for today."""
    answers = person.values.get("answers") or {}
    told = {each.path for each in person.mistakes}
    for question in edition.questions.values():
        place = f"answers.{question.key}"
        asked = question.asked_on(today)
        if asked and question.required and answers.get(question.key) is None and place not in told:
            yield Wrong("REQUIRED").at(place)
        elif not asked and question.key in answers:
            yield Wrong("ANSWER_NOT_ASKED").at(place)


def _notice_mistakes(notice: Mapping[str, Any] | None, edition: Edition, at: datetime) -> list[Mistake]:
    """What is wrong with the notice that was shown (APPI Art 21(2)); without one nothing is taken in."""
    if not notice:
        return [Wrong("NOTICE_REQUIRED").at("")]
    mistakes: list[Mistake] = []
    version = str(notice.get("policyVersion") or "").strip()
    if not 0 < len(version) <= LONGEST_VERSION or not version.isprintable():
        mistakes.append(Wrong("NOTICE_VERSION").at("policyVersion"))
    if notice.get("language") not in LANGUAGES:
        mistakes.append(Wrong("NOTICE_LANGUAGE").at("language"))
    shown_at = notice.get("shownAt")
    if not isinstance(shown_at, datetime) or not FIRST_NOTICE <= shown_at <= at + LATE:
        mistakes.append(Wrong("NOTICE_TIME").at("shownAt"))
    purposes = edition.purposes
    leaves = {each.id for each in purposes.values() if not each.abstract}
    given = notice.get("purposes") or []
    if not given or not leaves.issuperset(given):
        mistakes.append(Wrong("NOTICE_PURPOSES").at("purposes"))
    return mistakes


async def _keep(act: Act, notice: Mapping[str, Any], person: Person) -> PersonRow | None:
    """The person's row with all that belongs to it; None where somebody took the address a moment before."""
    row = await PersonRow.make(act.transaction, act.door.vault, person.values, act.running.at)
    if row is None:
        await taken(act, person.values.get("email"))
        return None
    act.entered(row.ref, _shown(act, notice))
    purposes = act.context.force.edition.purposes
    await act.transaction.execute(
        _ACQUIRED,
        {
            "id": token_hex(13),
            "user": row.id,
            "source": Source.SERVICE_FORM.value,
            "shown": sum(1 << purposes[each].number for each in set(notice["purposes"])),
            "version": str(notice["policyVersion"]).strip(),
            "language": notice["language"],
            "noticed": min(notice["shownAt"], act.running.at),
            "now": act.running.at,
        },
    )
    await await_screening(act, row.id, person.values.get("answers") or {})
    return row


async def await_screening(act: Act, user: str, answers: Mapping[str, Any]) -> None:
    """Every free text waits for a reader before it goes outside; what was noticed in it is noted by code."""
    questions = act.context.force.edition.questions
    for key, answer in answers.items():
        if answer is None or not questions[key].kind.free:
            continue
        found = ",".join(findings(str(answer)))
        row = {"id": token_hex(13), "user": user, "answer": key, "findings": found, "now": act.running.at}
        await act.transaction.execute(_AWAITS, row)


def below(place: str, mistake: Mistake) -> Mistake:
    """The mistake of a part, at its place in the whole."""
    return mistake.wrong.at(f"{place}.{mistake.path}" if mistake.path else place)
