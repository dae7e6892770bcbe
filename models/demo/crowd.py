"""The crowd: everybody beside the situations, each with a story of their own."""

from models.acquisition import Source
from models.application import Stage
from models.consents.consent import PERMITTING, ConsentState
from models.demo import situations as known
from models.demo.dice import Dice, Weighted
from models.demo.story import Story

_GIVEN = (ConsentState.GIVEN,)
_SOURCES = Weighted([(Source.SERVICE_FORM, 94), (Source.PHONE_MAIL, 4), (Source.PARTNER, 2)])
_EMPLOYERS = Weighted(
    [
        ((), 64),
        ((known.EMPLOYER_A,), 17),
        ((known.EMPLOYER_B,), 14),
        ((known.EMPLOYER_A, known.EMPLOYER_B), 5),
    ]
)
_CONSENTS = Weighted(
    [
        (_GIVEN, 84),
        ((*_GIVEN, ConsentState.WITHDRAWN), 7),
        ((*_GIVEN, ConsentState.RENEWED), 3),
        ((*_GIVEN, ConsentState.EXPIRED), 2),
        ((ConsentState.REFUSED,), 2),
        ((ConsentState.DEFERRED,), 2),
    ]
)
_STAGES = Weighted(
    [
        (Stage.APPLIED, 40),
        (Stage.INTERVIEW, 25),
        (Stage.OFFER_ACCEPTED, 11),
        (Stage.HIRED, 9),
        (Stage.REJECTED, 10),
        (Stage.WITHDRAWN, 5),
    ]
)
_HOLDS = Weighted([(known.ALL_HELD, 6), (("promotion",), 3), ((known.APPLICATION,), 1)])

_TO_SUPPORT = 0.1
_NEWSLETTER = 0.3
_NO_ADS = 0.08
_NO_ANALYTICS = 0.05
_HELD = 0.014
_LIFTED = 0.25
_ERASED = 0.007
_WAITING = 0.06
_CHECKED = 0.85


def live(story: Story, dice: Dice, *, shown: int, texts: tuple[str, ...]) -> bool:
    """Let happen what happens to people; false for one who was erased in the end."""
    story.acquire(dice.draw(_SOURCES), shown)
    for employer in dice.draw(_EMPLOYERS):
        _apply(story, dice, employer)
    if dice.chance(_TO_SUPPORT):
        story.consent(known.SUPPORT, known.SUPPORT_ORG, *dice.draw(_CONSENTS))
    if dice.chance(_NEWSLETTER):
        story.consent(known.NEWSLETTER, known.INTERNAL, *dice.draw(_CONSENTS))
    _restrain(story, dice)
    erased = dice.chance(_ERASED)
    story.enrol(erased=erased)
    if not erased:
        story.screen(texts, waiting=dice.chance(_WAITING))
    return not erased


def _apply(story: Story, dice: Dice, employer: str) -> None:
    """Nobody comes far with an employer who may not see them; the card is checked at the end."""
    consent, stage = dice.draw(_CONSENTS), dice.draw(_STAGES)
    story.consent(known.APPLICATION, employer, *consent)
    if ConsentState.GIVEN not in consent:
        stage = Stage.APPLIED
    if stage in {Stage.OFFER_ACCEPTED, Stage.HIRED} and consent[-1] in PERMITTING and dice.chance(_CHECKED):
        story.consent(known.ELIGIBILITY, employer, ConsentState.GIVEN)
    story.apply(employer, stage)


def _restrain(story: Story, dice: Dice) -> None:
    if dice.chance(_NO_ADS):
        story.opt_out(known.ADS)
    if dice.chance(_NO_ANALYTICS):
        story.opt_out(known.ANALYTICS)
    if dice.chance(_HELD):
        story.hold(*dice.draw(_HOLDS), lifted=dice.chance(_LIFTED))
