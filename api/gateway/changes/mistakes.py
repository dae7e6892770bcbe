"""The mistakes: all that is wrong with an input, each told with its path, in the language that was asked for."""

from collections.abc import Sequence
from typing import Any

from api.gateway.changes.act import Act
from api.gateway.refusal import Code, Refusal, Refusals
from models.formats.wrong import Mistake

MOST = 80
"""How many of one input are told at once: more than an honest form can have."""


def mistaken(mistakes: Sequence[Mistake], act: Act) -> Refusals:
    """The refusal of an input for these; the last that is told says how many there are `more`."""
    language, path = act.running.request.language, [act.step.root.selected.key]
    parts = [refused(each, language, path) for each in mistakes[:MOST]]
    if len(mistakes) > MOST:
        parts[-1].extensions["more"] = len(mistakes) - MOST
    return Refusals(parts)


def told(mistake: Mistake, act: Act) -> dict[str, Any]:
    """A mistake as part of an answer."""
    words = mistake.wrong.ja if act.running.request.language == "ja" else mistake.wrong.en
    return {"path": mistake.path, "code": mistake.wrong.code, "message": words}


def refused(mistake: Mistake, language: str, path: Sequence[str] = ()) -> Refusal:
    """The refusal of an input for this."""
    wrong = mistake.wrong
    words = wrong.ja if language == "ja" else wrong.en
    return Refusal(Code.BAD_INPUT, words, path=path, argument=mistake.path, reason=wrong.code)
