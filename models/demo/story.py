"""The story of one person: all that happened since they registered, as rows to be written."""

from collections import defaultdict
from datetime import datetime, timedelta

from tortoise import Model

from models.acquisition import Acquisition, Source
from models.application import Application, Screening, Stage
from models.consents.consent import PERMITTING, Consent, ConsentEvent, ConsentMethod, ConsentState
from models.demo.dice import Dice
from models.demo.people import Person
from models.restraint import EVERYONE, Erasure, Hold, OptOut

POLICY_VERSION = "2019-05-29"
"""The privacy policy, by its day of enactment."""

STOP_GROUND = "35-5"
"""Why a use was stopped or data erased: no longer needed, or interests at risk (APPI Art 35(5))."""

_DAY = timedelta(days=1)
_FRONTEND, _CLOCK = "frontend", "expiry"
_BY = {ConsentState.REQUESTED: _FRONTEND, ConsentState.EXPIRED: _CLOCK}
"""Who notes a step of a consent; the others are the person's own."""

_SCREENED_WITHIN = timedelta(hours=48)


class Story:
    """One person and their rows; each method lets something happen to them."""

    def __init__(self, dice: Dice, person: Person, now: datetime) -> None:
        self.person = person
        self.rows: defaultdict[type[Model], list[Model]] = defaultdict(list)
        self._dice = dice
        self._now = now - _DAY
        self._last = person.registered_at

    def acquire(self, source: Source, shown: int) -> None:
        """The data came in, after these purposes were shown."""
        registered = self.person.registered_at
        self._add(
            Acquisition(
                id=self._dice.identifier(),
                user_id=self.person.id,
                source=source,
                shown=shown,
                policy_version=POLICY_VERSION,
                language=self.person.language,
                notice_at=self._dice.moment(registered - timedelta(minutes=12), registered),
                acquired_at=registered,
            )
        )

    def enrol(self, *, erased: bool = False) -> None:
        """The row of the person; an erased one has nothing left that they entered."""
        self._add(self.person.record(erased=erased))
        if erased:
            self._add(Erasure(user_id=self.person.id, ground=STOP_GROUND, erased_at=self._later()))

    def screen(self, texts: tuple[str, ...], *, waiting: bool = False) -> None:
        """Every text answer was read for what does not belong, or the last of them still waits."""
        registered = self.person.registered_at
        answered = [key for key in texts if key in self.person.answers]
        for key in answered:
            waits = waiting and key == answered[-1]
            done = self._dice.moment(registered, registered + _SCREENED_WITHIN)
            self._add(
                Screening(
                    id=self._dice.identifier(),
                    user_id=self.person.id,
                    answer=key,
                    asked_at=registered,
                    screened_at=None if waits else done,
                )
            )

    def consent(self, purpose: str, recipient: str, *states: ConsentState) -> None:
        """The person was asked, and the consent went through these states."""
        consent = self._dice.identifier()
        method = ConsentMethod.TICK if recipient == "internal" else ConsentMethod.CLICK
        at = self._dice.moment(self.person.registered_at, self._now)
        times: dict[ConsentState, datetime] = {}
        for state in (ConsentState.REQUESTED, *states):
            times[state] = at
            self._add(
                ConsentEvent(
                    id=self._dice.identifier(),
                    consent_id=consent,
                    user_id=self.person.id,
                    state=state,
                    at=at,
                    by=_BY.get(state, self.person.id),
                    notice_version=POLICY_VERSION,
                    language=self.person.language,
                    method=method,
                )
            )
            self._last = max(self._last, at)
            soon = at + timedelta(seconds=self._dice.randint(20, 300))
            at = soon if state is ConsentState.REQUESTED else self._dice.moment(soon, self._now)
        self._add(
            Consent(
                id=consent,
                user_id=self.person.id,
                purpose=purpose,
                recipient=recipient,
                state=states[-1],
                given_at=max((times[state] for state in PERMITTING if state in times), default=None),
                withdrawn_at=times.get(ConsentState.WITHDRAWN),
                expires_at=times.get(ConsentState.EXPIRED),
                notice_version=POLICY_VERSION,
                language=self.person.language,
                method=method,
            )
        )

    def apply(self, employer: str, stage: Stage) -> None:
        """The person applied to an employer, and it went this far."""
        applied = self._later()
        self._add(
            Application(
                id=self._dice.identifier(),
                user_id=self.person.id,
                employer=employer,
                stage=stage,
                applied_at=applied,
                changed_at=applied if stage is Stage.APPLIED else self._later(),
            )
        )

    def hold(self, *purposes: str, recipient: str = EVERYONE, lifted: bool = False) -> None:
        """Use was suspended for these purposes, and perhaps taken up again."""
        reference, placed = f"H-{self._dice.identifier()[:8].upper()}", self._later()
        ended = self._later() if lifted else None
        for purpose in purposes:
            self._add(
                Hold(
                    id=self._dice.identifier(),
                    user_id=self.person.id,
                    reference=reference,
                    purpose=purpose,
                    recipient=recipient,
                    ground=STOP_GROUND,
                    placed_at=placed,
                    lifted_at=ended,
                )
            )

    def opt_out(self, purpose: str) -> None:
        """The person wants no advertising, or no analysis."""
        self._add(
            OptOut(id=self._dice.identifier(), user_id=self.person.id, purpose=purpose, since=self._later())
        )

    def _later(self) -> datetime:
        """A time after all so far, and before today."""
        self._last = self._dice.moment(self._last, self._now)
        return self._last

    def _add(self, row: Model) -> None:
        self.rows[type(row)].append(row)
