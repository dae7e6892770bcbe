"""A change of a draft by an operator: worked out in this process, refused in one sentence, on record with who did it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from api.cli.declared import FIELDS, GUARDS
from api.cli.draft_edition import Standing
from api.cli.operator import named
from api.cli.policy_told import SENTENCES, say
from api.cli.told import CommandError, Language, bar, err, visible
from api.gateway.told import Told
from models.database.store import Transaction, WrongValue
from models.drafts.barred import Barred
from models.drafts.register import LONGEST_NOTE, DraftRegister, Stale
from models.drafts.worked import Worked
from models.formats.fold import prose
from models.formats.wrong import Wrong
from models.register import Keeper
from policies.drafts.drafting import Drafted, Sketch, Terms, finish
from policies.drafts.examined import Examined, examine
from policies.mistake import Mistake

TERMS: Final = Terms(tuple(sorted(FIELDS.items())), GUARDS)
"""What code asks of every edition."""

Note = Annotated[str, typer.Option(help="Why, in a sentence or two; it stays on record.")]


def why(note: str, lang: Language) -> str:
    """The reason that was given, as it is kept.

    Raises:
        CommandError: there is none, or it is no text.
    """
    try:
        return prose(note, LONGEST_NOTE)
    except Wrong as wrong:
        if wrong.code == "TEXT_BLANK":
            raise CommandError(Told("REASON_BLANK", argument="--note").text(lang)) from None
        raise CommandError(f"`--note`: {wrong.ja if lang is Language.JA else wrong.en}") from None


def register_of(transaction: Transaction, operator: str | None) -> DraftRegister:
    """The register as this operator changes it, who is their own client."""
    by = named(operator)
    return DraftRegister(transaction, Keeper(by=by, at=datetime.now(UTC)), by)


def sound(drafted: Drafted, lang: Language) -> Drafted:
    """What was drafted, if it loads.

    Raises:
        CommandError: it does not; every mistake was told.
    """
    if drafted.flaws:
        refuse(drafted.flaws, lang)
    return drafted


def refuse(flaws: tuple[Mistake, ...], lang: Language) -> None:
    """Tell every mistake, and end.

    Raises:
        CommandError: always.
    """
    tell(flaws, lang)
    raise CommandError(say("FLAWS" if len(flaws) > 1 else "FLAW", lang, number=len(flaws)))


def tell(findings: tuple[Mistake, ...], lang: Language) -> None:
    """Each finding on a line of standard error."""
    for each in findings:
        err.print(visible(each.text(lang)), soft_wrap=True, markup=False)


def look_at(sketch: Sketch, lang: Language) -> Examined:
    """What is found in what a draft makes, which may take some seconds."""
    with bar(say("EXAMINING", lang)):
        return examine(sketch)


def worked(standing: Standing, lang: Language) -> Worked:
    """What a draft would put in force.

    Raises:
        Barred: code could not serve under it any more.
    """
    record, sketch = standing.record, standing.sketch
    hash_, canonical, serves = finish(sketch, TERMS)
    if hash_ != record.hash:
        raise Barred("HASH_CHANGED", "--hash")
    if not serves:
        raise Barred("DRAFT_OUTGROWN")
    return Worked(record.base, hash_, canonical, look_at(sketch, lang))


@contextmanager
def barring(lang: Language, examined: Examined | None = None) -> Iterator[None]:
    """Whatever bars a change, as one sentence; the findings that bar it are told before."""
    try:
        yield
    except WrongValue:
        raise CommandError(say("AT_ONCE", lang)) from None
    except Stale:
        raise CommandError(Told("STALE_VERSION", argument="--if-version").text(lang)) from None
    except Barred as barred:
        if examined is not None:
            tell(tuple(each for each in examined.findings if each.id in barred.findings), lang)
        raise CommandError(sentence(barred, lang)) from None


def sentence(barred: Barred, lang: Language) -> str:
    """Why it may not be."""
    if barred.reason in SENTENCES:
        return say(barred.reason, lang)
    return Told(barred.reason, argument=barred.argument).text(lang)
