"""Fate: what is drawn at random for the people of the demonstration, so that every standing comes about."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, TypeVar

from models.acquisition import Announcement
from models.application import Application, Screening, Stage
from models.cases.casefile import CaseFile, CasePerson
from models.clients.client import Client
from models.consents.consent import Consent, ConsentMethod, ConsentState
from models.database.store import Store
from models.person_row import Amender, PersonRow
from models.recipients.recipient import Recipient
from models.restraint import Erasure, Hold, OptOut
from models.sealing.vault import vault_in_use
from models.user import User
from policies.edition import Edition

T = TypeVar("T")

NOW = datetime(2026, 11, 21, 18, 30, 0, 250_000, tzinfo=UTC)
"""Already the next day in Japan."""

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
MOMENTS = (NOW - 400 * DAY, NOW - DAY, NOW - INSTANT, NOW, NOW + INSTANT, NOW + DAY)
BIRTHS = (
    date(2008, 11, 22),
    date(2008, 11, 23),
    date(2001, 11, 22),
    date(2001, 11, 23),
    date(1966, 11, 22),
    date(1966, 11, 23),
    date(2004, 2, 29),
    date(2012, 1, 1),
)
STAYS = (TODAY, TODAY - DAY, TODAY - 61 * DAY, TODAY - 62 * DAY, TODAY + DAY, None)
EMPLOYERS = ("employer-a", "employer-b", "employer-c")
CLOSED: dict[str, dict[str, Any]] = {
    "employer-stopped": {"status": "STOPPED"},
    "employer-pending": {"status": "PENDING"},
    "employer-lapsed": {"contract_until": TODAY - DAY},
    "employer-early": {"contract_from": TODAY + DAY},
}
"""Recipients that nothing may go to, each with why."""

TO = (*EMPLOYERS, "internal", "support-org", "mail-sender", "authority", "analytics")
WRITTEN = ('"); DROP TABLE users; --', 'It\'s \\ a "quote"', "日本語 🗾", "", "null", "{}")
NULLABLE = (
    *("name_roman", "name_kanji", "email", "phone", "birth_date", "prefecture", "building"),
    *("card_number", "card_work_restriction", "card_nationality", "card_stay_expires_on"),
)


class Fate:
    """Draws what happens; the same seed draws the same."""

    def __init__(self, seed: int, edition: Edition) -> None:
        self._dice = Random(seed)  # noqa: S311 - nothing secret is drawn
        self._edition = edition
        self._leaves = [name for name, each in edition.purposes.items() if not each.abstract]
        self._count = 0

    async def happen(self, store: Store) -> None:
        """Let it happen to everybody in the opened database."""
        await self._registry()
        people = await User.all().order_by("id")
        for person in people:
            await self._change(person)
            await self._restrain(person.id)
            await self._advance(person)
        for purpose in self._some(self._leaves, 3):
            at = self._one([each.registered_at for each in people])
            await Announcement.create(purpose=purpose, announced_at=at)
        for _ in range(8):
            await self._case(self._some([each.id for each in people], 4))
        for person in people:
            await self._correct(store, person.id)

    async def _registry(self) -> None:
        """Recipients abroad: one of a country that counts as safe, two of none, and clients of theirs."""
        await Recipient.filter(id__in=["employer-b", "mail-sender"]).update(country="US")
        await Recipient.create(
            id="employer-c",
            kind="employer",
            name="Example Employer GmbH",
            address="Musterweg 1, Musterstadt",
            representative="Erika Muster",
            country="DE",
            foreign_route="DESIGNATED",
        )
        named = {"kind": "employer", "name": "架空", "address": "東京都架空区"}
        await Recipient.create(id="employer-unnamed", **{**named, "representative": " "})
        for name, closed in CLOSED.items():
            await Recipient.create(id=name, **named, representative="見本", **closed)
        blank: dict[str, Any] = {"scopes": [], "created_at": NOW}
        await Client.create(
            id="employer-c",
            name="employer-c",
            role="employer",
            recipients=["employer-c", "employer-b", "employer-unnamed", *CLOSED],
            **blank,
        )

    async def _change(self, person: User) -> None:
        """New values at the edges of what derived fields distinguish."""
        changed: dict[str, Any] = {}
        if self._chance(0.5):
            changed["birth_date"] = self._one(BIRTHS)
        if self._chance(0.5):
            changed |= {
                "card_stay_expires_on": self._one(STAYS),
                "stay_pending": self._chance(0.6),
                "card_work_restriction": self._one(("NONE", "BY_STATUS", "DESIGNATED", "NOT_PERMITTED")),
                "card_other_activity": self._one(("NONE", "PERMITTED_28_HOURS")),
            }
        if self._chance(0.3):
            changed |= {self._one(("city", "town", "block", "name_roman", "email")): self._one(WRITTEN)}
        if self._chance(0.3):
            changed |= dict.fromkeys(self._some(NULLABLE, 3))
        if self._chance(0.3):
            changed["phone"] = self._one(("1", "12", "+81123"))
        if self._chance(0.4):
            changed["registered_at"] = self._one((NOW - 30 * DAY, NOW - 30 * DAY + INSTANT, NOW - 31 * DAY))
        if self._chance(0.3):
            changed["shown"] = self._dice.getrandbits(12)
        if self._chance(0.4):
            changed["answers"] = self._answers(person.answers)
        if changed:
            person.update_from_dict(changed)
            await person.save(update_fields=list(changed))

    def _answers(self, answers: dict[str, object]) -> dict[str, object]:
        kept = {key: answer for key, answer in answers.items() if self._chance(0.7)}
        kept |= {
            self._one(list(self._edition.questions)): self._one((*WRITTEN, 0, 2.5, None, ["A", "B"], []))
        }
        return kept

    async def _restrain(self, user: str) -> None:
        purposes = list(self._edition.purposes)
        places = ("any", *TO, "employer", "third_party", "entrustee", "internal", "person")
        for _ in range(self._one((0, 0, 0, 1, 2))):
            await Hold.create(
                id=self._id(),
                user_id=user,
                reference="H",
                purpose=self._one(purposes),
                recipient=self._one(places),
                ground="35-5",
                placed_at=self._one(MOMENTS),
                lifted_at=self._one((None, None, *MOMENTS)),
            )
        for _ in range(self._one((0, 0, 0, 1))):
            await OptOut.create(
                id=self._id(),
                user_id=user,
                purpose=self._one(purposes),
                recipient=self._one(places),
                since=self._one(MOMENTS),
                ended_at=self._one((None, None, *MOMENTS)),
            )
        if self._chance(0.06):
            await Erasure.get_or_create(user_id=user, defaults={"ground": "35-5", "erased_at": NOW - DAY})

    async def _advance(self, person: User) -> None:
        user = person.id
        for _ in range(self._one((0, 2, 5, 8))):
            await self._consent(user, self._one(self._leaves), self._one(TO))
        for employer in self._some(EMPLOYERS, 3):
            if self._chance(0.8):
                await self._consent(user, "service.application", employer)
                await self._consent(user, "service.eligibility", employer)
            await Application.create(
                id=self._id(),
                user_id=user,
                employer=employer,
                stage=self._one(list(Stage)),
                applied_at=NOW - DAY,
                changed_at=NOW - DAY,
            )
        if self._chance(0.3):
            await Screening.create(
                id=self._id(),
                user_id=user,
                answer="selfIntroduction",
                asked_at=NOW - DAY,
                screened_at=self._one((None, NOW)),
            )

    async def _consent(self, user: str, purpose: str, recipient: str) -> None:
        state = self._one((*([ConsentState.GIVEN] * 6), *([ConsentState.RENEWED] * 3), *ConsentState))
        await Consent.update_or_create(
            user_id=user,
            purpose=purpose,
            recipient=recipient,
            defaults={
                "id": self._id(),
                "state": state,
                "given_at": self._one((None, *MOMENTS)),
                "expires_at": self._one((None, None, None, None, *MOMENTS)),
                "notice_version": "2019-05-29",
                "language": self._one(("ja", "en")),
                "method": self._one(list(ConsentMethod)),
                "foreign_informed": self._chance(0.5),
                "told_country": ("", "US", "", "DE", "US")[self._count % 5],
                "categories": " ".join(self._narrow()),
            },
        )

    def _narrow(self) -> list[str]:
        """Nothing for a whole consent; else a few categories, wide and narrow, some of which nobody has any more."""
        if self._chance(0.6):
            return []
        names = self._edition.categories.within("profile")
        return [self._one((*names, "card", "person", "gone")) for _ in range(self._one((1, 2, 4)))]

    async def _correct(self, store: Store, user: str) -> None:
        """Corrections, each with its history; two of the same moment too."""
        for number in range(self._one((0, 0, 1, 3))):
            values: dict[str, Any] = {
                "phone": f"+8190123400{number}{self._dice.randint(0, 9)}",
                "birth_date": self._one(BIRTHS),
                "card_number": self._one((None, "ZZ12345678YY", "ZZ87654321YY")),
                "building": self._one((None, *WRITTEN)),
                "answers": {"education": self._one((None, "MASTER", "DOCTOR"))},
            }
            kept = {name: values[name] for name in self._some(list(values), 4)}
            amender = Amender(
                by=self._one((user, "privacy-desk")),
                client="frontend",
                purpose="service.account",
                request_id=self._id(),
                at=self._one((NOW - DAY, NOW - DAY, NOW - INSTANT)),
            )
            async with store.transaction() as transaction:
                row = await PersonRow.read(transaction, vault_in_use(), user)
                await row.amend(kept, amender)

    async def _case(self, users: Sequence[str]) -> None:
        items = (*self._edition.categories, *self._edition.declared)
        case = await CaseFile.create(
            id=self._id(),
            recipient=self._one(("authority", "authority", "authority", "employer-a")),
            basis=self._one(("27-1-1", "27-1-1", "27-1-2", "27-1-4", "27-1-5")),
            reference=self._one(("R-1", "R-2", "R-3", "")),
            office=self._one(("office", "office", "office", "")),
            requester="requester",
            approver=self._one(("approver", "approver", "approver", None, "")),
            consent_obstacle=self._one(("delay would harm", None)),
            opened_by=self._one(("", "opener", "opener", "approver")),
            closed_at=self._one((None, None, None, NOW, NOW + INSTANT)),
            items=self._some(items, 5),
            valid_from=self._one((NOW - DAY, NOW - DAY, NOW, NOW + INSTANT)),
            valid_until=self._one((NOW + DAY, NOW + DAY, NOW, NOW + INSTANT)),
        )
        for user in users:
            await CasePerson.create(id=self._id(), case_id=case.id, user_id=user)

    def _id(self) -> str:
        self._count += 1
        return f"fate{self._count:022}"

    def _chance(self, share: float) -> bool:
        return self._dice.random() < share

    def _one(self, values: Sequence[T]) -> T:
        return self._dice.choice(values)

    def _some(self, values: Sequence[T], most: int) -> list[T]:
        return self._dice.sample(list(values), self._dice.randint(0, most))
