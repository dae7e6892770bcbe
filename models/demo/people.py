"""The people of the demonstration: made up, believable, and the same for the same seed and day."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from models.demo.answers import Answer, Writer, draw_answers
from models.demo.cards import Card, draw_card
from models.demo.contacts import Contacts
from models.demo.dice import Dice
from models.demo.names import Name, draw_name
from models.demo.nations import BY_CODE, NATIONS, Nation
from models.demo.places import Place, Places
from models.demo.statuses import TERMS
from models.derived import years_before
from models.user import User
from policies.edition import Edition

COMPLETE = ("CN", "BR", "KR", "TW", "CN", "PE", "KR", "BR", "TW")
"""The nationalities of the first people, whose every field is filled: they have names in kanji."""

_DAY = timedelta(days=1)
_OLDEST_DAYS = 730
_SETTLED_DAYS = 120
_NEWEST_DAYS = 3
_WRITES_JAPANESE = 0.62


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person, as they registered."""

    id: str
    ref: int
    registered_at: datetime
    language: str
    name: Name
    sex: str
    birth_date: date
    email: str
    phone: str
    place: Place
    card: Card
    nationality: str
    answers: Mapping[str, Answer]

    def personal(self) -> dict[str, Any]:
        """The columns of `users` that hold what the person entered: those an erasure empties."""
        return {
            "name_roman": self.name.roman,
            "name_kanji": self.name.kanji or None,
            "name_kana": self.name.kana,
            "email": self.email,
            "phone": self.phone,
            "birth_date": self.birth_date,
            "postal_code": self.place.postal_code,
            "prefecture": self.place.prefecture,
            "city": self.place.city,
            "town": self.place.town,
            "block": self.place.block,
            "building": self.place.building,
            "card_number": self.card.number,
            "card_status": self.card.status.value,
            "card_work_restriction": self.card.restriction,
            "card_other_activity": self.card.other_activity,
            "card_period_of_stay": self.card.period.value,
            "card_stay_expires_on": self.card.stay_expires_on,
            "card_valid_until": self.card.valid_until,
            "card_issued_on": self.card.issued_on,
            "card_nationality": self.nationality,
            "card_sex": self.sex,
            "answers": dict(self.answers),
            "stay_pending": self.card.pending,
        }

    def record(self, *, erased: bool = False) -> User:
        """The row of `users`; of an erased person only what stays."""
        entered = {} if erased else self.personal()
        return User(id=self.id, ref=self.ref, registered_at=self.registered_at, **entered)


def midnight(day: date) -> datetime:
    """The first moment of a day, which for the demonstration is now."""
    return datetime.combine(day, time(), UTC)


def people(count: int, seed: int, edition: Edition, today: date) -> Iterator[Person]:
    """So many people, the first of them complete; more of them begin with the same."""
    dice = Dice(seed)
    contacts = Contacts(dice)
    with closing(Places()) as places:
        for place in range(count):
            complete = place < len(COMPLETE)
            nation = BY_CODE[COMPLETE[place]] if complete else dice.draw(NATIONS)
            yield _person(
                dice,
                nation,
                places=places,
                contacts=contacts,
                edition=edition,
                today=today,
                complete=complete,
            )


def one_more(seed: int, edition: Edition, today: date) -> Person:
    """A complete person beside those, who is the same however many they are."""
    dice = Dice(f"{seed} one more")
    with closing(Places()) as places:
        return _person(
            dice,
            BY_CODE["KR"],
            places=places,
            contacts=Contacts(dice),
            edition=edition,
            today=today,
            complete=True,
        )


def _person(  # noqa: PLR0913 - all that people have in common
    dice: Dice,
    nation: Nation,
    *,
    places: Places,
    contacts: Contacts,
    edition: Edition,
    today: date,
    complete: bool,
) -> Person:
    sex = "M" if dice.chance(nation.men) else "F"
    name = draw_name(dice, nation.names, sex, _parts(dice, nation, complete=complete))
    card = draw_card(dice, nation, today, lasting=complete)
    birth = _birth_date(dice, card, today)
    language = "ja" if dice.chance(_WRITES_JAPANESE) else "en"
    writer = Writer(age=(today - birth).days // 366, language=language, today=today)
    return Person(
        id=dice.identifier(),
        ref=dice.reference(),
        registered_at=_registered_at(dice, today, complete=complete),
        language=language,
        name=name,
        sex=sex,
        birth_date=birth,
        email=contacts.email(dice, name.roman),
        phone=contacts.phone(),
        place=places.draw(dice, complete=complete),
        card=card,
        nationality=nation.code,
        answers=draw_answers(dice, edition.questions.values(), writer, complete=complete),
    )


def _parts(dice: Dice, nation: Nation, *, complete: bool) -> tuple[str, ...]:
    """Descendants of Japanese carry one Japanese family name before the given one."""
    if nation.nikkei and (complete or dice.chance(nation.nikkei)):
        return ("nikkei", nation.parts[-1])
    return nation.parts


def _birth_date(dice: Dice, card: Card, today: date) -> date:
    youngest, oldest = TERMS[card.status].ages
    age = round(dice.triangular(youngest, oldest, youngest + (oldest - youngest) / 4))
    return years_before(today, age) - _DAY * dice.randrange(365)


def _registered_at(dice: Dice, today: date, *, complete: bool) -> datetime:
    """Within the past two years; the first people early enough for all that they went through."""
    now = midnight(today)
    newest = _SETTLED_DAYS if complete else _NEWEST_DAYS
    return dice.moment(now - _DAY * _OLDEST_DAYS, now - _DAY * newest)
