"""A change of a draft by an operator: worked out in this process, refused in one sentence, on record with who did it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer

from api.cli import conflicts
from api.cli.declared import FIELDS, GUARDS
from api.cli.draft_edition import Standing
from api.cli.findings import findings_json, tell
from api.cli.operator import named
from api.cli.policy_told import SENTENCES, say
from api.cli.told import CommandError, Language, bar
from api.gateway.told import Told
from models.database.store import Reader, Transaction, WrongValue
from models.day import today_in_japan
from models.drafts.barred import Barred
from models.drafts.held import held_to_records
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

IfVersion = Annotated[
    int,
    typer.Option(
        "--if-version", metavar="N", help="The version of the draft that was read; another is left alone."
    ),
]
Note = Annotated[str, typer.Option(metavar="WHY", help="Why, in a sentence or two; it stays on record.")]


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


def sound(drafted: Drafted, lang: Language, *, as_json: bool = False) -> Drafted:
    """What was drafted, if it loads and nothing is contested.

    Raises:
        CommandError: it does not, or something is; every mistake and conflict was told, as JSON where that is asked.
    """
    if drafted.flaws:
        refuse(drafted.flaws, lang, as_json=as_json)
    if drafted.conflicts:
        if as_json:
            _tell_json({"conflicts": [conflicts.form(each) for each in drafted.conflicts]})
        else:
            conflicts.tell(drafted.conflicts, lang)
        raise CommandError(say("CONFLICTS", lang, named=conflicts.name_of(drafted.conflicts[0])))
    return drafted


def refuse(flaws: tuple[Mistake, ...], lang: Language, *, as_json: bool = False) -> None:
    """Tell every mistake, and end.

    Raises:
        CommandError: always.
    """
    if as_json:
        _tell_json(findings_json(flaws))
    else:
        tell(flaws, lang)
    raise CommandError(say("FLAWS" if len(flaws) > 1 else "FLAW", lang, number=len(flaws)))


def _tell_json(told: Mapping[str, Any]) -> None:
    """What kept a draft from being made or changed."""
    typer.echo(json.dumps({"draft": None, **told}, ensure_ascii=False, indent=2))


async def look_at(reader: Reader, sketch: Sketch, lang: Language) -> Examined:
    """What is found in what a draft makes, which may take some seconds."""
    with bar(say("EXAMINING", lang)):
        return await held_to_records(reader, examine(sketch, today_in_japan(datetime.now(UTC))))


async def worked(reader: Reader, standing: Standing, lang: Language) -> Worked:
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
    return Worked(record.base, hash_, canonical, await look_at(reader, sketch, lang))


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
