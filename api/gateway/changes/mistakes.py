"""The mistakes: all that is wrong with an input, each told with its path, in the language that was asked for."""

from collections.abc import Sequence
from typing import Any

from api.gateway.changes.act import Act
from api.gateway.refusal import Code, Refusal, Refusals
from models.formats.wrong import Mistake


def mistaken(mistakes: Sequence[Mistake], act: Act) -> Refusals:
    """The refusal of an input for all of these."""
    return Refusals([_refusal(each, act) for each in mistakes])


def told(mistake: Mistake, act: Act) -> dict[str, Any]:
    """A mistake as part of an answer."""
    return {"path": mistake.path, "code": mistake.wrong.code, "message": _words(mistake, act)}


def _refusal(mistake: Mistake, act: Act) -> Refusal:
    return Refusal(
        Code.BAD_INPUT,
        _words(mistake, act),
        path=[act.step.root.selected.key],
        argument=mistake.path,
        reason=mistake.wrong.code,
    )


def _words(mistake: Mistake, act: Act) -> str:
    wrong = mistake.wrong
    return wrong.ja if act.running.request.language == "ja" else wrong.en
