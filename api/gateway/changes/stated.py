"""The stated: what a partner states of a person it sends, checked whole (APPI Arts 20, 27 and 30; Clause 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from api.gateway.changes.act import Act
from api.gateway.changes.registration import FIRST_NOTICE, below, fields_of, read_form
from models.consents.consent import ConsentMethod
from models.formats.fold import plain
from models.formats.form import Person
from models.formats.screening import findings, refused
from models.formats.wrong import Mistake, Wrong
from models.receiving.received import EvidenceKind
from models.receiving.sent import Terms
from policies.vocabulary import Action, Fact, Standing

LONGEST_HISTORY = 500
LONGEST_EVIDENCE = 200


class Doubt(StrEnum):
    """Why a person who was sent waits for the desk."""

    DECEIT_SUSPECTED = "DECEIT_SUSPECTED"
    EVIDENCE_MISSING = "EVIDENCE_MISSING"
    SPECIAL_CARE_NO_CONSENT = "SPECIAL_CARE_NO_CONSENT"


@dataclass(frozen=True, slots=True)
class Stated:
    """One person who was sent, read: their values, what is stated of them, and what is wrong or doubtful with it.

    Attributes:
        terms: None where there is a mistake.
    """

    person: Person
    terms: Terms | None
    mistakes: list[Mistake]
    doubts: tuple[Doubt, ...]


def read_stated(act: Act, said: Mapping[str, Any], place: str) -> Stated:
    """One person's part of the input.

    Raises:
        Refusal: `OPERATION_FORBIDDEN` for a field that no rule lets anybody send.
    """
    notice, mistakes, person = read_form(said, place, act.context.force.edition, act.running.at)
    _may_send(act, person)
    reading = _Reading(place, [*notice, *mistakes])
    acquired_at = reading.acquired(said.get("acquiredAt"), act.running.at)
    reading.noticed(said.get("notice"), act.context.clearance.purpose, acquired_at, known=not notice)
    consent = reading.consented(said.get("consent"), acquired_at)
    history = reading.text("history", said.get("history"), LONGEST_HISTORY, "HISTORY_REQUIRED")
    given = said.get("evidence")
    evidence = reading.evidence(given) if given else None
    if reading.mistakes or consent is None or history is None:
        return Stated(person, None, reading.mistakes, ())
    shown, provider = said["notice"], act.context.recipient
    special_care = said.get("specialCareConsent") is True
    terms = Terms(
        provider_name=provider.name,
        provider_address=provider.address,
        provider_representative=provider.representative,
        history=history,
        evidence_kind=evidence and evidence[0],
        evidence=evidence and evidence[1],
        notice_version=str(shown["policyVersion"]).strip(),
        language=shown["language"],
        purposes=tuple(dict.fromkeys(map(str, shown["purposes"]))),
        notice_at=shown["shownAt"],
        consented_at=consent[0],
        consent_method=consent[1],
        acquired_at=acquired_at,
        special_care=special_care,
    )
    doubtful = {
        Doubt.DECEIT_SUSPECTED: said.get("fairMeans") is not True,
        Doubt.EVIDENCE_MISSING: evidence is None,
        Doubt.SPECIAL_CARE_NO_CONSENT: not special_care and _tells_of_special_care(act, person),
    }
    return Stated(person, terms, [], tuple(doubt for doubt, is_so in doubtful.items() if is_so))


def read_evidence(
    said: Mapping[str, Any], place: str
) -> tuple[tuple[EvidenceKind, str] | None, list[Mistake]]:
    """How an acquisition was confirmed, and what is wrong with that."""
    reading = _Reading(place, [])
    return reading.evidence(said), reading.mistakes


def read_reason(text: object, place: str) -> tuple[str | None, list[Mistake]]:
    """Why the desk decided so, and what is wrong with that."""
    reading = _Reading("input", [])
    return reading.text(place, text, LONGEST_EVIDENCE, "REQUIRED"), reading.mistakes


@dataclass(slots=True)
class _Reading:
    """One part of the input being read."""

    place: str
    mistakes: list[Mistake]

    def miss(self, path: str, code: str, /, **told: str) -> None:
        self.keep(Wrong(code, **told).at(path))

    def keep(self, mistake: Mistake) -> None:
        self.mistakes.append(below(self.place, mistake))

    def acquired(self, given: object, now: datetime) -> datetime:
        if isinstance(given, datetime):
            if FIRST_NOTICE <= given <= now:
                return given
            self.miss("acquiredAt", "ACQUIRED_TIME")
        return now

    def noticed(
        self, notice: Mapping[str, Any] | None, purpose: str, acquired_at: datetime, *, known: bool
    ) -> None:
        """The policy is stricter than APPI Art 21(1): the notice comes first (Clause 5)."""
        if not known or not notice:
            return
        if purpose not in notice["purposes"]:
            self.miss("notice.purposes", "NOTICE_PURPOSE", purpose=purpose)
        if notice["shownAt"] > acquired_at:
            self.miss("notice.shownAt", "NOTICE_AFTER_ACQUISITION")

    def consented(
        self, consent: Mapping[str, Any] | None, acquired_at: datetime
    ) -> tuple[datetime, str] | None:
        if not consent:
            self.miss("consent", "CONSENT_REQUIRED")
            return None
        given_at, method = consent["givenAt"], consent["method"]
        if not FIRST_NOTICE <= given_at <= acquired_at:
            self.miss("consent.givenAt", "CONSENT_AFTER_ACQUISITION")
        name = str(getattr(method, "value", method))
        if name not in ConsentMethod.__members__:
            self.miss("consent.method", "CONSENT_DEEMED")
        return given_at, name

    def evidence(self, given: Mapping[str, Any]) -> tuple[EvidenceKind, str] | None:
        kind = EvidenceKind(getattr(given["kind"], "value", given["kind"]))
        words = self.text("evidence.reference", given["reference"], LONGEST_EVIDENCE, "EVIDENCE_REFERENCE")
        return None if words is None else (kind, words)

    def text(self, path: str, given: object, longest: int, needed: str) -> str | None:
        if not isinstance(given, str) or not given.strip():
            self.miss(path, needed)
            return None
        try:
            words = plain(given, longest)
            refused(words)
        except Wrong as wrong:
            self.keep(wrong.at(path))
            return None
        return words


SENT: Standing = frozenset({Fact.NOTICED, Fact.CONSENTED})
"""What is so of whoever is sent, as their sender states it."""


def _may_send(act: Act, person: Person) -> None:
    """Each field is decided like a reading; that the purpose was shown and agreed to is a fact of the input."""
    for path in fields_of(person.values):
        if not act.context.clearance.in_scope(path):
            raise act.out_of_scope(path)
        if not act.may(Action.COLLECT, path, SENT):
            raise act.forbidden(path, Action.COLLECT, SENT)


def _tells_of_special_care(act: Act, person: Person) -> bool:
    questions = act.context.force.edition.questions
    answers = person.values.get("answers") or {}
    return any(
        findings(str(answer))
        for key, answer in answers.items()
        if answer is not None and questions[key].kind.free
    )
