"""The cast: everybody's story, the situations first and then the crowd."""

from collections.abc import Iterator
from datetime import date

from tortoise import Model

from models.demo import casefiles, crowd
from models.demo.dice import Dice
from models.demo.people import midnight, one_more, people
from models.demo.situations import Situation, tell
from models.demo.story import Story
from policies.edition import Edition

FIRST = tuple(each for each in Situation if each is not Situation.UNOFFERED)
LEAST = len(FIRST)
"""The fewest people there can be: one for each of the first situations."""

_NAMED = 3
_ALSO = 2


class Cast:
    """Tells the stories one by one; `users` and `case_files` are complete once all are told.

    The first situations come first. One came later: it is told last, of a person of its own and with dice of its
    own, so that everybody before is who they always were; where there are only `LEAST` people, there is none.
    """

    def __init__(self, edition: Edition, *, count: int, seed: int, today: date) -> None:
        if count < LEAST:
            raise ValueError(f"the demonstration needs at least `{LEAST}` people: one for each situation")
        self.count = count
        self.users: dict[str, str] = {}
        self._people = people(count, seed, edition, today)
        self._last = one_more(seed, edition, today)
        self._last_dice = Dice(f"{seed} last story")
        self._dice = Dice(f"{seed} stories")
        self._now = midnight(today)
        self._shown = sum(1 << each.number for each in edition.purposes.values() if not each.abstract)
        self._texts = tuple(each.key for each in edition.questions.values() if each.kind.free)
        self._ordinary: list[str] = []

    def stories(self) -> Iterator[Story]:
        """Everybody's story."""
        for situation in FIRST:
            yield self._told(self._story(), situation)
        for _ in range(self.count - LEAST - 1):
            story = self._story()
            stays = crowd.live(story, self._dice, shown=self._shown, texts=self._texts)
            if stays and len(self._ordinary) < _NAMED + _ALSO:
                self._ordinary.append(story.person.id)
            yield story
        if self.count > LEAST:
            yield self._told(Story(self._last_dice, self._last, self._now), Situation.UNOFFERED)

    def case_files(self) -> list[Model]:
        """The requests of an authority, about the busy person and a few of the crowd."""
        named = (self.users[Situation.BUSY.value], *self._ordinary[:_NAMED])
        return casefiles.case_files(self._dice, self._now, named=named, also=self._ordinary[_NAMED:])

    def _told(self, story: Story, situation: Situation) -> Story:
        self.users[situation.value] = story.person.id
        tell(story, situation, shown=self._shown, texts=self._texts)
        return story

    def _story(self) -> Story:
        return Story(self._dice, next(self._people), self._now)
