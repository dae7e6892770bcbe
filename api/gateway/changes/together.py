"""The together: what is wrong with the rest of a form, told beside what has no place in it."""

from collections.abc import Iterator
from datetime import datetime

from api.gateway.changes.correction import read_correction
from api.gateway.changes.mistakes import refused
from api.gateway.changes.registration import read_form
from api.gateway.documents.fitting import Form, Misfits
from api.gateway.refusal import Refusals
from models.formats.wrong import Mistake
from policies.edition import Edition

MOST = 80
"""How many are told beside the misfits."""


def together(misfits: Misfits, edition: Edition, at: datetime, language: str) -> Refusals:
    """The refusal for the misfits and for every mistake in what could be read beside them.

    It is read by the formats alone: what would need the database, such as a taken address, is not told.
    """
    others = [each for form in misfits.forms[:MOST] for each in _mistakes(form, edition, at)]
    more = [each for each in others if not _told(each, misfits.gone)]
    return Refusals([*misfits.parts, *(refused(each, language) for each in more[:MOST])])


def _mistakes(form: Form, edition: Edition, at: datetime) -> Iterator[Mistake]:
    if form.kind == "UpdateUserInput":
        mistakes, _ = read_correction(form.said, edition, at)
    else:
        notice, mistakes, _ = read_form(form.said, form.path, edition, at)
        yield from notice
    yield from mistakes


def _told(mistake: Mistake, gone: frozenset[str]) -> bool:
    """Whether it comes of what was left out because it does not fit."""
    path = mistake.path
    if any(f"{path}.".startswith(f"{each}.") or each.startswith(f"{path}.") for each in gone):
        return True
    answers, found, _ = path.partition(".answers.")
    return bool(found) and any(each.startswith(f"{answers}.answers.") for each in gone)
