"""The page of a draft: what it is now, what the check finds in it, whether it widens, and what comes next."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import typer
from rich.cells import cell_len, set_cell_size

from api.cli.draft_change import look_at, sentence
from api.cli.draft_edition import read_standing
from api.cli.findings import listed
from api.cli.findings import tell as tell_findings
from api.cli.policy_impact import SIGNS
from api.cli.policy_told import say
from api.cli.told import Language, out
from models.database.store import Reader
from models.drafts.barred import Barred
from models.drafts.draft import DraftState
from models.drafts.record import DraftRecord
from policies.drafts.edits import Edit
from policies.drafts.examined import Examined
from policies.impact.outcome import Direction
from policies.mistake import Mistake

TO_CORRECT: Final = 3
"""How a command ends that made or changed a draft in which something must be corrected first."""

FAILS: Final = "DECISION_FAILS"
"""The finding that an alignment removes."""


@dataclass(frozen=True, slots=True)
class Page:
    """A draft with its edits and what was found in it."""

    record: DraftRecord
    edits: tuple[Edit, ...]
    examined: Examined
    outdated: bool

    @property
    def open(self) -> tuple[Mistake, ...]:
        """What was found and nobody accepted before."""
        return (*self.examined.wrong, *self.examined.overridable)

    @property
    def next(self) -> str:
        """What has to happen before it is in force, as one word."""
        if self.record.state is not DraftState.OPEN:
            return self.record.state.name
        if self.examined.wrong:
            return "CORRECT"
        if self.outdated:
            return "REBASE"
        return "APPROVE" if self.examined.needs_approval else "PUBLISH"


async def page_of(reader: Reader, draft: str, lang: Language) -> Page:
    """The page of a draft as it stands.

    Raises:
        CommandError: there is none.
    """
    record, sketch, outdated = await read_standing(reader, draft, lang)
    return Page(record, sketch.edits, await look_at(reader, sketch, lang), outdated)


def tell(page: Page, lang: Language, *, as_json: bool) -> None:
    """Print it."""
    if as_json:
        print_json(page)
        return
    tell_findings(page.open, lang)
    lines = [(say(name, lang), text) for name, text in _lines(page, lang)]
    width = max(cell_len(name) for name, _ in lines)
    for name, text in lines:
        out.print(f"{set_cell_size(name, width)}  {text}", soft_wrap=True, markup=False)
    record = page.record
    named = {"draft": record.id, "version": record.version, "hash": record.hash}
    alignable = page.next == "CORRECT" and any(each.code == FAILS for each in page.examined.wrong)
    for step in (f"NEXT_{page.next}", *(("NEXT_ALIGN",) if alignable else ())):
        out.print(say(step, lang, **named), soft_wrap=True, markup=False)


def made(page: Page, lang: Language, *, as_json: bool) -> None:
    """Print what a change made of a draft.

    Raises:
        Exit: with `TO_CORRECT`, where nobody can publish it as it is.
    """
    tell(page, lang, as_json=as_json)
    if page.examined.wrong:
        raise typer.Exit(TO_CORRECT)


def _lines(page: Page, lang: Language) -> Iterator[tuple[str, str]]:
    record, examined = page.record, page.examined
    yield "ROW_DRAFT", record.id
    yield "ROW_VERSION", f"{record.version}"
    yield "ROW_HASH", record.hash
    yield "ROW_BASE", record.base
    rows = Counter(each.table for each in page.edits)
    yield "ROW_EDITS", ", ".join(f"{table}.csv {number:,}" for table, number in rows.items()) or "0"
    counts = Counter(each.severity for each in page.open)
    yield (
        "ROW_CHECK",
        ", ".join(f"{say(severity.name, lang)} {number:,}" for severity, number in counts.items())
        or say("NOTHING_FOUND", lang),
    )
    yield (
        "ROW_WIDENS",
        f"{SIGNS[Direction.WIDENS]} {say('YES', lang)}" if examined.widens else say("NO", lang),
    )
    if record.trouble:
        yield "ROW_TROUBLE", sentence(Barred(record.trouble), lang)


def print_json(page: Page) -> None:
    """It for programs."""
    record, examined = page.record, page.examined
    told = {
        "draft": record.id,
        "state": record.state.value,
        "version": record.version,
        "hash": record.hash,
        "base": record.base,
        "outdated": page.outdated,
        "edits": [{"table": each.table, "key": each.key} for each in page.edits],
        "widens": examined.widens,
        "needsApproval": examined.needs_approval,
        "trouble": record.trouble,
        "next": page.next,
        **listed(page.open),
    }
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
