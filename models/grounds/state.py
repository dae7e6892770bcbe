"""The state of a ground: whether it holds on a day and, if not, why; one answer for the rules and for the desk."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from models.day import today_in_japan


class GroundState(StrEnum):
    """Whether data may rest on a ground now, or what is in the way."""

    HOLDS = "HOLDS"
    TO_COME = "TO_COME"
    OVER = "OVER"
    ENDED = "ENDED"
    UNSUPERVISED = "UNSUPERVISED"
    INCOMPLETE = "INCOMPLETE"
    LAPSED = "LAPSED"
    NOT_MAINTAINED = "NOT_MAINTAINED"
    REPLACED = "REPLACED"
    DRAFT = "DRAFT"


def runs(start: date | None, end: date | None, ended: date | None, today: date) -> GroundState:
    """Whether today lies in it, both days included; the day on which it was ended is not in it."""
    if start is None:
        return GroundState.INCOMPLETE
    if ended is not None and ended <= today:
        return GroundState.ENDED
    if today < start:
        return GroundState.TO_COME
    return GroundState.HOLDS if end is None or today <= end else GroundState.OVER


def entrusted(  # noqa: PLR0913, PLR0917 - what an entrustment stands on
    contract: str,
    start: date | None,
    end: date | None,
    supervised: date | None,
    days: int,
    ended: date | None,
    today: date,
) -> GroundState:
    """Under a contract that runs, and supervised in time (APPI Arts 25 and 27(5)(i))."""
    running = runs(start, end, ended, today)
    if running is not GroundState.HOLDS:
        return running
    if not contract.strip():
        return GroundState.INCOMPLETE
    seen = supervised or start
    watched = seen is not None and today <= seen + timedelta(days=days)
    return GroundState.HOLDS if watched else GroundState.UNSUPERVISED


def succeeded(reference: str, day: date | None, ended: date | None, today: date) -> GroundState:
    """The business went over, by some document (Art 27(5)(ii))."""
    return runs(day, None, ended, today) if reference.strip() else GroundState.INCOMPLETE


def jointly_used(
    items: Sequence[str],
    matters: Iterable[str],
    announced: datetime | None,
    ended: date | None,
    today: date,
) -> GroundState:
    """All five matters are there, and were announced before today began to use it (Art 27(5)(iii))."""
    if not items or not all(matter.strip() for matter in matters):
        return GroundState.INCOMPLETE
    return runs(None if announced is None else today_in_japan(announced), None, ended, today)


def transmission(  # noqa: PLR0913, PLR0917 - what an announcement stands on
    items: Sequence[str],
    matters: Iterable[str],
    start: date | None,
    end: date | None,
    published: datetime | None,
    ended: date | None,
    today: date,
) -> GroundState:
    """What is sent, to whom and what for are told in Japanese, with where to opt out, and were published.

    Telecommunications Business Act Art 27-12, Rules 22-2-28 and 22-2-29: `matters` are the recipient, what is sent and
    what for, and the address to opt out at (policy, Clause 4(2)).
    """
    recipient, sent, purpose, opt_out = matters
    whole = recipient.strip() and opt_out.strip() and in_japanese(sent) and in_japanese(purpose)
    if not items or not whole:
        return GroundState.INCOMPLETE
    if published is None and (ended is None or today < ended):
        return GroundState.DRAFT
    return runs(start, end, ended, today)


def in_japanese(text: str) -> bool:
    """Whether a text holds a word in kana or kanji, as an announcement must."""
    return any(
        "\u3041" <= each <= "\u30fa" or "\u4e00" <= each <= "\u9fff" or "\u3400" <= each <= "\u4dbf"
        for each in text
    )


def checked(*, maintained: bool, due: date | None, today: date) -> GroundState:
    """The latest look found the system maintained, and the next is not overdue (Art 28(3), Rule 18)."""
    if not maintained:
        return GroundState.NOT_MAINTAINED
    return GroundState.HOLDS if due is not None and today <= due else GroundState.LAPSED
