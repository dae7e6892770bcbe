"""The situations: people who each show one thing, with a standing that others rely on."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from models.acquisition import Source
from models.application import Stage
from models.consents.consent import ConsentState
from models.demo.story import Story

APPLICATION = "service.application"
ELIGIBILITY = "service.eligibility"
SUPPORT = "service.support"
NEWSLETTER = "promotion.newsletter"
ADS = "promotion.ads"
ANALYTICS = "insight.analytics"

EMPLOYER_A = "employer-a"
EMPLOYER_B = "employer-b"
SUPPORT_ORG = "support-org"
INTERNAL = "internal"

ALL_HELD = ("service", "promotion", "insight")
"""What a hold on everything but the company's legal duties names."""


class Situation(StrEnum):
    """The names under which these people are found."""

    PLAIN = "plain"
    CONSENTED = "consented-employer-a"
    WITHDRAWN = "withdrawn-employer-a"
    OFFERED = "offered-employer-a"
    HELD = "held"
    ERASED = "erased"
    NEWSLETTER = "newsletter"
    UNNOTICED = "unnoticed"
    BUSY = "busy"
    UNOFFERED = "unoffered-employer-a"


def _plain(_: Story) -> None:
    """Registered, and nothing since."""


def _consented(story: Story) -> None:
    story.consent(APPLICATION, EMPLOYER_A, ConsentState.GIVEN)
    story.apply(EMPLOYER_A, Stage.INTERVIEW)


def _withdrawn(story: Story) -> None:
    """All but the consent is as if it stood."""
    story.consent(APPLICATION, EMPLOYER_A, ConsentState.GIVEN, ConsentState.WITHDRAWN)
    story.apply(EMPLOYER_A, Stage.INTERVIEW)


def _offered(story: Story) -> None:
    story.consent(APPLICATION, EMPLOYER_A, ConsentState.GIVEN)
    story.consent(ELIGIBILITY, EMPLOYER_A, ConsentState.GIVEN)
    story.apply(EMPLOYER_A, Stage.OFFER_ACCEPTED)


def _unoffered(story: Story) -> None:
    """As if an offer were all that is missing."""
    story.consent(APPLICATION, EMPLOYER_A, ConsentState.GIVEN)
    story.consent(ELIGIBILITY, EMPLOYER_A, ConsentState.GIVEN)
    story.apply(EMPLOYER_A, Stage.INTERVIEW)


def _held(story: Story) -> None:
    _consented(story)
    story.hold(*ALL_HELD)


def _newsletter(story: Story) -> None:
    story.consent(NEWSLETTER, INTERNAL, ConsentState.GIVEN)


def _busy(story: Story) -> None:
    """Known to two employers and a support organisation."""
    _offered(story)
    story.consent(APPLICATION, EMPLOYER_B, ConsentState.GIVEN)
    story.apply(EMPLOYER_B, Stage.APPLIED)
    story.consent(SUPPORT, SUPPORT_ORG, ConsentState.GIVEN)


_HAPPENED: Mapping[Situation, Callable[[Story], None]] = MappingProxyType(
    {
        Situation.PLAIN: _plain,
        Situation.CONSENTED: _consented,
        Situation.WITHDRAWN: _withdrawn,
        Situation.OFFERED: _offered,
        Situation.HELD: _held,
        Situation.ERASED: _consented,
        Situation.NEWSLETTER: _newsletter,
        Situation.UNNOTICED: _plain,
        Situation.BUSY: _busy,
        Situation.UNOFFERED: _unoffered,
    }
)


def tell(story: Story, situation: Situation, *, shown: int, texts: tuple[str, ...]) -> None:
    """Let happen what puts this person into the situation; `shown` are the purposes as bits."""
    unnoticed = situation is Situation.UNNOTICED
    erased = situation is Situation.ERASED
    story.acquire(Source.PARTNER if unnoticed else Source.SERVICE_FORM, 0 if unnoticed else shown)
    _HAPPENED[situation](story)
    story.enrol(erased=erased)
    if not erased:
        story.screen(texts)
