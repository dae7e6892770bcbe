"""Marked people: every column of everybody holds a text of its own, so that what leaves can be told by looking."""

import io
import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

import orjson

from api import logs
from models.acquisition import Acquisition
from models.amendment import Amendment
from models.application import Application, Screening, Stage
from models.cases.casefile import CaseFile, CasePerson
from models.clients.client import Client, ClientSecret
from models.consents.consent import PERMITTING, Consent, ConsentEvent, ConsentMethod, ConsentState
from models.restraint import Erasure, Hold, OptOut
from models.user import User
from policies.edition import Edition
from tests.as_before import logging_as_before

DAY = timedelta(days=1)
LONG = 8
"""From so many letters on, a text does not stand anywhere by chance."""

UNMARKED = frozenset({"shown", "marks", "stay_pending", "card_nationality_mark"})
"""Columns of `users` that serve the gateway alone and have too few values to mark; nobody can ask for them."""

CASE_ITEMS = ("identifier", "name", "User.birthDate", "card-status", "User.email")
"""What every complete case file names: categories and fields as the matrix writes them."""


@dataclass(frozen=True)
class Marker:
    """A text that stands in one place only, whose it is, and the fields that show it; none for never."""

    text: str
    user: str
    fields: frozenset[str] = frozenset()


def _marker(user: str, text: str, *fields: str) -> Marker:
    return Marker(text, user, frozenset(f"User.{field}" for field in fields))


def columns(number: int, edition: Edition) -> tuple[dict[str, Any], list[tuple[str, tuple[str, ...]]]]:
    """New values for the columns of one person, and the texts in them with the fields that show each."""
    n = f"{number:03}"
    days = {
        "birth_date": (date(1951, 1, 1) + number * DAY, "birthDate"),
        "card_stay_expires_on": (date(2091, 1, 1) + number * DAY, "residenceCard.stayExpiresOn"),
        "card_valid_until": (date(2081, 1, 1) + number * DAY, "residenceCard.validUntil"),
        "card_issued_on": (date(2011, 1, 1) + number * DAY, "residenceCard.issuedOn"),
    }
    registered = datetime(2016, 1, 1, 13, 37, 11, tzinfo=UTC) + number * DAY
    texts = {
        "name_kanji": (f"MKKANJI{n}", "name.kanji"),
        "name_kana": (f"MKKANA{n}", "name.kana"),
        "postal_code": (f"6{number:02}-8{n}", "address.postalCode"),
        "prefecture": (chr(0xF000 + number), "address.prefecture"),
        "city": (f"MKCITY{n}", "address.city"),
        "town": (f"MKTOWN{n}", "address.town"),
        "block": (f"MKBLOCK{n}", "address.block"),
        "building": (f"MKBUILDING{n}", "address.building"),
        "card_number": (f"MK{n}00000QZ", "residenceCard.number"),
        "card_status": (f"MKSTATUS{n}", "residenceCard.status"),
        "card_work_restriction": (f"MKRESTRICTION{n}", "residenceCard.workRestriction"),
        "card_other_activity": (f"MKACTIVITY{n}", "residenceCard.otherActivity"),
        "card_period_of_stay": (f"MKPERIOD{n}", "residenceCard.periodOfStay"),
        "card_nationality": (
            chr(0xE100 + 2 * number) + chr(0xE101 + 2 * number),
            "residenceCard.nationality",
        ),
        "version": (f"MKVERSION{n}", "version"),
        "card_sex": (chr(0xE800 + number), "residenceCard.sex"),
    }
    answers, shown = _answers(number, edition)
    values: dict[str, Any] = {
        **{name: text for name, (text, _) in texts.items()},
        **{name: day for name, (day, _) in days.items()},
        "registered_at": registered,
        "name_roman": f"MKROMAN{n} QX",
        "email": f"mkemail{n}@mkhost{n}.example",
        "phone": f"+8170{n}55{n}",
        "answers": answers,
    }
    told: list[tuple[str, tuple[str, ...]]] = [
        *((text, (field,)) for text, field in texts.values()),
        *((day.isoformat(), (field,)) for day, field in days.values()),
        (registered.date().isoformat(), ("registeredAt",)),
        (f"MKROMAN{n}", ("name.roman",)),
        (f"mkemail{n}", ("email",)),
        (f"mkhost{n}.example", ("email", "emailMasked")),
        (f"70{n}55{n}", ("phone",)),
        *shown,
    ]
    return values, told


def _answers(number: int, edition: Edition) -> tuple[dict[str, Any], list[tuple[str, tuple[str, ...]]]]:
    answers: dict[str, Any] = {}
    shown: list[tuple[str, tuple[str, ...]]] = []
    for place, (key, question) in enumerate(edition.questions.items()):
        text = f"MKANSWER{place}N{number:03}"
        answer: Any = text
        if question.kind == "number":
            text, answer = f"73918{number:03}", 73_918_000 + number
        elif question.kind == "date":
            text = answer = (date(2061, 1, 1) + number * DAY).isoformat()
        elif question.kind == "multi-choice":
            answer = [text, "COMMON"]
        answers[key] = answer
        shown.append((text, (f"answers.{key}",)))
    return answers, shown


async def mark(edition: Edition) -> list[Marker]:
    """Mark everybody in the opened database, and everything that is on record about them."""
    found: list[Marker] = []
    for number, person in enumerate(await User.all().order_by("id")):
        values, told = columns(number, edition)
        await person.update_from_dict(values).save(update_fields=list(values))
        found += [_marker(person.id, text, *fields) for text, fields in told]
        found += [_marker(person.id, person.id, "id"), _marker(person.id, str(person.ref))]
        found += await _records(person.id, number)
    found += await _consents()
    found += await _rows()
    for number, client in enumerate(await Client.all()):
        await ClientSecret.filter(client_id=client.id).update(hash=f"MKSECRET{number:03}")
        found.append(_marker("", f"MKSECRET{number:03}"))
    return found


async def _records(user: str, number: int) -> list[Marker]:
    """Rows that only grow are added, as they cannot be changed; they change nobody's standing."""
    n = f"{number:03}"
    at = datetime(2014, 1, 1, tzinfo=UTC)
    await Acquisition.create(
        id=f"mkacquisition{n}",
        user_id=user,
        source="PUBLIC",
        shown=0,
        policy_version=f"MKPOLICY{n}",
        language=f"a{n}z",
        notice_at=at,
        acquired_at=at,
    )
    await ConsentEvent.create(
        id=f"mkevent{n}",
        consent_id=f"mkconsent{n}",
        user_id=user,
        state=ConsentState.REQUESTED,
        at=at,
        by=f"MKBY{n}",
        notice_version=f"MKEVENT{n}",
        language=f"e{n}z",
        method=ConsentMethod.CLICK,
    )
    await Application.create(
        id=f"mkapplication{n}",
        user_id=user,
        employer=f"MKEMPLOYER{n}",
        stage=Stage.APPLIED,
        applied_at=at,
        changed_at=at,
    )
    await Screening.create(
        id=f"mkscreening{n}", user_id=user, answer=f"MKSCREENED{n}", asked_at=at, screened_at=at
    )
    await Hold.create(
        id=f"mkhold{n}",
        user_id=user,
        reference=f"MKHOLD{n}",
        purpose="service",
        recipient=f"MKHELD{n}",
        ground=f"MKGROUND{n}",
        placed_at=at,
    )
    await OptOut.create(id=f"mkoptout{n}", user_id=user, purpose="promotion", recipient=f"MKOUT{n}", since=at)
    words = ("acquisition", "amendment", "event", "consent", "application", "screening", "hold", "optout")
    capitals = (
        "FIELD",
        "AMENDER",
        "THROUGH",
        "WHY",
        "REQUESTED",
        "BY",
        "EVENT",
        "EMPLOYER",
        "SCREENED",
        "HOLD",
        "HELD",
        "GROUND",
        "OUT",
    )
    await Amendment.create(
        id=f"mkamendment{n}",
        user_id=user,
        ref=0,
        field=f"MKFIELD{n}",
        at=at,
        by=f"MKAMENDER{n}",
        client=f"MKTHROUGH{n}",
        purpose=f"MKWHY{n}",
        request_id=f"MKREQUESTED{n}",
    )
    texts = [*(f"mk{word}{n}" for word in words), *(f"MK{word}{n}" for word in capitals), f"e{n}z"]
    shown = [f"MKPOLICY{n}", f"a{n}z"]
    return [*(_marker(user, text) for text in texts), *(_marker(user, text, "notices") for text in shown)]


async def _consents() -> list[Marker]:
    """Every consent in its own words; none that stands ends, and none that ended stands again."""
    found = []
    for number, row in enumerate(await Consent.all().order_by("id")):
        row.notice_version, row.language = f"MKNOTICE{number:03}", f"l{number:03}z"
        row.given_at = datetime(2006, 1, 1, tzinfo=UTC) + number * DAY
        texts = [row.id, row.notice_version, row.language, row.given_at.date().isoformat()]
        if row.state in PERMITTING:
            row.expires_at = datetime(2071, 1, 1, tzinfo=UTC) + number * DAY
            texts.append(row.expires_at.date().isoformat())
        if row.withdrawn_at is not None:
            row.withdrawn_at = datetime(2001, 1, 1, tzinfo=UTC) + number * DAY
            texts.append(row.withdrawn_at.date().isoformat())
        await row.save()
        found += [_marker(row.user_id, text, "consents") for text in texts]
    return found


async def _rows() -> list[Marker]:
    found = []
    for number, erasure in enumerate(await Erasure.all()):
        erasure.ground = f"MKERASED{number:03}"
        await erasure.save(update_fields=["ground"])
        found.append(_marker(erasure.user_id, erasure.ground))
    for number, case in enumerate(await CaseFile.all()):
        n = f"{number:03}"
        case.reference, case.office, case.requester = f"MKREFERENCE{n}", f"MKOFFICE{n}", f"MKREQUESTER{n}"
        case.approver = case.approver and f"MKAPPROVER{n}"
        case.consent_obstacle = f"MKOBSTACLE{n}"
        case.items = [*CASE_ITEMS]
        await case.save()
        words = ("REFERENCE", "OFFICE", "REQUESTER", "APPROVER", "OBSTACLE")
        found += [_marker("", f"MK{word}{n}") for word in words] + [_marker("", case.id)]
    found += [_marker(row.user_id, row.id) for row in await CasePerson.all()]
    return found


def seen_in(text: str, markers: Iterable[Marker]) -> set[Marker]:
    """The markers that stand in a text, plainly or in the ways that writers escape."""
    plain = f"{text}\n{_unescaped(text)}"
    return {
        each
        for each in markers
        if (each.text in plain and (len(each.text) >= LONG or _alone(each.text, plain)))
        or (not each.text.isalnum() and quote(each.text) in plain)
    }


def _alone(text: str, plain: str) -> bool:
    """A few letters may also stand in the midst of a cursor, by chance."""
    return re.search(rf"(?<![\w-]){re.escape(text)}(?![\w-])", plain) is not None


def _unescaped(text: str) -> str:
    """The text with `\\ue000` as the character that it stands for."""
    if "\\u" not in text:
        return ""
    parts = text.split("\\u")
    return parts[0] + "".join(_character(part) for part in parts[1:])


def _character(part: str) -> str:
    try:
        return chr(int(part[:4], 16)) + part[4:]
    except ValueError:
        return part


def texts_of(value: Any) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts_of(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts_of(part)


def row_text(row: Iterable[Any]) -> str:
    """A row of a table as one text; bytes by their hexadecimal digits and as what they may spell."""
    return " ".join(
        f"{cell.hex()} {cell.decode('latin-1')}" if isinstance(cell, bytes) else str(cell) for cell in row
    )


@contextmanager
def talkative() -> Iterator[io.StringIO]:
    """The logs of the process at their most talkative, and afterwards as they were."""
    stream = io.StringIO()
    with logging_as_before(), warnings.catch_warnings():
        logs.start("debug", stream=stream)
        yield stream


def dumped(value: Any) -> str:
    """A value as text that escapes nothing it need not."""
    return orjson.dumps(value).decode()
